"""Whom one may name on a form, and where a document may be sent back: what an act still asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from records.person import Person
from records.route import Extra, State, Whom
from records.step import Step
from storage.unit import Unit
from workflow.behind import returnable
from workflow.beside import Side
from workflow.course import course_of
from workflow.desks import able, candidates
from workflow.reassign import successors
from workflow.road import Offer, Standing

ASKING = frozenset({Extra.OPINION, Extra.FORWARD, Extra.APPROVER})


@dataclass(frozen=True, slots=True)
class Prospects:
    """What somebody may choose with the acts they are offered."""

    next: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)  # by act
    returns: tuple[State, ...] = ()  # where a return may lead, the earliest first
    asked: tuple[Person, ...] = ()  # whom one may ask
    successors: Mapping[int, tuple[Person, ...]] = field(default_factory=dict)  # by step


def prospects(
    unit: Unit, at: Standing, offers: Sequence[Offer], sides: Sequence[Side], by: Person
) -> Prospects:
    """Give what this person may choose with what they are offered."""
    named = {one.act.name: _next(unit, at, one) for one in offers}
    asking = any(one.name in ASKING for one in sides)
    return Prospects(
        next={name: people for name, people in named.items() if people is not None},
        returns=returnable(at) if any(one.act.name == "return" for one in offers) else (),
        asked=tuple(one for one in able(unit, at.document) if one.id != by.id) if asking else (),
        successors={
            one.step.n: tuple(successors(unit, at.on(one.step.n), by))
            for one in sides
            if one.name == Extra.REASSIGN
        },
    )


def _next(unit: Unit, at: Standing, offer: Offer) -> tuple[Person, ...] | None:
    """Give whom an act must choose from for the step it leads to, None where it chooses nobody."""
    for state in _led_to(at, offer.step, offer.act.to):
        if any(who.whom is Whom.CHOSEN for who in state.who):
            return tuple(candidates(unit, at.document, state.who))
    return None


def _led_to(at: Standing, step: Step, to: str) -> list[State]:
    course = course_of(at.route, at.document, at.steps)
    course.leave(step.n, to)
    return [at.route.states[one.state] for one in course.opened]
