"""Who reads a document or file beside its road changes by two people, and by nobody alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from identity.reading import tokens_of
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, OfficeError, Outrun, Refused
from records.finding import Query
from records.person import Person, Post, Role, Unit
from tests.conftest import House
from web.application import build
from workflow.case_files import FileSaid, file_view, open_file
from workflow.classify import classify
from workflow.find import find
from workflow.look import view
from workflow.permit import (
    WAITS,
    confirm,
    proposals,
    propose_document,
    propose_file,
    waiting_of,
    withdraw,
)
from workflow.road import Choice
from workflow.staff import hire

OTHER = Person("nguoi-khac", "Người Khác", "Chuyên viên", (Post(Role.OFFICER, "ban-tai-chinh"),))


@pytest.fixture
def other(house: House) -> Person:
    units = [one.id for one in _units(house)]
    officer = house.person("chuyenvien")
    place = next(one for one in units if one not in officer.units)
    one = replace(OTHER, posts=(Post(Role.OFFICER, place),))
    return hire(house.office, one, "mật khẩu đủ dài", by=house.person("quantri"))


def test_nobody_reads_it_before_another_confirmed_and_then_they_do(
    house: House, other: Person
) -> None:
    draft = house.drafted()
    officer, leader = house.person("chuyenvien"), house.person("chutich")

    made = propose_document(house.office, draft.id, other.id, grants=True, by=officer)

    with pytest.raises(NotFound):
        view(house.office, draft.id, by=other)
    [warned] = waiting_of(house.office, document=draft.id, by=officer)
    assert (warned.change.id, warned.confirms, warned.withdraws) == (made, False, True)
    [asked] = proposals(house.office, by=leader)
    assert asked.confirms
    confirm(house.office, made, by=leader)
    assert view(house.office, draft.id, by=other).document.id == draft.id
    assert waiting_of(house.office, document=draft.id, by=officer) == []
    house.work_off()
    assert find(house.office, Query("thử nghiệm", readers=tokens_of(other)), by=other).total == 1

    gone = propose_document(house.office, draft.id, other.id, grants=False, by=officer)
    assert view(house.office, draft.id, by=other)
    confirm(house.office, gone, by=leader)
    with pytest.raises(NotFound):
        view(house.office, draft.id, by=other)
    house.work_off()
    assert find(house.office, Query("thử nghiệm", readers=tokens_of(other)), by=other).total == 0


def test_neither_author_nor_beneficiary_nor_anybody_confirms(house: House, other: Person) -> None:
    draft = house.drafted()
    leader = house.person("chutich")
    made = propose_document(house.office, draft.id, other.id, grants=True, by=leader)

    for name in ("chutich", other.id, "chuyenvien", "vanthu", "luutru", "kiemtra", "quantri"):
        with pytest.raises((NotAllowed, NotFound)):
            confirm(house.office, made, by=house.person(name))
    with pytest.raises(NotFound):
        withdraw(house.office, made, by=house.person("chuyenvien"))
    with pytest.raises(NotFound):
        view(house.office, draft.id, by=other)
    confirm(house.office, made, by=house.person("truongban"))
    with pytest.raises(Outrun):
        confirm(house.office, made, by=house.person("phochutich"))


@pytest.mark.parametrize("who", ["proposed_by", "person"])
def test_the_database_knows_that_it_takes_two(house: House, other: Person, who: str) -> None:
    draft = house.drafted()
    by = house.person("chuyenvien")
    propose_document(house.office, draft.id, other.id, grants=True, by=by)

    statement = f"UPDATE permission_change SET confirmed_by = {who}"  # noqa: S608 - a test's own
    with pytest.raises(DBAPIError), house.office.database.engine.begin() as raw:
        raw.execute(text(statement))


def test_an_old_proposal_and_one_given_up_open_nothing(house: House, other: Person) -> None:
    draft = house.drafted()
    officer, leader = house.person("chuyenvien"), house.person("chutich")
    made = propose_document(house.office, draft.id, other.id, grants=True, by=officer)
    with pytest.raises(Refused, match="permission.waiting"):
        propose_document(house.office, draft.id, other.id, grants=True, by=officer)
    house.clock.pass_by(WAITS + timedelta(seconds=1))
    assert proposals(house.office, by=leader) == []
    with pytest.raises(Refused, match="permission.expired"):
        confirm(house.office, made, by=leader)

    again = propose_document(house.office, draft.id, other.id, grants=True, by=officer)
    withdraw(house.office, again, by=officer)
    with pytest.raises(Outrun, match="permission.settled"):
        confirm(house.office, again, by=leader)
    with pytest.raises(NotFound):
        view(house.office, draft.id, by=other)


def test_what_cannot_be_is_refused_and_says_why(house: House, other: Person) -> None:
    draft = house.act(house.drafted(), "submit", "chuyenvien")
    officer = house.person("chuyenvien")

    def propose(name: str, *, grants: bool, by: Person = officer) -> Callable[[], str]:
        return lambda: propose_document(house.office, draft.id, name, grants=grants, by=by)

    for attempt, rule in (
        (propose("chutich", grants=True), "permission.already"),
        (propose("quantri", grants=True), "assignee.unknown"),
        (propose("nobody", grants=True), "assignee.unknown"),
        (propose("chuyenvien", grants=False), "permission.by-part"),
        (propose("kiemtra", grants=False), "permission.by-post"),
        (propose(other.id, grants=False), "permission.by-post"),
        (propose(other.id, grants=True, by=house.person("kiemtra")), "permission.not-yours"),
        (propose(other.id, grants=True, by=other), "document.unknown"),
    ):
        with pytest.raises(OfficeError, match=rule):
            attempt()


def test_clearance_is_looked_at_again_when_it_is_confirmed(house: House, other: Person) -> None:
    draft = house.drafted()
    made = propose_document(
        house.office, draft.id, other.id, grants=True, by=house.person("chuyenvien")
    )
    _raise(house, draft)

    with pytest.raises(OfficeError):
        confirm(house.office, made, by=house.person("chutich"))

    with pytest.raises(NotFound):
        view(house.office, draft.id, by=other)


def test_whoever_confirms_a_secret_file_learns_no_word_of_it(house: House) -> None:
    said = FileSaid("01.M", "Hồ sơ bí ẩn", classification=Classification.CONFIDENTIAL)
    officer, leader = house.person("chuyenvien"), house.person("chutich")
    file = open_file(house.office, said, by=officer)
    made = propose_file(house.office, file.id, "truongban", grants=True, by=officer)

    [asked] = proposals(house.office, by=leader)

    assert (asked.title, asked.confirms) == ("", True)
    confirm(house.office, made, by=leader)
    assert file_view(house.office, file.id, by=house.person("truongban"))
    with pytest.raises(NotFound):
        file_view(house.office, file.id, by=leader)


def test_the_page_warns_until_it_is_confirmed(house: House, other: Person) -> None:
    draft = house.drafted()
    officer = house.person("chuyenvien")
    app = build(house.office, secret=b"s" * 32, largest=1_000_000)
    mine, theirs = app.test_client(), app.test_client()
    mine.set_cookie("trinhky", house.cookie("chuyenvien"))
    theirs.set_cookie("trinhky", house.cookie("chutich"))
    assert b"permission-changes" not in mine.get(f"/documents/{draft.id}").data
    made = propose_document(house.office, draft.id, other.id, grants=True, by=officer)

    page = mine.get(f"/documents/{draft.id}").get_data(as_text=True)

    assert "chưa có hiệu lực" in page
    assert other.name in page
    assert f"/permission-changes/{made}/confirm" not in page
    form = mine.get(f"/documents/{draft.id}/readers").text
    assert '<option value="">Chọn người</option>' in form  # nobody is proposed by mere haste
    assert f"/permission-changes/{made}/confirm" in theirs.get("/permission-changes").text
    confirm(house.office, made, by=house.person("chutich"))
    assert "chưa có hiệu lực" not in mine.get(f"/documents/{draft.id}").text


def _raise(house: House, draft: Document) -> None:
    choice = Choice("vì có bí mật", seen=draft.version)
    classify(house.office, draft.id, Classification.SECRET, choice, by=house.person("truongban"))


def _units(house: House) -> list[Unit]:
    with house.office.database.reading() as unit:
        return [one for one in unit.people.units() if one.until is None]
