"""What is done about an open step without ending it: who may, and how it is kept."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from identity.reading import readers_of, tokens_of
from records.audit import AuditEvent
from records.document import Document
from records.errors import NotAllowed, Outrun, Refused
from records.person import Person
from records.route import Extra
from records.step import ROAD, Step, StepKind
from storage.unit import Unit
from workflow.advance import leave_jobs
from workflow.desks import able
from workflow.office import Office
from workflow.road import Choice, Standing, current, holds

ANSWERS = {
    StepKind.OPINION: ("give-opinion",),
    StepKind.ERRAND: ("hand-back",),
    StepKind.APPROVER: ("co-approve", "co-decline"),
}
"""What whoever was asked may do, by what they were asked for."""


@dataclass(frozen=True, slots=True)
class Side:
    """Something one may do about a step without ending it."""

    name: str
    step: Step


@dataclass(frozen=True, slots=True)
class Aside:
    """Something done about a step, as it is kept."""

    event: str  # the audit action
    name: str
    by: Person
    at: datetime
    comment: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def sides(unit: Unit, at: Standing, by: Person) -> list[Side]:
    """Give exactly what this person may do now beside the acts of the road."""
    held = [one for one in at.open if holds(unit, at.on(one.n), by)]
    if at.document.rests_since:
        return [Side("resume", one) for one in held if Extra.SUSPEND in _allowed(at, one)][:1]
    found = [side for one in held for side in _of_holder(at, one)]
    mine = tokens_of(by)
    for one in at.steps:
        if one.open and one.kind not in ROAD and one.desk & mine:
            found += [Side(name, one) for name in ANSWERS[one.kind]]
    return found


def side(unit: Unit, at: Standing, name: str, by: Person, choice: Choice) -> Step:
    """Give the step that somebody may do this about.

    Raises  Outrun: somebody was faster. NotAllowed: it is not theirs now.
            Refused: the words that must go with it are missing.
    """
    found = [one.step for one in sides(unit, at, by) if one.name == name]
    if choice.step:
        found = [one for one in found if one.n == choice.step]
    if not found:
        raise NotAllowed("step.not-yours", action=name)
    if choice.seen is not None and not current(at.on(found[0].n), choice.seen):
        raise Outrun("step.outrun")
    if name != "co-approve" and not choice.comment.strip():
        raise Refused("comment.required", action=name)
    if choice.shown and choice.shown != at.document.latest.digest:
        raise Outrun("step.other-bytes")
    return found[0]


def asked(unit: Unit, at: Standing, step: Step, choice: Choice, by: Person) -> Person:
    """Give whom somebody asks. Raises Refused: themselves, nobody, or somebody asked already."""
    found = [one for one in able(unit, at.document) if one.id == choice.to]
    if not found or found[0].id == by.id:
        raise Refused("asked.unknown", to=choice.to)
    if any(f"person:{choice.to}" in one.desk for one in at.hanging(step.n)):
        raise Refused("asked.already", to=choice.to)
    return found[0]


def keep(office: Office, unit: Unit, was: Standing, changed: Document, done: Aside) -> Document:
    """Keep something done beside the road and give the document as it now stands.

    Raises  Outrun: it is no longer as it was read; nothing is kept.
    """
    moved = replace(changed, version=was.document.version + 1, changed_at=done.at)
    unit.documents.change(moved, seen=was.document.version)
    facts = {"action": done.name, "digest": was.document.latest.digest, **done.facts}
    said = done.comment.strip()
    seq = unit.audit.append(AuditEvent(done.event, done.by.id, done.at, moved.id, facts), said)
    if said:
        unit.audit.remark(seq, moved, said)
    leave_jobs(office, unit, moved)
    return moved


def hang(  # noqa: PLR0913 - what hangs on which step, for whom, until when
    unit: Unit,
    was: Standing,
    step: Step,
    done: Aside,
    *,
    kind: StepKind,
    whom: Person,
    due: datetime | None,
) -> None:
    """Lay something asked about a step on somebody's desk, and let them read the document."""
    token = frozenset({f"person:{whom.id}"})
    one = Step(
        document=was.document.id,
        n=unit.steps.upcoming(was.document.id),
        state=step.state,
        desk=token,
        opened_at=done.at,
        kind=kind,
        parent=step.n,
        since=was.document.version + 1,
        asked_by=done.by.id,
        by_hand=token,
        due_at=due,
        settled=True,
    )
    unit.steps.open(one)
    unit.documents.admit(was.document.id, readers_of(was.document, token))


def answer(unit: Unit, was: Standing, step: Step, done: Aside, *, outcome: str = "") -> None:
    """Close what somebody was asked, and let the step it hangs on show it."""
    unit.steps.close(
        replace(
            step,
            closed_at=done.at,
            closed_by=done.by.id,
            act=done.name,
            digest=was.document.latest.digest,
            approval=done.name == "co-approve",
            outcome=outcome,
        )
    )
    unit.steps.touch(was.document.id, step.parent, since=was.document.version + 1)


def _of_holder(at: Standing, step: Step) -> list[Side]:
    asked_of = {one.kind for one in at.hanging(step.n)}
    if StepKind.ERRAND in asked_of:
        return [Side("call-back", step)]
    allowed = _allowed(at, step)
    return [Side(str(one), step) for one in Extra if one in allowed]


def _allowed(at: Standing, step: Step) -> frozenset[Extra]:
    return at.route.states[step.state].allows
