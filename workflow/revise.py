"""A draft is brought in better words: a new revision, on which earlier approvals do not count."""

from dataclasses import replace

from identity.reading import tokens_of
from records.audit import AuditEvent
from records.document import Document, Origin
from records.errors import NotAllowed, Outrun
from records.person import Person
from workflow.begin import brought, leave_reading, with_bytes
from workflow.office import Office
from workflow.road import Choice, Standing, standing


def revise(office: Office, id: str, content: bytes, choice: Choice, *, by: Person) -> Document:
    """Add a revision to a document that is still being drafted.

    Raises  Outrun: it is no longer drafted, or somebody was faster. NotAllowed: not theirs.
            Unreadable: the file is none that can be taken.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        _require(was, by, choice)
    revised = with_bytes(office, was.document, content, Origin.UPLOADED, by.id)
    at = office.clock()
    changed = replace(revised, version=was.document.version + 1, changed_at=at)
    with office.database.unit() as unit:
        unit.documents.change(changed, seen=was.document.version)
        unit.steps.cancel_approvals(id, but=changed.latest.digest, at=at)
        facts = {
            "digest": was.document.latest.digest,
            "made": changed.latest.digest,
            **brought(changed, since=was.document.latest.n),
        }
        unit.audit.append(AuditEvent("document:revised", by.id, at, id, facts))
        leave_reading(unit, changed)
    return changed


def may_revise(was: Standing, by: Person) -> bool:
    """Tell whether this person may bring a new revision now."""
    step = was.step
    return was.state.editable and step is not None and bool(step.desk & tokens_of(by))


def _require(was: Standing, by: Person, choice: Choice) -> None:
    if choice.seen is not None and choice.seen != was.document.version:
        raise Outrun("step.outrun")
    if not was.state.editable:
        raise Outrun("revise.not-now")
    if not may_revise(was, by):
        raise NotAllowed("step.not-yours", action="revise")
