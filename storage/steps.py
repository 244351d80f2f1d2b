"""Steps as rows: what is open, on whose desk, and which approvals still count."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from records.document import Digest
from records.errors import Outrun
from records.step import Step
from records.working_time import Deadline
from storage import tables as t


class Steps:
    """The steps of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(
        self,
        document: str,
        state: str,
        desk: frozenset[str],
        *,
        at: datetime,
        deadline: Deadline | None = None,
    ) -> int:
        """Open the next step of a document, lay it on the desks and give its number."""
        last = self._connection.execute(_LAST, {"id": document}).scalar()
        n = (last or 0) + 1
        row = {
            "document": document,
            "n": n,
            "state": state,
            "opened_at": at,
            "due_at": deadline.due if deadline else None,
            "soon_at": deadline.soon if deadline else None,
        }
        self._connection.execute(insert(t.step), row)
        lies = [
            {"document": document, "step": n, "token": token, "opened_at": at}
            for token in sorted(desk)
        ]
        if lies:
            self._connection.execute(insert(t.desk), lies)
        return n

    def lay_anew(self, step: Step, desk: frozenset[str]) -> None:
        """Lay an open step on these desks instead of those it lies on."""
        self._connection.execute(
            delete(t.desk).where(t.desk.c.document == step.document, t.desk.c.step == step.n)
        )
        lies = [
            {
                "document": step.document,
                "step": step.n,
                "token": token,
                "opened_at": step.opened_at,
            }
            for token in sorted(desk)
        ]
        if lies:
            self._connection.execute(insert(t.desk), lies)

    def open_ones(self) -> list[tuple[Step, Digest, str, str]]:
        """Give every open step, without desks, and its document's road: version, name, urgency."""
        told = t.document.c
        query = (
            select(t.step, told.definition, told.workflow, told.urgency)
            .join(t.document, told.id == t.step.c.document)
            .where(t.step.c.closed_at.is_(None))
        )
        return [
            (_step(row, frozenset()), Digest(row.definition), row.workflow, row.urgency)
            for row in self._connection.execute(query)
        ]

    def set_deadline(self, document: str, n: int, deadline: Deadline | None) -> None:
        """Keep another deadline of a step."""
        self._connection.execute(
            update(t.step)
            .where(t.step.c.document == document, t.step.c.n == n)
            .values(
                due_at=deadline.due if deadline else None,
                soon_at=deadline.soon if deadline else None,
            )
        )

    def close(  # noqa: PLR0913 - the facts of an act, each named at the call
        self,
        document: str,
        *,
        by: str,
        act: str,
        at: datetime,
        digest: str,
        approval: bool,
        on_behalf_of: str = "",
    ) -> None:
        """Close the open step. Raises Outrun: there is none any more."""
        told = {
            "closed_at": at,
            "closed_by": by,
            "act": act,
            "digest": digest,
            "approval": approval,
            "on_behalf_of": on_behalf_of,
        }
        closed = self._connection.execute(_CLOSE, {"_document": document, **told})
        if closed.rowcount != 1:
            raise Outrun("step.outrun")
        self._connection.execute(_CLEAR, {"_document": document})

    def lay(self, document: str, n: int, desk: frozenset[str]) -> None:
        """Lay a step on these desks and take it off every other."""
        lying = (t.desk.c.document == document, t.desk.c.step == n)
        since = self._connection.execute(select(t.desk.c.opened_at).where(*lying).limit(1)).scalar()
        self._connection.execute(delete(t.desk).where(*lying))
        place = {"document": document, "step": n, "opened_at": since}
        self._connection.execute(
            insert(t.desk), [{**place, "token": token} for token in sorted(desk)]
        )

    def cancel_approvals(self, document: str, *, but: str, at: datetime) -> None:
        """Let approvals of other bytes than those of digest ``but`` no longer count."""
        self._connection.execute(
            update(t.step)
            .where(
                t.step.c.document == document,
                t.step.c.approval,
                t.step.c.cancelled_at.is_(None),
                t.step.c.digest != but,
            )
            .values(cancelled_at=at)
        )

    def withdraw_last(self, document: str, *, at: datetime) -> None:
        """Let the approval of the step closed last no longer count: its giver took it back."""
        last = (
            select(func.max(t.step.c.n))
            .where(t.step.c.document == document, t.step.c.closed_at.is_not(None))
            .scalar_subquery()
        )
        self._connection.execute(
            update(t.step)
            .where(t.step.c.document == document, t.step.c.n == last, t.step.c.approval)
            .values(cancelled_at=at)
        )

    def of(self, document: str) -> list[Step]:
        """Give every step of a document, oldest first."""
        return self.several([document])[document]

    def counting(self, document: str, digests: Collection[str]) -> list[Step]:
        """Give the steps that say what may be done now, oldest first.

        They are the open one, the one closed last, and the approvals of bytes of these digests;
        however long a document's history is, there are only so many.
        """
        told = {"id": document, "digests": sorted(set(digests))}
        rows = self._connection.execute(_COUNTING, told).all()
        desks: dict[int, set[str]] = {row.n: set() for row in rows}
        for row in self._connection.execute(_ON_DESKS, {"id": document, "ns": list(desks)}):
            desks[row.step].add(row.token)
        return [_step(row, frozenset(desks[row.n])) for row in rows]

    def several(self, documents: Sequence[str]) -> dict[str, list[Step]]:
        """Give every step of several documents, oldest first."""
        desks: dict[tuple[str, int], set[str]] = {}
        ids = {"ids": list(documents)}
        for row in self._connection.execute(_LYING, ids):
            desks.setdefault((row.document, row.step), set()).add(row.token)
        found: dict[str, list[Step]] = {document: [] for document in documents}
        for row in self._connection.execute(_STEPS, ids):
            found[row.document].append(_step(row, frozenset(desks.get((row.document, row.n), ()))))
        return found


# Statements of every step are built once: building one takes as long as running it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LYING = select(t.desk).where(t.desk.c.document.in_(_IDS))
_STEPS = select(t.step).where(t.step.c.document.in_(_IDS)).order_by(t.step.c.n)
_CLOSED_LAST = (
    select(func.max(t.step.c.n))
    .where(t.step.c.document == bindparam("id"), t.step.c.closed_at.is_not(None))
    .scalar_subquery()
)
_COUNTING = (
    select(t.step)
    .where(
        t.step.c.document == bindparam("id"),
        or_(
            t.step.c.closed_at.is_(None),
            t.step.c.n == _CLOSED_LAST,
            and_(
                t.step.c.approval,
                t.step.c.cancelled_at.is_(None),
                t.step.c.digest.in_(bindparam("digests", expanding=True)),
            ),
        ),
    )
    .order_by(t.step.c.n)
)
_ON_DESKS = select(t.desk.c.step, t.desk.c.token).where(
    t.desk.c.document == bindparam("id"), t.desk.c.step.in_(bindparam("ns", expanding=True))
)
_LAST = select(func.max(t.step.c.n)).where(t.step.c.document == bindparam("id"))
_CLOSE = update(t.step).where(
    t.step.c.document == bindparam("_document"), t.step.c.closed_at.is_(None)
)
_CLEAR = (
    update(t.desk)
    .where(t.desk.c.document == bindparam("_document"), t.desk.c.opened_at.is_not(None))
    .values(opened_at=None)
)


def _step(row: Any, desk: frozenset[str]) -> Step:
    return Step(
        document=row.document,
        n=row.n,
        state=row.state,
        desk=desk,
        opened_at=row.opened_at,
        due_at=row.due_at,
        soon_at=row.soon_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        on_behalf_of=row.on_behalf_of,
        act=row.act,
        digest=row.digest,
        approval=row.approval,
        cancelled_at=row.cancelled_at,
    )
