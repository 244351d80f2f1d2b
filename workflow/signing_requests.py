"""Signatures of keys that are not here: what is to be signed goes out, a signature comes back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from records.audit import AuditEvent
from records.document import Digest, Document, Number
from records.errors import NotFound, OfficeError, Outrun, Refused
from records.level import Level
from records.person import Person
from records.route import Act, Effect
from records.signing import Awaited, KeyKind, Leave, RequestState, SigningRequest, SigningRole
from signing.certificate_text import read_certificate
from workflow.advance import Deed, advance
from workflow.annexes import awaited_annexes, with_annexes
from workflow.capacity import stamped_lines
from workflow.certificates import AGENCY, require_theirs
from workflow.keys import certificate_of, holding_of
from workflow.marks_elsewhere import (
    NOTHING,
    Part,
    awaited_part,
    before,
    keep_part,
    require_part,
)
from workflow.number import columns_of
from workflow.office import Office
from workflow.renew import level_of, note, weighed
from workflow.road import Choice, Standing, judge, standing
from workflow.seal import number_for, require_signature, sealed_with, spend
from workflow.sign import placement_of, printed, reason_of, signed_by
from workflow.turns import led_on, turn_of

LASTS = timedelta(minutes=15)
"""How long a signature may take to come back: to find the token and to type its PIN."""

EFFECTS = {SigningRole.LEADER: Effect.SIGN, SigningRole.AGENCY: Effect.SEAL}
CEILINGS = {SigningRole.LEADER: Level.B_T, SigningRole.AGENCY: Level.B_LT}
NAMES = {SigningRole.LEADER: "sign", SigningRole.AGENCY: "seal"}


@dataclass(frozen=True, slots=True)
class Brought:
    """What came back: one of the two."""

    signature: bytes = b""  # over the attributes, as the key made it
    content: bytes = b""  # a whole CMS object


def request_signature(  # noqa: PLR0913 - as every verb, with the role and the certificate
    office: Office,
    id: str,
    role: SigningRole,
    brought: str,
    choice: Choice,
    *,
    by: Person,
    part: Part = NOTHING,
) -> SigningRequest:
    """Make what somebody's own device shall sign, and keep it until it comes back.

    Takes   brought: their certificate, as PEM or as DER in base64; part: which copy or annex.
    Raises  as ``judge``; Refused: the certificate is not theirs, or not good now.
    """
    at = office.clock()
    certificate = read_certificate(brought)
    asked = SigningRequest(
        id=token_hex(16),
        document=id,
        version=0,
        digest=Digest(""),
        role=role,
        action=role,
        person=by.id,
        certificate=certificate,
        created_at=at,
        expires_at=at + LASTS,
        awaited=None,
        part=part.name,
        reserved=choice.reserved,
    )
    if role not in EFFECTS:
        return _request_mark(office, asked, part, choice, by)
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        act = _act(was, role)
        name = act.name if act else NAMES.get(role, role)
        act = judge(unit, was, name, by, _shown(was.document, choice))
        require_theirs(office, unit, certificate, role, by)
        capacity = stamped_lines(office, unit, was, act, by=by, choice=choice)
    document = was.document
    awaited, number = _awaited(
        office, document, role, certificate, choice, by=by, at=at, capacity=capacity
    )
    asked = replace(
        asked,
        version=document.version,
        digest=document.latest.digest,
        action=act.name,
        awaited=awaited,
        number=number,
    )
    _keep(office, asked, document, by)
    return asked


def _request_mark(
    office: Office, asked: SigningRequest, part: Part, choice: Choice, by: Person
) -> SigningRequest:
    with office.database.reading() as unit:
        document = standing(office, unit, asked.document, by).document
        require_theirs(office, unit, asked.certificate, asked.role, by)
    if choice.seen not in (None, document.version):
        raise Outrun("step.outrun")
    digest, awaited = awaited_part(office, document, asked, part, by=by)
    if choice.shown and choice.shown != digest:
        raise Outrun("step.other-bytes")
    asked = replace(asked, version=document.version, digest=digest, awaited=awaited)
    _keep(office, asked, document, by)
    return asked


def _act(was: Standing, role: SigningRole) -> Act | None:
    return next((one for one in was.state.acts if one.does is EFFECTS[role]), None)


def _shown(document: Document, choice: Choice) -> Choice:
    # Whoever asks is told the digest they will sign, and compares it with what they were shown.
    return replace(choice, shown=choice.shown or document.latest.digest)


def _awaited(  # noqa: PLR0913 - who signs what, as what, when and with which key
    office: Office,
    document: Document,
    role: SigningRole,
    certificate: bytes,
    choice: Choice,
    *,
    by: Person,
    at: datetime,
    capacity: tuple[str, ...],
) -> tuple[Awaited, Number | None]:
    placement = placement_of(office, document)
    shown = office.contents.get(document, document.latest.digest)
    local = at.astimezone(office.zone)
    if role is SigningRole.LEADER:
        reason = reason_of(office, document)
        awaited = office.press.await_leader(
            shown,
            certificate,
            placement=placement,
            person=by.id,
            at=local,
            reason=reason,
            capacity=() if printed(document, by) else capacity,
            turn=turn_of(document),
        )
        return awaited, None
    require_signature(document)
    with office.database.reading() as unit:
        number = number_for(
            office,
            unit,
            document,
            local.date(),
            choice=choice,
            printed=placement.printed_notation,
        )
    awaited = office.press.await_agency(
        shown,
        certificate,
        placement=placement,
        number=number.code,
        notation=number.notation,
        on=local.date(),
        at=local,
        level=_wanted(office, document, role),
    )
    return awaited, number


def _wanted(office: Office, document: Document, role: SigningRole) -> Level:
    return level_of(office, document, ceiling=CEILINGS.get(role, Level.B_T))


def _keep(office: Office, asked: SigningRequest, document: Document, by: Person) -> None:
    facts = {"role": str(asked.role), "request": asked.id, "digest": asked.digest}
    event = AuditEvent("signature:requested", by.id, asked.created_at, document.id, facts)
    with office.database.unit() as unit:
        unit.signing_requests.sweep(asked.created_at)
        unit.signing_requests.add(asked, document)
        unit.audit.append(event)


def complete_signature(  # noqa: PLR0913 - as every verb, with what was brought
    office: Office, id: str, request: str, brought: Brought, choice: Choice, *, by: Person
) -> Document:
    """Bring a signature back: it is verified, then the document moves on, or nothing happens.

    Raises  NotFound: it was not asked of them. Outrun: the document moved on, or it was brought.
            Refused: it came too late, the certificate is theirs no more, or it is wrong.
    """
    at = office.clock()
    asked, awaited, was = _open(office, id, request, choice, by=by, at=at)
    shown = before(office, asked, was.document)
    local = at.astimezone(office.zone)
    wanted = _wanted(office, was.document, asked.role)
    try:
        if brought.content:
            made = office.press.finish_cms(
                shown, awaited, asked.certificate, brought.content, at=local, level=wanted
            )
        else:
            made = office.press.finish(
                shown, awaited, asked.certificate, brought.signature, at=local, level=wanted
            )
    except Refused as refusal:
        _note_rejection(office, asked, refusal, by)
        raise
    if asked.role not in EFFECTS:
        return keep_part(office, asked, was.document, made, by=by)
    with office.database.reading() as unit:
        act = judge(unit, was, asked.action, by, _seen(asked, choice))
    return _advance(office, asked, made, Deed(act, by, at, choice, ""))


def _open(  # noqa: PLR0913 - who completes which request when, with which choice
    office: Office, id: str, request: str, choice: Choice, *, by: Person, at: datetime
) -> tuple[SigningRequest, Awaited, Standing]:
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        asked = unit.signing_requests.get(request, was.document)
        if asked.person != by.id:
            raise NotFound("signing.unknown")
        if asked.state is not RequestState.OPEN:
            raise Outrun("signing.replayed")
        if asked.expires_at <= at or asked.awaited is None:
            raise Refused("signing.expired")
        if asked.role in EFFECTS:
            judge(unit, was, asked.action, by, _seen(asked, choice))
        else:
            require_part(asked, was.document, by)
        require_theirs(office, unit, asked.certificate, asked.role, by)
    # The date of issue is on the page already, and must be the day of the seal.
    issued = asked.created_at.astimezone(office.zone).date()
    if asked.number and issued != at.astimezone(office.zone).date():
        raise Refused("signing.expired")
    return asked, asked.awaited, was


def _seen(asked: SigningRequest, choice: Choice) -> Choice:
    return replace(choice, seen=asked.version, shown=asked.digest, reserved=asked.reserved)


def _note_rejection(
    office: Office, asked: SigningRequest, refusal: OfficeError, by: Person
) -> None:
    facts = {"request": asked.id, "rule": refusal.rule}
    event = AuditEvent("signature:rejected", by.id, office.clock(), asked.document, facts)
    with office.database.unit() as unit:
        unit.audit.append(event)


def _advance(office: Office, asked: SigningRequest, made: bytes, deed: Deed) -> Document:
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
    proof = weighed(office, changed, made, wanted=_wanted(office, document, asked.role))
    annexes: dict[str, str] = {}
    if number:
        changed, annexes = _annexes_here(office, changed, number, deed.at)
        deed = replace(deed, facts={**deed.facts, **annexes})
    columns = columns_of(office, changed, number) if number else {}
    with office.database.unit() as unit:
        now = standing(office, unit, document.id, deed.by)
        seen = _seen(asked, deed.choice)
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


@dataclass(frozen=True, slots=True)
class Waits:
    """A signature somebody is asked for, and the document it is for."""

    asked: SigningRequest
    document: Document


def waiting_signatures(office: Office, *, by: Person) -> list[Waits]:
    """Give the requests this person may still complete, oldest first."""
    at = office.clock()
    waiting = []
    with office.database.reading() as unit:
        for id, request in unit.signing_requests.open_of(by.id, at):
            try:
                document = standing(office, unit, id, by).document
            except NotFound:
                continue
            if (asked := unit.signing_requests.get(request, document)).version == document.version:
                waiting.append(Waits(asked, document))
    return waiting


def to_be_signed(office: Office, id: str, request: str, *, by: Person) -> bytes:
    """Give the whole revision that waits, so that the signer's device can hash it for itself.

    Raises  NotFound: it was not asked of them. Outrun, Refused: nobody may complete it any more.
    """
    asked, awaited, was = _open(office, id, request, Choice(), by=by, at=office.clock())
    return before(office, asked, was.document) + awaited.tail
