"""What a document's rows say in clear is shut, or moved, once its class is raised."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from records.document import Document
from records.recall import RecallState
from records.signing import RequestState
from storage import tables as t
from storage.recalls import NOT_LEFT
from storage.registers import HIDDEN
from storage.vault import Vault


class Raising:
    """The closing of one document within one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def withdraw(self, document: str, at: datetime, *, by: str = "system") -> int:
        """Turn every sending of a document into a recall and forget its words.

        Even what waited in the queue may be leaving at this very moment, and is recalled too. The
        database takes no other class for the document before this is done.

        Gives   how many sendings were recalled.
        """
        for about in (t.words, t.mark):
            self._connection.execute(delete(about).where(about.c.document == document))
        told = {t.recall: {}, t.recall_order: {"about": ""}}
        for said, more in told.items():
            mine = update(said).where(said.c.document == document)
            self._connection.execute(mine.values(reason="", answer="", **more))
        sent = self._connection.execute(
            select(t.dispatch).where(t.dispatch.c.document == document)
        ).all()
        recalls = t.recall.c
        known = set(
            self._connection.scalars(select(recalls.id).where(recalls.document == document))
        )
        for row in (row for row in sent if row.id not in known):
            self._connection.execute(
                insert(t.recall).values(
                    id=row.id,
                    document=document,
                    recipient=row.recipient,
                    revision=row.revision,
                    queued_at=row.queued_at,
                    changed_at=at,
                    note="",
                    state=RecallState.QUEUED,
                    left=row.state not in NOT_LEFT,
                    reason="",
                    by=by,
                    recalled_at=at,
                    answer="",
                )
            )
        self._connection.execute(delete(t.dispatch).where(t.dispatch.c.document == document))
        return len(sent)

    def shut(self, document: Document) -> None:
        """Shut a document's attachment names, register row and remarks in the vault's keeping.

        Takes   document: with its raised class, its own row kept already.
        """
        self._connection.execute(
            update(t.attachment).where(t.attachment.c.document == document.id).values(name="")
        )
        self._shut_entry(document)
        self.shut_remarks(document)
        self._shut_reservation(document)
        self._shut_lines(document)
        self._shut_copies(document)
        # A revision that waits for its signature is of bytes that lie in the vault from now on.
        asked = t.signing_request.c
        self._connection.execute(
            update(t.signing_request)
            .where(asked.document == document.id, asked.awaited.is_not(None))
            .values(state=RequestState.REPLACED, awaited=None)
        )

    def _shut_entry(self, document: Document) -> None:
        ours = t.entry.c.document == document.id
        row = self._connection.execute(
            select(t.entry).where(ours, t.entry.c.shut.is_(None))
        ).first()
        if row is None:
            return
        cancelled = HIDDEN if row.cancelled else ""
        words = self._vault.shut(document.id, row.columns)
        self._connection.execute(
            update(t.entry).where(ours).values(columns={}, shut=words, cancelled=cancelled)
        )

    def _shut_copies(self, document: Document) -> None:
        rows = t.copy_entry.c
        ours = select(t.copy_entry).where(rows.document == document.id, rows.shut.is_(None))
        for row in self._connection.execute(ours).all():
            words = self._vault.shut(document.id, row.columns)
            self._connection.execute(
                update(t.copy_entry)
                .where(rows.book == row.book, rows.year == row.year, rows.serial == row.serial)
                .values(columns={}, shut=words)
            )

    def _shut_reservation(self, document: Document) -> None:
        """Shut why its number was held, under the reservation's own name as ever."""
        ours = t.reservation.c.document == document.id
        row = self._connection.execute(
            select(t.reservation).where(ours, t.reservation.c.shut.is_(None))
        ).first()
        if row is not None:
            words = self._vault.shut(row.id, {"reason": row.reason, "voided": row.voided})
            self._connection.execute(
                update(t.reservation).where(ours).values(reason="", shut=words)
            )

    def _shut_lines(self, document: Document) -> None:
        """Shut what clerks wrote of it in ledgers."""
        rows = t.ledger_line.c
        ours = select(t.ledger_line).where(rows.document == document.id, rows.shut.is_(None))
        for row in self._connection.execute(ours).all():
            self._connection.execute(
                update(t.ledger_line)
                .where(rows.ledger == row.ledger, rows.year == row.year, rows.n == row.n)
                .values(cells={}, shut=self._vault.shut(document.id, row.cells))
            )

    def shut_remarks(self, document: Document) -> None:
        """Shut what people said of a document."""
        open_ones = (
            select(t.remark.c.seq, t.remark.c.text)
            .join(t.audit, t.audit.c.seq == t.remark.c.seq)
            .where(t.audit.c.document == document.id, t.remark.c.shut.is_(None))
        )
        for row in self._connection.execute(open_ones).all():
            shut = self._vault.shut(document.id, {"text": row.text})
            self._connection.execute(
                update(t.remark).where(t.remark.c.seq == row.seq).values(text="", shut=shut)
            )
