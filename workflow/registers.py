"""The registers are read and printed, with every column the law asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from drafting.books import PrintedBook, book_docx, book_xlsx
from identity.reading import READ_ALL
from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person
from records.register import Book, Closing, Entry, Reservation, RowKind
from storage.unit import Unit
from workflow.mandates import may_know
from workflow.office import Office
from workflow.reserve import may_see


@dataclass(frozen=True, slots=True)
class OpenBook:
    """One year of a register as one person may see it."""

    book: Book
    year: int
    years: tuple[int, ...]
    entries: tuple[Entry, ...]
    held: tuple[Reservation, ...] = ()  # numbers that wait for a document
    closing: Closing | None = None


def books_of(office: Office, *, by: Person) -> tuple[Book, ...]:
    """Give the registers this person may open."""
    return office.books if by.roles & READ_ALL else ()


def open_book(office: Office, id: str, year: int | None, *, by: Person) -> OpenBook:
    """Give one year of a register, this year for None.

    Rows of classified documents are only for those who may read the document itself.

    Raises  NotFound: no such book. NotAllowed: registers are not theirs to open.
    """
    book = next((one for one in office.books if one.id == id), None)
    if book is None:
        raise NotFound("register.unknown")
    if not by.roles & READ_ALL:
        raise NotAllowed("register.not-yours")
    chosen = year or office.today().year
    with office.database.reading() as unit:
        entries, held = rows_of(unit, book, chosen, by=by)
        years = {*unit.registers.years(id), office.today().year}
        closing = unit.registers.closing(id, chosen)
    if closing and book.classified and len(entries) != closing.rows:
        closing = None  # it tells of documents that this person may not know of
    return OpenBook(
        book, chosen, tuple(sorted(years, reverse=True)), tuple(entries), tuple(held), closing
    )


def rows_of(
    unit: Unit, book: Book, year: int, *, by: Person
) -> tuple[list[Entry], list[Reservation]]:
    """Give every row somebody may see, in the order of the numbers, and which are held."""
    entries = unit.registers.entries(book.id, year)
    if book.classified:
        entries = [one for one in entries if may_know(unit, unit.documents.get(one.document), by)]
    else:
        entries = [_as_known(unit, one, by) for one in entries]
    seen = [one for one in unit.reservations.of(book.id, year) if may_see(book, one, by)]
    names = unit.people.names()
    empty = [_reserved_row(one, names) for one in seen if not one.document]
    rows = sorted([*entries, *empty], key=lambda one: (one.number.series, one.number.serial))
    return rows, [one for one in seen if one.held]


def _as_known(unit: Unit, entry: Entry, by: Person) -> Entry:
    """Give a row without its words where its document became secret and is not theirs to know."""
    if not entry.classified or may_know(unit, unit.documents.get(entry.document), by):
        return entry
    return replace(entry, document="", columns={"code": str(entry.number), "remark": SHUT})


SHUT = "Đã nâng độ mật"
"""Stands in a register instead of the words of a document that became secret."""


def _reserved_row(held: Reservation, names: Mapping[str, str]) -> Entry:
    remark = (
        f"Giữ số từ {held.number.on:%d/%m/%Y} đến {held.until:%d/%m/%Y}"
        f" cho {names.get(held.holder, held.holder)}: {held.reason}"
    )
    kind = RowKind.VOIDED if held.voided else RowKind.RESERVED
    columns = {"code": str(held.number), "remark": remark}
    return Entry(held.number, "", columns, held.voided, kind=kind)


def print_book(office: Office, id: str, year: int | None, form: str, *, by: Person) -> bytes:
    """Give a register printed as ``pdf``, ``docx`` or ``xlsx``; the printing is logged.

    Raises  as ``open_book``; Refused: another form.
    """
    opened = open_book(office, id, year, by=by)
    at = office.clock()
    if opened.closing and form == "pdf":
        printed = closed_pdf(office, opened.closing)
    else:
        printed = printed_as(office, printed_book(office, opened, at, by), form)
    with office.database.unit() as unit:
        facts = {"book": id, "year": str(opened.year), "form": form}
        unit.audit.append(AuditEvent("register:printed", by.id, at, "", facts))
    return printed


def closed_pdf(office: Office, closing: Closing) -> bytes:
    """Give the sealed PDF of a closed year, the same bytes each time. Raises Broken: lost."""
    if closing.shelf:
        return office.contents.vault.get(closing.shelf, closing.digest)
    return office.contents.blobs.get(closing.digest)


def printed_as(office: Office, printed: PrintedBook, form: str) -> bytes:
    """Give a book as ``pdf``, ``docx`` or ``xlsx``. Raises Refused: another form."""
    if form == "xlsx":
        return book_xlsx(printed)
    if form == "docx":
        return book_docx(printed)
    if form == "pdf":
        return office.converter.pdf(book_docx(printed))
    raise Refused("register.form", form=form)


def printed_book(office: Office, opened: OpenBook, at: datetime, by: Person) -> PrintedBook:
    """Give a register as it is printed now."""
    columns = opened.book.columns
    return PrintedBook(
        title=opened.book.name,
        office=office.letterhead_of(opened.year),
        year=opened.year,
        columns=tuple((title, width) for _, title, width in columns),
        rows=tuple(row_of(opened.book, entry) for entry in opened.entries),
        period=_period(opened.entries),
        numbers=_numbers(opened),
        printed_at=at.astimezone(office.zone).strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
    )


def _period(entries: tuple[Entry, ...]) -> tuple[str, str]:
    days = sorted(entry.number.on for entry in entries)
    return (f"{days[0]:%d/%m/%Y}", f"{days[-1]:%d/%m/%Y}") if days else ("", "")


def _numbers(opened: OpenBook) -> tuple[str, str]:
    # Where each type is counted for itself there is no first and last number of the book.
    entries = opened.entries
    if opened.book.per_type or not entries:
        return ("", "")
    return (entries[0].number.code, entries[-1].number.code)


def row_of(book: Book, entry: Entry) -> tuple[str, ...]:
    """Give a row's cells in the order of the columns; a cancelled number says so."""
    told = dict(entry.columns)
    if entry.cancelled:
        told["remark"] = f"Hủy: {entry.cancelled}"
        if entry.kind is RowKind.VOIDED:
            told["remark"] = f"{entry.columns['remark']}. Hủy: {entry.cancelled}"
    return tuple(told.get(id, "") for id, _, _ in book.columns)
