"""No room but this one opens a way out of the office, and only the gate gives clearances."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NETWORK = (
    "aiohttp",
    "aiobotocore",
    "asyncio.streams",
    "boto3",
    "botocore",
    "ftplib",
    "http.client",
    "httpx",
    "imaplib",
    "ldap3",
    "nntplib",
    "poplib",
    "requests",
    "smtplib",
    "socket",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc.client",
)
ALLOWED = {
    "storage/bucket.py": "keeps the office's own files in its own bucket, classified ones sealed",
    "exchange": "the room whose work it is; every sending function asks the gate",
    "identity/directory.py": "asks the agency's directory whose password it is, nothing else",
    "identity/line.py": "asks the office's identity provider who somebody is, nothing else",
    "signing/remote.py": "asks a signing provider, which is sent digests only",
    "signing/revocation.py": "asks allowed hosts whether a certificate was revoked, nothing else",
    "signing/timestamps.py": "asks the timestamp authority, which is sent digests only",
    "tools/trinhky_sign.py": "runs on a signer's own computer and asks this office",
}
NOT_PRODUCT = frozenset({"tests", "bench", "docs", "node_modules", "var"})


def modules() -> list[Path]:
    rooms = [place for place in ROOT.iterdir() if place.is_dir() and is_product(place.name)]
    found = [*ROOT.glob("*.py"), *(path for room in rooms for path in room.rglob("*.py"))]
    return sorted(path.relative_to(ROOT) for path in found)


def is_product(folder: str) -> bool:
    return not folder.startswith(".") and folder not in NOT_PRODUCT


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{name.name}" for name in names)
            case ast.Call(
                func=ast.Name(id="__import__")
                | ast.Attribute(attr="import_module")
                | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def opens_network(source: str) -> bool:
    return any(
        name == way or name.startswith(f"{way}.")
        for name in imports(ast.parse(source))
        for way in NETWORK
    )


def makes_clearance(source: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) == "Exchangeable"
        for node in ast.walk(ast.parse(source))
    )


def is_allowed(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in ALLOWED)


def test_only_the_listed_places_open_the_network() -> None:
    strangers = [
        str(path)
        for path in modules()
        if not is_allowed(path) and opens_network((ROOT / path).read_text())
    ]

    assert strangers == []


def test_only_the_gate_makes_clearances() -> None:
    makers = [str(path) for path in modules() if makes_clearance((ROOT / path).read_text())]

    assert makers == ["exchange/gate.py"]


def test_every_place_that_is_allowed_still_opens_the_network() -> None:
    for place in ALLOWED:
        inside = [path for path in modules() if path.is_relative_to(place)]
        assert any(opens_network((ROOT / path).read_text()) for path in inside), place


def test_every_room_is_looked_at() -> None:
    assert {path.parts[0] for path in modules()} >= {"exchange", "records", "signing", "web"}


@pytest.mark.parametrize(
    "source",
    [
        "import socket",
        "import smtplib as post",
        "from urllib import request",
        "from urllib.request import urlopen",
        "def f():\n    import requests.sessions",
        "import http.client",
        "from http import client",
        "from httpx import get",
        "from botocore.session import Session",
        "__import__('socket')",
        "importlib.import_module('urllib.request')",
    ],
)
def test_the_search_for_ways_out_finds_them(source: str) -> None:
    assert opens_network(source)


@pytest.mark.parametrize(
    "source", ["import urllib.parse", "from http import HTTPStatus", "import ssl"]
)
def test_the_search_for_ways_out_finds_nothing_where_there_is_none(source: str) -> None:
    assert not opens_network(source)


@pytest.mark.parametrize("source", ["Exchangeable()", "gate.Exchangeable(1)"])
def test_the_search_for_makers_finds_them(source: str) -> None:
    assert makes_clearance(source)
