"""Circulation marks: who may read, keep, pass on and send what bears one; and its coming back."""

from datetime import timedelta

import pytest

from records.document import Circulation, Direction, Document
from records.errors import NotAllowed, NotFound, Refused
from records.exchange import DispatchState
from records.finding import Query
from tests.conftest import House
from workflow.begin import Particulars
from workflow.carry import carry
from workflow.circulate import Loan, give_back, loans, mark
from workflow.draft import draft
from workflow.find import find
from workflow.look import content, page_picture, view
from workflow.road import Choice
from workflow.shown import across


def _drafted(house: House, circulation: Circulation) -> Document:
    said = Particulars(
        Direction.OUTGOING,
        "BC",
        "Báo cáo vòng quanh",
        house.drafted().classification,
        circulation=circulation,
        recipients=("H49.90.2",),
    )
    answers = {"body": "Nội dung vòng quanh."}
    return draft(house.office, said, answers, by=house.person("chuyenvien"))


def _mark(house: House, document: Document, to: Circulation, by: str) -> Document:
    return mark(house.office, document.id, to, Choice("theo chỉ đạo"), by=house.person(by))


def _reads(house: House, document: Document, who: str) -> bool:
    try:
        view(house.office, document.id, by=house.person(who))
    except NotFound:
        return False
    return True


def test_what_stays_within_the_agency_is_neither_offered_nor_sent(house: House) -> None:
    sealed = house.sealed(_drafted(house, Circulation.INTERNAL))

    assert "dispatch" not in view(house.office, sealed.id, by=house.person("vanthu")).actions
    with pytest.raises(Refused, match=r"circulation\.stays"):
        house.act(sealed, "dispatch", "vanthu", recipients=("H49.90.2",))
    assert _reads(house, sealed, "kiemtra")
    with house.office.database.reading() as unit:
        assert unit.dispatches.of(sealed.id) == []

    freed = _mark(house, sealed, Circulation.NONE, "vanthu")
    sent = house.act(freed, "dispatch", "vanthu", recipients=("H49.90.2",))
    with pytest.raises(Refused, match=r"circulation\.sent"):
        _mark(house, sent, Circulation.INTERNAL, "vanthu")


def test_a_mark_that_slipped_behind_a_sending_still_holds_it(house: House) -> None:
    sealed = house.sealed(_drafted(house, Circulation.NONE))
    house.act(sealed, "dispatch", "vanthu", recipients=("H49.90.2",))
    with house.office.database.unit() as unit:
        [one] = unit.dispatches.of(sealed.id)
        unit.connection.exec_driver_sql("UPDATE document SET circulation = 'internal'")

    with pytest.raises(Refused, match=r"circulation\.stays"):
        carry(house.office, one.id)

    with house.office.database.reading() as unit:
        assert unit.dispatches.get(one.id).state is DispatchState.QUEUED


def test_what_is_to_be_given_back_is_read_by_those_named_and_in_pictures(house: House) -> None:
    signed = house.signed(_drafted(house, Circulation.RETURN))
    everybody = ("chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu")

    assert [_reads(house, signed, one) for one in everybody] == [True] * 5
    assert not any(_reads(house, signed, one) for one in ("kiemtra", "luutru", "phochutich"))
    head, drafter = house.person("truongban"), house.person("chuyenvien")
    assert "XEM XONG TRẢ LẠI · Trần Quốc Đạt" in across(house.office, signed, head)
    assert page_picture(house.office, signed.id, 1, "", width=300, by=head)
    with pytest.raises(NotAllowed, match=r"circulation\.pictures-only"):
        content(house.office, signed.id, "", by=head)
    assert content(house.office, signed.id, "", by=drafter)[1]


def test_a_mark_set_later_closes_the_document_to_others_and_to_their_search(house: House) -> None:
    sealed = house.sealed(_drafted(house, Circulation.NONE))
    house.work_off()
    inspector = house.person("kiemtra")
    assert find(house.office, Query("vòng quanh", frozenset()), by=inspector).total == 1

    with house.office.database.unit() as unit:
        unit.documents.admit(sealed.id, {"person:phochutich"})  # as somebody named is

    marked = _mark(house, sealed, Circulation.RETURN, "chutich")
    house.work_off()

    assert _reads(house, marked, "phochutich")
    assert not _reads(house, marked, "kiemtra")
    assert find(house.office, Query("vòng quanh", frozenset()), by=inspector).total == 0
    assert (
        find(house.office, Query("vòng quanh", frozenset()), by=house.person("truongban")).total
        == 1
    )
    open_again = _mark(house, marked, Circulation.NONE, "vanthu")
    assert _reads(house, open_again, "kiemtra")


def test_a_reader_passes_nothing_on_and_a_leader_may(house: House) -> None:
    waiting = house.act(_drafted(house, Circulation.RETURN), "submit", "chuyenvien")

    names = {one.name for one in view(house.office, waiting.id, by=house.person("truongban")).sides}
    assert not names & {"forward", "request-opinion"}
    with pytest.raises(Refused, match=r"circulation\.no-further"):
        house.act(waiting, "request-opinion", "truongban", comment="Xem giúp", to="luutru")

    approved = house.act(waiting, "approve", "truongban")
    approved = house.act(approved, "approve", "chanhvanphong")
    house.act(approved, "request-opinion", "chutich", comment="Xem giúp", to="luutru")
    assert _reads(house, approved, "luutru")


def test_a_reader_gives_it_back_and_the_registry_knows_who_has_not(house: House) -> None:
    approved = house.approved(_drafted(house, Circulation.RETURN))
    head, clerk = house.person("truongban"), house.person("vanthu")
    page_picture(house.office, approved.id, 1, "", width=300, by=head)
    opened = house.clock()
    house.clock.pass_by(timedelta(hours=1))
    assert loans(house.office, approved.id, by=clerk) == [Loan("truongban", opened, None)]
    assert loans(house.office, approved.id, by=house.person("chuyenvien")) != []

    give_back(house.office, approved.id, by=head)

    assert not _reads(house, approved, "truongban")
    assert loans(house.office, approved.id, by=clerk) == [Loan("truongban", opened, house.clock())]
    for who in ("chutich", "chuyenvien", "vanthu"):  # it waits for one, is another's, is kept
        with pytest.raises(Refused, match=r"circulation\.still-yours"):
            give_back(house.office, approved.id, by=house.person(who))


def test_who_may_not_and_what_says_nothing_changes_no_mark(house: House) -> None:
    sealed = house.sealed(_drafted(house, Circulation.NONE))
    with pytest.raises(NotAllowed, match=r"circulation\.not-yours"):
        _mark(house, sealed, Circulation.RETURN, "kiemtra")
    with pytest.raises(Refused, match=r"circulation\.same"):
        _mark(house, sealed, Circulation.NONE, "vanthu")
    with pytest.raises(Refused, match=r"circulation\.reason"):
        mark(house.office, sealed.id, Circulation.RETURN, Choice(" "), by=house.person("vanthu"))
    with pytest.raises(Refused, match=r"circulation\.not-lent"):
        give_back(house.office, sealed.id, by=house.person("kiemtra"))
