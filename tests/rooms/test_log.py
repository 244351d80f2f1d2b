"""An inspector finds what was done, by whom and when, and takes it along as a harmless table."""

import csv
import io
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from drafting.sheets import harmless
from front.serving import application
from records.audit import Wanted
from records.document import Classification
from records.errors import NotAllowed, NotFound, Refused, Unreadable
from tests.conftest import House
from workflow.check import signed_bytes
from workflow.log import entries, take_along
from workflow.look import content, page_picture
from workflow.verify import verify

CALLED = '=HYPERLINK("http://x")'


def test_the_log_is_found_by_who_what_when_and_on_which(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    house.clock.pass_by(timedelta(days=1))
    content(house.office, document.id, "", by=house.person("truongban"))
    house.act(document, "approve", "truongban")
    inspector = house.person("kiemtra")

    def found(wanted: Wanted) -> list[tuple[str, str]]:
        shown, _ = entries(house.office, wanted, before=0, limit=50, by=inspector)
        return [(one.event.action, one.event.by) for one in shown]

    looked, approved = ("document:viewed", "truongban"), ("step:approved", "truongban")
    assert found(Wanted(by="truongban")) == [approved, looked]
    assert found(Wanted(action="document:viewed")) == [looked]
    assert found(Wanted(document=document.id, since=house.clock())) == [approved, looked]
    assert found(Wanted(document=document.id, until=house.clock())) == [
        ("document:submitted", "chuyenvien"),
        ("document:drafted", "chuyenvien"),
    ]
    first, more = entries(house.office, Wanted(), before=0, limit=1, by=inspector)
    second, _ = entries(house.office, Wanted(), before=more, limit=1, by=inspector)
    assert [one.seq for one in (*first, *second)] == [more, more - 1]
    with pytest.raises(NotAllowed):
        entries(house.office, Wanted(), before=0, limit=1, by=house.person("quantri"))


def test_it_is_taken_along_as_a_table_in_which_nothing_is_computed(house: House) -> None:
    with house.office.database.unit() as unit:
        unit.people.change(
            replace(unit.people.get("chuyenvien"), name=CALLED), on=house.office.today()
        )
    house.drafted()
    inspector = house.person("kiemtra")

    told = take_along(house.office, Wanted(by="chuyenvien"), "csv", {}, by=inspector)
    [head, row] = csv.reader(io.StringIO(told.decode("utf-8-sig")))
    assert (head[2], row[2], row[3]) == ("Tài khoản", "chuyenvien", f"'{CALLED}")
    book = load_workbook(
        io.BytesIO(take_along(house.office, Wanted(by="chuyenvien"), "xlsx", {}, by=inspector))
    )
    cell = book.worksheets[0]["D2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (CALLED, "s", True)
    with pytest.raises(Refused, match="log.form"):
        take_along(house.office, Wanted(), "pdf", {}, by=inspector)
    taken, _ = entries(house.office, Wanted(action="log:exported"), before=0, limit=9, by=inspector)
    assert [(one.event.facts["form"], one.event.facts["of"]) for one in taken] == [
        ("xlsx", "chuyenvien"),
        ("csv", "chuyenvien"),
    ]
    assert verify(house.office).holds


def test_no_page_is_looked_at_without_a_line_in_the_log(house: House) -> None:
    document, secret = house.signed(), house.drafted(classification=Classification.SECRET)
    office, inspector = house.office, house.person("kiemtra")

    def looked() -> int:
        asked = (Wanted(action=one) for one in ("document:viewed", "secret:looked"))
        return sum(len(entries(office, one, before=0, limit=50, by=inspector)[0]) for one in asked)

    def turn(id: str, page: int, who: str) -> None:
        with suppress(NotFound, Unreadable):  # it may have one page only: the look counts
            page_picture(office, id, page, "", width=100, by=house.person(who))

    turn(document.id, 2, "truongban")
    assert looked() == 1
    turn(document.id, 1, "truongban")
    turn(document.id, 2, "truongban")
    assert looked() == 2
    for page in (1, 2, 2):
        turn(secret.id, page, "chuyenvien")
    assert looked() == 5
    signed_bytes(office, document.id, 1, by=house.person("truongban"))
    assert looked() == 6


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "  =1", "\r=1"])
def test_whatever_could_be_a_formula_is_quoted(words: str) -> None:
    assert harmless(words) == f"'{words}"
    assert harmless(f"x{words}") == f"x{words}"


def test_page_and_api_show_the_inspector_what_they_ask_for(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    client = application(house.office, house.settings).test_client()
    asked = {"by": "chuyenvien", "document": document.id, "to": "2026-11-20"}
    client.set_cookie("trinhky", house.cookie("kiemtra"))

    page = client.get("/audit", query_string=asked).text
    assert page.count(document.id[:8] + "</code>") == 2
    assert "Xuất CSV" in page
    told = client.get("/api/v1/audit", query_string={**asked, "limit": "1"}).json or {}
    assert told["items"][0]["action"] == "document:submitted"
    assert told["next_cursor"]
    file = client.get("/api/v1/audit", query_string={**asked, "format": "csv"})
    assert file.mimetype == "text/csv"
    assert "attachment" in file.headers["Content-Disposition"]
    for wrong in ({"action": "x"}, {"from": "x"}, {"cursor": "x"}, {"to": "9999-12-31"}):
        assert client.get("/api/v1/audit", query_string=wrong).status_code == 422
