"""What is held for a mark of secrecy is said to be none, let go by somebody else, or destroyed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from drafting.sniff import attachment_media
from identity.reading import classes_of, cleared
from records.audit import AuditEvent
from records.document import Origin
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person, Role
from records.quarantine import Kind, Outcome, Quarantined
from storage.unit import Unit
from workflow.begin import Enclosed
from workflow.gather import accept, held_envelope, turn_away
from workflow.office import Office
from workflow.receive import said_of, take_in
from workflow.revise import Brought, bring, drafted
from workflow.road import Choice
from workflow.shown import MARKS, stamp_of_reader

DECIDERS = frozenset({Role.REGISTRY_CLERK, Role.OFFICE_CHIEF, Role.LEADER})
"""Who may look at what another brought, and say that it is no secret."""


def held(office: Office, *, by: Person) -> list[Quarantined]:
    """Give what waits for this person: their own, and what they may decide about; oldest first."""
    if Role.ADMINISTRATOR in by.roles:
        return []
    classes = classes_of(by) if by.roles & DECIDERS else ()
    with office.database.reading() as unit:
        return unit.quarantine.held(classes, by=by.id)


def may_look(one: Quarantined, by: Person) -> bool:
    """Tell whether somebody may see what is held, and not only that it is."""
    return bool(by.roles & DECIDERS) and cleared(by, one.mark.classification)


def may_release(one: Quarantined, by: Person) -> bool:
    """Tell whether somebody may say now that it is no secret."""
    ready = one.outcome is Outcome.CLAIMED or one.kind is Kind.MESSAGE
    return ready and may_look(one, by) and one.by != by.id


def claim(office: Office, id: str, reason: str, *, by: Person) -> None:
    """Say of what one brought that it is no secret, and why.

    Raises  NotFound: they brought no such thing. Refused: no reason. Outrun: it was said already.
    """
    with office.database.unit() as unit:
        one = _own(unit, id, by)
        if not reason.strip():
            raise Refused("quarantine.reason")
        unit.quarantine.claim(replace(one, reason=" ".join(reason.split())))
        _note(unit, one, "upload:claimed", by, office.clock())


def release(office: Office, id: str, *, by: Person) -> str:
    """Let go what is no secret, as it was meant to come in, and give the document's id.

    Raises  NotFound; NotAllowed: who brought it cannot do that. Refused: nobody claimed it yet,
            or it cannot be taken in. Outrun: somebody was faster.
    """
    with office.database.reading() as unit:
        one = _decided(unit, id, by)
        bringer = None if one.kind is Kind.MESSAGE else unit.people.get(one.by)
    if one.by == by.id:
        raise NotAllowed("quarantine.two-people")
    if not may_release(one, by):
        raise Refused("quarantine.unclaimed")
    document = _let_in(office, one, bringer, by)
    _settle(office, one, Outcome.RELEASED, by, document)
    return document


def _let_in(office: Office, one: Quarantined, bringer: Person | None, by: Person) -> str:
    """Take in what was held; a second time gives the same."""
    files = contents_of(office, one)
    if bringer is None:
        envelope = held_envelope(office, files[0][1])
        return accept(office, envelope, released_by=by.id)
    if one.kind is Kind.REVISION:
        was = drafted(office, one.document, Choice(), by=bringer)
        if not any(each.digest == one.files[0].digest for each in was.document.revisions):
            brought = Brought(files[0][1], Origin.UPLOADED, {"released_by": by.id})
            bring(office, was.document, brought, by=bringer)
        return one.document
    return take_in(
        office,
        said_of(one.said),
        files[0][1],
        attachments=tuple(Enclosed(*each) for each in files[1:]),
        key=f"quarantine:{one.id}",
        by=bringer,
        released_by=by.id,
    ).document.id


def discard(office: Office, id: str, *, by: Person) -> None:
    """Destroy what is held, by its key. Raises NotFound; Outrun: somebody was faster."""
    with office.database.reading() as unit:
        one = unit.quarantine.get(id)
    if not (one.by == by.id or may_look(one, by)):
        raise NotFound("quarantine.unknown")
    if one.kind is Kind.MESSAGE:
        turn_away(office, held_envelope(office, contents_of(office, one)[0][1]))
    _settle(office, one, Outcome.DISCARDED, by)


def files_in(office: Office, one: Quarantined) -> list[str]:
    """Give the names of what can be looked at: files, or what a message encloses."""
    return [name for name, _ in _enclosed(office, one)]


def held_picture(  # noqa: PLR0913 - which page of which file, how wide, for whom
    office: Office, id: str, n: int, page: int, *, width: int, by: Person
) -> bytes:
    """Give a page of a held file as a picture that names who looks; the look is logged.

    Raises  NotFound: no such thing is held, file or page. Refused: it has no pages.
    """
    with office.database.unit() as unit:
        one = _decided(unit, id, by)
        facts = {"file": str(n), "page": str(page)}
        _note(unit, one, "upload:looked", by, office.clock(), **facts)
    files = _enclosed(office, one)
    if not 1 <= n <= len(files):
        raise NotFound("attachment.unknown")
    name, content = files[n - 1]
    paper = office.converter.paper(content, attachment_media(content, name))
    across = stamp_of_reader(office, MARKS[one.mark.classification], by)
    return office.reader.page_png(paper, page, width=width, across=across)


def contents_of(office: Office, one: Quarantined) -> list[tuple[str, bytes]]:
    """Give name and content of what is held."""
    vault = office.contents.vault
    return [(file.name, vault.get(one.id, file.digest)) for file in one.files]


def _enclosed(office: Office, one: Quarantined) -> Sequence[tuple[str, bytes]]:
    files = contents_of(office, one)
    if one.kind is not Kind.MESSAGE:
        return files
    return [(each.name, each.content) for each in held_envelope(office, files[0][1]).enclosures]


def _own(unit: Unit, id: str, by: Person) -> Quarantined:
    one = unit.quarantine.get(id)
    if one.by != by.id:
        raise NotFound("quarantine.unknown")
    return one


def _decided(unit: Unit, id: str, by: Person) -> Quarantined:
    one = unit.quarantine.get(id)
    if not may_look(one, by) and one.by != by.id:
        raise NotFound("quarantine.unknown")
    if not may_look(one, by):
        raise NotAllowed("quarantine.not-yours")
    return one


def _settle(office: Office, one: Quarantined, to: Outcome, by: Person, document: str = "") -> None:
    at = office.clock()
    with office.database.unit() as unit:
        unit.quarantine.settle(one, to, by.id, at)
        facts = {"document": document} if document else {}
        _note(unit, one, f"upload:{to}", by, at, **facts)
    office.contents.vault.destroy(one.id)


def _note(
    unit: Unit, one: Quarantined, action: str, by: Person, at: datetime, **facts: str
) -> None:
    told = {"quarantine": one.id, "class": str(one.mark.classification), **facts}
    unit.audit.append(AuditEvent(action, by.id, at, one.document, told))
