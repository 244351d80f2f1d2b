"""What lay too long reaches the head of the unit, once, beside or instead of who had it."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from records.document import Classification, Document
from tests.conftest import House
from workflow.look import desk, history
from workflow.remind import remind


@pytest.fixture
def strict(open_house: Callable[..., House], tmp_path: Path) -> Callable[[str], House]:
    """Give an office whose format check goes to the unit's head four hours after it was due."""

    def opened(how: str) -> House:
        config = tmp_path / how
        shutil.copytree(Settings().trinhky_config, config)
        road = config / "workflows" / "outgoing.yaml"
        text = road.read_text("utf-8")
        assert "    within: 2d\n" in text
        wanted = f"    within: 2d\n    escalate: {{after: 4h, how: {how}}}\n"
        road.write_text(text.replace("    within: 2d\n", wanted, 1), "utf-8")
        return open_house(trinhky_config=config)

    return opened


def overdue(house: House, **about: object) -> Document:
    """Give a document that nobody checked by Thursday noon; it was due on Wednesday evening."""
    document = house.act(house.drafted(**about), "submit", "chuyenvien")  # type: ignore[arg-type]  # a test's own words
    house.clock.moment = datetime(2026, 11, 25, 11, tzinfo=UTC)
    remind(house.office)
    house.clock.moment = datetime(2026, 11, 26, 5, tzinfo=UTC)
    return document


@pytest.mark.parametrize("how", ["add", "reassign"])
def test_an_overdue_step_reaches_the_head_above_once(
    strict: Callable[[str], House], how: str
) -> None:
    house = strict(how)
    document = overdue(house)
    assert desk(house.office, by=house.person("chutich")) == []

    assert remind(house.office) == 1
    assert remind(house.office) == 0

    [waiting] = desk(house.office, by=house.person("chutich"))
    assert "approve" in [act.name for act in waiting.acts]
    kept = [one.document.id for one in desk(house.office, by=house.person("truongban"))]
    assert kept == ([document.id] if how == "add" else [])
    told = [one["event"] for one in history(house.office, document.id, by=house.person("chutich"))]
    assert told.count("step:escalated") == 1
    assert house.act(document, "approve", "chutich").state == "format_check"


def test_what_was_done_meanwhile_goes_nowhere(strict: Callable[[str], House]) -> None:
    house = strict("add")
    house.act(overdue(house), "approve", "truongban")

    remind(house.office)
    assert desk(house.office, by=house.person("chutich")) == []


def test_a_secret_document_is_passed_to_nobody_its_road_does_not_name(
    strict: Callable[[str], House],
) -> None:
    house = strict("reassign")
    document = overdue(house, classification=Classification.SECRET)

    remind(house.office)
    assert desk(house.office, by=house.person("chutich")) == []
    assert [one.document.id for one in desk(house.office, by=house.person("truongban"))] == [
        document.id
    ]
