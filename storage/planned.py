"""Decisions that take effect on a day: planned, then carried out or given up, never taken away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from records.errors import NotFound, Outrun

Decision = TypeVar("Decision")


@dataclass(frozen=True, slots=True)
class Planned(Generic[Decision]):
    """The decisions of one kind in one transaction."""

    connection: Connection
    table: Table
    told: Callable[[Decision], Mapping[str, Any]]
    made: Callable[[Any], Decision]

    def add(self, one: Decision) -> None:
        """Keep a decision."""
        self.connection.execute(insert(self.table).values(**self.told(one)))

    def get(self, id: str) -> Decision:
        """Give a decision. Raises NotFound."""
        row = self.connection.execute(select(self.table).where(self.table.c.id == id)).first()
        if row is None:
            raise NotFound("decision.unknown")
        return self.made(row)

    def all(self) -> list[Decision]:
        """Give every decision, the latest day first."""
        column = self.table.c
        query = select(self.table).order_by(column.on.desc(), column.at.desc())
        return [self.made(row) for row in self.connection.execute(query)]

    def due(self, today: date) -> list[Decision]:
        """Give the decisions whose day has come, in their order."""
        column = self.table.c
        query = select(self.table).where(
            column.on <= today, column.done_at.is_(None), column.cancelled_at.is_(None)
        )
        rows = self.connection.execute(query.order_by(column.on, column.at))
        return [self.made(row) for row in rows]

    def done(self, id: str, at: datetime) -> None:
        """Keep that a decision was carried out. Raises Outrun: somebody was faster."""
        self._end(id, done_at=at)

    def cancel(self, id: str, at: datetime) -> None:
        """Keep that a decision was given up before its day. Raises Outrun: it was carried out."""
        self._end(id, cancelled_at=at)

    def _end(self, id: str, **how: datetime) -> None:
        column = self.table.c
        ended = self.connection.execute(
            update(self.table)
            .where(column.id == id, column.done_at.is_(None), column.cancelled_at.is_(None))
            .values(**how)
        )
        if ended.rowcount != 1:
            raise Outrun("decision.ended")
