"""Who somebody elsewhere is here, as rows: one account for each issuer and subject."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select

from records.identity import Link
from storage import tables as t


class Identities:
    """The links of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def person_of(self, issuer: str, subject: str) -> str:
        """Give whose account somebody elsewhere comes in as, "" if nobody's."""
        query = select(t.identity_link.c.person).where(*_named(issuer, subject))
        return self._connection.execute(query).scalar() or ""

    def of(self, person: str) -> list[Link]:
        """Give who may come in as somebody, the oldest first."""
        query = select(t.identity_link).where(t.identity_link.c.person == person)
        rows = self._connection.execute(query.order_by(t.identity_link.c.at, *_key()))
        return [Link(row.issuer, row.subject, row.person, row.by, row.at) for row in rows]

    def add(self, one: Link) -> None:
        """Let somebody elsewhere come in as somebody here."""
        self._connection.execute(
            insert(t.identity_link).values(
                issuer=one.issuer, subject=one.subject, person=one.person, by=one.by, at=one.at
            )
        )

    def remove(self, person: str, issuer: str, subject: str) -> bool:
        """Forget a link of somebody's, and tell whether there was such."""
        gone = self._connection.execute(
            delete(t.identity_link).where(
                *_named(issuer, subject), t.identity_link.c.person == person
            )
        )
        return gone.rowcount == 1


def _key() -> tuple[Any, Any]:
    return t.identity_link.c.issuer, t.identity_link.c.subject


def _named(issuer: str, subject: str) -> tuple[Any, Any]:
    return t.identity_link.c.issuer == issuer, t.identity_link.c.subject == subject
