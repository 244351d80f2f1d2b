"""What the security page claims to be tested is tested, under that very name."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAME = re.compile(r"`(test_\w+)`")


def test_every_test_the_page_names_is_there() -> None:
    found = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }

    assert len(NAME.findall(PAGE)) > 40
    assert sorted(set(NAME.findall(PAGE)) - found) == []


def test_every_line_says_how_far_it_is_met() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]

    assert len(lines) > 40
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        state = cells[-1].rstrip(" |").partition(":")[0].partition(" ")[0]
        assert state in {"met", "partly", "not"}, line
