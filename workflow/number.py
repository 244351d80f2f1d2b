"""Which number a document gets next, and what its row in the register says."""

from dataclasses import replace
from datetime import date

from records.document import Classification, Direction, Document, Number
from records.errors import Outrun, Refused
from records.register import Book
from storage.unit import Unit
from workflow.office import Office


def book_for(office: Office, document: Document) -> Book:
    """Give the register a document is entered in. Raises Refused: the office keeps none for it."""
    fitting = [
        book
        for book in office.books
        if book.takes(document.direction, document.type, document.classification)
    ]
    if not fitting:
        raise Refused("register.none", type=document.type)
    # A book that names the type goes before one that takes whatever comes.
    return max(fitting, key=lambda book: bool(book.types))


def notation_of(office: Office, book: Book, type: str, unit_notation: str) -> str:
    """Give the symbol of a type: ``QĐ-LĐLĐ``, and without an abbreviation ``LĐLĐ-VP``."""
    abbreviation = office.forms[type].abbreviation
    pattern = book.notation if abbreviation else book.notation_plain
    return pattern.format(type=abbreviation, office=office.organ.notation, unit=unit_notation)


def upcoming(office: Office, unit: Unit, document: Document, on: date, printed: str = "") -> Number:
    """Give the number that the document would get now; ``printed`` is a symbol on its page.

    Raises  Refused: a later date stands in the register already, so the clock went back; or the
            register of that year is closed.
    """
    book = book_for(office, document)
    series = document.type if book.per_type else ""
    require_open(unit, book, series, on)
    serial = unit.registers.upcoming(book.id, series, on.year)
    return Number(
        book.id, series, on.year, serial, _notation(office, unit, book, document, printed), on
    )


def reserved(  # noqa: PLR0913 - as ``upcoming``, and which one
    office: Office, unit: Unit, document: Document, on: date, *, id: str, printed: str = ""
) -> Number:
    """Give a number that is held, as the document would bear it: with the date it is issued on.

    Raises  NotFound: there is no such reservation. Refused: it is used, voided or expired, or
            held in another register or year.
    """
    held = unit.reservations.get(id)
    book = book_for(office, document)
    series = document.type if book.per_type else ""
    number = held.number
    if (number.book, number.series, number.year) != (book.id, series, on.year):
        raise Refused("reservation.other-book", number=number.code)
    if not held.held:
        raise Outrun("reservation.settled")
    if held.until < on:
        raise Refused("reservation.expired", number=number.code, until=f"{held.until:%d/%m/%Y}")
    return replace(number, notation=_notation(office, unit, book, document, printed), on=on)


def require_open(unit: Unit, book: Book, series: str, on: date) -> None:
    """Refuse a number in a register that is closed, or that has later dates already."""
    if unit.registers.closing(book.id, on.year):
        raise Refused("register.closed", book=book.name, year=on.year)
    latest = unit.registers.latest_date(book.id, series, on.year)
    if latest and latest > on:
        raise Refused("number.date-back", latest=latest.isoformat(), today=on.isoformat())


def _notation(office: Office, unit: Unit, book: Book, document: Document, printed: str) -> str:
    drafters = unit.people.unit(unit.people.heir(document.unit))
    return printed or notation_of(office, book, document.type, drafters.notation)


def columns_of(office: Office, document: Document, number: Number) -> dict[str, str]:
    """Give what the register says of a document, by column (Decree 30/2020, Annex IV)."""
    form = office.forms[document.type]
    with office.database.reading() as unit:
        names = unit.people.names([document.signer])
        keeper = unit.people.unit(unit.people.heir(document.unit)).name
    # What a top secret document is about stands in no register, not even in its own.
    top = document.classification is Classification.TOP_SECRET
    title = form.name if top else f"{form.name} {document.subject}"
    if document.direction is Direction.INCOMING:
        source = document.source
        return {
            "arrived_on": _day(number.on),
            "code": str(number),
            "author": source.organ,
            "source_number": source.number,
            "issued_on": _day(source.on),
            "subject": title,
        }
    return {
        "code": str(number),
        "issued_on": _day(number.on),
        "subject": title,
        "signer": names.get(document.signer, ""),
        "recipients": "; ".join(office.partners[one].name for one in document.recipients),
        "keeper": f"VT, {keeper}",
        "copies": "1",
    }


def _day(on: date | None) -> str:
    return on.strftime("%d/%m/%Y") if on else ""
