"""Decisions on units as rows: planned, then carried out or given up, and never taken away."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from records.errors import NotFound, Outrun
from records.person import Unit
from records.reorganisation import Change, Reorganisation
from storage import tables as t


class Reorganisations:
    """The reorganisations of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Reorganisation) -> None:
        """Keep a decision."""
        into = [
            {"id": made.id, "name": made.name, "notation": made.notation, "parent": made.parent}
            for made in one.into
        ]
        self._connection.execute(
            insert(t.reorganisation).values(
                id=one.id,
                change=one.change,
                units=list(one.units),
                into=into,
                moves=dict(one.moves),
                on=one.on,
                basis=one.basis,
                basis_on=one.basis_on,
                by=one.by,
                at=one.at,
            )
        )

    def get(self, id: str) -> Reorganisation:
        """Give a decision. Raises NotFound."""
        query = select(t.reorganisation).where(t.reorganisation.c.id == id)
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound("reorganisation.unknown")
        return _made(row)

    def all(self) -> list[Reorganisation]:
        """Give every decision, the latest day first."""
        column = t.reorganisation.c
        query = select(t.reorganisation).order_by(column.on.desc(), column.at.desc())
        return [_made(row) for row in self._connection.execute(query)]

    def due(self, today: date) -> list[Reorganisation]:
        """Give the decisions whose day has come, in their order."""
        column = t.reorganisation.c
        query = select(t.reorganisation).where(
            column.on <= today, column.done_at.is_(None), column.cancelled_at.is_(None)
        )
        rows = self._connection.execute(query.order_by(column.on, column.at))
        return [_made(row) for row in rows]

    def done(self, id: str, at: datetime) -> None:
        """Keep that a decision was carried out. Raises Outrun: somebody was faster."""
        self._end(id, done_at=at)

    def cancel(self, id: str, at: datetime) -> None:
        """Keep that a decision was given up before its day. Raises Outrun: it was carried out."""
        self._end(id, cancelled_at=at)

    def _end(self, id: str, **how: datetime) -> None:
        column = t.reorganisation.c
        ended = self._connection.execute(
            update(t.reorganisation)
            .where(column.id == id, column.done_at.is_(None), column.cancelled_at.is_(None))
            .values(**how)
        )
        if ended.rowcount != 1:
            raise Outrun("reorganisation.ended")


def _made(row: Any) -> Reorganisation:
    return Reorganisation(
        id=row.id,
        change=Change(row.change),
        units=tuple(row.units),
        into=tuple(
            Unit(one["id"], one["name"], one["notation"], one["parent"]) for one in row.into
        ),
        on=row.on,
        basis=row.basis,
        basis_on=row.basis_on,
        by=row.by,
        at=row.at,
        moves=dict(row.moves),
        done_at=row.done_at,
        cancelled_at=row.cancelled_at,
    )
