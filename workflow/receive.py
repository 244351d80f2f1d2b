"""A document is brought to the office: uploaded by one of its people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any, cast

from records.audit import AuditEvent
from records.document import (
    Circulation,
    Classification,
    Direction,
    Document,
    Origin,
    Source,
    Urgency,
)
from records.errors import Refused
from records.link import Drawn, LinkKind
from records.person import Person
from records.quarantine import Kind
from workflow.begin import (
    Enclosed,
    Particulars,
    effective,
    lay_down,
    new_document,
    road_for,
    with_attachments,
    with_bytes,
)
from workflow.duplicates import twin_of
from workflow.inspect import inspect
from workflow.marked import Came, require_unmarked
from workflow.office import Office
from workflow.prints import tell_edge
from workflow.signers import require_cosigners


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of bringing a document."""

    document: Document
    duplicate_of: str  # id of an earlier document that seems the same, or ""


def receive(  # noqa: PLR0913 - the parts of one upload, each named at the call
    office: Office,
    said: Particulars,
    content: bytes,
    *,
    name: str = "",
    attachments: tuple[Enclosed, ...] = (),
    key: str = "",
    by: Person,
) -> Receipt:
    """Take in a PDF or DOCX with its attachments and lay it on its first desk.

    Takes   key: the caller's Idempotency-Key; the same call again gives the same document.
            name: of the file, as its bringer calls it.
    Raises  Unreadable: the file is none that can be taken. NotAllowed, Refused: see ``road_for``;
            secrecy.marked, see ``require_unmarked``.
            Nothing is visible of a document that was not taken.
    """
    cosigners = said.fields.get("cosigners", "").split()
    require_cosigners(office, said.fields.get("signer", ""), cosigners)
    asked = _digest(said, content, attachments)
    meant = effective(office, said, attachments, by=by)
    road_for(office, meant, by)
    if key and (earlier := _remembered(office, by, key, asked)):
        return earlier
    if meant.classification is Classification.NONE:
        enclosed = [(one.name, one.content) for one in attachments]
        files = [(name, content), *enclosed]
        require_unmarked(office, Came(Kind.DOCUMENT, by.id, files, told_of(said)))
    return take_in(office, said, content, attachments=attachments, key=key, by=by)


def take_in(  # noqa: PLR0913 - as ``receive``, and who let it in
    office: Office,
    said: Particulars,
    content: bytes,
    *,
    attachments: tuple[Enclosed, ...] = (),
    key: str = "",
    by: Person,
    released_by: str = "",
) -> Receipt:
    """Take in what bears no mark of secrecy, or was released from quarantine. As ``receive``."""
    asked = _digest(said, content, attachments)
    said = effective(office, said, attachments, by=by)
    route = road_for(office, said, by)
    if key and (earlier := _remembered(office, by, key, asked)):
        return earlier
    document = new_document(route, said, by, office.clock())
    document = with_bytes(office, document, content, Origin.UPLOADED, by.id)
    document = with_attachments(office, document, attachments)
    event = AuditEvent(
        "document:received",
        by.id,
        document.created_at,
        document.id,
        {
            "digest": document.revisions[0].digest,
            **({"released_by": released_by} if released_by else {}),
        },
    )
    with office.database.unit() as unit:
        twin = twin_of(unit, document, by=by)
        lay_down(office, unit, route, document, event, drawn=said.drawn)
        if key:
            unit.documents.remember(by.id, key, asked, document.id)
    if said.direction is Direction.INCOMING and said.classification is not Classification.NONE:
        inspect(office, document.id)  # no job may know of it
    tell_edge(office, document)
    return Receipt(document, twin)


def told_of(said: Particulars) -> dict[str, object]:
    """Give what is said of a document as it can be written down."""
    told = asdict(said)
    return {
        **told,
        "recipients": list(said.recipients),
        "fields": dict(said.fields),
        "drawn": [[one.kind, one.source] for one in said.drawn],
        "due_on": said.due_on.isoformat() if said.due_on else "",
        "source": {**told["source"], "on": said.source.on.isoformat() if said.source.on else ""},
    }


def said_of(told: Mapping[str, object]) -> Particulars:
    """Give back what was said of a document."""
    words = cast("dict[str, Any]", dict(told))
    source = {**words["source"], "on": _day(words["source"]["on"])}
    return Particulars(
        **{
            **words,
            "direction": Direction(words["direction"]),
            "classification": Classification(words["classification"]),
            "urgency": Urgency(words["urgency"]),
            "recipients": tuple(words["recipients"]),
            "due_on": _day(words["due_on"]),
            "circulation": Circulation(words["circulation"]),
            "own_class": Classification(words["own_class"]) if words["own_class"] else None,
            "drawn": tuple(Drawn(LinkKind(kind), id) for kind, id in words["drawn"]),
            "source": Source(**source),
        }
    )


def _day(told: str) -> date | None:
    return date.fromisoformat(told) if told else None


def _digest(said: Particulars, content: bytes, attachments: tuple[Enclosed, ...]) -> str:
    files = [("", content), *((one.name, one.content) for one in attachments)]
    told = [(name, sha256(inside).hexdigest()) for name, inside in files]
    return sha256(repr((said, told)).encode()).hexdigest()


def _remembered(office: Office, by: Person, key: str, asked: str) -> Receipt | None:
    with office.database.reading() as unit:
        earlier = unit.documents.remembered(by.id, key)
        if earlier is None:
            return None
        request, id = earlier
        if request != asked:
            raise Refused("idempotency.other-request")
        return Receipt(unit.documents.get(id), "")


def directions_of(office: Office, by: Person) -> tuple[Direction, ...]:
    """Give the directions in which this person may bring documents."""
    return tuple(
        dict.fromkeys(
            route.direction for route in office.routes.values() if by.roles & route.starters
        )
    )
