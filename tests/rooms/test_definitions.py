"""Roads in versions: a document stays on the one it started with, whatever becomes of the file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.workflows import read_texts
from front.furnishing import furnish
from records.definition import Adoption, Source
from records.document import Digest
from records.errors import Broken, Outrun
from tests.conftest import House
from workflow.adopt import adopt_files
from workflow.look import view
from workflow.roads import Roads
from workflow.verify import verify

CONFIG = Path(__file__).parents[2] / "config"
FORMAT_CHECK = "Kiểm tra thể thức"


def texts() -> dict[str, str]:
    return read_texts(CONFIG / "workflows")


def without_format_check(road: str) -> str:
    """Give the outgoing road with the office chief's step taken out."""
    start, end = road.index("  format_check:\n"), road.index("  signing:\n")
    return (
        (road[:start] + road[end:])
        .replace("to: format_check", "to: signing")
        .replace(
            "recall: {title: {vi: Thu hồi, en: Recall}, to: signing,",
            "recall: {title: {vi: Thu hồi, en: Recall}, to: content_check,",
        )
    )


def test_a_document_stays_on_the_version_it_started_with(house: House) -> None:
    old = house.act(house.drafted(), "submit", "chuyenvien")
    changed = without_format_check(texts()["outgoing"])

    assert adopt_files(house.office, {**texts(), "outgoing": changed}) == ["outgoing"]

    new = house.act(house.drafted(), "submit", "chuyenvien")
    assert house.act(old, "approve", "truongban").state == "format_check"
    assert house.act(new, "approve", "truongban").state == "signing"
    assert old.definition != new.definition


def test_the_page_of_an_old_document_speaks_of_its_own_version(house: House) -> None:
    old = house.act(house.drafted(), "submit", "chuyenvien")
    renamed = texts()["outgoing"].replace("{vi: Kiểm tra nội dung,", "{vi: Soát nội dung,")
    adopt_files(house.office, {"outgoing": renamed})

    seen = view(house.office, old.id, by=house.person("truongban"))

    assert seen.standing.state.title.vi == "Kiểm tra nội dung"
    assert house.office.route_of(old).states["content_check"].title.vi == "Kiểm tra nội dung"
    assert house.office.routes["outgoing"].states["content_check"].title.vi == "Soát nội dung"


def test_an_office_that_opens_again_reads_old_versions_from_the_database(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    house = open_house()
    old = house.act(house.drafted(), "submit", "chuyenvien")
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    road = folder / "workflows" / "outgoing.yaml"
    road.write_text(without_format_check(road.read_text("utf-8")), "utf-8")
    house.settings.trinhky_config = folder

    again = furnish(house.settings, house.office.isolate, house.clock)  # type: ignore[arg-type]  # the tests' own sandbox

    try:
        assert "format_check" not in again.routes["outgoing"].states
        assert "format_check" in again.route_of(old).states
        assert verify(again).holds
    finally:
        again.database.close()


def test_a_file_that_did_not_change_takes_nothing_out_of_force(house: House) -> None:
    edited = without_format_check(texts()["outgoing"])
    route = house.office.roads.read(edited, "outgoing")
    adopted = Adoption("outgoing", 2, route.digest, Source.EDITOR, "quantri", house.clock())
    with house.office.database.unit() as unit:
        unit.definitions.keep(route.digest, "outgoing", edited)
        unit.definitions.adopt(adopted)

    assert adopt_files(house.office, texts()) == []
    assert house.office.routes["outgoing"].digest == route.digest

    touched = texts()["outgoing"] + "# changed by hand\n"
    assert adopt_files(house.office, {"outgoing": touched}) == ["outgoing"]
    assert "format_check" in house.office.routes["outgoing"].states


def test_every_version_that_comes_into_force_is_in_the_log(house: House) -> None:
    before = house.office.routes["outgoing"].digest
    adopt_files(house.office, {"outgoing": texts()["outgoing"] + "# again\n"})

    with house.office.database.reading() as unit:
        told = unit.audit.latest(1)[0].event
        newest = unit.definitions.newest()["outgoing"]
    assert (told.action, told.by) == ("definition:adopted", "system")
    assert told.facts["before"] == before
    assert (told.facts["digest"], told.facts["n"]) == (newest.digest, str(newest.n))


def test_two_who_put_a_version_in_force_at_once_do_not_both_succeed(house: House) -> None:
    digest = house.office.routes["outgoing"].digest
    second = Adoption("outgoing", 2, digest, Source.EDITOR, "quantri", house.clock())
    with house.office.database.unit() as unit:
        unit.definitions.adopt(second)

    with pytest.raises(Outrun), house.office.database.unit() as unit:
        unit.definitions.adopt(second)


@pytest.mark.parametrize("table", ["definition", "adoption"])
def test_nobody_changes_a_version_afterwards(house: House, table: str) -> None:
    for statement in (f"UPDATE {table} SET name = 'x'", f"DELETE FROM {table}"):  # noqa: S608 - a test's own words
        with (
            pytest.raises(DBAPIError, match="kept for good"),
            house.office.database.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def test_a_text_that_is_not_under_its_own_digest_is_found(house: House) -> None:
    with house.office.database.unit() as unit:
        unit.definitions.keep(Digest("0" * 64), "outgoing", texts()["outgoing"])

    assert verify(house.office).faults == (f"definition {'0' * 64}: changed",)


def test_a_document_from_before_versions_were_kept_goes_by_the_newest(house: House) -> None:
    roads = Roads(house.office.roads.read)
    with house.office.database.reading() as unit:
        assert roads.of(unit, Digest("f" * 64), "outgoing").name == "outgoing"
        with pytest.raises(Broken, match="definition.lost"):
            roads.of(unit, Digest("f" * 64), "nowhere")
