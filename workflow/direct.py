"""A leader's directive on an incoming document: given, seen and changed."""

from dataclasses import dataclass, replace
from datetime import datetime

from identity.reading import readers_of
from records.assignment import Assignment, AssignmentState, Part, Wanted
from records.delegation import Mandate
from records.document import Document
from records.errors import NotAllowed, Outrun, Refused
from records.person import Person
from records.route import Effect
from records.step import DROPPED, Step, StepKind
from storage.unit import Unit
from workflow.assigning import (
    Laying,
    charge,
    close_below,
    end,
    give,
    give_lead,
    hold_within,
    note_handler,
    set_due,
)
from workflow.beside import Aside, answer, keep
from workflow.charges import directs
from workflow.decide import decide
from workflow.inform import inform
from workflow.office import Office
from workflow.road import Choice, Standing, standing


@dataclass(frozen=True, slots=True)
class Directive:
    """What a leader writes: who leads, who helps, who shall know, each until when."""

    lead: Wanted
    others: tuple[Wanted, ...] = ()
    words: str = ""
    review: bool = False  # whether the leader looks at the result before the document is complete
    seen: int | None = None  # the version that was shown
    on_behalf_of: str = ""


def direct(office: Office, id: str, told: Directive, *, by: Person) -> Document:
    """Give a directive, or change the one a document is on; give the document as it then stands.

    What a changed directive names as before keeps what was reported; whoever it names no longer
    is told that it was taken back.

    Raises  as ``decide``. Refused: somebody has two parts or cannot be charged, a deadline has
            passed, no words say why it changes, or nothing would change.
    """
    choice = Choice(
        comment=told.words,
        to=told.lead.to,
        due=told.lead.due,
        parts=told.others,
        review=told.review,
        seen=told.seen,
        on_behalf_of=told.on_behalf_of,
    )
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        state = was.route.states[was.document.state]
        given = next((act.name for act in state.acts if act.does is Effect.ASSIGN), "")
        lead = _lead(unit, was.document)
    if given or lead is None:
        return decide(office, id, given or "assign", choice, by=by)
    return _change(office, id, choice, by)


def _lead(unit: Unit, document: Document) -> Assignment | None:
    leads = [one for one in _top(unit.assignments.of(document.id)) if one.part is Part.LEAD]
    return leads[-1] if leads else None


def _top(every: list[Assignment]) -> list[Assignment]:
    return [one for one in every if one.open and not one.parent]


@dataclass(frozen=True, slots=True)
class _Change:
    office: Office
    unit: Unit
    was: Standing
    lead: Assignment
    step: Step  # of the lead
    choice: Choice
    done: Aside

    @property
    def laying(self) -> Laying:
        return Laying(self.office, self.unit, self.was, self.step, self.done)


def _change(office: Office, id: str, choice: Choice, by: Person) -> Document:
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by, whole=True)
        lead = _lead(unit, was.document)
        if lead is None:
            raise Outrun("step.outrun")
        if choice.seen is not None and choice.seen != was.document.version:
            raise Outrun("step.outrun")
        if was.document.rests_since:
            raise Refused("step.rests")
        mandate = _in_whose_name(unit, was, lead, choice, by)
        if not choice.comment.strip():
            raise Refused("comment.required", action="assign")
        step = next(one for one in was.steps if one.n == lead.step)
        done = Aside("directive:changed", "assign", by, at, choice.comment, mandate=mandate)
        return _settle(_Change(office, unit, was, lead, step, choice, done))


def _in_whose_name(
    unit: Unit, was: Standing, lead: Assignment, choice: Choice, by: Person
) -> Mandate | None:
    names = [(by, None), *((one.principal, one) for one in was.mandates)]
    named = choice.on_behalf_of
    fit = [pair for pair in names if not named or pair[0].id == named]
    found = [mandate for who, mandate in fit if directs(unit, was, lead, who)]
    if not found:
        raise NotAllowed("assignment.not-yours")
    return found[0]


def _settle(change: _Change) -> Document:
    unit, was, choice = change.unit, change.was, change.choice
    person = charge(unit, was.document, choice.to)
    wanted = {charge(unit, was.document, one.to).id: one for one in choice.parts}
    if len(wanted) < len(choice.parts) or person.id in wanted:
        raise Refused("assignment.already", who=person.name)
    others = [one for one in _top(unit.assignments.of(was.document.id)) if one != change.lead]
    recalled = [one for one in others if not _kept(one, wanted)]
    for one in recalled:
        _take_back(change, one)
    document, moved = was.document, False
    if person.id == change.lead.person:
        moved = _keep_lead(change)
    else:
        recalled.append(change.lead)
        document = _pass_lead(change, person)
    for one in (one for one in others if one not in recalled):
        moved |= _move_due(change, one, wanted.pop(one.person).due)
    given = [give(change.laying, one) for one in wanted.values()]
    if not (given or recalled or moved):
        raise Refused("directive.same")
    facts = {
        "assignee": person.id,
        "assignment": " ".join(one.id for one in given),
        "recalled": " ".join(one.person for one in recalled),
    }
    for one in recalled:
        inform(change.office, unit, was.document, one, "assignment:recalled")
    return keep(change.office, unit, was, document, replace(change.done, facts=facts))


def _kept(one: Assignment, wanted: dict[str, Wanted]) -> bool:
    return one.person in wanted and wanted[one.person].part is one.part


def _step(was: Standing, one: Assignment) -> Step:
    return next(step for step in was.steps if step.n == one.step)


def _take_back(change: _Change, one: Assignment) -> None:
    step = _step(change.was, one)
    close_below(change.unit, change.was.steps, step.n, change.done)
    answer(change.unit, change.was, step, change.done, outcome=AssignmentState.RECALLED)
    end(change.unit, one.document, step.n, AssignmentState.RECALLED, change.done.at)


def _keep_lead(change: _Change) -> bool:
    """Let the lead stay, and tell whether anything of it changes."""
    changed = change.lead.review != change.choice.review
    if changed:
        change.unit.assignments.change(replace(change.lead, review=change.choice.review))
    return _move_due(change, change.lead, change.choice.due) or changed


def _move_due(change: _Change, one: Assignment, due: datetime | None) -> bool:
    step = _step(change.was, one)
    if step.due_at == due:
        return False
    hold_within(change.laying, one, due)
    set_due(change.office, change.unit, step, due, change.done.at)
    return True


def _pass_lead(change: _Change, person: Person) -> Document:
    """Lay the step of the road on another's desk; what the one before passed on ends."""
    unit, was, at = change.unit, change.was, change.done.at
    every = unit.assignments.of(was.document.id)
    theirs = {one.step for one in every if one.open and one.parent == change.lead.id}
    for step in was.steps:
        asks = step.kind is StepKind.EXTENSION and step.parent == change.step.n
        if step.open and (step.n in theirs or asks):
            close_below(unit, was.steps, step.n, change.done)
            answer(unit, was, step, change.done, outcome=DROPPED)
            end(unit, was.document.id, step.n, AssignmentState.DROPPED, at)
    ended = replace(change.lead, state=AssignmentState.RECALLED, ended_at=at, asked_until=None)
    unit.assignments.change(ended)
    token = frozenset({f"person:{person.id}"})
    unit.steps.hand_over(change.step, token, since=was.document.version + 1)
    unit.documents.admit(was.document.id, readers_of(was.document, token))
    day = at.astimezone(change.office.zone).strftime("%d/%m/%Y")
    note_handler(unit, was.document, person, day)
    set_due(change.office, unit, change.step, change.choice.due, at)
    give_lead(change.laying, change.choice)
    return replace(was.document, assignee=person.id)
