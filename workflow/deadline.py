"""Until when a step must be done: the road's word, counted in the office's working time."""

from dataclasses import replace
from datetime import datetime

from records.document import Document, Urgency
from records.errors import Refused
from records.route import State
from records.step import Step, StepKind
from records.working_time import Calendar, Deadline
from storage.unit import Unit
from workflow.office import Office


def open_step(office: Office, unit: Unit, document: Document, state: State, step: Step) -> None:
    """Open a step of a state on its desks, with the deadline the road gives it."""
    if state.within is not None and step.due_at is None:
        urgent = document.urgency is not Urgency.NORMAL
        calendar = calendar_of(office, unit)
        deadline = calendar.deadline(step.opened_at, state.within, at_once=urgent)
        step = replace(step, due_at=deadline.due, soon_at=deadline.soon)
    unit.steps.open(step)


def calendar_of(office: Office, unit: Unit) -> Calendar:
    """Give the office's calendar with every day it settled until now."""
    return office.calendar.with_days(unit.calendar.all())


def until(office: Office, unit: Unit, at: datetime, due: datetime) -> Deadline:
    """Give a deadline that somebody set at ``at``, with the moment from which it is near.

    Raises  Refused: it has passed already.
    """
    if due <= at:
        raise Refused("due.past")
    calendar = calendar_of(office, unit)
    return Deadline(due, max(at, calendar.before(due, calendar.ahead)))


def count_again(office: Office, unit: Unit) -> None:
    """Count the deadlines of all open steps again: the calendar says something else now."""
    calendar = calendar_of(office, unit)
    for step, version, name, urgency in unit.steps.open_ones():
        state = office.roads.of(unit, version, name).states.get(step.state)
        counts = step.kind is StepKind.STEP and not step.settled
        if counts and state is not None and state.within is not None:
            urgent = urgency != Urgency.NORMAL
            deadline = calendar.deadline(step.opened_at, state.within, at_once=urgent)
            unit.steps.set_deadline(step.document, step.n, deadline)
