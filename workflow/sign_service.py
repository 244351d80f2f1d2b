"""VGCA Sign Service on a signer's own computer: the PDF goes there and comes back, each once.

The service has no session of the person who sits there, so each way is opened by a word that is
good once, for one version of one document, for one person, and not for long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe

from records.audit import AuditEvent
from records.document import Classification, Digest, Document
from records.errors import NotFound, OfficeError, Outrun, Refused
from records.person import Person
from records.signature import Verdict
from records.signing import Awaited, RequestState, SigningRequest, SigningRole
from signing.back import read_returned
from storage.unit import Unit
from workflow.advance import Deed
from workflow.beneath import require_nothing_beneath
from workflow.certificates import agency_certificates, require_theirs
from workflow.elsewhere import (
    EFFECTS,
    advanced,
    as_asked,
    asked_act,
    keep_request,
    note_rejection,
    require_current,
    wanted,
)
from workflow.marks_elsewhere import NOTHING, Part, before, keep_part, kept_with, source_of_part
from workflow.office import Office
from workflow.returned_look import Back, require_look, writes_of
from workflow.road import Choice, Standing, judge, require_presence, standing
from workflow.seal import number_for, require_signature
from workflow.sign import placement_of
from workflow.turns import turn_of

LASTS = timedelta(minutes=10)
"""How long the service may take: its person finds the token, types the PIN, places the picture."""

OPERATIONS: Mapping[SigningRole, str] = {
    SigningRole.LEADER: "SignApproved",
    SigningRole.AGENCY: "SignIssued",
    SigningRole.COPY: "SignCopy",
    SigningRole.ANNEX: "SignAppendix",
}
"""What the service calls a signature in each role."""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What a signer's page gives to the service on the signer's computer."""

    asked: SigningRequest
    fetch: str  # the word that fetches the file, once
    bring: str  # the word that brings it back, once
    writes: Mapping[str, str]  # text fields and what they must say; a copy's or an annex's "Text"

    @property
    def operation(self) -> str:
        """Give what the service calls it."""
        return OPERATIONS[self.asked.role]


def hand_out(  # noqa: PLR0913 - as every verb, with the role and what is signed beside
    office: Office, id: str, role: SigningRole, choice: Choice, *, by: Person, part: Part = NOTHING
) -> HandedOut:
    """Let the service on somebody's computer fetch a document for its signature, once.

    Raises  as ``judge``; Refused: it is classified, so it goes nowhere without a session; no
            certificate of whoever signs is registered.
    """
    at = office.clock()
    fetch, bring = token_urlsafe(32), token_urlsafe(32)
    asked = SigningRequest(
        id=token_hex(16),
        document=id,
        version=0,
        digest=Digest(""),
        role=role,
        action=role,
        person=by.id,
        certificate=b"",
        created_at=at,
        expires_at=at + LASTS,
        awaited=None,
        part=part.name,
        reserved=choice.reserved,
        fetch=_digest(fetch),
        bring=_digest(bring),
    )
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        require_presence(choice)
        _require_open_to_all(was.document)
        if role in EFFECTS:
            asked = replace(asked, action=asked_act(unit, was, role, choice, by).name)
        _require_certificate(office, unit, role, by)
    document = was.document
    if choice.seen not in (None, document.version):
        raise Outrun("step.outrun")
    asked = replace(asked, version=document.version)
    asked = _filled_in(office, document, asked, part, choice, by=by)
    keep_request(office, asked, document, by)
    return HandedOut(asked, fetch, bring, writes_of(office, asked, document))


def _filled_in(  # noqa: PLR0913 - what is asked of which document, beside what, by whom
    office: Office,
    document: Document,
    asked: SigningRequest,
    part: Part,
    choice: Choice,
    *,
    by: Person,
) -> SigningRequest:
    """Give the request with the file that is handed out, and with the number it shall bear."""
    if asked.role not in EFFECTS:
        source, _ = source_of_part(office, document, asked, part, by=by)
        handed = office.press.with_form(source)
        awaited = kept_with(asked, source, _handed(handed[len(source) :]))
        return replace(asked, digest=Digest(sha256(source).hexdigest()), awaited=awaited)
    latest = document.latest.digest
    shown = office.contents.get(document, latest)
    placement = placement_of(office, document)
    if asked.role is SigningRole.LEADER:
        require_nothing_beneath(office, document)
        handed = office.press.prepared(shown, placement, turn_of(document))
        return replace(asked, digest=latest, awaited=_handed(handed[len(shown) :]))
    require_signature(document)
    on = asked.created_at.astimezone(office.zone).date()
    with office.database.reading() as unit:
        number = number_for(
            office, unit, document, on, choice=choice, printed=placement.printed_notation
        )
    return replace(asked, digest=latest, awaited=_handed(b""), number=number)


def _handed(tail: bytes) -> Awaited:
    return Awaited(tail=tail, field="", hole=(0, 0), attributes=b"")


def fetched(office: Office, word: str) -> bytes:
    """Give the file a word is for, which can be done once.

    Raises  NotFound: it is for none. Outrun, Refused: it was used, or is good no longer.
    """
    asked, document, by = _found(office, fetch=_digest(word))
    if asked.state is not RequestState.OPEN:
        raise Outrun("signing.replayed")
    _require_still(office, asked, by)
    handed = _file(office, asked, document)
    facts = {"request": asked.id, "role": str(asked.role), "digest": asked.digest}
    event = AuditEvent("signature:handed-out", by.id, office.clock(), document.id, facts)
    with office.database.unit() as unit:
        unit.signing_requests.take(asked.id)
        unit.audit.append(event)
    return handed


def bring_back(office: Office, word: str, returned: bytes) -> Document:
    """Take in the file that the service signed, which can be done once; or change nothing.

    Raises  NotFound: the word is for no file. Outrun: it was used, or the document moved on.
            Refused: it came too late, is signed by somebody else, or is not the file that was
            handed out with one signature more.
    """
    asked, document, by = _found(office, bring=_digest(word))
    if asked.state is not RequestState.TAKEN:
        raise Outrun("signing.replayed")
    with office.database.unit() as unit:
        unit.signing_requests.claim(asked.id)
    try:
        return _taken_in(office, asked, document, returned, by)
    except OfficeError as refusal:
        with office.database.unit() as unit:
            unit.signing_requests.fail(asked.id, refusal.rule)
        note_rejection(office, asked, refusal, by)
        raise


def _taken_in(
    office: Office, asked: SigningRequest, document: Document, returned: bytes, by: Person
) -> Document:
    at = office.clock()
    was = _require_still(office, asked, by)
    handed = _file(office, asked, document)
    if len(returned) > office.largest + len(handed):
        raise Refused("file.too-large", limit=office.largest)
    found = read_returned(office.isolate, handed, returned)
    with office.database.reading() as unit:
        require_theirs(office, unit, found.certificate, asked.role, by)
    asked = replace(asked, certificate=found.certificate)
    report = office.validator.report(returned, at)
    if report.verdict is not Verdict.VALID:
        raise Refused("service.not-valid", reasons=report.reasons)
    require_look(office, Back(asked, document, handed, returned, found))
    made = office.press.take_in(
        handed,
        returned,
        field=found.field,
        certificate=found.certificate,
        at=at.astimezone(office.zone),
        level=wanted(office, document, asked.role),
    )
    if asked.role not in EFFECTS:
        return keep_part(office, asked, document, made, by=by)
    with office.database.reading() as unit:
        act = judge(unit, was, asked.action, by, as_asked(asked, Choice()))
    return advanced(office, asked, made, Deed(act, by, at, Choice(), ""))


def outcome_of(office: Office, id: str, request: str, *, by: Person) -> SigningRequest:
    """Give how far a request of one's own has come. Raises NotFound."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        asked = unit.signing_requests.get(request, document)
    if asked.person != by.id or not asked.bring:
        raise NotFound("signing.unknown")
    return asked


def _found(
    office: Office, *, fetch: str = "", bring: str = ""
) -> tuple[SigningRequest, Document, Person]:
    """Give what a word is for, and for whom. Raises NotFound: nothing, or nobody any more."""
    with office.database.reading() as unit:
        id, request = unit.signing_requests.found(fetch=fetch, bring=bring)
        document = unit.documents.get(id)
        # What was raised to a class meanwhile is unknown to whoever has no session.
        if document.classification is not Classification.NONE:
            raise NotFound("signing.unknown")
        asked = unit.signing_requests.get(request, document)
        by = unit.people.get(asked.person)
    if not by.active:
        raise NotFound("signing.unknown")
    return asked, document, by


def _require_still(office: Office, asked: SigningRequest, by: Person) -> Standing:
    with office.database.reading() as unit:
        was = standing(office, unit, asked.document, by)
        _require_open_to_all(was.document)
        require_current(office, unit, asked, was, Choice(), by=by)
    return was


def _file(office: Office, asked: SigningRequest, document: Document) -> bytes:
    if asked.awaited is None:
        raise Refused("signing.expired")
    return before(office, asked, document) + asked.awaited.tail


def _require_open_to_all(document: Document) -> None:
    if document.classification is not Classification.NONE:
        raise Refused("service.classified")


def _require_certificate(office: Office, unit: Unit, role: SigningRole, by: Person) -> None:
    if role is SigningRole.LEADER:
        known = bool(unit.certificates.of(by.id)) or bool(office.keyring.held_by(by.id))
    else:
        known = bool(agency_certificates(office, unit))
    if not known:
        raise Refused("key.no-certificate")


def _digest(word: str) -> str:
    return sha256(word.encode()).hexdigest()
