"""The registers are read and printed, with every column the law asks for."""

from dataclasses import dataclass

from drafting.books import PrintedBook, book_docx, book_xlsx
from identity.reading import READ_ALL
from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person
from records.register import Book, Entry
from workflow.mandates import may_know
from workflow.office import Office


@dataclass(frozen=True, slots=True)
class OpenBook:
    """One year of a register as one person may see it."""

    book: Book
    year: int
    years: tuple[int, ...]
    entries: tuple[Entry, ...]


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
        entries = unit.registers.entries(id, chosen)
        if book.classified:
            entries = [
                one for one in entries if may_know(unit, unit.documents.get(one.document), by)
            ]
        years = {*unit.registers.years(id), office.today().year}
    return OpenBook(book, chosen, tuple(sorted(years, reverse=True)), tuple(entries))


def print_book(office: Office, id: str, year: int | None, form: str, *, by: Person) -> bytes:
    """Give a register printed as ``pdf``, ``docx`` or ``xlsx``; the printing is logged.

    Raises  as ``open_book``; Refused: another form.
    """
    opened = open_book(office, id, year, by=by)
    at = office.clock()
    told = _printed(office, opened, at.astimezone(office.zone).strftime("%d/%m/%Y %H:%M"), by)
    printed = _as(office, told, form)
    with office.database.unit() as unit:
        facts = {"book": id, "year": str(opened.year), "form": form}
        unit.audit.append(AuditEvent("register:printed", by.id, at, "", facts))
    return printed


def _as(office: Office, printed: PrintedBook, form: str) -> bytes:
    if form == "xlsx":
        return book_xlsx(printed)
    if form == "docx":
        return book_docx(printed)
    if form == "pdf":
        return office.converter.pdf(book_docx(printed))
    raise Refused("register.form", form=form)


def _printed(office: Office, opened: OpenBook, at: str, by: Person) -> PrintedBook:
    columns = opened.book.columns
    return PrintedBook(
        title=opened.book.name,
        office=(office.organ.superior, office.organ.facts.get("letterhead", office.organ.name)),
        year=opened.year,
        columns=tuple((title, width) for _, title, width in columns),
        rows=tuple(row_of(opened.book, entry) for entry in opened.entries),
        period=_period(opened.entries),
        numbers=_numbers(opened),
        printed_at=at,
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
    return tuple(told.get(id, "") for id, _, _ in book.columns)
