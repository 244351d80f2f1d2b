"""Packages are held against public advisories, and silence is never taken for a good answer."""

import runpy
from pathlib import Path

import pytest

verdict = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "audit-packages"))["verdict"]

GOOD = {"name": "flask", "version": "3.1.3", "vulns": []}
SILENT = {"name": "lxml", "version": "6", "skip_reason": "Dependency not found on PyPI"}
BAD = {"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}


@pytest.mark.parametrize(
    ("packages", "status", "told"),
    [
        ([GOOD], 0, "pip-audit: 1 packages, no known vulnerability"),
        ([GOOD, BAD], 1, "pip-audit: 1 known vulnerabilities"),
        ([SILENT, BAD], 1, "pip-audit: 1 known vulnerabilities"),
        ([SILENT], 0, "NOT RUN"),
        ([GOOD, SILENT], 0, "INCOMPLETE"),
        ([], 0, "NOT RUN"),
    ],
)
def test_what_is_not_known_is_said(packages: list[object], status: int, told: str) -> None:
    found, lines = verdict({"dependencies": packages}, required=False)

    assert (found, told in lines[-1]) == (status, True)
    assert verdict({"dependencies": packages}, required=True)[0] == int(packages != [GOOD])
