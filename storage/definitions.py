"""The texts of roads as rows, each under its digest, and the order they came into force in."""

from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from records.definition import Adoption, Source
from records.document import Digest
from storage import tables as t


class Definitions:
    """The definitions of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def text(self, digest: str) -> str | None:
        """Give the text of this digest, if the office ever had it."""
        query = select(t.definition.c.text).where(t.definition.c.digest == digest)
        return self._connection.execute(query).scalar()

    def keep(self, digest: Digest, name: str, text: str) -> None:
        """Keep a text for good; the same one again changes nothing."""
        if self.text(digest) is None:
            self._connection.execute(
                insert(t.definition).values(digest=digest, name=name, text=text)
            )

    def adopt(self, adopted: Adoption) -> None:
        """Let a text be in force from now on; two at once meet the same ``n`` and one fails."""
        self._connection.execute(
            insert(t.adoption).values(
                name=adopted.name,
                n=adopted.n,
                digest=adopted.digest,
                origin=adopted.source,
                by=adopted.by,
                at=adopted.at,
            )
        )

    def newest(self) -> dict[str, Adoption]:
        """Give what is in force now, by the name of the road."""
        last = select(t.adoption.c.name, func.max(t.adoption.c.n).label("n"))
        latest = last.group_by(t.adoption.c.name).subquery()
        query = select(t.adoption).join(
            latest, and_(latest.c.name == t.adoption.c.name, latest.c.n == t.adoption.c.n)
        )
        rows = self._connection.execute(query.order_by(t.adoption.c.name))
        return {row.name: _adoption(row) for row in rows}

    def history(self, name: str) -> list[Adoption]:
        """Give everything that was in force under a name, newest first."""
        query = select(t.adoption).where(t.adoption.c.name == name)
        rows = self._connection.execute(query.order_by(t.adoption.c.n.desc()))
        return [_adoption(row) for row in rows]

    def all(self) -> list[tuple[Digest, str]]:
        """Give every text with the digest it is kept under."""
        rows = self._connection.execute(select(t.definition).order_by(t.definition.c.digest))
        return [(Digest(row.digest), row.text) for row in rows]

    def named(self) -> list[tuple[Digest, str]]:
        """Give the digest of every text with the name of its road."""
        query = select(t.definition.c.digest, t.definition.c.name).order_by(t.definition.c.digest)
        return [(Digest(row.digest), row.name) for row in self._connection.execute(query)]


def _adoption(row: Any) -> Adoption:
    return Adoption(row.name, row.n, Digest(row.digest), Source(row.origin), row.by, row.at)
