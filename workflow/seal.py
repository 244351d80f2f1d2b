"""The registry clerk numbers, dates and seals in one act; an incoming document gets its number."""

from dataclasses import replace
from datetime import date

from records.document import Document, Number, Origin
from records.errors import Outrun, Refused
from records.person import Person
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.begin import Made, with_revision
from workflow.number import columns_of, reserved, upcoming
from workflow.office import Office
from workflow.road import Choice, judge, standing
from workflow.sign import placement_of

TRIES = 40
"""How often a clerk whose number another one took meanwhile tries the next one."""


def seal(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Draw the next number and set number, date and seal as one revision of the signed PDF.

    The number is drawn in the transaction that keeps the sealed bytes bearing it: if anything
    fails, no number is spent; if another clerk took it meanwhile, the next one is sealed.

    Raises  as ``judge``; Unavailable: the timestamp authority does not answer.
    """
    for _ in range(TRIES):
        try:
            return _seal(office, id, action, choice, by)
        except Outrun as outrun:
            if outrun.rule != "number.outrun":
                raise
    raise Outrun("step.outrun")


def _seal(office: Office, id: str, action: str, choice: Choice, by: Person) -> Document:
    at = office.clock()
    on = at.astimezone(office.zone).date()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        act = judge(unit, was, action, by, choice)
    _require_signature(was.document)
    placement = placement_of(office, was.document)
    with office.database.reading() as unit:
        number = _number(
            office, unit, was.document, on, choice=choice, printed=placement.printed_notation
        )
    # Sealing may wait for a timestamp, so it works outside any unit; the number is only
    # spent below, and only if it is still the next.
    sealed = office.press.seal(
        office.contents.get(was.document, was.document.latest.digest),
        placement=placement,
        number=number.code,
        notation=number.notation,
        on=on,
        at=at.astimezone(office.zone),
    )
    made = Made(Origin.SEALED, by.id, at, was.document.latest.pages)
    changed = replace(with_revision(office, was.document, sealed, made), number=number)
    columns = columns_of(office, changed, number)
    with office.database.unit() as unit:
        now = standing(office, unit, id, by)
        judge(unit, now, action, by, replace(choice, seen=was.document.version))
        _enter(unit, number, changed, columns, choice)
        deed = Deed(act, by, at, choice, "document:sealed", {"number": str(number)})
        return advance(office, unit, now, changed, deed)


def enter(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Enter an incoming document in its register: the arrival number and date.

    Raises  as ``judge``; no number is spent when the act is refused.
    """
    at = office.clock()
    on = at.astimezone(office.zone).date()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        number = _number(office, unit, was.document, on, choice=choice)
    columns = columns_of(office, was.document, number)
    with office.database.unit() as unit:
        now = standing(office, unit, id, by)
        act = judge(unit, now, action, by, choice)
        drawn = _number(office, unit, now.document, on, choice=choice)
        _enter(unit, drawn, now.document, {**columns, "code": str(drawn)}, choice)
        changed = replace(now.document, number=drawn)
        deed = Deed(act, by, at, choice, "document:numbered", {"number": str(drawn)})
        return advance(office, unit, now, changed, deed)


def _number(  # noqa: PLR0913 - whose number, of which day, and what its page says
    office: Office,
    unit: Unit,
    document: Document,
    on: date,
    *,
    choice: Choice,
    printed: str = "",
) -> Number:
    if choice.reserved:
        return reserved(office, unit, document, on, id=choice.reserved, printed=printed)
    return upcoming(office, unit, document, on, printed)


def _enter(
    unit: Unit, number: Number, document: Document, columns: dict[str, str], choice: Choice
) -> None:
    if not choice.reserved:
        unit.registers.enter(number, document, columns)
        return
    held = unit.reservations.get(choice.reserved)
    unit.reservations.use(held.id, document.id)
    remark = f"Số giữ từ ngày {held.number.on:%d/%m/%Y}: {held.reason}"
    unit.registers.enter(number, document, {**columns, "remark": remark}, reserved=True)


def _require_signature(document: Document) -> None:
    # The agency seals only what bears the competent person's signature (Decree 30/2020, art. 32).
    if document.latest.origin is not Origin.SIGNED:
        raise Refused("seal.unsigned")
