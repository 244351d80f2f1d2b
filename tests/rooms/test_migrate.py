"""Documents under way go over to a new version: each judged first, each moved by itself."""

from pathlib import Path

import pytest

from config.workflows import read_texts
from records.errors import NotAllowed, NotFound
from records.migration import Because, Fate, Verdict
from records.proof import Claim
from tests.conftest import House
from workflow.adopt import adopt_files
from workflow.look import history, view
from workflow.migrate import migrate, move, plan
from workflow.verify import verify

CONFIG = Path(__file__).parents[2] / "config"
LEGAL = """  legal_check:
    title: {vi: Thẩm định, en: Legal check}
    who: [role: leader]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: signing, needs: [seen]}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}

  signing:
"""


def outgoing() -> str:
    return read_texts(CONFIG / "workflows")["outgoing"]


def without_format_check() -> str:
    """Give the outgoing road with the office chief's step taken out."""
    road = outgoing()
    start, end = road.index("  format_check:\n"), road.index("  signing:\n")
    return (
        (road[:start] + road[end:])
        .replace("to: format_check,", "to: signing,")
        .replace("en: Recall}, to: signing,", "en: Recall}, to: content_check,")
    )


def with_legal_check() -> str:
    """Give the outgoing road with one more approval before the signature."""
    return (
        outgoing()
        .replace("Approve format}, to: signing", "Approve format}, to: legal_check")
        .replace("  signing:\n", LEGAL, 1)
    )


def adopted(house: House, text: str) -> None:
    assert adopt_files(house.office, {"outgoing": text}) == ["outgoing"]


def fates(found: list[Verdict]) -> dict[str, tuple[Fate, Because]]:
    return {one.document: (one.fate, one.because) for one in found}


def test_each_document_moves_needs_a_mapping_or_stays_and_a_dry_run_changes_nothing(
    house: House,
) -> None:
    admin = house.person("quantri")
    first = house.act(house.drafted(), "submit", "chuyenvien")
    second = house.act(house.act(house.drafted(), "submit", "chuyenvien"), "approve", "truongban")
    over = house.act(
        house.act(house.drafted(), "submit", "chuyenvien"), "refuse", "truongban", comment="Thôi"
    )
    adopted(house, without_format_check())
    newest = house.office.routes["outgoing"].digest

    tried = fates(plan(house.office, "outgoing", {}, by=admin))

    assert tried == {
        first.id: (Fate.MOVES, Because.SAME_STATE),
        second.id: (Fate.MAPPING, Because.NO_STATE),
    }
    assert fates(plan(house.office, "outgoing", {"format_check": "archived"}, by=admin))[
        second.id
    ] == (Fate.MAPPING, Because.NO_PLACE)
    assert view(house.office, first.id, by=house.person("truongban")).document == first

    done = fates(migrate(house.office, "outgoing", {"format_check": "signing"}, by=admin))

    assert done == {
        first.id: (Fate.MOVED, Because.SAME_STATE),
        second.id: (Fate.MOVED, Because.MAPPED),
    }
    moved = view(house.office, second.id, by=house.person("chutich")).document
    assert (moved.state, moved.definition) == ("signing", newest)
    assert house.act(moved, "sign", "chutich").state == "signed"
    stayed = view(house.office, over.id, by=house.person("truongban")).document
    assert stayed.definition == over.definition
    assert plan(house.office, "outgoing", {}, by=admin) == []
    line = history(house.office, second.id, by=house.person("chutich"))[-2]
    assert (line["event"], line["actor"]) == ("definition:migrated", "quantri")
    assert verify(house.office).holds


def test_a_document_that_would_lack_an_approval_stays_because_of_that(house: House) -> None:
    waiting = house.approved()
    early = house.act(house.drafted(), "submit", "chuyenvien")
    adopted(house, with_legal_check())

    found = {
        one.document: one
        for one in migrate(house.office, "outgoing", {}, by=house.person("quantri"))
    }

    stays = found[waiting.id]
    assert (stays.fate, stays.because) == (Fate.STAYS, Because.HURTS)
    assert stays.finding is not None
    assert (stays.finding.claim, stays.finding.missing) == (Claim.APPROVED, "legal_check")
    assert found[early.id].fate is Fate.MOVED
    assert house.act(waiting, "sign", "chutich").state == "signed"


def test_a_document_somebody_acted_on_meanwhile_stays_whole(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    adopted(house, without_format_check())
    [judged] = plan(house.office, "outgoing", {}, by=house.person("quantri"))
    returned = house.act(document, "return", "truongban", comment="Sửa")

    late = move(house.office, judged, by=house.person("quantri"))

    assert (late.fate, late.because) == (Fate.STAYS, Because.OUTRUN)
    kept = view(house.office, document.id, by=house.person("chuyenvien")).document
    assert kept == returned


def test_only_an_administrator_moves_documents_and_only_on_a_road_there_is(house: House) -> None:
    with pytest.raises(NotAllowed, match="definition.not-yours"):
        plan(house.office, "outgoing", {}, by=house.person("chutich"))
    with pytest.raises(NotFound, match="workflow.unknown"):
        migrate(house.office, "nowhere", {}, by=house.person("quantri"))
