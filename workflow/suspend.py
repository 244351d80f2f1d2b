"""A document rests: nobody acts on it and no time runs, until somebody lets it go on."""

from dataclasses import replace
from datetime import datetime

from records.document import Document
from records.person import Person
from records.step import Step
from records.working_time import Calendar
from workflow.beside import Aside, keep, side
from workflow.deadline import calendar_of
from workflow.office import Office
from workflow.road import Choice, standing


def suspend(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Let a document rest, for a reason; its deadlines are held."""
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        for one in was.steps:
            if one.open and one.due_at:
                unit.steps.hold_time(_held(one))
        facts = {"from": meant.step.state}
        done = Aside("document:suspended", action, by, at, choice.comment, facts, meant.mandate)
        return keep(office, unit, was, replace(was.document, rests_since=at), done)


def resume(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Let a document go on; each step has as much working time left as when it was suspended."""
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        since = was.document.rests_since or at
        calendar = calendar_of(office, unit)
        for one in was.steps:
            if one.open and one.held_due_at:
                unit.steps.hold_time(_released(one, calendar, since, at))
        facts = {"from": meant.step.state}
        done = Aside("document:resumed", action, by, at, choice.comment, facts, meant.mandate)
        return keep(office, unit, was, replace(was.document, rests_since=None), done)


def _held(step: Step) -> Step:
    return replace(
        step,
        held_due_at=step.due_at,
        held_soon_at=step.soon_at,
        due_at=None,
        soon_at=None,
        settled=True,
    )


def _released(step: Step, calendar: Calendar, since: datetime, at: datetime) -> Step:
    return replace(
        step,
        due_at=_later(step.held_due_at, calendar, since, at),
        soon_at=_later(step.held_soon_at, calendar, since, at),
        held_due_at=None,
        held_soon_at=None,
    )


def _later(
    was: datetime | None, calendar: Calendar, since: datetime, at: datetime
) -> datetime | None:
    """Give a moment as much working time after ``at`` as it was after ``since``."""
    if was is None or was <= since:
        return was
    return calendar.after(at, calendar.between(since, was))
