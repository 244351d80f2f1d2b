"""Dispatches as rows; the table itself refuses what is classified."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from records.document import Digest
from records.errors import Broken, NotFound
from records.exchange import Dispatch, DispatchState
from storage import tables as t

PROGRESS = (
    DispatchState.QUEUED,
    DispatchState.FAILED,
    DispatchState.SENT,
    DispatchState.ARRIVED,
    DispatchState.REJECTED,
    DispatchState.ACCEPTED,
    DispatchState.ASSIGNED,
    DispatchState.PROCESSING,
    DispatchState.COMPLETED,
    DispatchState.RECALLED,
)
"""How far each state has come: notices out of order never move a dispatch back."""


HELD_BY_SQLITE = (
    "SELECT sql LIKE '%nothing_secret_leaves CHECK%' FROM sqlite_master WHERE name = 'dispatch'"
)
HELD_BY_POSTGRESQL = (
    "SELECT COUNT(*) = 2 FROM pg_constraint WHERE conrelid = 'dispatch'::regclass "
    "AND convalidated AND contype IN ('c', 'f')"
)
WATCHED_BY_POSTGRESQL = (
    "SELECT COUNT(*) > 0 AND bool_and(tgenabled = 'O') FROM pg_trigger "
    "WHERE tgrelid = 'dispatch'::regclass AND tgisinternal"
)
GUARDS = {
    "sqlite": (
        "PRAGMA foreign_keys",
        "SELECT NOT ignore_check_constraints FROM pragma_ignore_check_constraints",
        "SELECT COUNT(*) = 2 FROM pragma_foreign_key_list('dispatch') WHERE \"table\" = 'document'",
        HELD_BY_SQLITE,
    ),
    "postgresql": (
        "SELECT current_setting('session_replication_role') = 'origin'",
        HELD_BY_POSTGRESQL,
        WATCHED_BY_POSTGRESQL,
    ),
}
"""By database, what is true while it holds secrets back."""


class Dispatches:
    """The dispatches of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dispatch: Dispatch) -> None:
        """Keep one sending; its document must be unclassified, or the database refuses."""
        self._connection.execute(
            insert(t.dispatch).values(
                id=dispatch.id,
                document=dispatch.document,
                classification="none",
                recipient=dispatch.recipient,
                state=dispatch.state,
                revision=dispatch.revision,
                queued_at=dispatch.queued_at,
                changed_at=dispatch.changed_at,
            )
        )

    def require_guarded(self) -> None:
        """Make sure that the database would refuse a sending of a secret, here and now.

        Raises  Broken egress.unguarded: its keys or checks are off, or no longer there.
        """
        asked = GUARDS[self._connection.dialect.name]
        if not all(self._connection.exec_driver_sql(one).scalar() for one in asked):
            raise Broken("egress.unguarded")

    def move(self, id: str, state: DispatchState, at: datetime, note: str = "") -> bool:
        """Let a dispatch have come as far as ``state``; give False if it had come farther."""
        earlier = PROGRESS[: PROGRESS.index(state)]
        moved = self._connection.execute(
            update(t.dispatch)
            .where(t.dispatch.c.id == id, t.dispatch.c.state.in_(earlier))
            .values(state=state, changed_at=at, note=note)
        )
        return moved.rowcount == 1

    def get(self, id: str) -> Dispatch:
        """Give a dispatch. Raises NotFound."""
        row = self._connection.execute(select(t.dispatch).where(t.dispatch.c.id == id)).first()
        if row is not None:
            return _dispatch(row)
        recalled = self._connection.execute(select(t.recall).where(t.recall.c.id == id)).first()
        if recalled is None:
            raise NotFound("dispatch.unknown")
        return _recalled(recalled)

    def queued(self) -> list[str]:
        """Give the ids of the dispatches that did not leave yet."""
        rows = t.dispatch.c
        waiting = select(rows.id).where(rows.state == DispatchState.QUEUED).order_by(rows.queued_at)
        return list(self._connection.scalars(waiting))

    def to(self, recipient: str) -> list[Dispatch]:
        """Give every dispatch to one recipient, newest first."""
        query = select(t.dispatch).where(t.dispatch.c.recipient == recipient)
        rows = self._connection.execute(query.order_by(t.dispatch.c.queued_at.desc()))
        return [_dispatch(row) for row in rows]

    def of(self, document: str) -> list[Dispatch]:
        """Give every dispatch of a document, oldest first."""
        query = (
            select(t.dispatch)
            .where(t.dispatch.c.document == document)
            .order_by(t.dispatch.c.queued_at, t.dispatch.c.recipient)
        )
        sent = [_dispatch(row) for row in self._connection.execute(query)]
        return sent or [_recalled(row) for row in self._recalls(document)]

    def _recalls(self, document: str) -> Iterable[Any]:
        query = select(t.recall).where(t.recall.c.document == document)
        return self._connection.execute(query.order_by(t.recall.c.queued_at, t.recall.c.recipient))


def _recalled(row: Any) -> Dispatch:
    return Dispatch(
        id=row.id,
        document=row.document,
        recipient=row.recipient,
        state=DispatchState.RECALLED,
        revision=Digest(row.revision),
        queued_at=row.queued_at,
        changed_at=row.changed_at,
        note=row.note,
    )


def _dispatch(row: Any) -> Dispatch:
    return Dispatch(
        id=row.id,
        document=row.document,
        recipient=row.recipient,
        state=DispatchState(row.state),
        revision=Digest(row.revision),
        queued_at=row.queued_at,
        changed_at=row.changed_at,
        note=row.note,
    )
