"""The house is as its papers say: rooms that are there, decisions told apart, links that lead."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PAPERS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = Counter(path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md"))

    assert len(numbers) > 40
    assert [n for n, count in numbers.items() if count > 1] == []


def test_every_link_between_papers_leads_somewhere() -> None:
    links = [(path, one) for path in PAPERS for one in LINK.findall(path.read_text("utf-8"))]

    assert len(links) > 40
    assert [f"{path.name}: {one}" for path, one in links if not (path.parent / one).exists()] == []


def test_every_room_of_the_plan_is_there() -> None:
    plan = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rooms = re.findall(r"^\| `(\w+)/` \|", plan, re.MULTILINE)

    assert len(rooms) > 10
    assert [one for one in rooms if not (ROOT / one).is_dir()] == []
