"""What was read from documents for the index, and the packages of archived ones."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from records.document import Digest
from storage import tables as t


class Readings:
    """The readings of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, document: str, digest: Digest, text: str) -> None:
        """Keep the words of an unclassified document; the database refuses any other."""
        self._connection.execute(delete(t.words).where(t.words.c.document == document))
        self._connection.execute(
            insert(t.words).values(
                document=document, classification="none", digest=digest, text=text
            )
        )

    def texts(self, documents: Sequence[str]) -> dict[str, str]:
        """Give the words read last from several documents, by id."""
        query = select(t.words.c.document, t.words.c.text)
        rows = self._connection.execute(query.where(t.words.c.document.in_(documents)))
        return {row.document: row.text for row in rows}

    def read_from(self, document: str) -> str:
        """Give the digest of the revision the words were read from, or ""."""
        query = select(t.words.c.digest).where(t.words.c.document == document)
        return self._connection.execute(query).scalar() or ""

    def deposit(self, document: str, digest: Digest, verdict: str, at: datetime) -> None:
        """Keep where the package of an archived document lies."""
        self._connection.execute(
            insert(t.package).values(document=document, digest=digest, verdict=verdict, at=at)
        )

    def archived(self) -> list[str]:
        """Give the ids of all archived documents."""
        query = select(t.package.c.document).order_by(t.package.c.document)
        return list(self._connection.execute(query).scalars())

    def package(self, document: str) -> Digest | None:
        """Give the digest of the package, if the document is archived."""
        query = select(t.package.c.digest).where(t.package.c.document == document)
        found = self._connection.execute(query).scalar()
        return Digest(found) if found else None
