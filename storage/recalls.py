"""Recalls as rows: what is wanted back of whom, and what was demanded of this office."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, or_, select, update

from records.document import Document
from records.errors import NotFound, Outrun
from records.exchange import Dispatch, DispatchState
from records.recall import Order, OrderState, Recall, RecallState
from storage import tables as t

NOT_LEFT = (DispatchState.QUEUED, DispatchState.FAILED)
"""States of a sending of which nobody told that it left."""

PROGRESS = (
    RecallState.QUEUED,
    RecallState.SENT,
    RecallState.ACKNOWLEDGED,
    RecallState.REFUSED,
    RecallState.DESTROYED,
)
"""How far each state has come; who refused may agree after all."""

_OPEN = [one for one in RecallState if not one.over]


class Recalls:
    """The recalls of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # ── what this office wants back ──────────────────────────────────────────────────────

    def begin(self, sent: Dispatch, reason: str, at: datetime, *, by: str) -> None:
        """Keep that a sending is wanted back; what waits to leave may be leaving."""
        self._connection.execute(
            insert(t.recall).values(
                id=sent.id,
                document=sent.document,
                recipient=sent.recipient,
                revision=sent.revision,
                queued_at=sent.queued_at,
                changed_at=at,
                note="",
                state=RecallState.QUEUED,
                left=sent.state not in NOT_LEFT,
                reason=reason,
                by=by,
                recalled_at=at,
                answer="",
            )
        )

    def get(self, id: str) -> Recall:
        """Give a recall by the id of its dispatch. Raises NotFound."""
        row = self._connection.execute(select(t.recall).where(t.recall.c.id == id)).first()
        if row is None:
            raise NotFound("recall.unknown")
        return _recall(row)

    def of(self, document: str) -> list[Recall]:
        """Give every recall of a document."""
        return self._those(t.recall.c.document == document)

    def open(self) -> list[Recall]:
        """Give every recall whose recipient still has the document, or has not said otherwise."""
        return self._those(t.recall.c.state.in_(_OPEN))

    def to(self, recipient: str) -> list[Recall]:
        """Give every recall from one recipient."""
        return self._those(t.recall.c.recipient == recipient)

    def left(self, id: str) -> None:
        """Keep that a sending left, although it was recalled meanwhile."""
        self._connection.execute(update(t.recall).where(t.recall.c.id == id).values(left=True))

    def move(self, id: str, state: RecallState, at: datetime, answer: str = "") -> bool:
        """Let a recall have come as far as ``state``; give False if it had come farther."""
        earlier = PROGRESS[: PROGRESS.index(state)] if state in PROGRESS else PROGRESS[:1]
        moved = self._connection.execute(
            update(t.recall)
            .where(t.recall.c.id == id, t.recall.c.state.in_(earlier))
            .values(state=state, changed_at=at, answer=answer)
        )
        return moved.rowcount == 1

    def overdue(self, before: datetime, again: datetime) -> list[Recall]:
        """Give open recalls that began before a moment, and of which nobody was reminded since."""
        rows = t.recall.c
        waits = or_(rows.reminded_at.is_(None), rows.reminded_at <= again)
        return self._those(rows.state.in_(_OPEN) & (rows.recalled_at < before) & waits)

    def reminded(self, one: Recall, at: datetime) -> bool:
        """Keep that somebody was reminded; give whether nobody did it meanwhile."""
        rows = t.recall.c
        done = self._connection.execute(
            update(t.recall)
            .where(rows.id == one.id, rows.reminded_at.is_not_distinct_from(one.reminded_at))
            .values(reminded_at=at)
        )
        return done.rowcount == 1

    def _those(self, which: Any) -> list[Recall]:
        rows = t.recall.c
        query = select(t.recall).where(which).order_by(rows.recalled_at, rows.recipient, rows.id)
        return [_recall(row) for row in self._connection.execute(query)]

    # ── what is demanded of this office ──────────────────────────────────────────────────

    def ask(self, one: Order) -> None:
        """Keep a demand."""
        self._connection.execute(
            insert(t.recall_order).values(
                id=one.id,
                organ=one.organ,
                message=one.message,
                document=one.document or None,
                about=one.about,
                about_message=one.about_message,
                reason=one.reason,
                at=one.at,
                state=one.state,
                by=one.by,
                answered_at=one.answered_at,
                answer=one.answer,
            )
        )

    def order(self, id: str) -> Order:
        """Give a demand. Raises NotFound."""
        found = self._orders(t.recall_order.c.id == id)
        if not found:
            raise NotFound("recall.unknown")
        return found[0]

    def orders_about(self, document: str) -> list[Order]:
        """Give every demand for a document here."""
        return self._orders(t.recall_order.c.document == document)

    def asked(self) -> list[Order]:
        """Give every demand that waits for an answer."""
        return self._orders(t.recall_order.c.state == OrderState.ASKED)

    def orders(self) -> list[Order]:
        """Give every demand, oldest first."""
        return self._orders(t.recall_order.c.id.is_not(None))

    def answer(self, one: Order, was: OrderState) -> None:
        """Keep what became of a demand. Raises Outrun: somebody answered it meanwhile."""
        rows = t.recall_order.c
        done = self._connection.execute(
            update(t.recall_order)
            .where(rows.id == one.id, rows.state == was)
            .values(state=one.state, by=one.by, answered_at=one.answered_at, answer=one.answer)
        )
        if done.rowcount != 1:
            raise Outrun("step.outrun")

    def empty(self, document: Document, instead: str) -> None:
        """Leave of a document its issuer took back no word but what is known of that."""
        mine = document.id
        rows = t.attachment.c
        self._connection.execute(update(t.attachment).where(rows.document == mine).values(name=""))
        self._connection.execute(delete(t.words).where(t.words.c.document == mine))
        entered = select(t.entry.c.columns).where(t.entry.c.document == mine)
        columns = self._connection.execute(entered).scalar()
        if columns:
            told = {**columns, "subject": instead}
            self._connection.execute(
                update(t.entry).where(t.entry.c.document == mine).values(columns=told)
            )

    def _orders(self, which: Any) -> list[Order]:
        rows = t.recall_order.c
        query = select(t.recall_order).where(which).order_by(rows.at, rows.id)
        return [_order(row) for row in self._connection.execute(query)]


def _recall(row: Any) -> Recall:
    return Recall(
        id=row.id,
        document=row.document,
        recipient=row.recipient,
        state=RecallState(row.state),
        left=row.left,
        reason=row.reason,
        by=row.by,
        at=row.recalled_at,
        changed_at=row.changed_at,
        answer=row.answer,
        reminded_at=cast("datetime | None", row.reminded_at),
    )


def _order(row: Any) -> Order:
    return Order(
        id=row.id,
        organ=row.organ,
        message=row.message,
        document=row.document or "",
        about=row.about,
        about_message=row.about_message,
        reason=row.reason,
        at=row.at,
        state=OrderState(row.state),
        by=row.by,
        answered_at=cast("datetime | None", row.answered_at),
        answer=row.answer,
    )
