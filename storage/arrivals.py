"""Messages that came in, so that the same one has its effect once."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage import tables as t


class Arrivals:
    """The arrivals of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: str, document: str | None, at: datetime) -> None:
        """Keep that a message came, and the document it became."""
        self._connection.execute(insert(t.arrival).values(id=message, document=document, at=at))

    def become(self, message: str, document: str) -> None:
        """Keep which document a message became that was held before."""
        rows = t.arrival.c
        self._connection.execute(
            update(t.arrival).where(rows.id == message).values(document=document)
        )

    def document_of(self, message: str) -> str:
        """Give the document a message became, "" where it became none."""
        query = select(t.arrival.c.document).where(t.arrival.c.id == message)
        return str(self._connection.execute(query).scalar() or "")

    def known(self, message: str) -> bool:
        """Tell whether a message came before."""
        query = select(t.arrival.c.id).where(t.arrival.c.id == message)
        return self._connection.execute(query).first() is not None
