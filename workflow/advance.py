"""One act kept: the step closed, the document moved, the log written, the jobs left, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from identity.reading import readers_of
from records.audit import AuditEvent
from records.delegation import Mandate
from records.document import Classification, Document
from records.person import Person
from records.route import Act
from storage.unit import Unit
from workflow.deadline import open_step
from workflow.office import Office
from workflow.road import Choice, Standing, approves, desk_of, mandate_of


@dataclass(frozen=True, slots=True)
class Deed:
    """An act that was judged, and what it makes of the document."""

    act: Act
    by: Person
    at: datetime
    choice: Choice
    event: str  # the audit action
    facts: Mapping[str, str] = field(default_factory=dict)


def advance(office: Office, unit: Unit, was: Standing, changed: Document, deed: Deed) -> Document:
    """Move a document along its road and give it as it now stands.

    Raises  Outrun: it is no longer as it was read; nothing is kept.
            Refused: nobody could act where it would go.
    """
    document = was.document
    moved = replace(changed, state=deed.act.to, version=document.version + 1, changed_at=deed.at)
    mandate = mandate_of(unit, was, deed.act, deed.by, deed.choice)
    unit.documents.change(moved, seen=document.version)
    if deed.act.name == "recall":
        unit.steps.withdraw_last(document.id, at=deed.at)
    unit.steps.close(
        document.id,
        by=deed.by.id,
        act=deed.act.name,
        at=deed.at,
        digest=document.latest.digest,
        approval=approves(was, deed.act),
        on_behalf_of=mandate.principal.id if mandate else "",
    )
    if mandate:
        # Whoever acted may look at it afterwards, when the delegation has ended too.
        unit.documents.admit(moved.id, {f"person:{deed.by.id}"})
    _open(office, unit, was, moved, deed.at)
    _note(unit, was, moved, deed, mandate)
    leave_jobs(office, unit, moved)
    if deed.act.reports and moved.source.message:
        unit.enqueue("report", moved.id, deed.act.reports, key=f"{moved.id}:{moved.version}")
    return moved


def leave_jobs(office: Office, unit: Unit, document: Document) -> None:
    """Leave the jobs that follow every change: nothing of a classified document is among them."""
    key = f"{document.id}:{document.version}"
    if document.classification is Classification.NONE:
        unit.enqueue("index", document.id, str(document.version), key=key)
        if office.mailer is not None:
            unit.enqueue("notify", document.id, str(document.version), key=key)


def _open(office: Office, unit: Unit, was: Standing, moved: Document, at: datetime) -> None:
    state = was.route.states[moved.state]
    if not state.acts:
        return
    desk = desk_of(unit, moved, state.who)
    open_step(office, unit, moved, state, desk, at=at)
    unit.documents.admit(moved.id, readers_of(moved, desk))


def _note(unit: Unit, was: Standing, moved: Document, deed: Deed, mandate: Mandate | None) -> None:
    facts = {
        "action": deed.act.name,
        "from": was.document.state,
        "to": moved.state,
        "digest": was.document.latest.digest,
        **deed.facts,
    }
    if mandate:
        facts |= _mandate_facts(mandate)
    if moved.latest.digest != was.document.latest.digest:
        facts["made"] = moved.latest.digest
    event = AuditEvent(deed.event, deed.by.id, deed.at, moved.id, facts)
    seq = unit.audit.append(event)
    if deed.choice.comment:
        unit.audit.remark(seq, moved, deed.choice.comment.strip())


def _mandate_facts(mandate: Mandate) -> dict[str, str]:
    one = mandate.delegation
    return {
        "on_behalf_of": mandate.principal.id,
        "capacity": one.capacity,
        "delegation": one.id,
        "basis": one.basis,
        "basis_on": one.basis_on.isoformat(),
    }
