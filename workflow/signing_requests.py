"""Signatures of keys that are not here: what is to be signed goes out, a signature comes back."""

from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex

from records.document import Digest, Document, Number
from records.errors import NotFound, Outrun, Refused
from records.person import Person
from records.signing import Awaited, RequestState, SigningRequest, SigningRole
from signing.certificate_text import read_certificate
from workflow.advance import Deed
from workflow.beneath import require_nothing_beneath
from workflow.capacity import stamped_lines
from workflow.certificates import require_theirs
from workflow.elsewhere import (
    EFFECTS,
    LASTS,
    advanced,
    as_asked,
    asked_act,
    keep_request,
    note_rejection,
    require_current,
    wanted,
)
from workflow.marks_elsewhere import (
    NOTHING,
    Part,
    awaited_part,
    before,
    keep_part,
)
from workflow.office import Office
from workflow.road import Choice, Standing, judge, require_presence, standing
from workflow.seal import number_for, require_signature
from workflow.shown import note_handed
from workflow.sign import placement_of, printed, reason_of
from workflow.turns import turn_of


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
        act = asked_act(unit, was, role, choice, by)
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
    keep_request(office, asked, document, by)
    return asked


def _request_mark(
    office: Office, asked: SigningRequest, part: Part, choice: Choice, by: Person
) -> SigningRequest:
    with office.database.reading() as unit:
        document = standing(office, unit, asked.document, by).document
        require_presence(choice)
        require_theirs(office, unit, asked.certificate, asked.role, by)
    if choice.seen not in (None, document.version):
        raise Outrun("step.outrun")
    digest, awaited = awaited_part(office, document, asked, part, by=by)
    if choice.shown and choice.shown != digest:
        raise Outrun("step.other-bytes")
    asked = replace(asked, version=document.version, digest=digest, awaited=awaited)
    keep_request(office, asked, document, by)
    return asked


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
        require_nothing_beneath(office, document)
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
        level=wanted(office, document, role),
    )
    return awaited, number


def complete_signature(  # noqa: PLR0913 - as every verb, with what was brought
    office: Office, id: str, request: str, brought: Brought, choice: Choice, *, by: Person
) -> Document:
    """Bring a signature back: it is verified, then the document moves on, or nothing happens.

    Raises  NotFound: it was not asked of them. Outrun: the document moved on, or it was brought.
            Refused: it came too late, the certificate is theirs no more, or it is wrong.
    """
    at = office.clock()
    asked, awaited, was = _open(office, id, request, choice, by=by)
    shown = before(office, asked, was.document)
    local = at.astimezone(office.zone)
    level = wanted(office, was.document, asked.role)
    try:
        if brought.content:
            made = office.press.finish_cms(
                shown, awaited, asked.certificate, brought.content, at=local, level=level
            )
        else:
            made = office.press.finish(
                shown, awaited, asked.certificate, brought.signature, at=local, level=level
            )
    except Refused as refusal:
        note_rejection(office, asked, refusal, by)
        raise
    if asked.role not in EFFECTS:
        return keep_part(office, asked, was.document, made, by=by)
    with office.database.reading() as unit:
        act = judge(unit, was, asked.action, by, as_asked(asked, choice))
    return advanced(office, asked, made, Deed(act, by, at, choice, ""))


def _open(
    office: Office, id: str, request: str, choice: Choice, *, by: Person
) -> tuple[SigningRequest, Awaited, Standing]:
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        asked = unit.signing_requests.get(request, was.document)
        if asked.person != by.id or asked.bring:
            raise NotFound("signing.unknown")
        if asked.state is not RequestState.OPEN:
            raise Outrun("signing.replayed")
        require_current(office, unit, asked, was, choice, by=by)
        require_theirs(office, unit, asked.certificate, asked.role, by)
    if asked.awaited is None:
        raise Refused("signing.expired")
    return asked, asked.awaited, was


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

    Of a secret document that is logged; its label need not grant it (docs/adr/0040).

    Raises  NotFound: it was not asked of them. Outrun, Refused: nobody may complete it any more.
    """
    asked, awaited, was = _open(office, id, request, Choice(), by=by)
    note_handed(office, was.document, by, request)
    return before(office, asked, was.document) + awaited.tail
