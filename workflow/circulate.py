"""How far a document may go round, and its coming back from whoever was to give it back.

Source  Decree 30/2020, Annex I, part III, 2 (the marks); they are no degree of secrecy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from identity.reading import readers_of, tokens_of
from records.audit import AuditEvent
from records.document import Circulation, Document
from records.errors import NotAllowed, Outrun, Refused
from records.exchange import DispatchState
from records.person import Person, Role
from storage.unit import Unit
from workflow.beside import Aside, keep
from workflow.office import Office
from workflow.road import Choice, Standing, standing

MARKERS = frozenset({Role.UNIT_HEAD, Role.OFFICE_CHIEF, Role.LEADER, Role.REGISTRY_CLERK})
"""Who may change the mark of a document they may read, beside its drafter."""

KEEPER = f"role:{Role.REGISTRY_CLERK}"
"""Who keeps the document itself has nothing to give back."""

GONE = frozenset(DispatchState) - {DispatchState.RECALLED, DispatchState.FAILED}


@dataclass(frozen=True, slots=True)
class Loan:
    """Somebody who has read a document that is to be given back."""

    person: str
    opened_at: datetime
    returned_at: datetime | None


def may_mark(document: Document, by: Person) -> bool:
    """Tell whether this person may change how far a document goes round."""
    return by.id == document.drafter or bool(by.roles & MARKERS)


def mark(office: Office, id: str, to: Circulation, choice: Choice, *, by: Person) -> Document:
    """Change how far a document may go round; its readers change in the same transaction.

    Raises  NotAllowed: not theirs. Outrun: somebody was faster.
            Refused: it has this mark, no reason is given, or it was sent out already.
    """
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by, whole=True)
        _require(unit, was.document, to, choice, by)
        changed = replace(was.document, circulation=to)
        facts = {"was": str(was.document.circulation), "circulation": str(to)}
        done = Aside("document:marked", "circulation", by, at, choice.comment, facts)
        moved = keep(office, unit, was, changed, done)
        _admit(unit, was, moved, by)
    return moved


def give_back(office: Office, id: str, *, by: Person) -> None:
    """Let somebody who has read it give a document back; they read it no more.

    Raises  Refused: it need not be given back, or is theirs to work on or to keep.
    """
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        readers, theirs = unit.documents.readers(id), tokens_of(by)
        if was.document.circulation is not Circulation.RETURN:
            raise Refused("circulation.not-lent")
        waits = any(step.desk & theirs for step in was.steps if step.closed_at is None)
        if waits or by.id == was.document.drafter or KEEPER in readers & theirs:
            raise Refused("circulation.still-yours")
        unit.documents.admit_only(id, {*(readers - theirs), *_sharing(unit, readers & theirs, by)})
        unit.audit.append(AuditEvent("document:given-back", by.id, at, id, {}))
        key = f"{id}:{was.document.version}:{by.id}"
        unit.enqueue("index", id, str(was.document.version), key=key)


def loans(office: Office, id: str, *, by: Person) -> list[Loan]:
    """Give who opened a document that is to be given back, and who gave it back since.

    It is told to those who may change the mark; to others nothing is.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
        if document.circulation is not Circulation.RETURN or not may_mark(document, by):
            return []
        opened = unit.documents.openings(id)
        returned = {
            entry.event.by: entry.event.at
            for entry, _ in unit.audit.of(id)
            if entry.event.action == "document:given-back"
        }
    return [
        Loan(who, at, _after(returned.get(who), at))
        for who, at in opened
        if who != document.drafter
    ]


def _sharing(unit: Unit, tokens: frozenset[str], by: Person) -> Iterable[str]:
    """Give the others, by name, who read by what somebody shares with them: a desk, a unit."""
    for one in unit.people.all():
        if one.id != by.id and tokens & tokens_of(one):
            yield f"person:{one.id}"


def _after(returned: datetime | None, opened: datetime) -> datetime | None:
    return returned if returned and returned >= opened else None


def _require(unit: Unit, document: Document, to: Circulation, choice: Choice, by: Person) -> None:
    if not may_mark(document, by):
        raise NotAllowed("circulation.not-yours")
    if choice.seen is not None and choice.seen != document.version:
        raise Outrun("step.outrun")
    if to is document.circulation:
        raise Refused("circulation.same")
    if not choice.comment.strip():
        raise Refused("circulation.reason")
    sent = any(one.state in GONE for one in unit.dispatches.of(document.id))
    if to is not Circulation.NONE and sent:
        raise Refused("circulation.sent")


def _admit(unit: Unit, was: Standing, moved: Document, by: Person) -> None:
    """Leave a document to those named, who worked on it and have it, or open it to more again."""
    before = unit.documents.readers(moved.id)
    if moved.circulation is not Circulation.RETURN:
        unit.documents.admit(moved.id, readers_of(moved, before))
        return
    named = {f"person:{by.id}", *(token for token in before if token.startswith("person:"))}
    named |= {f"person:{step.closed_by}" for step in was.steps if step.closed_by}
    desks = (step.desk for step in was.steps if step.closed_at is None)
    unit.documents.admit_only(moved.id, readers_of(moved, named.union(*desks)))
