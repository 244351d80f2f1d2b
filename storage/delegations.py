"""Delegations as rows: kept for good, at most revoked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from records.delegation import Bounds, Capacity, Delegation
from records.errors import NotFound
from storage import tables as t


class Delegations:
    """The delegations of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Delegation) -> None:
        """Keep a new delegation."""
        self._connection.execute(
            insert(t.delegation).values(
                id=one.id,
                delegator=one.delegator,
                delegate=one.delegate,
                capacity=one.capacity,
                since=one.since,
                until=one.until,
                basis=one.basis,
                basis_on=one.basis_on,
                types=sorted(one.bounds.types),
                workflows=sorted(one.bounds.workflows),
                units=sorted(one.bounds.units),
                most=one.bounds.most,
                passes_on=one.passes_on,
                recorded_by=one.recorded_by,
                recorded_at=one.recorded_at,
                revoked_by="",
            )
        )

    def get(self, id: str) -> Delegation:
        """Give a delegation. Raises NotFound."""
        found = self._several(t.delegation.c.id == id)
        if not found:
            raise NotFound("delegation.unknown")
        return found[0]

    def revoke(self, id: str, by: str, at: datetime) -> bool:
        """End a delegation, and tell whether it had not been ended before."""
        done = self._connection.execute(
            update(t.delegation)
            .where(t.delegation.c.id == id, t.delegation.c.revoked_at.is_(None))
            .values(revoked_at=at, revoked_by=by)
        )
        return bool(done.rowcount)

    def to(self, delegate: str, on: date) -> list[Delegation]:
        """Give what was delegated to somebody and holds on a day."""
        return self._several(t.delegation.c.delegate == delegate, *_holding(on, on))

    def in_force(self, on: date) -> list[Delegation]:
        """Give every delegation that holds on a day."""
        return self._several(*_holding(on, on))

    def overlapping(self, since: date, until: date) -> list[Delegation]:
        """Give every delegation that holds on any of these days."""
        return self._several(*_holding(since, until))

    def of(self, person: str) -> list[Delegation]:
        """Give what somebody delegated or was delegated, the latest first."""
        mine = or_(t.delegation.c.delegator == person, t.delegation.c.delegate == person)
        return self._several(mine)

    def all(self) -> list[Delegation]:
        """Give every delegation, the latest first."""
        return self._several()

    def _several(self, *bounds: ColumnElement[bool]) -> list[Delegation]:
        query = select(t.delegation).where(*bounds)
        latest = (t.delegation.c.since.desc(), t.delegation.c.recorded_at.desc(), t.delegation.c.id)
        return [_delegation(row) for row in self._connection.execute(query.order_by(*latest))]


def _holding(since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    column = t.delegation.c
    return (column.since <= until, column.until >= since, column.revoked_at.is_(None))


def _delegation(row: Any) -> Delegation:
    return Delegation(
        id=row.id,
        delegator=row.delegator,
        delegate=row.delegate,
        capacity=Capacity(row.capacity),
        since=row.since,
        until=row.until,
        basis=row.basis,
        basis_on=row.basis_on,
        bounds=Bounds(
            frozenset(row.types), frozenset(row.workflows), frozenset(row.units), row.most
        ),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        passes_on=row.passes_on,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
