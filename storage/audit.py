"""The log: appended in the transaction of the act it tells of, chained, and checked."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select, update

from records.audit import ACTIONS, AuditEntry, AuditEvent, AuditHead, Excerpt
from records.document import Classification, Document
from records.errors import Broken
from storage import tables as t
from storage.merkle import path_of, root_of
from storage.vault import Vault

BATCH = 1000
"""How many entries are checked at a time."""


_HASHED = ("at", "by", "action", "document", "facts")


class Audit:
    """The log of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def append(self, event: AuditEvent) -> int:
        """Add one event behind the last and give its place."""
        if event.action not in ACTIONS:
            raise Broken("audit.action", action=event.action)
        # Taking the row first makes appenders wait for one another on every database.
        head = self._connection.execute(_TAKE).one()
        row = _row(event)
        told = link(head.hash, head.seq, row)
        entry = {"seq": head.seq, "before": head.hash, "hash": told, **row}
        self._connection.execute(insert(t.audit), entry)
        self._connection.execute(update(t.audit_head), {"hash": told})
        return int(head.seq)

    def remark(self, seq: int, document: Document, text: str) -> None:
        """Keep the words that went with an act; of a classified document, encrypted."""
        classified = document.classification is not Classification.NONE
        self._connection.execute(
            insert(t.remark).values(
                seq=seq,
                text="" if classified else text,
                shut=self._vault.shut(document.id, {"text": text}) if classified else None,
            )
        )

    def of(self, document: str, *, but: Collection[str] = ()) -> list[tuple[AuditEntry, str]]:
        """Give every entry about a document, but for these acts, with its remark, oldest first."""
        query = (
            select(t.audit, t.remark.c.text, t.remark.c.shut)
            .outerjoin(t.remark, t.remark.c.seq == t.audit.c.seq)
            .where(t.audit.c.document == document, t.audit.c.action.not_in(sorted(but)))
            .order_by(t.audit.c.seq)
        )
        return [(_entry(row), self._text(document, row)) for row in self._connection.execute(query)]

    def excerpt(self, document: str) -> Excerpt:
        """Give the entries about a document as they were hashed, each with its way to the head."""
        query = select(t.audit.c.hash).order_by(t.audit.c.seq)
        hashes = list(self._connection.execute(query).scalars())
        rows = self._connection.execute(
            select(t.audit).where(t.audit.c.document == document).order_by(t.audit.c.seq)
        )
        entries = [
            {
                "before": row.before,
                "seq": row.seq,
                "row": {name: getattr(row, name) for name in _HASHED},
                "hash": row.hash,
                "path": [list(step) for step in path_of(hashes, row.seq - 1)],
            }
            for row in rows
        ]
        return Excerpt(tuple(entries), len(hashes), hashes[-1] if hashes else "", root_of(hashes))

    def latest(self, limit: int) -> list[AuditEntry]:
        """Give the newest entries, newest first."""
        query = select(t.audit).order_by(t.audit.c.seq.desc()).limit(limit)
        return [_entry(row) for row in self._connection.execute(query)]

    def verify(self) -> AuditHead:
        """Recompute the whole chain and tell whether it holds."""
        faults: list[str] = []
        seq, before = 0, "0" * 64
        while rows := self._batch(seq):
            for row in rows:
                seq += 1
                faults += _faults(row, seq, before)
                before = row.hash
                seq = row.seq
        head = self._connection.execute(select(t.audit_head)).one_or_none()
        if head is None or (head.seq, head.hash) != (seq, before):
            faults.append("the head is not the hash of the last entry")
        return AuditHead(not faults, seq, before, tuple(faults))

    def _batch(self, after: int) -> list[Any]:
        query = select(t.audit).where(t.audit.c.seq > after).order_by(t.audit.c.seq).limit(BATCH)
        return list(self._connection.execute(query))

    def _text(self, document: str, row: Any) -> str:
        if row.shut is not None:
            return str(self._vault.open(document, row.shut)["text"])
        return row.text or ""


_TAKE = (
    update(t.audit_head)
    .values(seq=t.audit_head.c.seq + 1)
    .returning(t.audit_head.c.seq, t.audit_head.c.hash)
)


def _row(event: AuditEvent) -> dict[str, str]:
    facts = json.dumps(dict(event.facts), ensure_ascii=False, sort_keys=True)
    return {
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": event.by,
        "action": event.action,
        "document": event.document,
        "facts": facts,
    }


def link(before: str, seq: int, row: dict[str, str]) -> str:
    """Give the hash of an entry: over the one before it, its place and what it tells."""
    told = json.dumps([before, seq, row], ensure_ascii=False, sort_keys=True)
    return sha256(told.encode()).hexdigest()


def _faults(row: Any, seq: int, before: str) -> list[str]:
    faults = []
    told = {name: getattr(row, name) for name in ("at", "by", "action", "document", "facts")}
    if row.seq != seq:
        faults.append(f"entry {seq} is missing")
    if row.before != before:
        faults.append(f"entry {row.seq} does not follow the one before it")
    if row.hash != link(row.before, row.seq, told):
        faults.append(f"entry {row.seq} was changed")
    return faults


def _entry(row: Any) -> AuditEntry:
    event = AuditEvent(
        action=row.action,
        by=row.by,
        at=datetime.fromisoformat(row.at),
        document=row.document,
        facts=json.loads(row.facts),
    )
    return AuditEntry(row.seq, event, row.before, row.hash)
