"""A draft is brought in better words: a new revision, on which earlier approvals do not count."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from identity.reading import tokens_of
from records.audit import AuditEvent
from records.document import Classification, Document, Origin
from records.errors import NotAllowed, Outrun
from records.person import Person
from records.quarantine import Kind
from workflow.begin import files_told, leave_reading, with_bytes
from workflow.marked import Came, require_unmarked
from workflow.office import Office
from workflow.prints import tell_edge
from workflow.road import Choice, Standing, standing


def revise(  # noqa: PLR0913 - which bytes, of what, under which name, as it was seen
    office: Office, id: str, content: bytes, choice: Choice, *, name: str = "", by: Person
) -> Document:
    """Add a revision to a document that is still being drafted.

    Raises  Outrun: it is no longer drafted, or somebody was faster. NotAllowed: not theirs.
            Unreadable: the file is none that can be taken. Refused: see ``require_unmarked``.
    """
    was = drafted(office, id, choice, by=by)
    if was.document.classification is Classification.NONE:
        came = Came(Kind.REVISION, by.id, [(name, content)], {}, document=id)
        require_unmarked(office, came)
    return bring(office, was.document, Brought(content, Origin.UPLOADED), by=by)


@dataclass(frozen=True, slots=True)
class Brought:
    """New bytes of a document, how they came to be, and what the log tells of them."""

    content: bytes
    origin: Origin
    facts: Mapping[str, str] = field(default_factory=dict)


def bring(office: Office, document: Document, brought: Brought, *, by: Person) -> Document:
    """Keep bytes as a new revision of a document that was read before; approvals are cancelled.

    Raises  Outrun: somebody was faster. Unreadable: the file is none that can be taken.
    """
    revised = with_bytes(office, document, brought.content, brought.origin, by.id)
    at, id = office.clock(), document.id
    changed = replace(revised, version=document.version + 1, changed_at=at)
    with office.database.unit() as unit:
        unit.documents.change(changed, seen=document.version)
        unit.steps.cancel_approvals(id, but=changed.latest.digest, at=at)
        facts = {
            "digest": document.latest.digest,
            "made": changed.latest.digest,
            **files_told(changed, since=document.latest.n),
            **brought.facts,
        }
        unit.audit.append(AuditEvent("document:revised", by.id, at, id, facts))
        leave_reading(unit, changed)
    tell_edge(office, changed)
    return changed


def may_revise(was: Standing, by: Person) -> bool:
    """Tell whether this person may bring a new revision now."""
    step = was.step
    return was.state.editable and step is not None and bool(step.desk & tokens_of(by))


def drafted(office: Office, id: str, choice: Choice, *, by: Person) -> Standing:
    """Give a document where it stands, if this person may bring it in new bytes now.

    Raises  NotFound; Outrun: it is no longer drafted, or somebody was faster. NotAllowed.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
    if choice.seen is not None and choice.seen != was.document.version:
        raise Outrun("step.outrun")
    if not was.state.editable:
        raise Outrun("revise.not-now")
    if not may_revise(was, by):
        raise NotAllowed("step.not-yours", action="revise")
    return was
