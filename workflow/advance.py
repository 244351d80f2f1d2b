"""One act kept: the step closed, the document moved, the log written, the jobs left, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from records.assignment import AssignmentState
from records.audit import AuditEvent
from records.delegation import Mandate
from records.document import Classification, Document
from records.errors import Outrun
from records.person import Person
from records.route import AGREED, BACKWARD, OUTCOMES, Act, Need, SamePerson
from records.step import DROPPED, Step, StepKind
from storage.unit import Unit
from workflow.course import Course, course_of
from workflow.mandates import facts_of
from workflow.office import Office
from workflow.opening import begin_steps
from workflow.required import approving
from workflow.road import Choice, Standing, approves, mandate_of, offered, previous

PASSED = Choice()
"""What goes with an approval that the road gives by itself: nothing."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An act that was judged, and what it makes of the document."""

    act: Act
    by: Person
    at: datetime
    choice: Choice
    event: str  # the audit action
    facts: Mapping[str, str] = field(default_factory=dict)
    mandate: Mandate | None = None  # on whose authority, where it is not their own
    granted: bool = False  # it follows from what was settled before; nobody is asked again


def advance(office: Office, unit: Unit, was: Standing, changed: Document, deed: Deed) -> Document:
    """Move a document along its road and give it as it now stands.

    Raises  Outrun: it is no longer as it was read; nothing is kept.
            Refused: nobody could act where it would go.
    """
    step = was.step
    if step is None:
        raise Outrun("step.outrun")
    if not deed.granted:
        deed = replace(deed, mandate=mandate_of(unit, was, deed.act, deed.by, deed.choice))
    filled = _filled(changed, deed)
    course = course_of(was.route, filled, was.steps)
    course.next = unit.steps.upcoming(filled.id)
    course.leave(step.n, deed.act.to)
    moved = replace(
        filled, state=course.state, version=was.document.version + 1, changed_at=deed.at
    )
    unit.documents.change(moved, seen=was.document.version)
    before = previous(was) if deed.act.name == "recall" else None
    if before is not None:
        unit.steps.withdraw(moved.id, before.n, at=deed.at)
    opened = begin_steps(
        office, unit, was.route, moved, course, at=deed.at, chosen=deed.choice.next
    )
    if deed.mandate:
        # Whoever acted may look at it afterwards, when the delegation has ended too.
        unit.documents.admit(moved.id, {f"person:{deed.by.id}"})
    _end_steps(unit, was, opened, course, deed)
    _note(unit, was, moved, course, deed)
    leave_jobs(office, unit, moved)
    if deed.act.reports and moved.source.message:
        unit.enqueue("report", moved.id, deed.act.reports, key=f"{moved.id}:{moved.version}")
    return _pass_by(office, unit, was, moved, deed)


def _filled(changed: Document, deed: Deed) -> Document:
    told = {name: deed.choice.fields[name] for name in deed.act.asks if name in deed.choice.fields}
    return replace(changed, fields={**changed.fields, **told}) if told else changed


def _end_steps(unit: Unit, was: Standing, opened: list[Step], course: Course, deed: Deed) -> None:
    """Close what ended: the step that was acted on, joins it decided, and what hung on them."""
    digest = was.document.latest.digest
    known = {one.n: one for one in (*was.steps, *opened)}
    for n, outcome in course.closed.items():
        state = was.route.states[known[n].state]
        acted = was.step is not None and n == was.step.n
        joined = state.parallel is not None and outcome == AGREED and approving(was.route, state)
        unit.steps.close(
            replace(
                known[n],
                closed_at=deed.at,
                closed_by=deed.by.id,
                act=deed.act.name if acted else outcome,
                digest=digest if outcome != DROPPED else "",
                approval=approves(was, deed.act) if acted else joined,
                outcome=outcome,
                on_behalf_of=deed.mandate.principal.id if deed.mandate else "",
            )
        )
    for n, votes in course.votes.items():
        if n in course.live:
            unit.steps.vote(was.document.id, n, votes)
    if was.document.assignee:
        _end_assignments(unit, was, course, deed)


def _end_assignments(unit: Unit, was: Standing, course: Course, deed: Deed) -> None:
    """Let what people were charged with end with the steps it was done in."""
    for one in unit.assignments.of(was.document.id):
        if not one.open or one.step not in course.closed:
            continue
        acted = was.step is not None and one.step == was.step.n
        recalled = deed.act.name == "recall"
        ended = AssignmentState.RECALLED if recalled else AssignmentState.DROPPED
        if acted and not recalled:
            returned = deed.act.name in BACKWARD
            ended = AssignmentState.RETURNED if returned else AssignmentState.DONE
        percent = 100 if ended is AssignmentState.DONE else one.percent
        unit.assignments.change(
            replace(one, state=ended, percent=percent, ended_at=deed.at, asked_until=None)
        )


def _pass_by(office: Office, unit: Unit, was: Standing, moved: Document, deed: Deed) -> Document:
    """Let a step pass whose person has just approved these bytes, where the road says once."""
    once = any(one.same_person is SamePerson.ONCE for one in was.route.states.values())
    if not once or not approves(was, deed.act):
        return moved
    now = Standing(moved, tuple(unit.steps.of(moved.id)), was.route)
    for step in now.open:
        here = now.on(step.n)
        if here.state.same_person is not SamePerson.ONCE or not _theirs(unit, here, deed.by):
            continue
        act = here.state.acts[0]
        again = Deed(act, deed.by, deed.at, PASSED, "step:approved", {"same_person": "once"})
        return advance(office, unit, here, moved, again)
    return moved


def _theirs(unit: Unit, here: Standing, by: Person) -> bool:
    """Tell whether somebody may let a step pass, in which they did not yet approve these bytes."""
    act = here.state.acts[0]
    twice = any(one.state == here.state.name and one.closed_by == by.id for one in here.approvals)
    return not twice and act in offered(unit, here, by) and not act.needs - {Need.SEEN}


def leave_jobs(office: Office, unit: Unit, document: Document) -> None:
    """Leave the jobs that follow every change: nothing of a classified document is among them."""
    key = f"{document.id}:{document.version}"
    if document.classification is Classification.NONE:
        unit.enqueue("index", document.id, str(document.version), key=key)
        if office.mailer is not None:
            unit.enqueue("notify", document.id, str(document.version), key=key)


def _note(unit: Unit, was: Standing, moved: Document, course: Course, deed: Deed) -> None:
    facts = {
        "action": deed.act.name,
        "from": was.state.name,
        "to": deed.act.to,
        "digest": was.document.latest.digest,
        **_branch_facts(was, moved, course, deed),
        **deed.facts,
    }
    facts |= facts_of(deed.mandate)
    if moved.latest.digest != was.document.latest.digest:
        facts["made"] = moved.latest.digest
    event = AuditEvent(deed.event, deed.by.id, deed.at, moved.id, facts)
    said = deed.choice.comment.strip()
    seq = unit.audit.append(event, said)
    if said:
        unit.audit.remark(seq, moved, said)


def _branch_facts(was: Standing, moved: Document, course: Course, deed: Deed) -> dict[str, str]:
    """Give what a road with branches or choices adds to what the log tells of an act."""
    facts = {}
    step = was.step
    if step is not None and step.parent:
        facts["branch"] = step.branch
    if course.through:
        facts["through"] = " ".join(course.through)
    joined = [
        f"{one.state}={course.closed[one.n]}"
        for one in was.steps
        if one.kind is StepKind.JOIN and course.closed.get(one.n) in OUTCOMES
    ]
    if joined:
        facts["joined"] = " ".join(joined)
    if moved.state not in (deed.act.to, was.document.state):
        facts["state"] = moved.state
    return facts
