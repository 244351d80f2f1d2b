"""A registry clerk holds a number for a document to come, and gives up one that none will use."""

from dataclasses import replace
from datetime import date
from secrets import token_hex

from identity.reading import cleared
from records.audit import AuditEvent
from records.document import Classification, Document, Number
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person, Role
from records.register import Book, Reservation
from storage.unit import Unit
from workflow.number import book_for, require_open
from workflow.office import Office


def reserve(  # noqa: PLR0913 - what the law wants to be known of a held number
    office: Office,
    book: str,
    type: str,
    *,
    reason: str,
    until: date | None,
    holder: str = "",
    by: Person,
) -> Reservation:
    """Draw the next number of a series and hold it for a document to come.

    Takes   type: the document type, where each has a series of its own; holder: for whom, the
            clerk by default; until: the last day it may be used, within its year.
    Raises  NotFound, NotAllowed: no such register, or not theirs to keep. Refused: no reason, no
            such day, type or person. Outrun: somebody drew that number first.
    """
    kept = kept_by(office, book, by)
    on = office.today()
    if not reason.strip():
        raise Refused("reservation.reason")
    if until is None or not on <= until <= date(on.year, 12, 31):
        raise Refused("reservation.until", year=on.year)
    series = _series(office, kept, type)
    with office.database.unit() as unit:
        unit.registers.await_turn(book, series, on.year)
        require_open(unit, kept, series, on)
        serial = unit.registers.upcoming(book, series, on.year)
        held = Reservation(
            id=token_hex(16),
            number=Number(book, series, on.year, serial, _notation(office, kept, series), on),
            reason=" ".join(reason.split()),
            holder=_holder(unit, holder or by.id),
            by=by.id,
            until=until,
        )
        unit.registers.draw(held.number)
        unit.reservations.hold(held, classified=kept.classified)
        _log(office, unit, "number:reserved", held, by)
    return held


def void(office: Office, id: str, reason: str, *, by: Person) -> Reservation:
    """Give a held number up: its row stays in the register and says why.

    Raises  NotFound: there is none, or none they may know of. Refused: no reason. Outrun: it was
            used or voided meanwhile.
    """
    with office.database.unit() as unit:
        held = unit.reservations.get(id)
        book = next((one for one in office.books if one.id == held.number.book), None)
        if book is None or not may_see(book, held, by):
            raise NotFound("reservation.unknown")
        _require_clerk(by)
        if not reason.strip():
            raise Refused("comment.required", action="void")
        unit.reservations.void(held, " ".join(reason.split()), classified=book.classified)
        _log(office, unit, "number:voided", held, by)
    return replace(held, voided=reason)


def held_for(
    office: Office, unit: Unit, document: Document, *, by: Person
) -> tuple[Reservation, ...]:
    """Give the held numbers that a document could be given today instead of the next one."""
    on = office.today()
    book = book_for(office, document)
    series = document.type if book.per_type else ""
    return tuple(
        one
        for one in unit.reservations.of(book.id, on.year)
        if one.held and one.number.series == series and one.until >= on and may_see(book, one, by)
    )


def may_see(book: Book, held: Reservation, by: Person) -> bool:
    """Tell whether somebody may see a held number: in a secret register, who holds it or may."""
    if not book.classified:
        return True
    return by.id in (held.by, held.holder) or cleared(by, Classification.TOP_SECRET)


def kept_by(office: Office, id: str, by: Person) -> Book:
    """Give a register to a clerk who keeps it. Raises NotFound, NotAllowed."""
    book = next((one for one in office.books if one.id == id), None)
    if book is None:
        raise NotFound("register.unknown")
    _require_clerk(by)
    if book.classified and not cleared(by, Classification.TOP_SECRET):
        raise NotAllowed("register.not-yours")
    return book


def _require_clerk(by: Person) -> None:
    if Role.REGISTRY_CLERK not in by.roles or Role.ADMINISTRATOR in by.roles:
        raise NotAllowed("reservation.not-yours")


def _series(office: Office, book: Book, type: str) -> str:
    if not book.per_type:
        return ""
    if type not in office.forms or (book.types and type not in book.types):
        raise Refused("type.unknown", type=type)
    return type


def _notation(office: Office, book: Book, series: str) -> str:
    # A symbol that names the drafting unit is known only once there is a document.
    if not series or not office.forms[series].abbreviation:
        return ""
    abbreviation = office.forms[series].abbreviation
    return book.notation.format(type=abbreviation, office=office.organ.notation, unit="")


def _holder(unit: Unit, holder: str) -> str:
    known = {one.id for one in unit.people.all() if one.active}
    if holder not in known:
        raise Refused("reservation.holder", holder=holder)
    return holder


def _log(office: Office, unit: Unit, action: str, held: Reservation, by: Person) -> None:
    number = held.number
    facts = {
        "book": number.book,
        "number": str(number),
        "reservation": held.id,
        "holder": held.holder,
        "until": held.until.isoformat(),
    }
    unit.audit.append(AuditEvent(action, by.id, office.clock(), "", facts))
