"""Placements as rows: where somebody put number, date, signature and seal, and what was before."""

from dataclasses import astuple
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from records.document import Digest
from records.paper import Box, Chosen, NumberStyle
from storage import tables as t


class Placements:
    """The placements of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, document: str, digest: Digest) -> Chosen | None:
        """Give what was chosen for these bytes of a document, None where nothing was."""
        row = self._row(document)
        return _meant(row.boxes) if row is not None and row.digest == digest else None

    def before(self, document: str, digest: Digest) -> Chosen | None:
        """Give what was chosen before the last choice for these bytes."""
        row = self._row(document)
        return _meant(row.before) if row and row.digest == digest and row.before else None

    def put(self, document: str, digest: Digest, chosen: Chosen, *, by: str, at: datetime) -> None:
        """Keep a choice, and the one before it."""
        before = self.of(document, digest)
        self.remove(document)
        self._connection.execute(
            insert(t.placement).values(
                document=document,
                digest=digest,
                boxes=_told(chosen),
                before=_told(before) if before else None,
                by=by,
                at=at,
            )
        )

    def remove(self, document: str) -> None:
        """Leave everything where it is found by itself."""
        self._connection.execute(delete(t.placement).where(t.placement.c.document == document))

    def _row(self, document: str) -> Any:
        query = select(t.placement).where(t.placement.c.document == document)
        return self._connection.execute(query).first()


def _told(chosen: Chosen) -> dict[str, Any]:
    boxes = {part: list(astuple(box)) for part, box in chosen.parts.items()}
    return {**boxes, "style": str(chosen.style)}


def _meant(told: dict[str, Any]) -> Chosen:
    boxes = {part: Box(*sides) for part, sides in told.items() if part != "style"}
    return Chosen(**boxes, style=NumberStyle(told["style"]))
