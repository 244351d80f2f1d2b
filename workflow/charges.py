"""Who may do what about each part of a directive: whoever has it, and whoever gave it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from identity.reading import tokens_of
from records.assignment import Assignment, Part
from records.delegation import Mandate
from records.person import Person, Role
from records.route import Act, Effect, Who
from records.step import Step
from storage.unit import Unit
from workflow.desks import possible
from workflow.road import Standing, holds

HEADS = frozenset({Role.UNIT_HEAD, Role.OFFICE_CHIEF, Role.LEADER})
"""Who may pass a part on to somebody below."""


class Handling(StrEnum):
    """What is done about a part."""

    PROGRESS = "progress"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    EXTENSION = "request-extension"
    COMPLETE = "complete"
    RETURN = "return"
    GRANT = "grant-extension"
    REFUSE = "refuse-extension"
    RESCHEDULE = "reschedule"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Charge:
    """A part as one person sees it now."""

    assignment: Assignment
    step: Step
    acts: Mapping[Handling, Mandate | None] = field(default_factory=dict)  # what they may do
    below: tuple[Person, ...] = ()  # to whom they may pass it on


def charges(unit: Unit, at: Standing, by: Person) -> tuple[Charge, ...]:
    """Give every part of a document's directives, and what this person may do about each.

    Takes   at: with every step there ever was.
    """
    every = unit.assignments.of(at.document.id)
    found = []
    for one in laid(unit, at):
        part = one.assignment
        acts = handlings(unit, at, part, every, by)
        passed = below(unit, part, every, _name(acts, by)) if Handling.ASSIGN in acts else ()
        found.append(Charge(part, one.step, acts, passed))
    return tuple(found)


def laid(unit: Unit, at: Standing) -> tuple[Charge, ...]:
    """Give every part with the step it is done in, whatever may be done about it."""
    steps = {one.n: one for one in at.steps}
    return tuple(Charge(one, steps[one.step]) for one in unit.assignments.of(at.document.id))


def _name(acts: Mapping[Handling, Mandate | None], by: Person) -> Person:
    mandate = acts[Handling.ASSIGN]
    return mandate.principal if mandate else by


def handlings(
    unit: Unit, at: Standing, one: Assignment, every: Sequence[Assignment], by: Person
) -> dict[Handling, Mandate | None]:
    """Give what somebody may do about a part, each in their own name first."""
    found: dict[Handling, Mandate | None] = {}
    if one.open and not at.document.rests_since:
        for who, mandate in ((by, None), *((each.principal, each) for each in at.mandates)):
            for name in (*_of_holder(unit, at, one, who), *_of_giver(unit, at, one, every, who)):
                found.setdefault(name, mandate)
    return found


def directing(at: Standing) -> tuple[Act, tuple[Who, ...]] | None:
    """Give the act of a road that gives directives, and whose it is."""
    for state in at.route.states.values():
        for act in state.acts:
            if act.does is Effect.ASSIGN:
                return act, act.who or state.who
    return None


def directs(unit: Unit, at: Standing, one: Assignment, who: Person) -> bool:
    """Tell whether a directive is somebody's to change: who gave it, or who gives them now."""
    found = directing(at)
    able = possible(unit, at.document, found[1]) if found else frozenset()
    giver = unit.people.get(one.given_by)
    if tokens_of(giver) & able:
        return who.id == giver.id
    return bool(tokens_of(who) & able)


def has(unit: Unit, at: Standing, one: Assignment, who: Person) -> bool:
    """Tell whether a part lies on somebody's desk."""
    step = next((each for each in at.steps if each.n == one.step), None)
    if step is None or not step.open:
        return False
    if one.part is Part.LEAD and not one.parent:
        return holds(unit, at.on(step.n), who)
    return bool(step.desk & tokens_of(who))


def above(every: Sequence[Assignment], one: Assignment) -> Assignment | None:
    """Give the part that another is a part of."""
    return next((each for each in every if each.id == one.parent), None)


def below(
    unit: Unit, one: Assignment, every: Sequence[Assignment], who: Person
) -> tuple[Person, ...]:
    """Give whom somebody may charge with a part of theirs: who sits in their units or below.

    Nobody from whom it came, and nobody who has a part already.
    """
    units = set(who.units)
    known = unit.people.units()
    for _ in known:
        units |= {each.id for each in known if each.parent in units}
    busy = {each.person for each in every if each.open} | set(_chain(every, one)) | {who.id}
    return tuple(
        each
        for each in unit.people.all()
        if each.units & units and tokens_of(each) and each.id not in busy
    )


def _chain(every: Sequence[Assignment], one: Assignment) -> Iterator[str]:
    """Give from whom a part came, up to the leader."""
    upper: Assignment | None = one
    while upper is not None:
        yield upper.given_by
        upper = above(every, upper)


def _of_holder(unit: Unit, at: Standing, one: Assignment, who: Person) -> Iterator[Handling]:
    if not has(unit, at, one, who):
        return
    if one.part is Part.INFORMED:
        yield Handling.ACKNOWLEDGE
        return
    yield Handling.PROGRESS
    if who.roles & HEADS:
        yield Handling.ASSIGN
    step = next(each for each in at.steps if each.n == one.step)
    if step.due_at and one.asked_until is None:
        yield Handling.EXTENSION
    leads = one.part is Part.LEAD and not one.parent
    names = {act.name for act in at.on(step.n).state.acts}
    for name in (Handling.COMPLETE, Handling.RETURN):
        if not leads or name in names:
            yield name


def _of_giver(
    unit: Unit, at: Standing, one: Assignment, every: Sequence[Assignment], who: Person
) -> Iterator[Handling]:
    upper = above(every, one)
    if not (has(unit, at, upper, who) if upper else directs(unit, at, one, who)):
        return
    if one.asked_until:
        yield Handling.GRANT
        yield Handling.REFUSE
    yield Handling.RESCHEDULE
    if upper or one.part is not Part.LEAD:
        yield Handling.RECALL
