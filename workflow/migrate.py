"""Documents under way go over to the newest version of their road: tried first, then one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from records.audit import AuditEvent
from records.document import Document, Origin
from records.errors import NotFound, Outrun, Refused
from records.migration import Because, Fate, Verdict
from records.person import Person
from records.proof import Finding
from records.route import Route
from records.step import DROPPED, ROAD, Step, StepKind
from storage.unit import Unit
from workflow.advance import leave_jobs
from workflow.behind import returnable
from workflow.cast import Cast, Trial, cast_of
from workflow.course import Course, facts_of
from workflow.define import require_administrator
from workflow.office import Office
from workflow.opening import begin_steps
from workflow.prove import prove_from
from workflow.road import Standing
from workflow.space import Paper, Spot


@dataclass(frozen=True, slots=True)
class Target:
    """Where documents go over to: the new version, the people of today, and what was said."""

    route: Route
    cast: Cast
    mapping: Mapping[str, str]


PAPER = {Origin.SIGNED: Paper.SIGNED, Origin.SEALED: Paper.SEALED}


def plan(office: Office, name: str, mapping: Mapping[str, str], *, by: Person) -> list[Verdict]:
    """Give what would become of every document that is on an earlier version; nothing is changed.

    Takes   mapping: where a document of a state comes to stand, by the name of its present state.
    Raises  NotAllowed, NotFound.
    """
    require_administrator(by)
    with office.database.reading() as unit:
        route = office.roads.newest(unit).get(name)
        if route is None:
            raise NotFound("workflow.unknown", workflow=name)
        target = Target(route, cast_of(unit), mapping)
        behind = unit.documents.behind(name, route.digest)
        return [_judged(office, unit, target, id) for id in behind]


def migrate(office: Office, name: str, mapping: Mapping[str, str], *, by: Person) -> list[Verdict]:
    """Let every document that can go over, each in a transaction of its own with its log entry.

    Raises  as ``plan``. What somebody changed meanwhile stays, and is told.
    """
    return [
        move(office, one, by=by) if one.fate is Fate.MOVES else one
        for one in plan(office, name, mapping, by=by)
    ]


def _judged(office: Office, unit: Unit, target: Target, id: str) -> Verdict:
    route, mapping = target.route, target.mapping
    document = unit.documents.get(id)
    steps = unit.steps.of(id)
    to = mapping.get(document.state, "") or document.state
    stays = _held(document, steps)
    if stays is not None:
        return Verdict(id, document.version, document.state, "", Fate.STAYS, stays)
    if to not in route.states:
        return Verdict(id, document.version, document.state, "", Fate.MAPPING, Because.NO_STATE)
    state = route.states[to]
    if not state.acts or state.parallel or state.home[0]:
        return Verdict(id, document.version, document.state, to, Fate.MAPPING, Because.NO_PLACE)
    at = Standing(document, tuple(steps), office.roads.of(unit, document.definition, route.name))
    finding = _harm(route, target.cast, at, to)
    if finding:
        return Verdict(id, document.version, document.state, to, Fate.STAYS, Because.HURTS, finding)
    because = Because.SAME_STATE if to == document.state else Because.MAPPED
    return Verdict(id, document.version, document.state, to, Fate.MOVES, because)


def _held(document: Document, steps: Sequence[Step]) -> Because | None:
    """Give what keeps a document on its version whatever the new one says."""
    opened = [one for one in steps if one.open]
    if document.rests_since:
        return Because.RESTS
    if any(one.kind is StepKind.JOIN or (one.kind in ROAD and one.parent) for one in opened):
        return Because.BRANCHES
    return Because.ASKED if any(one.kind not in ROAD for one in opened) else None


def _harm(route: Route, cast: Cast, at: Standing, to: str) -> Finding | None:
    """Give what could go wrong on the new version from where a document stands."""
    document = at.document
    drafter = next((one for one in cast.all() if one.id == document.drafter), None)
    if drafter is None:
        return None
    trial = Trial(
        cast, drafter, document.unit, document.classification, document.fields.get("signer", "")
    )
    arrived = replace(at, document=replace(document, state=to), route=route)
    spot = Spot(
        active=frozenset({to}),
        paper=PAPER.get(document.latest.origin, Paper.DRAFT),
        approvals=frozenset(
            (one.state, one.closed_by == document.drafter)
            for one in at.approvals
            if one.kind in ROAD
        ),
        behind=tuple((one.name, False) for one in returnable(arrived)),
        numbered=document.number is not None,
        assigned=bool(document.assignee),
    )
    return next((one for one in prove_from(route, trial, spot) if one.grave), None)


def move(office: Office, judged: Verdict, *, by: Person) -> Verdict:
    """Let one document go over, if it is still as it was judged, and give what became of it."""
    require_administrator(by)
    try:
        with office.database.unit() as unit:
            _keep(office, unit, judged, by)
    except Outrun:
        return replace(judged, fate=Fate.STAYS, because=Because.OUTRUN)
    except Refused:
        return replace(judged, fate=Fate.STAYS, because=Because.REFUSED)
    return replace(judged, fate=Fate.MOVED)


def _keep(office: Office, unit: Unit, judged: Verdict, by: Person) -> None:
    document = unit.documents.get(judged.document)
    if document.version != judged.version:
        raise Outrun("step.outrun")
    at = office.clock()
    route = office.roads.newest(unit)[document.workflow]
    moved = replace(
        document,
        definition=route.digest,
        state=judged.to,
        version=document.version + 1,
        changed_at=at,
    )
    unit.documents.change(moved, seen=document.version)
    steps = tuple(unit.steps.of(document.id))
    for one in steps:
        if one.open:
            ended = replace(one, closed_at=at, closed_by=by.id, act="migrate", outcome=DROPPED)
            unit.steps.close(ended)
    course = Course(route, judged.to, facts_of(moved), {}, unit.steps.upcoming(document.id))
    course.enter(judged.to)
    opened = begin_steps(office, unit, route, moved, course, at=at)
    _keep_lead(unit, document.id, steps, opened)
    facts = {
        "workflow": document.workflow,
        "definition_before": document.definition,
        "definition": route.digest,
        "state_before": document.state,
        "state": moved.state,
    }
    unit.audit.append(AuditEvent("definition:migrated", by.id, at, document.id, facts))
    leave_jobs(office, unit, moved)


def _keep_lead(unit: Unit, document: str, steps: Sequence[Step], opened: Sequence[Step]) -> None:
    """Let who was charged go on in the step that begins, until the day that was set."""
    for one in unit.assignments.of(document):
        was = next((step for step in steps if step.open and step.n == one.step), None)
        if one.open and was is not None and opened:
            unit.assignments.change(replace(one, step=opened[0].n))
            if was.settled:
                now = replace(opened[0], due_at=was.due_at, soon_at=was.soon_at, settled=True)
                unit.steps.hold_time(now)
