"""By what the words of secrets are known to the filter at the edge: keyed prints, and no word."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, select, union

from records.document import Classification, Digest
from storage import tables as t


class SecretPrints:
    """The prints of one transaction; the key they were made under lies outside the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, document: str, prints: Iterable[bytes], *, key: str, length: int) -> None:
        """Keep the prints of a document's words in place of those it had."""
        rows = t.secret_print
        self._connection.execute(delete(rows).where(rows.c.document == document))
        together = b"".join(sorted(prints))
        self._connection.execute(
            insert(rows).values(document=document, key=key, length=length, prints=together)
        )

    def missing(self, key: str) -> list[str]:
        """Give the ids of secrets that have no prints under this key."""
        rows = t.secret_print.c
        kept = exists().where(rows.document == t.document.c.id, rows.key == key)
        query = select(t.document.c.id).where(_SECRET, ~kept).order_by(t.document.c.id)
        return list(self._connection.execute(query).scalars())

    def all(self, key: str) -> frozenset[bytes]:
        """Give the prints of whatever is secret now, made under this key."""
        rows = t.secret_print
        query = select(rows.c.length, rows.c.prints).join(
            t.document, t.document.c.id == rows.c.document
        )
        found = self._connection.execute(query.where(_SECRET, rows.c.key == key))
        return frozenset(
            row.prints[at : at + row.length]
            for row in found
            for at in range(0, len(row.prints), row.length)
        )

    def digests(self) -> frozenset[Digest]:
        """Give the digest of every file of what is secret now."""
        return self._files(_SECRET)

    def released(self) -> frozenset[Digest]:
        """Give the digest of every file of what two people declassified."""
        rows = t.lowering.c
        opened = exists().where(
            rows.document == t.document.c.id,
            rows.becomes == Classification.NONE,
            rows.confirmed_by != "",
        )
        return self._files(and_(~_SECRET, opened))

    def _files(self, which: ColumnElement[bool]) -> frozenset[Digest]:
        files = [(one, one.c.digest) for one in (t.revision, t.attachment, t.package)]
        every = union(
            *(
                select(digest).join(t.document, t.document.c.id == one.c.document).where(which)
                for one, digest in (*files, (t.intake, t.intake.c.report))
            )
        )
        return frozenset(Digest(one) for one in self._connection.execute(every).scalars())

    def open_texts(self, limit: int) -> list[str]:
        """Give the words of some documents that are no secrets: what all of them say is none."""
        return list(self._connection.execute(select(t.words.c.text).limit(limit)).scalars())


_SECRET = t.document.c.classification != Classification.NONE
