"""The leader signs exactly the bytes that were shown."""

from dataclasses import dataclass, replace
from datetime import datetime

from records.document import Document, Media, Origin, Revision
from records.errors import Refused
from records.level import Level
from records.paper import Placement
from records.person import Person
from records.route import Act, Effect
from records.signing import Awaited
from workflow.advance import Deed, advance
from workflow.begin import Made, with_revision
from workflow.beneath import require_nothing_beneath
from workflow.capacity import CAPACITY, PRINTED, stamped_lines
from workflow.certificates import require_usable
from workflow.keys import certificate_of, holding_of, require_here
from workflow.office import Office
from workflow.renew import level_of, note, weighed
from workflow.road import Choice, judge, standing
from workflow.turns import led_on, turn_of

_SIGNED = (Origin.INITIALLED, Origin.SIGNED, Origin.SEALED, Origin.PROVEN)


@dataclass(frozen=True, slots=True)
class Ready:
    """A document with the revision that lacks nothing but the leader's signature."""

    document: Document
    act: Act
    choice: Choice
    shown: bytes
    awaited: Awaited
    at: datetime
    capacity: tuple[str, ...] = ()  # lines of one who signs in another's name


def sign(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Add the leader's signature as a new revision; every byte before it stays in its place.

    Raises  as ``judge``; Refused: they have no certificate, or the PDF cannot be signed.
            Unavailable: whether the certificate was revoked cannot be known; nothing was signed.
            Without a timestamp authority it is signed, and waits until one answers.
    """
    held = holding_of(office, by.id)
    certificate = certificate_of(office, held)
    ready = made_ready(office, id, action, choice, certificate, by=by)
    # The key may be a telephone away, so it signs outside any unit; Outrun guards the gap.
    (signature,) = office.custody.sign(held, [ready.awaited.attributes], choice.leave)
    return keep_signed(office, ready, certificate, signature, by=by)


def made_ready(  # noqa: PLR0913 - as every verb, with the certificate
    office: Office, id: str, action: str, choice: Choice, certificate: bytes, *, by: Person
) -> Ready:
    """Give a document ready for its leader's signature; nothing is kept yet. Raises as ``sign``."""
    at = office.clock()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        act = judge(unit, was, action, by, choice)
        capacity = stamped_lines(office, unit, was, act, by=by, choice=choice)
        require_here(unit.certificates.held_by(by.id), was.document)
    document = was.document
    if act.does is not Effect.SIGN:
        raise Refused("step.unknown-action", action=action)
    shown = office.contents.get(document, document.latest.digest)
    require_nothing_beneath(office, document)
    awaited = office.press.await_leader(
        shown,
        certificate,
        placement=placement_of(office, document),
        person=by.id,
        at=at.astimezone(office.zone),
        reason=reason_of(office, document),
        capacity=() if printed(document, by) else capacity,
        turn=turn_of(document),
    )
    return Ready(document, act, choice, shown, awaited, at, capacity)


def keep_signed(
    office: Office, ready: Ready, certificate: bytes, signature: bytes, *, by: Person
) -> Document:
    """Verify the signature and keep the signed document, or nothing. Raises as ``sign``."""
    document, choice, at = ready.document, ready.choice, ready.at
    wanted = level_of(office, document, ceiling=Level.B_T)
    signed = office.press.finish(
        ready.shown,
        ready.awaited,
        certificate,
        signature,
        at=at.astimezone(office.zone),
        level=wanted,
    )
    with_signature = signed_by(office, document, signed, by=by, at=at, capacity=ready.capacity)
    proof = weighed(office, with_signature, signed, wanted=wanted)
    with office.database.unit() as unit:
        # It may have been revoked while the key was asked.
        require_usable(office, unit, certificate, by.id)
        now = standing(office, unit, document.id, by)
        judge(unit, now, ready.act.name, by, replace(choice, seen=document.version))
        deed = Deed(led_on(document, ready.act), by, at, choice, "document:signed")
        return note(unit, advance(office, unit, now, with_signature, deed), proof)


def signed_by(  # noqa: PLR0913 - who signed what, when, in what capacity
    office: Office,
    document: Document,
    signed: bytes,
    *,
    by: Person,
    at: datetime,
    capacity: tuple[str, ...] = (),
) -> Document:
    """Give the document with the signed bytes as its latest revision."""
    made = Made(Origin.SIGNED, by.id, at, document.latest.pages)
    with_signature = replace(with_revision(office, document, signed, made), signer=by.id)
    if not capacity:
        return with_signature
    # The last line is the name, which every list of signers has already.
    lines = "\n".join(capacity[:-1])
    return replace(with_signature, fields={**document.fields, CAPACITY: lines})


def printed(document: Document, by: Person) -> bool:
    """Tell whether the page itself names the one who signs in another's name."""
    return document.fields.get(PRINTED) == by.id


def placement_of(office: Office, document: Document) -> Placement:
    """Give where number, date, signature and seal go, found on the bytes before any of them.

    Raises  Refused: there is no PDF to place them on; place.needed, one of them would stand on
            print, since the page has no words for it and no room, and nobody put it anywhere.
    """
    placement = places_found(office, document)
    if placement.crowded:
        raise Refused("place.needed", part=min(placement.crowded))
    return placement


def places_found(office: Office, document: Document) -> Placement:
    """Give where everything goes, be there room for it or not: where it was put, else is found."""
    base = base_of(document)
    found = office.reader.placement(office.contents.get(document, base.digest))
    with office.database.reading() as unit:
        chosen = unit.placements.of(document.id, base.digest)
    return chosen.over(found) if chosen else found


def base_of(document: Document) -> Revision:
    """Give the revision that was approved: the latest one of no signature's making."""
    for revision in reversed(document.revisions):
        if revision.media is Media.PDF and revision.origin not in _SIGNED:
            return revision
    raise Refused("pdf.not-signable", reason="no PDF")


def reason_of(office: Office, document: Document) -> str:
    """Give what a leader's signature says it is for."""
    return f"Ký ban hành {office.forms[document.type].name}"
