"""Proofs as rows: which signatures still wait for one, and whose proof ends soon."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from records.document import Digest
from records.level import Level, Proof
from records.signature import Intake, Verdict
from storage import tables as t


class Proofs:
    """The proofs of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ahead: dict[str, Proof | None] = {}

    def put(self, proof: Proof) -> None:
        """Keep how a document is proven now, in place of what was said of it before."""
        self._ahead.pop(proof.document, None)
        self._connection.execute(delete(t.proof).where(t.proof.c.document == proof.document))
        self._connection.execute(
            insert(t.proof).values(
                document=proof.document,
                digest=proof.digest,
                wanted=proof.wanted,
                reached=proof.reached,
                until=proof.until,
                waits=proof.waits,
                tries=proof.tries,
                next_at=proof.next_at,
            )
        )

    def keep_intake(self, intake: Intake) -> None:
        """Keep what was found of a document's signatures as it came, once and for all."""
        known = self.intake_of(intake.document)
        if known is None:
            self._connection.execute(
                insert(t.intake).values(
                    document=intake.document,
                    revision=intake.revision,
                    report=intake.report,
                    verdict=intake.verdict,
                    at=intake.at,
                )
            )

    def intake_of(self, document: str) -> Intake | None:
        """Give what was found of a document's signatures as it came, None where none was kept."""
        query = select(t.intake).where(t.intake.c.document == document)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        report = Digest(row.report)
        return Intake(row.document, Digest(row.revision), report, Verdict(row.verdict), row.at)

    def of(self, document: str) -> Proof | None:
        """Give how a document is proven, None before it is signed."""
        if document in self._ahead:
            return self._ahead[document]
        query = select(t.proof).where(t.proof.c.document == document)
        row = self._connection.execute(query).first()
        return None if row is None else _proof(row)

    def read_ahead(self, documents: Sequence[str]) -> None:
        """Read at once how each of these is proven: a list asks for one after the other."""
        rows = self._connection.execute(select(t.proof).where(t.proof.c.document.in_(documents)))
        self._ahead.update(dict.fromkeys(documents))
        self._ahead.update({row.document: _proof(row) for row in rows})

    def due(self, now: datetime, fading: datetime) -> list[Proof]:
        """Give those to be tried now, and those with validation data that end before ``fading``."""
        lasting = t.proof.c.reached.in_([Level.B_LT, Level.B_LTA])
        fades = (t.proof.c.until < fading) & lasting
        waits = t.proof.c.next_at.is_(None) & (t.proof.c.waits == "")
        query = select(t.proof).where(or_(t.proof.c.next_at <= now, fades & waits))
        return [_proof(row) for row in self._connection.execute(query.order_by(t.proof.c.until))]

    def ending(self, before: datetime) -> list[Proof]:
        """Give those that wait or end before a moment, the first to end first."""
        query = select(t.proof).where(or_(t.proof.c.until < before, t.proof.c.waits != ""))
        return [_proof(row) for row in self._connection.execute(query.order_by(t.proof.c.until))]


def _proof(row: Any) -> Proof:
    return Proof(
        document=row.document,
        digest=row.digest,
        wanted=Level(row.wanted),
        reached=Level(row.reached),
        until=row.until,
        waits=row.waits,
        tries=row.tries,
        next_at=row.next_at,
    )
