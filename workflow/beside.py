"""What is done about an open step without ending it: who may, and how it is kept."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from identity.reading import readers_of, tokens_of
from records.audit import AuditEvent
from records.delegation import Mandate
from records.document import Circulation, Document
from records.errors import NotAllowed, Outrun, Refused
from records.person import Person, Role
from records.route import Extra
from records.step import OF_DIRECTIVES, ROAD, Step, StepKind
from storage.unit import Unit
from workflow.advance import leave_jobs
from workflow.deadline import until
from workflow.desks import able
from workflow.mandates import facts_of
from workflow.office import Office
from workflow.road import Choice, Standing, barred_approval, current, holds

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
    mandate: Mandate | None = None  # in whose name, where it is not their own


@dataclass(frozen=True, slots=True)
class Aside:
    """Something done about a step, as it is kept."""

    event: str  # the audit action
    name: str
    by: Person
    at: datetime
    comment: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    mandate: Mandate | None = None  # on whose authority, where it is not their own


def sides(unit: Unit, at: Standing, by: Person) -> list[Side]:
    """Give exactly what this person may do now beside the acts of the road, their own first."""
    found: dict[tuple[str, int], Side] = {}
    for one in _every(unit, at, by):
        if _bar(at, one, by) is None and not goes_no_further(at, one.name, by):
            found.setdefault((one.name, one.step.n), one)
    return list(found.values())


def goes_no_further(at: Standing, name: str, by: Person) -> bool:
    """Tell whether a document that is to be given back would be passed on by one of its readers."""
    returns = at.document.circulation is Circulation.RETURN
    passed_on = name in {Extra.FORWARD, Extra.OPINION}
    return returns and passed_on and by.id != at.document.drafter and Role.LEADER not in by.roles


def _every(unit: Unit, at: Standing, by: Person) -> list[Side]:
    """Give what may be done in one's own name, then in the name of each one stands in for."""
    found = _sides_of(unit, at, by, None)
    for one in at.mandates:
        found += _sides_of(unit, at, one.principal, one)
    return found


def _sides_of(unit: Unit, at: Standing, who: Person, mandate: Mandate | None) -> list[Side]:
    held = [one for one in at.open if holds(unit, at.on(one.n), who)]
    if at.document.rests_since:
        resting = [one for one in held if Extra.SUSPEND in _allowed(at, one)]
        return [Side("resume", one, mandate) for one in resting[:1]]
    found = [Side(name, one, mandate) for one in held for name in _of_holder(at, one)]
    mine = tokens_of(who)
    for one in at.steps:
        if one.open and one.kind not in ROAD and one.desk & mine:
            found += [Side(name, one, mandate) for name in ANSWERS.get(one.kind, ())]
    return found


def _bar(at: Standing, side: Side, by: Person) -> Refused | None:
    """Give what stands against agreeing: nobody agrees to their own draft, nor counts twice."""
    return barred_approval(at, by, side.mandate) if side.name == "co-approve" else None


def side(unit: Unit, at: Standing, name: str, by: Person, choice: Choice) -> Side:
    """Give on which step, and in whose name, somebody may do this.

    Raises  Outrun: somebody was faster. NotAllowed: it is not theirs now, or not in that name.
            Refused: the words that must go with it are missing, or they would count twice.
    """
    found = [one for one in _every(unit, at, by) if one.name == name]
    if choice.step:
        found = [one for one in found if one.step.n == choice.step]
    if choice.on_behalf_of:
        found = [one for one in found if _named(one, by) == choice.on_behalf_of]
    if not found:
        raise NotAllowed("step.not-yours", action=name)
    meant = next((one for one in found if _bar(at, one, by) is None), found[0])
    if choice.seen is not None and not current(at.on(meant.step.n), choice.seen):
        raise Outrun("step.outrun")
    if name != "co-approve" and not choice.comment.strip():
        raise Refused("comment.required", action=name)
    if choice.shown and choice.shown != at.document.latest.digest:
        raise Outrun("step.other-bytes")
    barred = _bar(at, meant, by)
    if barred:
        raise barred
    return meant


def _named(side: Side, by: Person) -> str:
    return side.mandate.principal.id if side.mandate else by.id


def asked(unit: Unit, at: Standing, side: Side, choice: Choice, by: Person) -> Person:
    """Give whom somebody asks. Raises Refused: themselves, nobody, or somebody asked already."""
    found = [one for one in able(unit, at.document) if one.id == choice.to]
    if not found or found[0].id in (by.id, _named(side, by)):
        raise Refused("asked.unknown", to=choice.to)
    if any(f"person:{choice.to}" in one.desk for one in at.hanging(side.step.n)):
        raise Refused("asked.already", to=choice.to)
    return found[0]


def keep(office: Office, unit: Unit, was: Standing, changed: Document, done: Aside) -> Document:
    """Keep something done beside the road and give the document as it now stands.

    Raises  Outrun: it is no longer as it was read; nothing is kept.
    """
    moved = replace(changed, version=was.document.version + 1, changed_at=done.at)
    unit.documents.change(moved, seen=was.document.version)
    if done.mandate:
        # Whoever acted may look at it afterwards, when the delegation has ended too.
        unit.documents.admit(moved.id, {f"person:{done.by.id}"})
    facts = {"action": done.name, "digest": was.document.latest.digest}
    facts |= {**done.facts, **facts_of(done.mandate)}
    said = done.comment.strip()
    seq = unit.audit.append(AuditEvent(done.event, done.by.id, done.at, moved.id, facts), said)
    if said:
        unit.audit.remark(seq, moved, said)
    leave_jobs(office, unit, moved)
    return moved


def hang(  # noqa: PLR0913 - what hangs on which step, for whom, until when
    office: Office,
    unit: Unit,
    was: Standing,
    step: Step,
    done: Aside,
    *,
    kind: StepKind,
    whom: Person,
    due: datetime | None,
) -> Step:
    """Lay something asked about a step on somebody's desk, and let them read the document."""
    token = frozenset({f"person:{whom.id}"})
    deadline = until(office, unit, done.at, due) if due else None
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
        due_at=deadline.due if deadline else None,
        soon_at=deadline.soon if deadline else None,
        settled=True,
    )
    unit.steps.open(one)
    unit.documents.admit(was.document.id, readers_of(was.document, token))
    return one


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
            on_behalf_of=done.mandate.principal.id if done.mandate else "",
        )
    )
    if step.kind not in OF_DIRECTIVES:
        unit.steps.touch(was.document.id, step.parent, since=was.document.version + 1)


def _of_holder(at: Standing, step: Step) -> list[str]:
    asked_of = {one.kind for one in at.hanging(step.n)}
    if StepKind.ERRAND in asked_of:
        return ["call-back"]
    allowed = _allowed(at, step)
    return [str(one) for one in Extra if one in allowed]


def _allowed(at: Standing, step: Step) -> frozenset[Extra]:
    return at.route.states[step.state].allows
