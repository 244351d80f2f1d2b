"""Which number a document gets next, and what its row in the register says."""

from datetime import date

from records.document import Direction, Document, Number
from records.errors import Refused
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

    Raises  Refused: a later date stands in the register already, so the clock went back.
    """
    book = book_for(office, document)
    series = document.type if book.per_type else ""
    latest = unit.registers.latest_date(book.id, series, on.year)
    if latest and latest > on:
        raise Refused("number.date-back", latest=latest.isoformat(), today=on.isoformat())
    drafters = unit.people.unit(document.unit)
    notation = printed or notation_of(office, book, document.type, drafters.notation)
    serial = unit.registers.upcoming(book.id, series, on.year)
    return Number(book.id, series, on.year, serial, notation, on)


def columns_of(office: Office, document: Document, number: Number) -> dict[str, str]:
    """Give what the register says of a document, by column (Decree 30/2020, Annex IV)."""
    form = office.forms[document.type]
    with office.database.reading() as unit:
        names = unit.people.names([document.signer])
        keeper = unit.people.unit(document.unit).name
    title = f"{form.name} {document.subject}"
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
