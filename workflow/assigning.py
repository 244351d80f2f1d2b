"""Whom a directive charges: each part is a row, and lies on a desk as a step of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex

from identity.reading import cleared, tokens_of
from records.assignment import Assignment, AssignmentState, Part, Wanted
from records.document import Classification, Document
from records.errors import Refused
from records.person import Person, Role
from records.step import DROPPED, ROAD, Step, StepKind
from storage.unit import Unit
from workflow.beside import Aside, hang
from workflow.deadline import until
from workflow.office import Office
from workflow.road import Choice, Standing

KINDS = {Part.COLLABORATOR: StepKind.ASSIGNMENT, Part.INFORMED: StepKind.INFORMATION}


def charge(unit: Unit, document: Document, to: str) -> Person:
    """Give whom ``to`` means: a person, or the head of a unit.

    Raises  Refused: nobody, or nobody who may read the document and act on it.
    """
    everybody = unit.people.holding(Role.UNIT_HEAD, to)
    found = everybody or unit.people.among([to])
    able = [
        one
        for one in found
        if one.active and tokens_of(one) and cleared(one, document.classification)
    ]
    if not able:
        raise Refused("assignee.unknown", to=to)
    return able[0]


def note_handler(unit: Unit, document: Document, charged: Person, day: str) -> None:
    """Write into the register who got the document, and on which day."""
    if document.number:
        unit.registers.note(document, "handler", charged.name)
        unit.registers.note(document, "sent_on", day)


@dataclass(frozen=True, slots=True)
class Laying:
    """What parts are laid about: which step of which document, by whose act."""

    office: Office
    unit: Unit
    was: Standing
    step: Step
    done: Aside


def begin_directive(office: Office, unit: Unit, was: Standing, choice: Choice, done: Aside) -> None:
    """Keep the parts of a directive that has just led the document to its lead.

    Raises  Refused: somebody has two parts, cannot be charged, or a deadline has passed.
    """
    since = was.document.version + 1
    begun = [one for one in unit.steps.of(was.document.id) if one.open and one.kind in ROAD]
    for step in (one for one in begun if one.since == since):
        laying = Laying(office, unit, was, step, done)
        give_lead(laying, choice)
        for wanted in choice.parts:
            give(laying, wanted)


def give_lead(laying: Laying, choice: Choice) -> Assignment:
    """Keep who leads: theirs is the step of the road itself."""
    step = laying.step
    one = _new(laying, Wanted(Part.LEAD, choice.to, choice.due))
    given = replace(one, step=step.n, review=choice.review)
    laying.unit.assignments.add(given)
    if choice.due:
        set_due(laying.office, laying.unit, step, choice.due, laying.done.at)
    return given


def give(laying: Laying, wanted: Wanted, parent: str = "") -> Assignment:
    """Lay a part on somebody's desk, and let them read the document."""
    office, unit, was, done = laying.office, laying.unit, laying.was, laying.done
    one = _new(laying, wanted)
    whom = unit.people.get(one.person)
    kind = KINDS.get(wanted.part, StepKind.ASSIGNMENT)
    hung = hang(office, unit, was, laying.step, done, kind=kind, whom=whom, due=wanted.due)
    given = replace(one, step=hung.n, parent=parent)
    unit.assignments.add(given)
    whole = wanted.part is Part.INFORMED and given.unit
    if whole and was.document.classification is Classification.NONE:
        unit.documents.admit(was.document.id, {f"unit:{given.unit}"})
    return given


def _new(laying: Laying, wanted: Wanted) -> Assignment:
    unit, was, done = laying.unit, laying.was, laying.done
    whom = charge(unit, was.document, wanted.to)
    if any(one.open and one.person == whom.id for one in unit.assignments.of(was.document.id)):
        raise Refused("assignment.already", who=whom.name)
    return Assignment(
        id=token_hex(16),
        document=was.document.id,
        n=unit.assignments.upcoming(was.document.id),
        step=0,
        part=wanted.part,
        person=whom.id,
        given_by=done.mandate.principal.id if done.mandate else done.by.id,
        given_at=done.at,
        unit=wanted.to if wanted.to != whom.id else "",
    )


def set_due(office: Office, unit: Unit, step: Step, due: datetime | None, at: datetime) -> None:
    """Keep until when a part is due, and that nothing else moves it.

    Raises  Refused: that has passed already.
    """
    deadline = until(office, unit, at, due) if due else None
    unit.steps.hold_time(
        replace(
            step,
            due_at=deadline.due if deadline else None,
            soon_at=deadline.soon if deadline else None,
            settled=True,
        )
    )


def hold_within(laying: Laying, one: Assignment, due: datetime | None) -> None:
    """Let nothing that was passed on of a part be due after it."""
    every = laying.unit.assignments.of(one.document) if due else []
    for lower in (each for each in every if each.open and each.parent == one.id):
        step = next(each for each in laying.was.steps if each.n == lower.step)
        if due and (step.due_at is None or step.due_at > due):
            set_due(laying.office, laying.unit, step, due, laying.done.at)
        hold_within(laying, lower, due)


def below(steps: Iterable[Step], n: int) -> list[Step]:
    """Give every open step that hangs on another, or on one that hangs on it."""
    every = [one for one in steps if one.open]
    found = [one for one in every if one.parent == n]
    return found + [lower for one in found for lower in below(every, one.n)]


def close_below(unit: Unit, steps: Iterable[Step], n: int, done: Aside) -> None:
    """Close whatever hangs on a step that ends."""
    for one in below(steps, n):
        unit.steps.close(
            replace(one, closed_at=done.at, closed_by=done.by.id, act=done.name, outcome=DROPPED)
        )
        end(unit, one.document, one.n, AssignmentState.DROPPED, done.at)


def end(unit: Unit, document: str, step: int, state: AssignmentState, at: datetime) -> None:
    """Let the open assignments of a step end."""
    for one in unit.assignments.of(document):
        if one.open and one.step == step:
            unit.assignments.change(replace(one, state=state, ended_at=at, asked_until=None))
