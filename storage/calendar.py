"""Days the office settled itself: holidays, swapped days, days off that law does not know."""

from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select

from records.working_time import CalendarDay
from storage import tables as t


class Days:
    """The settled days of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[date, CalendarDay]:
        """Give every settled day."""
        rows = self._connection.execute(select(t.calendar_day).order_by(t.calendar_day.c.day))
        return {
            row.day: CalendarDay(row.day, row.working, row.name, row.source, settled=True)
            for row in rows
        }

    def settle(self, one: CalendarDay, by: str, at: datetime) -> None:
        """Keep what is said of a day, in place of what was said before."""
        self.forget(one.day)
        self._connection.execute(
            insert(t.calendar_day).values(
                day=one.day, working=one.working, name=one.name, source=one.source, by=by, at=at
            )
        )

    def forget(self, day: date) -> bool:
        """Let law and weekend speak of a day again, and tell whether anything was settled."""
        gone = self._connection.execute(delete(t.calendar_day).where(t.calendar_day.c.day == day))
        return bool(gone.rowcount)
