"""Until when a step must be done: the road's word, counted in the office's working time."""

from datetime import datetime

from records.document import Document, Urgency
from records.route import State
from records.working_time import Calendar
from storage.unit import Unit
from workflow.office import Office


def open_step(  # noqa: PLR0913 - which document, where, on whose desk, since when
    office: Office,
    unit: Unit,
    document: Document,
    state: State,
    desk: frozenset[str],
    *,
    at: datetime,
) -> int:
    """Open the step of a state on these desks with its deadline, and give its number."""
    deadline = None
    if state.within is not None:
        urgent = document.urgency is not Urgency.NORMAL
        calendar = calendar_of(office, unit)
        deadline = calendar.deadline(at, state.within, at_once=urgent)
    return unit.steps.open(document.id, state.name, desk, at=at, deadline=deadline)


def calendar_of(office: Office, unit: Unit) -> Calendar:
    """Give the office's calendar with every day it settled until now."""
    return office.calendar.with_days(unit.calendar.all())


def count_again(office: Office, unit: Unit) -> None:
    """Count the deadlines of all open steps again: the calendar says something else now."""
    calendar = calendar_of(office, unit)
    for step, version, name, urgency in unit.steps.open_ones():
        state = office.roads.of(unit, version, name).states.get(step.state)
        if state is not None and state.within is not None:
            urgent = urgency != Urgency.NORMAL
            deadline = calendar.deadline(step.opened_at, state.within, at_once=urgent)
            unit.steps.set_deadline(step.document, step.n, deadline)
