"""Assignments as rows: never taken away, only ended."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update

from records.assignment import Assignment, AssignmentState, Part
from records.errors import NotFound
from storage import tables as t


class Assignments:
    """The assignments of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def upcoming(self, document: str) -> int:
        """Give the number of the next assignment of a document."""
        rows = t.assignment.c
        last = select(func.max(rows.n)).where(rows.document == document)
        return (self._connection.execute(last).scalar() or 0) + 1

    def add(self, one: Assignment) -> None:
        """Keep a new assignment."""
        self._connection.execute(insert(t.assignment).values(id=one.id, **_row(one)))

    def change(self, one: Assignment) -> None:
        """Keep an assignment as it is now."""
        rows = t.assignment.c
        self._connection.execute(update(t.assignment).where(rows.id == one.id).values(**_row(one)))

    def get(self, id: str) -> Assignment:
        """Give an assignment. Raises NotFound."""
        row = self._connection.execute(select(t.assignment).where(t.assignment.c.id == id)).first()
        if row is None:
            raise NotFound("assignment.unknown")
        return _assignment(row)

    def of(self, document: str) -> list[Assignment]:
        """Give every assignment of a document in the order they were given."""
        return self.several([document])[document]

    def several(self, documents: Sequence[str]) -> dict[str, list[Assignment]]:
        """Give every assignment of several documents."""
        rows = t.assignment.c
        found: dict[str, list[Assignment]] = {document: [] for document in documents}
        query = select(t.assignment).where(rows.document.in_(documents)).order_by(rows.n)
        for row in self._connection.execute(query):
            found[row.document].append(_assignment(row))
        return found

    def about(self, person: str, *, given: bool, state: str, limit: int) -> list[Assignment]:
        """Give what somebody has or, where ``given``, charged others with, the newest open first.

        Takes   state: only those that stand so, "" for all.
        """
        rows = t.assignment.c
        ended = case((rows.state == AssignmentState.OPEN, 0), else_=1)
        query = select(t.assignment).where((rows.given_by if given else rows.person) == person)
        if state:
            query = query.where(rows.state == state)
        ordered = query.order_by(ended, rows.given_at.desc(), rows.id)
        return [_assignment(row) for row in self._connection.execute(ordered.limit(limit))]


def _row(one: Assignment) -> dict[str, Any]:
    return {
        "document": one.document,
        "n": one.n,
        "step": one.step,
        "part": one.part,
        "person": one.person,
        "given_by": one.given_by,
        "given_at": one.given_at,
        "unit": one.unit,
        "parent": one.parent,
        "percent": one.percent,
        "state": one.state,
        "review": one.review,
        "asked_until": one.asked_until,
        "reply": one.reply,
        "ended_at": one.ended_at,
    }


def _assignment(row: Any) -> Assignment:
    return Assignment(
        id=row.id,
        document=row.document,
        n=row.n,
        step=row.step,
        part=Part(row.part),
        person=row.person,
        given_by=row.given_by,
        given_at=row.given_at,
        unit=row.unit,
        parent=row.parent,
        percent=row.percent,
        state=AssignmentState(row.state),
        review=row.review,
        asked_until=row.asked_until,
        reply=row.reply,
        ended_at=row.ended_at,
    )
