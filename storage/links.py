"""What documents have from one another; their classes stand beside it, so that none can lie."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    delete,
    insert,
    literal,
    or_,
    select,
    update,
)

from records.document import Classification, DocumentId
from records.link import Link, LinkKind
from storage import tables as t


class Links:
    """The links of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, document: str, kind: LinkKind, source: str, *, by: str, at: datetime) -> bool:
        """Keep a link, and give whether it is new.

        The database takes it only if the document's class, when this transaction ends, is not
        below its source's.
        """
        known = select(t.link.c.at).where(*_is(document, kind, source))
        if self._connection.execute(known).first() is not None:
            return False
        self._connection.execute(
            insert(t.link).values(
                document=document,
                kind=kind,
                source=source,
                classification=_class_of(document),
                source_class=_class_of(source),
                by=by,
                at=at,
            )
        )
        return True

    def remove(self, document: str, kind: LinkKind, source: str) -> bool:
        """Forget a link, and give whether there was one; the database keeps those to secrets."""
        gone = self._connection.execute(delete(t.link).where(*_is(document, kind, source)))
        return gone.rowcount == 1

    def settle(self, documents: Collection[str]) -> None:
        """Let the links of documents whose class changed tell their present classes."""
        rows, ids = t.link.c, sorted(documents)
        # One statement: in a circle no row can be right before all are.
        self._connection.execute(
            update(t.link)
            .where(or_(rows.document.in_(ids), rows.source.in_(ids)))
            .values(classification=_class_of(rows.document), source_class=_class_of(rows.source))
        )

    def about(self, document: str) -> list[Link]:
        """Give every link a document has with another, in either direction, oldest first."""
        rows = t.link.c
        query = select(t.link).where(or_(rows.document == document, rows.source == document))
        return [
            Link(
                DocumentId(row.document), LinkKind(row.kind), DocumentId(row.source), row.by, row.at
            )
            for row in self._connection.execute(
                query.order_by(rows.at, rows.document, rows.source, rows.kind)
            )
        ]

    def highest(self, document: str) -> Classification:
        """Give the highest class among a document's sources."""
        rows = t.link.c
        query = select(rows.source_class).where(rows.document == document)
        found = [Classification(one) for one in self._connection.execute(query).scalars()]
        return max(found, key=lambda one: one.rank, default=Classification.NONE)

    def below(self, document: str, to: Classification) -> list[str]:
        """Give every document that must rise with this one to a class, near or far, by id.

        What stands as high already holds up everything behind it, so the search ends there.
        """
        lower = [one for one in Classification if one.rank < to.rank]
        rows = t.link.c
        drawn = select(literal(document).label("id")).cte("drawn", recursive=True)
        drawn = drawn.union(
            select(rows.document)
            .join(drawn, rows.source == drawn.c.id)
            .where(rows.classification.in_(lower))
        )
        query = select(drawn.c.id).where(drawn.c.id != document).order_by(drawn.c.id)
        return list(self._connection.execute(query).scalars())


def _is(document: str, kind: LinkKind, source: str) -> tuple[ColumnElement[bool], ...]:
    rows = t.link.c
    return rows.document == document, rows.kind == kind, rows.source == source


def _class_of(document: str | ColumnElement[str]) -> ScalarSelect[str]:
    return select(t.document.c.classification).where(t.document.c.id == document).scalar_subquery()
