"""Registers: 1 … n without gap or double, whoever fails, and printed with every legal column."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier

import docx
import pytest
from openpyxl import load_workbook
from pyhanko.pdf_utils.reader import PdfFileReader

from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, OfficeError, Refused, Unavailable
from records.person import Person, Post, Role
from records.register import Entry
from signing.demo_pki import refresh_crls
from signing.press import Press
from tests.conftest import House
from workflow.begin import Particulars
from workflow.perform import perform
from workflow.receive import receive
from workflow.registers import books_of, open_book, print_book, row_of
from workflow.road import Choice
from workflow.staff import hire
from workflow.verify import verify

SECOND_CLERK = Person(
    "vanthu2", "Đinh Hải Yến", "Văn thư", (Post(Role.REGISTRY_CLERK, "van-phong"),)
)


class Moody:
    """The real press, leaning on a timestamp authority that does not answer every n-th time."""

    def __init__(self, press: Press, every: int) -> None:
        self._press, self._every, self._calls = press, every, count(1)

    def __getattr__(self, name: str) -> object:
        return getattr(self._press, name)

    def finish(self, *what: object, **how: object) -> bytes:
        if next(self._calls) % self._every == 0:
            raise Unavailable("timestamp.unavailable")
        return self._press.finish(*what, **how)  # type: ignore[arg-type]  # passed on as they came


def arrived(house: House, paper: bytes, subject: str = "Mời họp") -> Document:
    said = Particulars(Direction.INCOMING, "công văn", subject, Classification.NONE)
    return receive(house.office, said, paper, by=house.person("vanthu")).document


def numbered(house: House, paper: bytes, subject: str = "Mời họp") -> Document:
    return house.act(arrived(house, paper, subject), "number", "vanthu")


def entries(house: House, book: str, year: int = 2026) -> list[Entry]:
    with house.office.database.reading() as unit:
        return unit.registers.entries(book, year)


def serials(house: House, book: str, year: int = 2026) -> list[int]:
    return [one.number.serial for one in entries(house, book, year)]


def test_clerks_who_seal_at_once_leave_neither_gap_nor_double(house: House) -> None:
    hire(house.office, SECOND_CLERK, "đủ dài rồi", by=house.person("quantri"))
    signed = [house.signed(type="TB", subject=f"Thông báo {n}") for n in range(6)]
    press = Moody(house.office.press, every=3)
    office = replace(house.office, press=press)  # type: ignore[arg-type]  # the press in a mood
    start = Barrier(len(signed))

    def seal(n: int) -> str:
        one = signed[n]
        clerk = house.person(("vanthu", "vanthu2")[n % 2])
        choice = Choice(shown=one.latest.digest, seen=one.version)
        start.wait()
        try:
            return str(perform(office, one.id, "seal", choice, by=clerk).number)
        except OfficeError as refusal:
            return refusal.rule

    with ThreadPoolExecutor(len(signed)) as pool:
        came = list(pool.map(seal, range(len(signed))))

    failed = [one for one, told in zip(signed, came, strict=True) if "TB" not in told]
    drawn = len(signed) - len(failed)
    assert failed
    assert set(came) - {f"{n:02d}/TB-LĐLĐ" for n in range(1, drawn + 1)} == {
        "timestamp.unavailable"
    }
    assert serials(house, "van-ban-di") == list(range(1, drawn + 1))
    # Who was refused lost nothing and takes the next number as if nothing had been.
    for one in failed:
        house.act(one, "seal", "vanthu")
    assert serials(house, "van-ban-di") == list(range(1, len(signed) + 1))
    assert {one.document for one in entries(house, "van-ban-di")} == {one.id for one in signed}
    for entry in entries(house, "van-ban-di"):
        _bears(house, entry)
    assert verify(house.office).holds


def test_many_arrivals_registered_at_once_are_numbered_once_each(
    house: House, paper: bytes
) -> None:
    came = [arrived(house, paper, f"Công văn {n}") for n in range(8)]
    start = Barrier(len(came))

    def enter(one: Document) -> str:
        start.wait()
        return str(house.act(one, "number", "vanthu").number)

    with ThreadPoolExecutor(len(came)) as pool:
        drawn = sorted(pool.map(enter, came))

    assert drawn == [f"{n:02d}" for n in range(1, 9)]
    assert serials(house, "van-ban-den") == list(range(1, 9))
    for entry in entries(house, "van-ban-den"):
        assert entry.columns["code"] == str(entry.number)


def test_every_year_has_its_own_pages_and_begins_with_01(house: House, paper: bytes) -> None:
    house.clock.moment = house.clock.moment.replace(month=12, day=31, hour=16, minute=59)
    for _ in range(2):
        numbered(house, paper)
    house.clock.pass_by(timedelta(minutes=1))  # midnight in Hà Nội
    young = numbered(house, paper)

    assert str(young.number) == "01"
    clerk = house.person("vanthu")
    this, last = (open_book(house.office, "van-ban-den", year, by=clerk) for year in (None, 2026))
    assert (this.year, this.years) == (2027, (2027, 2026))
    assert [row_of(this.book, one)[:2] for one in this.entries] == [("01/01/2027", "01")]
    assert [row_of(last.book, one)[:2] for one in last.entries] == [
        ("31/12/2026", "01"),
        ("31/12/2026", "02"),
    ]


def test_a_date_never_goes_back_and_spends_no_number(house: House, paper: bytes) -> None:
    numbered(house, paper)
    waiting = arrived(house, paper)
    signed = house.signed(type="TB")
    house.sealed(type="TB")
    house.clock.pass_by(timedelta(days=-1))

    for document, action in ((waiting, "number"), (signed, "seal")):
        with pytest.raises(Refused, match="number.date-back") as refusal:
            house.act(document, action, "vanthu")
        assert refusal.value.facts == {"latest": "2026-11-20", "today": "2026-11-19"}
    house.clock.pass_by(timedelta(days=2))
    refresh_crls(house.settings.trinhky_data / "keys", house.clock())
    assert str(house.act(waiting, "number", "vanthu").number) == "02"
    assert str(house.act(signed, "seal", "vanthu").number) == "02/TB-LĐLĐ"
    for book in ("van-ban-den", "van-ban-di"):
        dates = [one.number.on.isoformat() for one in entries(house, book)]
        assert dates == ["2026-11-20", "2026-11-21"]


def test_every_printed_form_has_every_column_and_every_row(house: House, paper: bytes) -> None:
    first = house.sealed(type="TB", subject="Về việc nghỉ Tết Đinh Mùi")
    house.act(first, "dispatch", "vanthu", recipients=("H49.90.2",))
    second = house.sealed(type="TB", subject="=HYPERLINK(1) không phải công thức")
    house.act(second, "cancel", "vanthu", comment="Ban hành nhầm")
    for n in range(3):
        numbered(house, paper, f"Mời dự hội nghị lần {n}")
    clerk = house.person("vanthu")

    for id in ("van-ban-di", "van-ban-den"):
        opened = open_book(house.office, id, None, by=clerk)
        titles = tuple(title for _, title, _ in opened.book.columns)
        rows = [row_of(opened.book, one) for one in opened.entries]
        assert len(titles) == 10
        assert len(rows) == {"van-ban-di": 2, "van-ban-den": 3}[id]
        for form, cells in (("xlsx", _xlsx), ("docx", _docx), ("pdf", _pdf(house))):
            printed = cells(print_book(house.office, id, None, form, by=clerk))
            for wanted in (titles, *rows):
                missing = [one for one in wanted if _flat(one) not in printed]
                assert missing == [], (id, form)
                assert _flat(opened.book.name).casefold() in printed.casefold()
                assert form == "xlsx" or _flat("Từ ngày: 20/11/2026 đến ngày 20/11") in printed

    [sent, cancelled] = open_book(house.office, "van-ban-di", None, by=clerk).entries
    book = house.office.books[0]
    assert row_of(book, sent) == (
        "01/TB-LĐLĐ",
        "20/11/2026",
        "Thông báo Về việc nghỉ Tết Đinh Mùi",
        "Phạm Thị Thu Hường",
        "LĐLĐ tỉnh Mẫu",
        "VT, Ban Tổ chức",
        "1",
        "20/11/2026",
        "",
        "",
    )
    assert row_of(book, cancelled)[0] == "02/TB-LĐLĐ"
    assert row_of(book, cancelled)[-1] == "Hủy: Ban hành nhầm"


def test_the_incoming_register_says_who_took_it_and_when(house: House, paper: bytes) -> None:
    document = numbered(house, paper)
    house.clock.pass_by(timedelta(days=3))
    house.act(document, "assign", "chutich", to="chuyenvien", comment="Chủ trì")

    [entry] = entries(house, "van-ban-den")
    told = dict(
        zip(
            [id for id, _, _ in house.office.books[2].columns],
            row_of(house.office.books[2], entry),
            strict=True,
        )
    )
    assert told["arrived_on"] == "20/11/2026"
    assert told["handler"] == "Nguyễn Thị Hồng Ánh"
    assert told["sent_on"] == "23/11/2026"


def test_secret_documents_are_counted_apart_and_shown_to_their_own_only(house: House) -> None:
    house.sealed(type="TB")
    secret = house.sealed(
        type="TB", subject="Phương án chim lạc", classification=Classification.CONFIDENTIAL
    )
    hire(
        house.office,
        replace(SECOND_CLERK, clearance=Classification.TOP_SECRET),
        "đủ dài rồi",
        by=house.person("quantri"),
    )

    assert secret.number is not None
    assert (secret.number.book, secret.number.series) == ("van-ban-di-mat", "")
    assert serials(house, "van-ban-di") == serials(house, "van-ban-di-mat") == [1]
    mine = open_book(house.office, "van-ban-di-mat", None, by=house.person("vanthu"))
    assert [one.columns["subject"] for one in mine.entries] == ["Thông báo Phương án chim lạc"]
    for name in ("kiemtra", "luutru", "phochutich", "vanthu2"):
        by = house.person(name)
        # Not even the same post is enough: it was not on their desk when it was sealed.
        theirs = open_book(house.office, "van-ban-di-mat", None, by=by)
        assert theirs.entries == (), name
        book = print_book(house.office, "van-ban-di-mat", None, "docx", by=by)
        assert "chimlạc" not in _docx(book)
    assert "chimlạc" in _docx(
        print_book(house.office, "van-ban-di-mat", None, "docx", by=house.person("vanthu"))
    )


def test_only_those_who_read_all_open_registers(house: House) -> None:
    allowed = {"chutich", "phochutich", "chanhvanphong", "vanthu", "luutru", "kiemtra"}
    with house.office.database.reading() as unit:
        everybody = unit.people.all()
    for person in everybody:
        if person.id in allowed:
            assert books_of(house.office, by=person) == house.office.books
            assert open_book(house.office, "van-ban-di", None, by=person).entries == ()
            continue
        assert books_of(house.office, by=person) == ()
        for attempt in (open_book, _print):
            with pytest.raises(NotAllowed, match="register.not-yours"):
                attempt(house.office, "van-ban-di", None, by=person)
    with pytest.raises(NotFound, match="register.unknown"):
        open_book(house.office, "khong-co", None, by=house.person("vanthu"))


def test_a_printing_is_logged_and_one_that_never_was_is_not(house: House) -> None:
    clerk = house.person("vanthu")
    print_book(house.office, "van-ban-di", 2026, "xlsx", by=clerk)
    with pytest.raises(Refused, match="register.form"):
        print_book(house.office, "van-ban-di", 2026, "odt", by=clerk)

    with house.office.database.reading() as unit:
        told = [one.event for one in unit.audit.latest(9) if one.event.action.startswith("reg")]
    assert [(one.by, dict(one.facts)) for one in told] == [
        ("vanthu", {"book": "van-ban-di", "year": "2026", "form": "xlsx"})
    ]


def test_a_type_that_no_register_takes_is_told(house: House) -> None:
    signed = house.signed(type="TB")
    office = replace(house.office, books=house.office.books[1:])

    with pytest.raises(Refused, match="register.none"):
        perform(
            office,
            signed.id,
            "seal",
            Choice(shown=signed.latest.digest),
            by=house.person("vanthu"),
        )


def _bears(house: House, entry: Entry) -> None:
    """The sealed bytes say the number that the register says."""
    with house.office.database.reading() as unit:
        document = unit.documents.get(entry.document)
    content = house.office.contents.get(document, document.latest.digest)
    found = PdfFileReader(io.BytesIO(content)).root["/AcroForm"]["/Fields"]
    fields = {one["/T"]: one.get("/V") for one in (each.get_object() for each in found)}
    assert fields["so"] == entry.number.code
    assert document.number == entry.number
    assert entry.columns["code"] == str(entry.number)


def _print(office: object, id: str, year: int | None, *, by: Person) -> bytes:
    return print_book(office, id, year, "xlsx", by=by)  # type: ignore[arg-type]  # as open_book


def _flat(words: str) -> str:
    return "".join(words.split())


def _xlsx(printed: bytes) -> str:
    sheets = load_workbook(io.BytesIO(printed)).worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in cells)
    return _flat("".join(str(cell.value).removeprefix("'") for cell in cells))


def _docx(printed: bytes) -> str:
    paper = docx.Document(io.BytesIO(printed))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return _flat("".join([*(one.text for one in paper.paragraphs), *cells]))


def _pdf(house: House) -> Callable[[bytes], str]:
    return lambda printed: _flat("".join(house.office.reader.reading(printed).texts))
