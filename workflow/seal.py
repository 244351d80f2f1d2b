"""The registry clerk numbers, dates and seals in one act; an incoming document gets its number."""

from dataclasses import replace
from datetime import date, datetime

from records.document import Document, Number, Origin
from records.errors import Outrun, Refused
from records.level import Level
from records.person import Person
from records.route import Effect
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.annexes import awaited_annexes, with_annexes
from workflow.begin import Made, with_revision
from workflow.certificates import AGENCY, require_usable
from workflow.keys import certificate_of, holding_of, require_here
from workflow.number import columns_of, reserved, upcoming
from workflow.office import Office
from workflow.renew import level_of, note, weighed
from workflow.road import Choice, judge, standing
from workflow.sign import placement_of

TRIES = 40
"""How often a clerk whose number another one took meanwhile tries the next one."""


def seal(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Draw the next number and set number, date and seal as one revision of the signed PDF.

    The number is drawn in the transaction that keeps the sealed bytes bearing it: if anything
    fails, no number is spent; if another clerk took it meanwhile, the next one is sealed.

    Raises  as ``judge``; Unavailable: whether a certificate was revoked cannot be known.
            Without a timestamp authority it is sealed, and waits until one answers.
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
    require_signature(was.document)
    placement = placement_of(office, was.document)
    wanted = level_of(office, was.document, ceiling=Level.B_LT)
    with office.database.reading() as unit:
        number = number_for(
            office, unit, was.document, on, choice=choice, printed=placement.printed_notation
        )
    # Sealing may wait for key and timestamp, so it works outside any unit; the number is only
    # spent below, and only if it is still the next.
    held = holding_of(office, AGENCY)
    require_here(held, was.document)
    certificate = certificate_of(office, held)
    shown = office.contents.get(was.document, was.document.latest.digest)
    local = at.astimezone(office.zone)
    awaited = office.press.await_agency(
        shown,
        certificate,
        placement=placement,
        number=number.code,
        notation=number.notation,
        on=on,
        at=local,
        level=wanted,
    )
    # One word to the key serves the document and every annex that goes along.
    pending = awaited_annexes(office, was.document, number, certificate, at)
    waiting = [awaited.attributes, *(one.awaited.attributes for one in pending.values())]
    signature, *others = office.custody.sign(held, waiting, choice.leave)
    sealed = office.press.finish(shown, awaited, certificate, signature, at=local, level=wanted)
    changed = sealed_with(office, was.document, sealed, number, by=by, at=at)
    proof = weighed(office, changed, sealed, wanted=wanted)
    changed, annexes = with_annexes(office, changed, pending, others, at)
    columns = columns_of(office, changed, number)
    with office.database.unit() as unit:
        # It may have been revoked while the key was asked.
        require_usable(office, unit, certificate, AGENCY)
        now = standing(office, unit, id, by)
        judge(unit, now, action, by, replace(choice, seen=was.document.version))
        unit.documents.sign_attachments(changed)
        spend(unit, number, changed, columns, choice)
        facts = {"number": str(number), **annexes}
        deed = Deed(act, by, at, choice, "document:sealed", facts)
        return note(unit, advance(office, unit, now, changed, deed), proof)


def sealed_already(
    office: Office, id: str, action: str, choice: Choice, *, by: Person
) -> Document | None:
    """Give the document where this person has just sealed it: by its other name, or once more.

    Raises  NotFound: there is none that they may know of.
    """
    with office.database.reading() as unit:
        at = standing(office, unit, id, by)
    document = at.document
    led_here = any(
        act.does is Effect.SEAL and act.to == document.state and action in (act.name, act.also)
        for state in at.route.states.values()
        for act in state.acts
    )
    latest = document.latest
    mine = latest.origin is Origin.SEALED and latest.by == by.id
    unchanged = choice.seen in (None, document.version)
    return document if led_here and mine and unchanged else None


def sealed_with(  # noqa: PLR0913 - what a sealed document has more than a signed one
    office: Office, document: Document, sealed: bytes, number: Number, *, by: Person, at: datetime
) -> Document:
    """Give the document with its number, and the sealed bytes as its latest revision."""
    made = Made(Origin.SEALED, by.id, at, document.latest.pages)
    return replace(with_revision(office, document, sealed, made), number=number)


def enter(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Enter an incoming document in its register: the arrival number and date.

    Raises  as ``judge``; no number is spent when the act is refused.
    """
    at = office.clock()
    on = at.astimezone(office.zone).date()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        number = number_for(office, unit, was.document, on, choice=choice)
    columns = columns_of(office, was.document, number)
    with office.database.unit() as unit:
        now = standing(office, unit, id, by)
        act = judge(unit, now, action, by, choice)
        unit.registers.await_turn(number.book, number.series, number.year)
        drawn = number_for(office, unit, now.document, on, choice=choice)
        spend(unit, drawn, now.document, {**columns, "code": str(drawn)}, choice)
        changed = replace(now.document, number=drawn)
        deed = Deed(act, by, at, choice, "document:numbered", {"number": str(drawn)})
        return advance(office, unit, now, changed, deed)


def number_for(  # noqa: PLR0913 - whose number, of which day, and what its page says
    office: Office,
    unit: Unit,
    document: Document,
    on: date,
    *,
    choice: Choice,
    printed: str = "",
) -> Number:
    """Give the number that would be next, or the one that was reserved and is chosen."""
    if choice.reserved:
        return reserved(office, unit, document, on, id=choice.reserved, printed=printed)
    return upcoming(office, unit, document, on, printed)


def spend(
    unit: Unit, number: Number, document: Document, columns: dict[str, str], choice: Choice
) -> None:
    """Enter a document under its number. Raises Outrun: somebody else has it meanwhile."""
    if not choice.reserved:
        unit.registers.enter(number, document, columns)
        return
    held = unit.reservations.get(choice.reserved)
    unit.reservations.use(held.id, document.id)
    remark = f"Số giữ từ ngày {held.number.on:%d/%m/%Y}: {held.reason}"
    unit.registers.enter(number, document, {**columns, "remark": remark}, reserved=True)


def require_signature(document: Document) -> None:
    """Raise Refused unless the latest revision is a leader's signature."""
    # The agency seals only what bears the competent person's signature (Decree 30/2020, art. 32).
    if document.origin is not Origin.SIGNED:
        raise Refused("seal.unsigned")
