"""Reminders as rows: what falls due, and that each is given once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update

from records.errors import NotFound
from records.reminder import Reminder, ReminderKind
from storage import tables as t


class Reminders:
    """The reminders of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def steps_near(self, now: datetime, limit: int) -> list[tuple[str, int, datetime]]:
        """Give (document, step, deadline) of open steps that are due soon, and not reminded of."""
        return self._steps(t.step.c.soon_at <= now, ReminderKind.SOON, limit)

    def steps_past(self, now: datetime, limit: int) -> list[tuple[str, int, datetime]]:
        """Give (document, step, deadline) of open steps that are overdue, and not reminded of."""
        return self._steps(t.step.c.due_at < now, ReminderKind.OVERDUE, limit)

    def documents_near(self, until: date) -> list[tuple[str, date]]:
        """Give (id, day) of documents under way that are due by a day."""
        open_one = exists().where(
            t.step.c.document == t.document.c.id, t.step.c.closed_at.is_(None)
        )
        query = select(t.document.c.id, t.document.c.due_on).where(
            t.document.c.due_on <= until, open_one
        )
        rows = self._connection.execute(query.order_by(t.document.c.due_on, t.document.c.id))
        return [(row.id, row.due_on) for row in rows]

    def given(self, document: str, kind: ReminderKind, deadline: datetime) -> bool:
        """Tell whether a document's own day was reminded of."""
        query = select(t.reminder.c.id).where(
            t.reminder.c.document == document,
            t.reminder.c.kind == kind,
            t.reminder.c.deadline == deadline,
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def planned(self, now: datetime, limit: int) -> list[Reminder]:
        """Give what was planned for now or before and is not done, oldest first."""
        query = (
            select(t.reminder)
            .where(t.reminder.c.done_at.is_(None), t.reminder.c.at <= now)
            .order_by(t.reminder.c.at, t.reminder.c.id)
        )
        return [_reminder(row) for row in self._connection.execute(query.limit(limit))]

    def add(self, one: Reminder) -> None:
        """Keep a reminder; the database refuses the same one a second time."""
        self._connection.execute(
            insert(t.reminder).values(
                id=one.id,
                document=one.document,
                step=one.step,
                kind=one.kind,
                deadline=one.deadline,
                at=one.at,
                done_at=one.done_at,
            )
        )

    def take(self, id: str, at: datetime) -> bool:
        """Mark a planned reminder as done, and tell whether nobody else did before."""
        done = self._connection.execute(
            update(t.reminder)
            .where(t.reminder.c.id == id, t.reminder.c.done_at.is_(None))
            .values(done_at=at)
        )
        return bool(done.rowcount)

    def get(self, id: str) -> Reminder:
        """Give a reminder. Raises NotFound."""
        row = self._connection.execute(select(t.reminder).where(t.reminder.c.id == id)).first()
        if row is None:
            raise NotFound("reminder.unknown")
        return _reminder(row)

    def of(self, document: str) -> list[Reminder]:
        """Give every reminder of a document, oldest first."""
        query = select(t.reminder).where(t.reminder.c.document == document)
        rows = self._connection.execute(query.order_by(t.reminder.c.at, t.reminder.c.kind))
        return [_reminder(row) for row in rows]

    def _steps(
        self, due: ColumnElement[bool], kind: ReminderKind, limit: int
    ) -> list[tuple[str, int, datetime]]:
        step, known = t.step.c, t.reminder.c
        reminded = exists().where(
            known.document == step.document,
            known.step == step.n,
            known.kind == kind,
            known.deadline == step.due_at,
        )
        query = (
            select(step.document, step.n, step.due_at)
            .where(step.closed_at.is_(None), step.due_at.is_not(None), due, ~reminded)
            .order_by(step.due_at, step.document, step.n)
        )
        rows = self._connection.execute(query.limit(limit))
        return [(row.document, row.n, row.due_at) for row in rows]


def _reminder(row: Any) -> Reminder:
    return Reminder(
        id=row.id,
        document=row.document,
        step=row.step,
        kind=ReminderKind(row.kind),
        deadline=row.deadline,
        at=row.at,
        done_at=row.done_at,
    )
