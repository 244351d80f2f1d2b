"""How a document begins, whichever way its bytes came: checked, kept, laid on its first desk."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import PurePath
from secrets import token_hex

from drafting.sniff import attachment_media, sniff
from identity.reading import cleared, readers_of
from records.audit import AuditEvent
from records.beneath import Response
from records.delegation import AMOUNT, amount_of
from records.document import (
    Attachment,
    Circulation,
    Classification,
    Direction,
    Document,
    DocumentId,
    Media,
    Origin,
    Revision,
    Source,
    Urgency,
)
from records.errors import NotAllowed, NotFound, Refused
from records.link import Drawn
from records.person import Person, Role
from records.route import Route
from storage.unit import Unit
from workflow.beneath import beneath
from workflow.course import course_of
from workflow.mandates import may_know
from workflow.office import Office
from workflow.opening import begin_steps

NOWHERE = Source()

LONGEST_SUBJECT = 500
"""How many characters a subject may have (Decree 30/2020, Annex VI, part II)."""


LONGEST_NAME = 200
"""How many bytes the name of an attachment may have: a file system takes 255, with its place."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file somebody brings along with a document."""

    name: str
    content: bytes
    own_class: Classification | None = None  # None: as what it goes with


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a document when it begins."""

    direction: Direction
    type: str
    subject: str
    classification: Classification  # its own; effective once ``effective`` has judged it
    urgency: Urgency = Urgency.NORMAL
    circulation: Circulation = Circulation.NONE
    workflow: str = ""  # "": the road of its direction
    unit: str = ""  # "": the unit of whoever brings it
    recipients: tuple[str, ...] = ()
    due_on: date | None = None
    source: Source = NOWHERE
    fields: Mapping[str, str] = field(default_factory=dict)
    drawn: tuple[Drawn, ...] = ()  # what it answers, quotes, is drawn from, encloses
    own_class: Classification | None = None  # None: as ``classification``


@dataclass(frozen=True, slots=True)
class Made:
    """How a revision came to be."""

    origin: Origin
    by: str
    at: datetime
    pages: int = 0  # of a PDF


def effective(
    office: Office, said: Particulars, enclosed: tuple[Enclosed, ...] = (), *, by: Person
) -> Particulars:
    """Give the same, its class the highest of its own, its files' and its sources'.

    Raises  Refused: a source is none they may know of.
    """
    own = said.classification
    classes = [own, *(one.own_class for one in enclosed if one.own_class)]
    if said.drawn:
        with office.database.reading() as unit:
            classes += [known_source(unit, one.source, by).classification for one in said.drawn]
    return replace(said, classification=max(classes, key=lambda one: one.rank), own_class=own)


def known_source(unit: Unit, id: str, by: Person) -> Document:
    """Give a document somebody names as a source. Raises Refused: they may know of none such."""
    try:
        found = unit.documents.get(id)
    except NotFound:
        found = None
    if found is None or not may_know(unit, found, by):
        raise Refused("link.unknown")
    return found


def road_for(office: Office, said: Particulars, by: Person) -> Route:
    """Give the road a new document takes, if this person may begin one on it.

    Raises  Refused, NotAllowed: what is said of it cannot be, or is not theirs to say.
    """
    route = office.routes.get(said.workflow or said.direction)
    if route is None or route.direction is not said.direction:
        raise Refused("workflow.unknown", workflow=said.workflow)
    if not by.roles & route.starters or Role.ADMINISTRATOR in by.roles:
        raise NotAllowed("receive.not-yours", direction=said.direction)
    _check(office, said, by)
    return route


def _check(office: Office, said: Particulars, by: Person) -> None:
    if said.classification is not Classification.NONE and not office.sealed:
        raise Refused("secrecy.connected")
    if not cleared(by, said.classification):
        raise Refused("secrecy.clearance")
    if not said.subject.strip():
        raise Refused("subject.required")
    if len(said.subject) > LONGEST_SUBJECT:
        raise Refused("subject.too-long", limit=LONGEST_SUBJECT)
    if said.type not in office.forms:
        raise Refused("type.unknown", type=said.type)
    if said.fields.get(AMOUNT) and amount_of(said.fields[AMOUNT]) is None:
        raise Refused("amount.invalid")
    if said.unit and said.unit not in by.units:
        raise Refused("unit.not-yours", unit=said.unit)
    unknown = [organ for organ in said.recipients if organ not in office.partners]
    if unknown:
        raise Refused("recipient.unknown", recipient=unknown[0])


def new_document(route: Route, said: Particulars, by: Person, at: datetime) -> Document:
    """Give a document at the first state of its road, still without bytes."""
    return Document(
        id=DocumentId(token_hex(16)),
        direction=said.direction,
        type=said.type,
        subject=" ".join(said.subject.split()),
        classification=said.classification,
        own_class=said.own_class or said.classification,
        urgency=said.urgency,
        workflow=route.name,
        definition=route.digest,
        state=route.start,
        version=1,
        unit=said.unit or (by.posts[0].unit if by.posts else ""),
        drafter=by.id,
        created_at=at,
        changed_at=at,
        due_on=said.due_on,
        recipients=said.recipients,
        fields=dict(said.fields),
        source=said.source,
        circulation=said.circulation,
    )


def with_bytes(
    office: Office, document: Document, content: bytes, origin: Origin, by: str
) -> Document:
    """Give the document with new revisions: the file, and its PDF where the file is a DOCX.

    Raises  Unreadable: it is no PDF or DOCX, or one that hurts. Unavailable: no converter.
    """
    if len(content) > office.largest:
        raise Refused("file.too-large", limit=office.largest)
    at = office.clock()
    if sniff(content) is Media.PDF:
        pages = office.reader.inspect(content)
        brought = with_revision(office, document, content, Made(origin, by, at, pages))
        return _cleaned(office, brought, content, by)
    pdf = office.converter.pdf(content)
    rendered = Made(Origin.RENDERED, by, at, office.reader.inspect(pdf))
    document = with_revision(office, document, content, Made(origin, by, at))
    return with_revision(office, document, pdf, rendered)


def _cleaned(office: Office, document: Document, content: bytes, by: str) -> Document:
    """Give what will be signed here with one more revision, without what lies beneath its pages."""
    if document.direction is Direction.INCOMING:
        return document
    if not any(one.response is Response.REWRITE for one in beneath(office, content)):
        return document
    clean = office.reader.rewritten(content)
    pages = office.reader.inspect(clean)
    return with_revision(office, document, clean, Made(Origin.REWRITTEN, by, office.clock(), pages))


def with_attachments(office: Office, document: Document, brought: tuple[Enclosed, ...]) -> Document:
    """Give the document with its attachments kept. Raises Unreadable: one cannot be taken."""
    kept = []
    for n, one in enumerate(brought, start=1):
        if len(one.content) > office.largest:
            raise Refused("file.too-large", limit=office.largest)
        name = _own_name(one.name) or f"tep-{n}"
        media = attachment_media(one.content, name)
        digest = office.contents.put(document.id, document.classification, one.content)
        own = one.own_class or document.own_class
        kept.append(Attachment(n, name, digest, len(one.content), media, own))
    return replace(document, attachments=tuple(kept))


def _own_name(name: str) -> str:
    """Give a file's name without folders and signs that mislead, short enough for any disk."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    bare = " ".join(shown.replace("\\", "/").rsplit("/", 1)[-1].split())
    if not bare.strip("."):
        return ""
    suffix = PurePath(bare).suffix[:20]
    room = LONGEST_NAME - len(suffix.encode())
    return bare.removesuffix(suffix).encode()[:room].decode("utf-8", "ignore") + suffix


def lay_down(  # noqa: PLR0913 - the document, its road, what is logged, what it was drawn from
    office: Office,
    unit: Unit,
    route: Route,
    document: Document,
    event: AuditEvent,
    *,
    drawn: Iterable[Drawn] = (),
) -> None:
    """Keep a new document in one transaction: its rows, first step, log entry and jobs."""
    unit.documents.add(document, readers_of(document, ()))
    for one in drawn:
        unit.links.add(document.id, one.kind, one.source, by=event.by, at=event.at)
    course = course_of(route, document, ())
    course.enter(route.start)
    begin_steps(office, unit, route, document, course, at=event.at)
    unit.audit.append(replace(event, facts={**event.facts, **files_told(document)}))
    leave_reading(unit, document)
    # What comes from elsewhere is checked as it came (Decree 30/2020, art. 21).
    if document.direction is Direction.INCOMING and document.classification is Classification.NONE:
        unit.enqueue("inspect", document.id, key=document.id)


def files_told(document: Document, *, since: int = 0) -> dict[str, str]:
    """Give what the log tells of files that came: a file it does not know was put there later."""
    files = [one.digest for one in document.revisions if one.n > since]
    files += [] if since else [one.digest for one in document.attachments]
    return {"brought": " ".join(files)}


def leave_reading(unit: Unit, document: Document) -> None:
    """Leave the job that reads a document's words, which then go into the index."""
    if document.classification is Classification.NONE:
        unit.enqueue("read", document.id, key=f"{document.id}:{document.version}")


def with_revision(office: Office, document: Document, content: bytes, made: Made) -> Document:
    """Give the document with one more revision, its bytes kept."""
    revision = Revision(
        n=len(document.revisions) + 1,
        digest=office.contents.put(document.id, document.classification, content),
        size=len(content),
        media=Media.PDF if made.pages else Media.DOCX,
        origin=made.origin,
        by=made.by,
        at=made.at,
        pages=made.pages,
    )
    return replace(document, revisions=(*document.revisions, revision))
