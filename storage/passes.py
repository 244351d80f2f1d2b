"""Passes and knocks as rows: who is logged in, and who tried in vain."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from storage import tables as t


@dataclass(frozen=True, slots=True)
class Pass:
    """Somebody's being logged in: what the door checks on each request."""

    person: str
    csrf: str  # what a form must carry; "" for a program's token
    expires_at: datetime


class Passes:
    """The passes of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, hash: str, granted: Pass) -> None:
        """Keep a pass under the hash of its token."""
        self._connection.execute(
            insert(t.pass_).values(
                hash=hash,
                person=granted.person,
                csrf=granted.csrf,
                expires_at=granted.expires_at,
            )
        )

    def get(self, hash: str, at: datetime) -> Pass | None:
        """Give the pass of this hash, unless it ran out."""
        row = self._connection.execute(
            select(t.pass_).where(t.pass_.c.hash == hash, t.pass_.c.expires_at > at)
        ).first()
        return None if row is None else Pass(row.person, row.csrf, row.expires_at)

    def revoke(self, hash: str) -> None:
        """Take a pass away."""
        self._connection.execute(delete(t.pass_).where(t.pass_.c.hash == hash))

    def revoke_all(self, person: str) -> None:
        """Take all of somebody's passes away."""
        self._connection.execute(delete(t.pass_).where(t.pass_.c.person == person))

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
