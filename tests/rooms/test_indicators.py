"""What the office is measured by: every share counts right, and tells what it is made of."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from records.document import Classification, Direction, Document, Source
from records.errors import NotAllowed, NotFound, Refused
from records.indicator import Indicator
from tests.conftest import House, Opening
from workflow.begin import Particulars
from workflow.case_files import FileSaid, close_file, open_file, put_in
from workflow.indicators import Period, indicator, indicators, listed
from workflow.receive import receive
from workflow.reports import print_report, report

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def house(open_house: Opening) -> House:
    return open_house()


def _shares(house: House, by: str = "kiemtra", period: Period = YEAR) -> dict[str, tuple[int, int]]:
    made = indicators(house.office, period, by=house.person(by))
    return {one.id: (one.numerator, one.denominator) for one in made}


def _one(house: House, id: str) -> Indicator:
    return indicator(house.office, id, YEAR, by=house.person("kiemtra"))


def _came(house: House, paper: bytes, **said: object) -> Document:
    told = Particulars(
        Direction.INCOMING,
        "công văn",
        "Mời dự họp",
        Classification.NONE,
        source=Source("12/CV", "UBND tỉnh", date(2026, 11, 3)),
    )
    clerk = house.person("vanthu")
    return receive(house.office, replace(told, **said), paper, by=clerk).document  # type: ignore[arg-type]  # names of Particulars


def _ended(house: House, document: Document) -> Document:
    document = house.act(document, "number", "vanthu")
    document = house.act(document, "assign", "chutich", to="truongban", comment="Chủ trì")
    document = house.act(document, "complete", "truongban", comment="Đã xong")
    return house.act(document, "close", "chutich")


def test_nothing_counted_is_no_share(house: House) -> None:
    assert set(_shares(house).values()) == {(0, 0)}
    assert _one(house, "signed").share is None


def test_an_issued_document_counts_as_signed_and_sent(house: House) -> None:
    sealed = house.sealed(house.drafted())
    assert _shares(house)["sent-in-time"] == (0, 0)  # there is still time

    house.act(sealed, "dispatch", "vanthu", recipients=("H49.90.2",))
    told = _shares(house)
    assert told["signed"] == told["signed-by-leader"] == told["signed-by-agency"] == (1, 1)
    assert told["exchanged"] == (0, 1)  # it waits to be carried
    assert told["sent-in-time"] == (1, 1)
    assert [one.id for one in _one(house, "signed").behind] == [sealed.id]


def test_what_is_handed_over_by_hand_and_late_counts_against_the_office(house: House) -> None:
    sealed = house.sealed(house.drafted())
    house.clock.pass_by(timedelta(days=6))
    assert _shares(house)["sent-in-time"] == (0, 1)

    house.act(sealed, "close", "vanthu", comment="Giao tận tay")
    told = _shares(house)
    assert told["exchanged"] == (0, 1)
    assert told["sent-in-time"] == (0, 1)


def test_a_cancelled_number_is_not_counted(house: House) -> None:
    sealed = house.sealed(house.drafted())
    house.act(sealed, "cancel", "vanthu", comment="Sai nội dung")
    assert _shares(house)["signed"] == (0, 0)


def test_incoming_documents_are_counted_by_their_days(house: House, paper: bytes) -> None:
    late = _came(house, paper, due_on=date(2026, 11, 23))
    _ended(house, _came(house, paper, subject="Xong ngay"))
    refused = _came(house, paper, subject="Gửi nhầm")
    house.act(refused, "refuse", "vanthu", comment="Không đúng nơi nhận")
    told = _shares(house)
    assert told["registered-in-time"] == (1, 1)  # the other one still has its day
    assert told["handled"] == (1, 2)
    assert told["handled-in-time"] == (1, 1)

    house.clock.pass_by(timedelta(days=6))
    told = _shares(house)
    assert told["registered-in-time"] == (1, 2)
    assert told["handled-in-time"] == (1, 2)

    _ended(house, late)
    told = _shares(house)
    assert told["registered-in-time"] == (1, 2)
    assert told["handled"] == (2, 2)
    assert told["handled-in-time"] == (1, 2)


def test_a_file_with_something_handed_over_by_hand_is_not_online(house: House) -> None:
    sent = house.act(house.sealed(house.drafted()), "dispatch", "vanthu", recipients=("H49.90.2",))
    by_hand = house.act(house.sealed(house.drafted()), "close", "vanthu", comment="Giao tay")
    clerk = house.person("vanthu")
    for n, document in enumerate((sent, by_hand), 1):
        file = open_file(house.office, FileSaid(f"0{n}.HC", "Hồ sơ"), by=clerk)
        put_in(house.office, file.id, [document.id], by=clerk)
        close_file(house.office, file.id, date(2026, 11, 20), by=clerk)

    made = _one(house, "files-online")
    assert (made.numerator, made.denominator) == (1, 2)
    [(counted, shown), _] = listed(house.office, made, 0, 10)
    assert (counted.counted, shown.id) == (0, made.behind[1].id) or counted.counted == 0


def test_a_secret_document_moves_no_indicator_and_no_report(house: House) -> None:
    house.sealed(house.drafted())
    before = (
        _shares(house, "chutich"),
        report(house.office, "outgoing", YEAR, by=house.person("chutich")),
    )
    house.sealed(house.drafted(classification=Classification.CONFIDENTIAL))
    after = (
        _shares(house, "chutich"),
        report(house.office, "outgoing", YEAR, by=house.person("chutich")),
    )
    assert after == before


def test_everybody_counts_what_they_may_read(house: House) -> None:
    house.sealed(house.drafted())
    assert _shares(house, "chuyenvien")["signed"] == (1, 1)
    with pytest.raises(NotAllowed, match="reports.not-yours"):
        _shares(house, "quantri")


def test_a_unit_and_a_period_bound_what_is_counted(house: House) -> None:
    house.sealed(house.drafted())
    assert _shares(house, period=replace(YEAR, unit="ban-to-chuc"))["signed"] == (1, 1)
    assert _shares(house, period=replace(YEAR, unit="van-phong"))["signed"] == (0, 0)
    assert _shares(house, period=Period(YEAR.since, date(2026, 11, 19)))["signed"] == (0, 0)
    with pytest.raises(NotFound, match="unit.unknown"):
        _shares(house, period=replace(YEAR, unit="nowhere"))
    with pytest.raises(Refused, match="reports.turned"):
        _shares(house, period=Period(YEAR.until, YEAR.since))
    with pytest.raises(Refused, match="reports.too-long"):
        _shares(house, period=Period(date(2000, 1, 1), YEAR.until))


def test_the_reports_sum_their_units_and_print(house: House, paper: bytes) -> None:
    house.act(house.sealed(house.drafted()), "dispatch", "vanthu", recipients=("H49.90.2",))
    _ended(house, _came(house, paper))
    _came(house, paper, subject="Chưa phân công")
    clerk = house.person("vanthu")

    incoming = report(house.office, "incoming", YEAR, by=clerk)
    assert [row[1] for row in incoming.rows] == ["1", "1", "2"]
    assert incoming.rows[-1] == (
        "Tổng cộng",
        "2",
        "1",
        "1",
        "1",
        "1",
        "0",
        "100,0\N{NO-BREAK SPACE}%",
    )
    outgoing = report(house.office, "outgoing", YEAR, by=clerk)
    assert outgoing.rows[-1] == ("Tổng cộng", "1", "1", "1", "0", "1", "100,0\N{NO-BREAK SPACE}%")

    printed = print_report(house.office, "incoming", YEAR, "xlsx", by=clerk)
    cells = [cell.value for row in load_workbook(io.BytesIO(printed)).active for cell in row]  # type: ignore[union-attr]  # a sheet
    assert {"BÁO CÁO TÌNH HÌNH GIẢI QUYẾT VĂN BẢN ĐẾN", "Ban Tổ chức"} & set(cells)
    assert print_report(house.office, "outgoing", YEAR, "pdf", by=clerk).startswith(b"%PDF")
    with pytest.raises(NotFound, match="reports.unknown"):
        report(house.office, "internal", YEAR, by=clerk)
