"""Every door, job and way out of the office stands in one table, with what keeps secrets in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from web.application import build
from workflow.jobs import jobs

ROOT = Path(__file__).parents[2]
WAYS = yaml.safe_load((ROOT / "tests" / "ways.yaml").read_text())
NOBODY: Any = SimpleNamespace(routes={}, forms={})
PRODUCT = (
    *("config", "records", "storage", "signing", "search", "drafting", "exchange"),
    *("identity", "workflow", "web", "front", "tools", "app.py"),
)
LEAVES = re.compile(
    r"^(socket|ssl|smtplib|ftplib|imaplib|poplib|telnetlib|xmlrpc|urllib\.request|http\.client|"
    r"urllib3|requests|httpx|aiohttp|websockets|boto3|botocore|ldap3|subprocess|pty|multiprocessing)\b"
)
RUNS = frozenset({"system", "popen", "execve", "execv", "fork", "spawnv", "posix_spawn"})


def test_every_door_says_how_it_treats_a_secret_document() -> None:
    app = build(NOBODY, secret=b"of no session at all", largest=1)
    there = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = [door for doors in WAYS["doors"].values() for door in doors]

    assert there - set(told) == set(), "say in tests/ways.yaml what keeps secrets out of it"
    assert set(told) - there == set()
    assert len(told) == len(set(told))


def test_every_job_says_how_it_treats_a_secret_document() -> None:
    assert set(WAYS["jobs"]) == set(jobs(NOBODY))


def test_every_module_that_leaves_this_process_says_what_goes_out() -> None:
    found = {str(path.relative_to(ROOT)) for path in _modules() if _leaves(path.read_text())}

    assert found == set(WAYS["out"])


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "from subprocess import run",
        "import os\nos.execve(a, b, c)",
        "os.system('')",
    ],
)
def test_the_search_for_what_leaves_finds_it(source: str) -> None:
    assert _leaves(source)


def _modules() -> Iterator[Path]:
    for place in PRODUCT:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _leaves(source: str) -> bool:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(LEAVES.match(one.name) for one in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and LEAVES.match(node.module or ""):
            return True
        if isinstance(node, ast.Attribute) and node.attr in RUNS:
            return True
    return False
