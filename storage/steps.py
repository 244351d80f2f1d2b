"""Steps as rows: what is open, on whose desk, and which approvals still count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
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
from records.step import Step, StepKind
from records.working_time import Deadline
from storage import tables as t


class Steps:
    """The steps of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def upcoming(self, document: str) -> int:
        """Give the number of the next step of a document."""
        last = select(func.max(t.step.c.n)).where(t.step.c.document == document)
        return (self._connection.execute(last).scalar() or 0) + 1

    def open(self, step: Step) -> None:
        """Keep a step that begins, and lay it on its desks."""
        self._connection.execute(
            insert(t.step).values(
                document=step.document,
                n=step.n,
                state=step.state,
                opened_at=step.opened_at,
                due_at=step.due_at,
                soon_at=step.soon_at,
                kind=step.kind,
                parent=step.parent,
                branch=step.branch,
                since=step.since,
                asked_by=step.asked_by,
                votes=dict(step.votes),
                settled=step.settled,
            )
        )
        self._lay(step, step.desk, by_hand=step.by_hand)

    def lay(self, step: Step, desk: frozenset[str]) -> None:
        """Lay an open step on these desks and take it off every other."""
        self._connection.execute(
            delete(t.desk).where(t.desk.c.document == step.document, t.desk.c.step == step.n)
        )
        self._lay(step, desk, by_hand=step.by_hand)

    def hand_over(self, step: Step, tokens: frozenset[str], *, since: int) -> None:
        """Lay an open step on the desks of others alone, because somebody said so."""
        self.lay(replace(step, by_hand=tokens), tokens)
        self.touch(step.document, step.n, since=since)

    def hold_time(self, step: Step) -> None:
        """Keep a step's deadlines as ``step`` says, those that are held among them."""
        self._connection.execute(
            update(t.step)
            .where(t.step.c.document == step.document, t.step.c.n == step.n)
            .values(
                due_at=step.due_at,
                soon_at=step.soon_at,
                held_due_at=step.held_due_at,
                held_soon_at=step.held_soon_at,
                settled=step.settled,
            )
        )

    def touch(self, document: str, n: int, *, since: int) -> None:
        """Keep that something of an open step changed with this version of the document."""
        self._connection.execute(
            update(t.step).where(t.step.c.document == document, t.step.c.n == n).values(since=since)
        )

    def vote(self, document: str, n: int, votes: Mapping[str, str]) -> None:
        """Keep what the branches of a join said until now."""
        self._connection.execute(
            update(t.step)
            .where(t.step.c.document == document, t.step.c.n == n)
            .values(votes=dict(votes))
        )

    def _lay(self, step: Step, tokens: frozenset[str], *, by_hand: frozenset[str]) -> None:
        lies = [
            {
                "document": step.document,
                "step": step.n,
                "token": token,
                "opened_at": step.opened_at,
                "by_hand": token in by_hand,
            }
            for token in sorted(tokens)
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
            (_step(row, {}), Digest(row.definition), row.workflow, row.urgency)
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

    def close(self, step: Step) -> None:
        """Close an open step as ``step`` says. Raises Outrun: it is open no longer."""
        closed = self._connection.execute(
            update(t.step)
            .where(
                t.step.c.document == step.document,
                t.step.c.n == step.n,
                t.step.c.closed_at.is_(None),
            )
            .values(
                closed_at=step.closed_at,
                closed_by=step.closed_by,
                act=step.act,
                digest=step.digest,
                approval=step.approval,
                outcome=step.outcome,
                on_behalf_of=step.on_behalf_of,
            )
        )
        if closed.rowcount != 1:
            raise Outrun("step.outrun")
        self._connection.execute(
            update(t.desk)
            .where(t.desk.c.document == step.document, t.desk.c.step == step.n)
            .values(opened_at=None)
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

    def withdraw(self, document: str, n: int, *, at: datetime) -> None:
        """Let the approval of a step no longer count: its giver took it back."""
        self._connection.execute(
            update(t.step)
            .where(t.step.c.document == document, t.step.c.n == n, t.step.c.approval)
            .values(cancelled_at=at)
        )

    def of(self, document: str) -> list[Step]:
        """Give every step of a document, oldest first."""
        return self.several([document])[document]

    def counting(self, document: str, digests: Collection[str]) -> list[Step]:
        """Give the steps that say what may be done now, oldest first.

        They are the open ones and all that lies in or hangs on them, the one of the road closed
        last, and the approvals of bytes of these digests; however long a document's history is,
        there are only so many.
        """
        told = {"id": document, "digests": sorted(set(digests))}
        rows = self._connection.execute(_COUNTING, told).all()
        desks: dict[int, dict[str, bool]] = {row.n: {} for row in rows}
        for row in self._connection.execute(_ON_DESKS, {"id": document, "ns": list(desks)}):
            desks[row.step][row.token] = row.by_hand
        return [_step(row, desks[row.n]) for row in rows]

    def several(self, documents: Sequence[str]) -> dict[str, list[Step]]:
        """Give every step of several documents, oldest first."""
        desks: dict[tuple[str, int], dict[str, bool]] = {}
        lying = self._connection.execute(select(t.desk).where(t.desk.c.document.in_(documents)))
        for row in lying:
            desks.setdefault((row.document, row.step), {})[row.token] = row.by_hand
        found: dict[str, list[Step]] = {document: [] for document in documents}
        query = select(t.step).where(t.step.c.document.in_(documents)).order_by(t.step.c.n)
        for row in self._connection.execute(query):
            found[row.document].append(_step(row, desks.get((row.document, row.n), {})))
        return found


# Statements of every step are built once: building one takes as long as running it.
_OPEN = (
    select(t.step.c.n)
    .where(t.step.c.document == bindparam("id"), t.step.c.closed_at.is_(None))
    .scalar_subquery()
)
_CLOSED_LAST = (
    select(func.max(t.step.c.n))
    .where(
        t.step.c.document == bindparam("id"),
        t.step.c.closed_at.is_not(None),
        t.step.c.parent == 0,
    )
    .scalar_subquery()
)
_COUNTING = (
    select(t.step)
    .where(
        t.step.c.document == bindparam("id"),
        or_(
            t.step.c.closed_at.is_(None),
            t.step.c.n == _CLOSED_LAST,
            and_(t.step.c.parent > 0, t.step.c.parent.in_(_OPEN)),
            and_(
                t.step.c.approval,
                t.step.c.cancelled_at.is_(None),
                t.step.c.digest.in_(bindparam("digests", expanding=True)),
            ),
        ),
    )
    .order_by(t.step.c.n)
)
_ON_DESKS = select(t.desk.c.step, t.desk.c.token, t.desk.c.by_hand).where(
    t.desk.c.document == bindparam("id"), t.desk.c.step.in_(bindparam("ns", expanding=True))
)


def _step(row: Any, desk: Mapping[str, bool]) -> Step:
    return Step(
        document=row.document,
        n=row.n,
        state=row.state,
        desk=frozenset(desk),
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
        kind=StepKind(row.kind),
        parent=row.parent,
        branch=row.branch,
        outcome=row.outcome,
        since=row.since,
        asked_by=row.asked_by,
        votes=row.votes,
        held_due_at=row.held_due_at,
        held_soon_at=row.held_soon_at,
        settled=row.settled,
        by_hand=frozenset(token for token, by_hand in desk.items() if by_hand),
    )
