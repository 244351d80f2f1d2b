"""What every signature of a key that is elsewhere has in common, however it comes back."""

from dataclasses import replace
from datetime import datetime, timedelta

from records.audit import AuditEvent
from records.document import Document, Number
from records.errors import OfficeError, Refused
from records.level import Level
from records.person import Person
from records.route import Act, Effect
from records.signing import KeyKind, Leave, SigningRequest, SigningRole
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.annexes import awaited_annexes, with_annexes
from workflow.capacity import stamped_lines
from workflow.certificates import AGENCY, require_theirs
from workflow.keys import certificate_of, holding_of
from workflow.marks_elsewhere import require_part
from workflow.number import columns_of
from workflow.office import Office
from workflow.renew import level_of, note, weighed
from workflow.road import Choice, Standing, judge, standing
from workflow.seal import sealed_with, spend
from workflow.sign import signed_by
from workflow.turns import led_on

LASTS = timedelta(minutes=15)
"""How long a signature may take to come back: to find the token and to type its PIN."""

EFFECTS = {SigningRole.LEADER: Effect.SIGN, SigningRole.AGENCY: Effect.SEAL}
CEILINGS = {SigningRole.LEADER: Level.B_T, SigningRole.AGENCY: Level.B_LT}
NAMES = {SigningRole.LEADER: "sign", SigningRole.AGENCY: "seal"}


def asked_act(unit: Unit, was: Standing, role: SigningRole, choice: Choice, by: Person) -> Act:
    """Give the act on the document's road that a role signs for. Raises as ``judge``."""
    does = EFFECTS[role]
    act = next((one for one in was.state.acts if one.does is does), None)
    # Whoever asks is told the digest they will sign, and compares it with what they were shown.
    shown = replace(choice, shown=choice.shown or was.document.latest.digest)
    return judge(unit, was, act.name if act else NAMES[role], by, shown)


def wanted(office: Office, document: Document, role: SigningRole) -> Level:
    """Give the level a signature in this role must reach."""
    return level_of(office, document, ceiling=CEILINGS.get(role, Level.B_T))


def keep_request(office: Office, asked: SigningRequest, document: Document, by: Person) -> None:
    """Keep a request until it comes back; an older one of this person is void from now on."""
    facts = {"role": str(asked.role), "request": asked.id, "digest": asked.digest}
    event = AuditEvent("signature:requested", by.id, asked.created_at, document.id, facts)
    with office.database.unit() as unit:
        unit.signing_requests.sweep(asked.created_at)
        unit.signing_requests.add(asked, document)
        unit.audit.append(event)


def require_current(  # noqa: PLR0913 - what was asked of whom, and how all stands now
    office: Office,
    unit: Unit,
    asked: SigningRequest,
    was: Standing,
    choice: Choice,
    *,
    by: Person,
) -> None:
    """Raise unless what was asked may still be done, now and by this person."""
    at = office.clock()
    if asked.expires_at <= at or asked.awaited is None:
        raise Refused("signing.expired")
    if asked.role in EFFECTS:
        judge(unit, was, asked.action, by, as_asked(asked, choice))
    else:
        require_part(asked, was.document, by)
    # The date of issue is on the page already, and must be the day of the seal.
    issued = asked.created_at.astimezone(office.zone).date()
    if asked.number and issued != at.astimezone(office.zone).date():
        raise Refused("signing.expired")


def as_asked(asked: SigningRequest, choice: Choice) -> Choice:
    """Give a choice that speaks of the version, the bytes and the number that were asked for."""
    return replace(choice, seen=asked.version, shown=asked.digest, reserved=asked.reserved)


def note_rejection(office: Office, asked: SigningRequest, refusal: OfficeError, by: Person) -> None:
    """Note in the log by which rule something that came back was refused."""
    facts = {"request": asked.id, "rule": refusal.rule}
    event = AuditEvent("signature:rejected", by.id, office.clock(), asked.document, facts)
    with office.database.unit() as unit:
        unit.audit.append(event)


def advanced(office: Office, asked: SigningRequest, made: bytes, deed: Deed) -> Document:
    """Keep what was signed elsewhere and close its request, or nothing. Raises as ``judge``."""
    with office.database.reading() as unit:
        was = standing(office, unit, asked.document, deed.by)
        capacity = stamped_lines(office, unit, was, deed.act, by=deed.by, choice=deed.choice)
    document = was.document
    number = asked.number
    if number is None:
        changed = signed_by(office, document, made, by=deed.by, at=deed.at, capacity=capacity)
        act = led_on(document, deed.act)
        deed = replace(deed, act=act, event="document:signed", facts={"request": asked.id})
    else:
        changed = sealed_with(office, document, made, number, by=deed.by, at=deed.at)
        facts = {"request": asked.id, "number": str(number)}
        deed = replace(deed, event="document:sealed", facts=facts)
    proof = weighed(office, changed, made, wanted=wanted(office, document, asked.role))
    annexes: dict[str, str] = {}
    if number:
        changed, annexes = _annexes_here(office, changed, number, deed.at)
        deed = replace(deed, facts={**deed.facts, **annexes})
    columns = columns_of(office, changed, number) if number else {}
    with office.database.unit() as unit:
        now = standing(office, unit, document.id, deed.by)
        seen = as_asked(asked, deed.choice)
        judge(unit, now, asked.action, deed.by, seen)
        require_theirs(office, unit, asked.certificate, asked.role, deed.by)
        unit.signing_requests.complete(asked.id)
        if number:
            unit.documents.sign_attachments(changed)
            spend(unit, number, changed, columns, seen)
        return note(unit, advance(office, unit, now, changed, deed), proof)


def _annexes_here(
    office: Office, document: Document, number: Number, at: datetime
) -> tuple[Document, dict[str, str]]:
    """Sign the annexes with the agency's key if that lies here; else its device is asked later."""
    held = holding_of(office, AGENCY)
    if held.kind is not KeyKind.FILE:
        return document, {}
    certificate = certificate_of(office, held)
    pending = awaited_annexes(office, document, number, certificate, at)
    waiting = [one.awaited.attributes for one in pending.values()]
    signatures = office.custody.sign(held, waiting, Leave())
    return with_annexes(office, document, pending, signatures, at)
