"""Whoever has the work hears in time: before a deadline and after it, each reminder once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex

from identity.reading import cleared, tokens_of
from records.audit import AuditEvent
from records.document import Document
from records.errors import Outrun
from records.person import Person
from records.reminder import OF_DOCUMENTS, Reminder, ReminderKind
from records.route import Effect
from records.step import Step
from records.working_time import Calendar
from storage.unit import Unit
from workflow.deadline import calendar_of
from workflow.escalate import escalate
from workflow.mandates import mandates_of
from workflow.office import Office

A_BATCH = 200
"""How many reminders of a kind one look gives; the next look goes on."""

AHEAD = timedelta(days=15)
"""How far ahead documents are looked at: the longest holiday, and a working day before it."""


def remind(office: Office) -> int:
    """Give every reminder that fell due since anybody looked, and tell how many.

    A reminder is kept under a key of document, step, kind and deadline in the transaction that
    leaves its letters: another worker, a second look or a clock that went back finds it kept, and
    what fell due while nobody worked is still found.
    """
    now, given = office.clock(), 0
    with office.database.reading() as unit:
        due = [*_due(office, unit, now), *unit.reminders.planned(now, A_BATCH)]
    for one in due:
        try:
            with office.database.unit() as unit:
                planned = one.done_at is None
                given += (_carry_out if planned else _give)(office, unit, replace(one, at=now))
        except Outrun:
            continue  # another worker gave it
    return given


def _due(office: Office, unit: Unit, now: datetime) -> Iterator[Reminder]:
    for document, n, deadline in unit.reminders.steps_near(now, A_BATCH):
        yield _new(document, n, ReminderKind.SOON, deadline, now)
    for document, n, deadline in unit.reminders.steps_past(now, A_BATCH):
        yield _new(document, n, ReminderKind.OVERDUE, deadline, now)
    calendar = calendar_of(office, unit)
    until = (now + AHEAD).astimezone(office.zone).date()
    for document, day in unit.reminders.documents_near(until):
        deadline = datetime.combine(day, time(), UTC)
        for kind, at in _moments(calendar, day):
            if at <= now and not unit.reminders.given(document, kind, deadline):
                yield _new(document, 0, kind, deadline, now)


def _moments(calendar: Calendar, day: date) -> tuple[tuple[ReminderKind, datetime], ...]:
    """Give when a document's own day is near, the working day before it, and when it has passed."""
    end = calendar.end_of(day)
    return (
        (ReminderKind.DOCUMENT_SOON, calendar.before(end, 2 * calendar.length)),
        (ReminderKind.DOCUMENT_OVERDUE, end),
    )


def _new(
    document: str, step: int, kind: ReminderKind, deadline: datetime, at: datetime
) -> Reminder:
    return Reminder(token_hex(16), document, step, kind, deadline, at, done_at=at)


def _give(office: Office, unit: Unit, one: Reminder) -> bool:
    document = unit.documents.get(one.document)
    steps = [step for step in unit.steps.of(one.document) if meant(one, step, document)]
    if not steps or (one.kind in OF_DOCUMENTS and _done_with(office, unit, document)):
        return False  # it was done, or its deadline moved, since it was found
    unit.reminders.add(one)
    if one.kind is ReminderKind.OVERDUE:
        _plan(office, unit, document, one, steps[0])
    _tell(office, unit, document, one, steps)
    return True


def _plan(office: Office, unit: Unit, document: Document, one: Reminder, step: Step) -> None:
    """Keep when an overdue step reaches the head of the unit, if its road says so."""
    route = office.roads.of(unit, document.definition, document.workflow)
    state = route.states.get(step.state)
    if state is None or state.escalates is None:
        return
    at = calendar_of(office, unit).deadline(one.deadline, state.escalates.after).due
    later = replace(one, id=token_hex(16), kind=ReminderKind.ESCALATE, at=at, done_at=None)
    unit.reminders.add(later)


def _carry_out(office: Office, unit: Unit, one: Reminder) -> bool:
    """Pass a step up that was planned to be, unless another worker did or it was done."""
    document = unit.documents.get(one.document)
    steps = [step for step in unit.steps.of(one.document) if meant(one, step, document)]
    if not unit.reminders.take(one.id, one.at) or not steps:
        return False
    if not escalate(office, unit, document, steps[0], one):
        return False
    laid = [step for step in unit.steps.of(one.document) if meant(one, step, document)]
    _tell(office, unit, document, one, laid)
    return True


def _tell(office: Office, unit: Unit, document: Document, one: Reminder, steps: list[Step]) -> None:
    facts = {"kind": one.kind, "step": str(one.step), "deadline": one.deadline.isoformat()}
    unit.audit.append(AuditEvent("step:reminded", "system", one.at, document.id, facts))
    if office.mailer is not None:
        for person in addressed(office, unit, document, steps):
            # The letter's key is the reminder's: not even the queue knows which document it is.
            unit.enqueue("remind", one.id, person.id, key=f"{one.id}:{person.id}")


def _done_with(office: Office, unit: Unit, document: Document) -> bool:
    """Tell whether nothing is left but to archive it: its own day was met."""
    route = office.roads.of(unit, document.definition, document.workflow)
    return any(act.does is Effect.ARCHIVE for act in route.states[document.state].acts)


def meant(one: Reminder, step: Step, document: Document) -> bool:
    """Tell whether a reminder still speaks of a step as it is now."""
    if step.closed_at is not None:
        return False
    if one.kind in OF_DOCUMENTS:
        return document.due_on is not None and one.deadline.date() == document.due_on
    return one.step == step.n and one.deadline == step.due_at


def addressed(office: Office, unit: Unit, document: Document, steps: list[Step]) -> list[Person]:
    """Give who has the work of these steps, or stands in for them, and can be written to."""
    desk = frozenset[str]().union(*(step.desk for step in steps))
    delegates = {one.delegate for one in unit.delegations.in_force(office.today())}
    return [
        person
        for person in unit.people.all()
        if person.email
        and cleared(person, document.classification)
        and (
            desk & tokens_of(person)
            or (person.id in delegates and _stands_in(office, unit, document, person, desk))
        )
    ]


def _stands_in(
    office: Office, unit: Unit, document: Document, person: Person, desk: frozenset[str]
) -> bool:
    mandates = mandates_of(unit, document, person, office.today())
    return any(desk & tokens_of(one.principal) for one in mandates)
