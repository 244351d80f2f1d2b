"""What was read from documents for the index, and the packages of archived ones."""

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

    def words(self, document: str) -> str:
        """Give the words read last, "" where none were."""
        query = select(t.words.c.text).where(t.words.c.document == document)
        return self._connection.execute(query).scalar() or ""

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
