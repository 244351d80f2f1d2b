"""Held numbers, closed registers, the proof 1…n, and documents that come twice."""

import io
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import docx
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import app
from records.document import Classification, Direction, Document, Source
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Post, Role
from records.register import Reservation, RowKind
from records.signature import Verdict
from signing.demo_pki import refresh_crls
from tests.conftest import House
from workflow.begin import Particulars
from workflow.closing import close_book
from workflow.look import view
from workflow.receive import receive
from workflow.register_audit import audit_registers, faults_of
from workflow.registers import open_book, print_book, row_of
from workflow.reserve import reserve, void
from workflow.staff import hire
from workflow.verify import verify

ISSUER = Source(number="05/KH-UBND", organ="UBND thành phố", on=date(2026, 11, 3))


def arrived(house: House, paper: bytes, source: Source = ISSUER, **about: object) -> Document:
    house.clock.pass_by(timedelta(seconds=1))
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp", Classification.NONE)
    said = replace(said, source=source, **about)  # type: ignore[arg-type]  # a test's own words
    return receive(house.office, said, paper, by=house.person("vanthu")).document


def numbered(house: House, paper: bytes, **choice: object) -> Document:
    return house.act(arrived(house, paper), "number", "vanthu", **choice)


def held(house: House, book: str = "van-ban-den", type: str = "") -> Reservation:
    return reserve(
        house.office,
        book,
        type,
        reason="Chờ bản giấy của tỉnh",
        until=date(2026, 12, 1),
        holder="truongban",
        by=house.person("vanthu"),
    )


def faults(house: House) -> list[str]:
    return [fault for one in audit_registers(house.office) for fault in one.faults]


def test_a_held_number_is_used_or_voided_and_its_row_always_stays(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    numbered(house, paper)
    first, second = held(house), held(house)
    after = numbered(house, paper)
    assert (str(first.number), str(second.number), str(after.number)) == ("02", "03", "04")

    house.clock.pass_by(timedelta(days=4))
    used = numbered(house, paper, reserved=first.id)
    void(house.office, second.id, "Tỉnh không gửi nữa", by=clerk)

    assert used.number is not None
    assert (used.number.serial, used.number.on) == (2, date(2026, 11, 24))
    opened = open_book(house.office, "van-ban-den", None, by=clerk)
    assert [one.number.serial for one in opened.entries] == [1, 2, 3, 4]
    assert [one.kind for one in opened.entries] == [
        RowKind.ENTERED,
        RowKind.ENTERED,
        RowKind.VOIDED,
        RowKind.ENTERED,
    ]
    remarks = [row_of(opened.book, one)[-1] for one in opened.entries]
    assert remarks[1] == "Số giữ từ ngày 20/11/2026: Chờ bản giấy của tỉnh"
    assert "cho Trần Quốc Đạt" in remarks[2]
    assert remarks[2].endswith("Hủy: Tỉnh không gửi nữa")
    [proof] = audit_registers(house.office)
    assert proof.line == (
        "van-ban-den 2026 joint: 1…4 (3 entered, 0 cancelled, 0 reserved, 1 voided)"
    )
    assert proof.faults == ()
    assert verify(house.office).holds
    with house.office.database.reading() as unit:
        told = [one.event.action for one in unit.audit.latest(50)]
    assert told.count("number:reserved") == 2
    assert told.count("number:voided") == 1


def test_a_held_number_is_used_once_in_its_own_series_and_time(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    mine = held(house)
    other = held(house, "van-ban-di", "TB")
    waiting = arrived(house, paper)

    with pytest.raises(Refused, match="reservation.other-book"):
        house.act(waiting, "number", "vanthu", reserved=other.id)
    with pytest.raises(NotFound, match="reservation.unknown"):
        house.act(waiting, "number", "vanthu", reserved="0" * 32)
    assert view(house.office, waiting.id, by=clerk).held == (mine,)
    numbered(house, paper, reserved=mine.id)
    for settled in (
        lambda: house.act(waiting, "number", "vanthu", reserved=mine.id),
        lambda: void(house.office, mine.id, "Thừa", by=clerk),
    ):
        with pytest.raises(Outrun, match="reservation.settled"):
            settled()
    late = held(house)
    house.clock.pass_by(timedelta(days=12))
    with pytest.raises(Refused, match="reservation.expired") as refusal:
        house.act(waiting, "number", "vanthu", reserved=late.id)
    assert refusal.value.facts["until"] == "01/12/2026"
    assert view(house.office, waiting.id, by=clerk).held == ()
    assert str(house.act(waiting, "number", "vanthu").number) == "03"
    assert faults(house) == []


def test_a_sealed_document_bears_the_number_that_was_held_for_it(house: House) -> None:
    one = held(house, "van-ban-di", "TB")
    assert str(one.number) == "01/TB-LĐLĐ"
    signed = house.signed(type="TB")

    sealed = house.act(signed, "seal", "vanthu", reserved=one.id)

    assert str(sealed.number) == "01/TB-LĐLĐ"
    content = house.office.contents.get(sealed, sealed.latest.digest)
    fields = {
        field.get_object()["/T"]: field.get_object().get("/V")
        for field in PdfFileReader(io.BytesIO(content)).root["/AcroForm"]["/Fields"]
    }
    assert fields["so"] == "01"
    assert faults(house) == []


def test_holding_a_number_needs_a_clerk_a_reason_a_day_and_a_person(house: House) -> None:
    clerk = house.person("vanthu")

    def attempt(by: Person = clerk, **about: object) -> None:
        told = {"reason": "Chờ", "until": date(2026, 11, 30), "holder": "", **about}
        book, type = str(told.pop("book", "van-ban-di")), str(told.pop("type", "TB"))
        reserve(house.office, book, type, by=by, **told)  # type: ignore[arg-type]  # as told

    for about, rule in (
        ({"reason": "  "}, "reservation.reason"),
        ({"until": None}, "reservation.until"),
        ({"until": date(2026, 11, 19)}, "reservation.until"),
        ({"until": date(2027, 1, 1)}, "reservation.until"),
        ({"holder": "nobody"}, "reservation.holder"),
        ({"type": "ABC"}, "type.unknown"),
        ({"book": "khong-co"}, "register.unknown"),
    ):
        with pytest.raises(Refused, match=rule):
            attempt(**about)
    for name in ("chuyenvien", "chutich", "luutru", "kiemtra", "quantri"):
        with pytest.raises(NotAllowed, match="reservation.not-yours"):
            attempt(by=house.person(name))
    assert audit_registers(house.office) == ()


def test_a_secret_registers_held_numbers_are_shut_and_seen_by_the_cleared_only(
    house: House,
) -> None:
    uncleared = Person("vanthu2", "Đinh Yến", "Văn thư", (Post(Role.REGISTRY_CLERK, "van-phong"),))
    hire(house.office, uncleared, "đủ dài rồi", by=house.person("quantri"))
    with pytest.raises(NotAllowed, match="register.not-yours"):
        reserve(
            house.office,
            "van-ban-di-mat",
            "",
            reason="x",
            until=date(2026, 12, 1),
            by=uncleared,
        )
    one = held(house, "van-ban-di-mat")

    for name, sees in (("vanthu", 1), ("chutich", 1), ("kiemtra", 0), ("vanthu2", 0)):
        opened = open_book(house.office, "van-ban-di-mat", None, by=house.person(name))
        assert len(opened.entries) == len(opened.held) == sees, name
    with pytest.raises(NotFound, match="reservation.unknown"):
        void(house.office, one.id, "Thừa", by=uncleared)
    void(house.office, one.id, "Không còn phương án", by=house.person("vanthu"))
    with house.office.database.reading() as unit:
        rows = unit.connection.execute(text("SELECT * FROM reservation")).all()
        logged = str([row.facts for row in unit.connection.execute(text("SELECT * FROM audit"))])
    for words in ("bản giấy", "phương án"):
        assert words not in str(rows)
        assert words not in logged
    assert "phương án" in unshut(house, one.id)
    assert faults(house) == []


def unshut(house: House, id: str) -> str:
    with house.office.database.reading() as unit:
        return unit.reservations.get(id).voided


def test_a_closed_year_is_a_sealed_book_and_takes_nothing_more(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    for _ in range(2):
        numbered(house, paper)
    one = held(house)
    with pytest.raises(Refused, match="register.year-running"):
        close_book(house.office, "van-ban-den", 2026, by=clerk)
    house.clock.pass_by(timedelta(days=60))
    refresh_crls(house.settings.trinhky_data / "keys", house.clock())
    with pytest.raises(Refused, match="register.held"):
        close_book(house.office, "van-ban-den", 2026, by=clerk)
    void(house.office, one.id, "Không dùng", by=clerk)
    for name in ("chutich", "luutru", "quantri"):
        with pytest.raises(NotAllowed):
            close_book(house.office, "van-ban-den", 2026, by=house.person(name))

    closing = close_book(house.office, "van-ban-den", 2026, by=clerk)

    assert closing.rows == 3
    first = print_book(house.office, "van-ban-den", 2026, "pdf", by=clerk)
    house.clock.pass_by(timedelta(days=1))
    assert print_book(house.office, "van-ban-den", 2026, "pdf", by=clerk) == first
    report = house.office.press.validate(first, at=house.clock())
    assert report.verdict is Verdict.VALID
    assert [one.field for one in report.signatures] == ["KyCoQuan"]
    words = "".join("".join(house.office.reader.reading(first).texts).split())
    assert "05/KH-UBND" in words
    assert "Hủy:Khôngdùng" in words
    with pytest.raises(Refused, match="register.closed"):
        close_book(house.office, "van-ban-den", 2026, by=clerk)
    assert faults(house) == []
    # Whatever the code above does, the database takes no row into a closed year.
    for statement in (
        (
            "INSERT INTO entry SELECT book, series, year, 9, notation, \"on\", 'x', columns, shut, "
            "cancelled FROM entry WHERE serial = 1"
        ),
        (
            "INSERT INTO reservation SELECT 'x', book, series, year, 9, notation, \"on\", holder, "
            '"by", until, reason, shut, document, voided FROM reservation'
        ),
    ):
        with pytest.raises(DBAPIError, match="closed"), house.office.database.engine.begin() as raw:
            raw.execute(text(statement))
    for statement in ("DELETE FROM closing", "UPDATE closing SET rows = 9"):
        with pytest.raises(DBAPIError, match="kept for"), house.office.database.engine.begin() as e:
            e.execute(text(statement))
    house.clock.moment = house.clock.moment.replace(year=2026, month=12, day=31)
    with pytest.raises(Refused, match="register.closed"):
        numbered(house, paper)


BREAKS: dict[str, tuple[str, str]] = {
    "the counter ran ahead": ("UPDATE series SET last = 3", "number 3 is missing"),
    "the counter fell back": ("UPDATE series SET last = 1", "number 2 was never drawn"),
    "a number was moved": ("UPDATE entry SET serial = 7 WHERE serial = 2", "number 2 is missing"),
    "a date was turned back": (
        "UPDATE entry SET \"on\" = '2026-01-05' WHERE serial = 2",
        "number 2 is dated before number 1",
    ),
    "a held number was lost": (
        (
            'INSERT INTO reservation (id, book, series, year, serial, notation, "on", holder, "by",'
            " until, reason, voided, document) SELECT 'x', book, series, year, 2, '', "
            "\"on\", 'vanthu',"
            " 'vanthu', \"on\", '', '', NULL FROM entry WHERE serial = 2"
        ),
        "number 2 is given twice",
    ),
    "a used number has no row": (
        (
            'INSERT INTO reservation (id, book, series, year, serial, notation, "on", holder, "by",'
            " until, reason, voided, document) SELECT 'x', book, series, year, 3, '', "
            "\"on\", 'vanthu',"
            " 'vanthu', \"on\", '', '', document FROM entry WHERE serial = 2"
        ),
        "number 3 is used but not entered",
    ),
}


class Undone(Exception):
    pass


def test_the_proof_tells_every_fault_and_a_sound_book_has_none(
    house: House, paper: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        numbered(house, paper)
    for broken, (statement, told) in BREAKS.items():
        found: list[str] = []
        with suppress(Undone), house.office.database.unit() as unit:
            assert faults_of(unit, "van-ban-den", 2026) == []
            unit.connection.execute(text(statement))
            found += faults_of(unit, "van-ban-den", 2026)
            raise Undone
        assert told in found, broken
    house.office.database.close()
    assert app.prove_registers(house.settings) == 0
    assert "van-ban-den 2026 joint: 1…2" in capsys.readouterr().out
    with house.office.database.engine.begin() as raw:
        raw.execute(text("UPDATE series SET last = 3"))
    assert app.prove_registers(house.settings) == 1
    printed = capsys.readouterr().out
    assert "FAULT van-ban-den 2026: number 3 is missing" in printed
    assert "register-audit: BROKEN: 1 books, 1 series, 3 numbers, 1 faults" in printed
    assert not verify(house.office).holds


SAME = {
    "spelt alike": ISSUER,
    "spelt another way": replace(ISSUER, number=" 5/kh-ubnd", organ="ubnd  THÀNH PHỐ"),
    "without a date": replace(ISSUER, on=None),
}
OTHER = {
    "another number": replace(ISSUER, number="06/KH-UBND"),
    "another symbol": replace(ISSUER, number="05/BC-UBND"),
    "another issuer": replace(ISSUER, organ="UBND tỉnh"),
    "the same number of another year": replace(ISSUER, on=date(2025, 11, 3)),
    "no number at all": replace(ISSUER, number=""),
}


def test_a_document_that_comes_again_is_warned_of_and_taken_all_the_same(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    first = arrived(house, paper)
    assert view(house.office, first.id, by=clerk).twin == ""
    other = house.office.converter.pdf(_docx_of("khác"))
    for told, source in OTHER.items():
        different = arrived(house, other + b"\n% " + told.encode(), source=source)
        assert view(house.office, different.id, by=clerk).twin == "", told
    for told, source in SAME.items():
        again = arrived(house, other + b"\n% " + told.encode(), source=source)
        assert view(house.office, again.id, by=clerk).twin == first.id, told
    assert view(house.office, first.id, by=clerk).twin == ""
    exchanged = replace(ISSUER, organ="Ủy ban", organ_id="H49.1")
    one = arrived(house, other + b"\n% 1", source=exchanged)
    two = arrived(house, other + b"\n% 2", source=replace(exchanged, organ="UBND TP."))
    assert view(house.office, two.id, by=clerk).twin == one.id


def test_a_secret_document_is_nobodys_twin(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    secret = arrived(house, paper, classification=Classification.SECRET)
    plain = arrived(house, paper + b"\n%")

    assert view(house.office, plain.id, by=clerk).twin == ""
    assert view(house.office, secret.id, by=clerk).twin == ""
    with house.office.database.reading() as unit:
        marked = unit.connection.execute(text("SELECT DISTINCT document FROM mark")).scalars()
        assert list(marked) == [plain.id]


def _docx_of(words: str) -> bytes:
    paper = docx.Document()
    paper.add_paragraph(words)
    content = io.BytesIO()
    paper.save(content)
    return content.getvalue()
