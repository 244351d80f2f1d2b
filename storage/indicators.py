"""What became of documents and files, a row each: what indicators and reports are counted from."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, false, func, or_, select

from records.document import Classification, Direction, Origin
from records.exchange import DispatchState
from records.indicator import Closed, Issued, Received
from storage import tables as t

ARRIVED = (
    DispatchState.ARRIVED,
    DispatchState.ACCEPTED,
    DispatchState.ASSIGNED,
    DispatchState.PROCESSING,
    DispatchState.COMPLETED,
)
"""When a recipient's own system has said that it has a document."""

Acts = Collection[tuple[str, str]]  # state and act


class Indicators:
    """What is counted in one transaction; nothing classified is, nor what a reader may not read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def issued(
        self, since: date, until: date, readers: Collection[str], by_hand: Acts
    ) -> list[Issued]:
        """Give what became of outgoing documents issued from ``since`` to ``until``, both included.

        Takes   readers: the tokens of who asks; by_hand: the acts that hand over off the network.
        """
        handed = _closed(by_hand)
        query = (
            select(
                t.document.c.id,
                t.document.c.unit,
                t.entry.c.on,
                _made(Origin.SIGNED).label("signed_at"),
                _made(Origin.SEALED).label("sealed_at"),
                _sendings(func.min(t.dispatch.c.queued_at)).label("sent_at"),
                _sendings(func.count()).label("sent"),
                _sendings(func.count(), t.dispatch.c.state.in_(ARRIVED)).label("delivered"),
                handed.label("handed_at"),
            )
            .join(t.entry, t.entry.c.document == t.document.c.id)
            .where(
                t.document.c.direction == Direction.OUTGOING,
                t.entry.c.on.between(since, until),
                t.entry.c.cancelled == "",
                _told_to(readers),
            )
            .order_by(t.entry.c.on, t.document.c.id)
        )
        return [_issued(row) for row in self._connection.execute(query)]

    def received(
        self, since: datetime, until: datetime, readers: Collection[str], ends: Acts
    ) -> list[Received]:
        """Give what became of incoming documents that came from ``since`` until before ``until``.

        Takes   ends: the acts with which the work on one ends.
        """
        handler = (
            select(func.min(t.post.c.unit))
            .where(t.post.c.person == t.document.c.assignee)
            .scalar_subquery()
        )
        waits = exists().where(t.step.c.document == t.document.c.id, t.step.c.closed_at.is_(None))
        query = (
            select(
                t.document.c.id,
                func.coalesce(handler, t.document.c.unit).label("unit"),
                t.document.c.created_at,
                t.document.c.due_on,
                t.entry.c.on,
                _closed(ends).label("ended_at"),
                waits.label("open"),
            )
            .outerjoin(t.entry, t.entry.c.document == t.document.c.id)
            .where(
                t.document.c.direction == Direction.INCOMING,
                t.document.c.created_at >= since,
                t.document.c.created_at < until,
                _told_to(readers),
            )
            .order_by(t.document.c.created_at, t.document.c.id)
        )
        return [
            Received(
                id=row.id,
                unit=row.unit,
                came_at=row.created_at,
                registered_on=row.on,
                due_on=row.due_on,
                ended_at=row.ended_at,
                open=bool(row.open),
            )
            for row in self._connection.execute(query)
        ]

    def closed(
        self, since: date, until: date, readers: Collection[str], by_hand: Acts
    ) -> list[Closed]:
        """Give the case files whose work ended from ``since`` to ``until``, both included."""
        file, filed, step = t.case_file.c, t.filed.c, t.step.c
        handed = exists().where(
            filed.file == file.id, step.document == filed.document, _is_one(by_hand)
        )
        readable = exists().where(
            t.file_reader.c.file == file.id, t.file_reader.c.token.in_(sorted(readers))
        )
        query = (
            select(file.id, file.unit, handed.label("handed"))
            .where(
                file.classification == Classification.NONE,
                file.ended_on.between(since, until),
                file.state != "open",
                readable,
            )
            .order_by(file.ended_on, file.id)
        )
        rows = self._connection.execute(query)
        return [Closed(row.id, row.unit, not row.handed) for row in rows]


def _told_to(readers: Collection[str]) -> Any:
    """Give what holds of unclassified documents that one of these tokens may read."""
    reads = exists().where(
        t.reader.c.document == t.document.c.id, t.reader.c.token.in_(sorted(readers))
    )
    return and_(t.document.c.classification == Classification.NONE, reads)


def _made(origin: Origin) -> Any:
    revision = t.revision.c
    made = select(func.max(revision.at))
    return made.where(
        revision.document == t.document.c.id, revision.origin == origin
    ).scalar_subquery()


def _sendings(what: Any, *which: Any) -> Any:
    rows = select(what).select_from(t.dispatch)
    return rows.where(t.dispatch.c.document == t.document.c.id, *which).scalar_subquery()


def _closed(acts: Acts) -> Any:
    """Give when a document's first step closed with one of these acts."""
    found = select(func.min(t.step.c.closed_at)).where(
        t.step.c.document == t.document.c.id, _is_one(acts)
    )
    return found.scalar_subquery()


def _is_one(acts: Iterable[tuple[str, str]]) -> Any:
    pairs = [and_(t.step.c.state == state, t.step.c.act == act) for state, act in sorted(acts)]
    return or_(false(), *pairs)


def _issued(row: Any) -> Issued:
    left = [at for at in (row.sent_at, row.handed_at) if at is not None]
    return Issued(
        id=row.id,
        unit=row.unit,
        on=row.on,
        signed_at=row.signed_at,
        sealed=row.sealed_at is not None,
        left_at=min(left, default=None),
        recipients=row.sent + (row.handed_at is not None),
        delivered=row.delivered,
    )
