"""Passes and knocks as rows: who is logged in, and who tried in vain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from records.access import Pass, PassKind, Scope
from storage import tables as t


class Passes:
    """The passes of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, hash: str, granted: Pass) -> None:
        """Keep a pass under the hash of its token."""
        self._connection.execute(
            insert(t.pass_).values(
                hash=hash,
                id=granted.id,
                person=granted.person,
                kind=granted.kind,
                name=granted.name,
                scopes=sorted(granted.scopes),
                csrf=granted.csrf,
                agent=granted.agent,
                address=granted.address,
                created_at=granted.created_at,
                seen_at=granted.seen_at,
                fresh_at=granted.fresh_at,
                expires_at=granted.expires_at,
            )
        )

    def get(self, hash: str, at: datetime) -> Pass | None:
        """Give the pass of this hash, unless it ran out."""
        row = self._connection.execute(
            select(t.pass_).where(t.pass_.c.hash == hash, t.pass_.c.expires_at > at)
        ).first()
        return None if row is None else _pass(row)

    def of(self, person: str, at: datetime) -> list[Pass]:
        """Give all of somebody's passes that did not run out, newest first."""
        rows = self._connection.execute(
            select(t.pass_)
            .where(t.pass_.c.person == person, t.pass_.c.expires_at > at)
            .order_by(t.pass_.c.created_at.desc(), t.pass_.c.id)
        )
        return [_pass(row) for row in rows]

    def seen(self, hash: str, at: datetime) -> None:
        """Note that a pass was used."""
        self._connection.execute(update(t.pass_).where(t.pass_.c.hash == hash).values(seen_at=at))

    def confirm(self, hash: str, at: datetime) -> None:
        """Note that its holder showed once more that it is them."""
        self._connection.execute(update(t.pass_).where(t.pass_.c.hash == hash).values(fresh_at=at))

    def promote(self, hash: str) -> None:
        """Let a pass be whole that was only good for adding a second factor."""
        self._connection.execute(
            update(t.pass_).where(t.pass_.c.hash == hash).values(kind=PassKind.BROWSER)
        )

    def revoke(self, hash: str) -> None:
        """Take a pass away."""
        self._connection.execute(delete(t.pass_).where(t.pass_.c.hash == hash))

    def revoke_one(self, person: str, id: str) -> bool:
        """Take one of somebody's passes away, and tell whether there was such."""
        gone = self._connection.execute(
            delete(t.pass_).where(t.pass_.c.person == person, t.pass_.c.id == id)
        )
        return gone.rowcount == 1

    def revoke_all(self, person: str, *, but: str = "") -> int:
        """Take all of somebody's passes away, except that of one hash, and give how many."""
        gone = self._connection.execute(
            delete(t.pass_).where(t.pass_.c.person == person, t.pass_.c.hash != but)
        )
        return gone.rowcount

    def sweep(self, at: datetime) -> None:
        """Forget passes that ran out."""
        self._connection.execute(delete(t.pass_).where(t.pass_.c.expires_at <= at))

    def failures(self, whose: str, since: datetime) -> int:
        """Give how often somebody failed since a moment."""
        query = select(t.knock.c.failures).where(t.knock.c.whose == whose, t.knock.c.since > since)
        return self._connection.execute(query).scalar() or 0

    def failed(self, whose: str, at: datetime, since: datetime) -> None:
        """Count one more failure; those before ``since`` are forgotten."""
        self._connection.execute(
            delete(t.knock).where(t.knock.c.whose == whose, t.knock.c.since <= since)
        )
        counted = self._connection.execute(
            update(t.knock).where(t.knock.c.whose == whose).values(failures=t.knock.c.failures + 1)
        )
        if counted.rowcount == 0:
            self._connection.execute(insert(t.knock).values(whose=whose, failures=1, since=at))

    def forgive(self, whose: str) -> None:
        """Forget somebody's failures."""
        self._connection.execute(delete(t.knock).where(t.knock.c.whose == whose))


def _pass(row: Any) -> Pass:
    return Pass(
        person=row.person,
        csrf=row.csrf,
        expires_at=row.expires_at,
        created_at=row.created_at,
        seen_at=row.seen_at,
        fresh_at=row.fresh_at,
        kind=PassKind(row.kind),
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(one) for one in row.scopes),
        agent=row.agent,
        address=row.address,
    )
