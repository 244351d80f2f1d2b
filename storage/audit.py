"""The log: appended in the transaction of the act it tells of, chained, and checked."""

import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from records.audit import ACTIONS, AuditEntry, AuditEvent, AuditHead, Excerpt, Wanted
from records.document import Classification, Document
from records.errors import Broken, OfficeError, Unavailable
from storage import tables as t
from storage.merkle import path_of, root_of
from storage.vault import Vault

BATCH = 1000
"""How many entries are checked at a time."""

SAID = "said"
"""In the facts of an entry: the mark of the remark that goes with it."""

_HASHED = ("at", "by", "action", "document", "facts")


class Audit:
    """The log of one transaction."""

    def __init__(self, connection: Connection, vault: Vault, key: bytes = b"") -> None:
        """Look at the log; ``key`` seals its head, b"" where none is kept."""
        self._connection = connection
        self._vault = vault
        self._key = key

    def append(self, event: AuditEvent, said: str = "") -> int:
        """Add one event behind the last and give its place.

        Takes   said: the words that will go with it as a remark; only their mark is chained.
        """
        if event.action not in ACTIONS:
            raise Broken("audit.action", action=event.action)
        # Taking the row first makes appenders wait for one another on every database.
        head = self._connection.execute(_TAKE).one()
        row = _row(event, {SAID: self.mark(said)} if said else {})
        told = link(head.hash, head.seq, row)
        entry = {"seq": head.seq, "before": head.hash, "hash": told, **row}
        self._connection.execute(insert(t.audit), entry)
        seal = seal_of(self._key, head.seq, told)
        self._connection.execute(update(t.audit_head), {"hash": told, "seal": seal})
        return int(head.seq)

    def seal(self) -> None:
        """Seal the head as it is: once, when the key is made."""
        head = self._connection.execute(select(t.audit_head)).one()
        seal = seal_of(self._key, head.seq, head.hash)
        self._connection.execute(update(t.audit_head), {"seal": seal})

    def mark(self, words: str) -> str:
        """Give what the chain keeps of a remark: nothing that tells it without the key."""
        return hmac.new(self._key, f"remark\0{words}".encode(), sha256).hexdigest()

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

    def matching(self, wanted: Wanted, *, before: int = 0, limit: int) -> list[AuditEntry]:
        """Give entries somebody looks for, newest first, those older than entry ``before``."""
        query = select(t.audit).where(*_bounds(wanted))
        if before:
            query = query.where(t.audit.c.seq < before)
        found = self._connection.execute(query.order_by(t.audit.c.seq.desc()).limit(limit))
        return [_entry(row) for row in found]

    def hashes(self) -> list[str]:
        """Give the hash of every entry, in order."""
        query = select(t.audit.c.hash).order_by(t.audit.c.seq)
        return list(self._connection.execute(query).scalars())

    def place(self) -> tuple[int, str]:
        """Give the number and hash of the last entry, as the head has them."""
        head = self._connection.execute(select(t.audit_head)).one()
        return int(head.seq), str(head.hash)

    def at(self, seq: int) -> datetime | None:
        """Give the moment of an entry, None where there is none."""
        told = self._connection.execute(select(t.audit.c.at).where(t.audit.c.seq == seq)).scalar()
        return None if told is None else datetime.fromisoformat(told)

    def moments(self) -> Iterator[tuple[int, datetime]]:
        """Give the number and moment of every entry, in order; one that is none is left out."""
        query = select(t.audit.c.seq, t.audit.c.at).order_by(t.audit.c.seq)
        for row in self._connection.execute(query):
            with suppress(ValueError):
                yield row.seq, datetime.fromisoformat(row.at)

    def of_kind(self, *actions: str) -> list[AuditEntry]:
        """Give every entry of these kinds, oldest first."""
        query = select(t.audit).where(t.audit.c.action.in_(actions)).order_by(t.audit.c.seq)
        return [_entry(row) for row in self._connection.execute(query)]

    def spoken(self) -> dict[str, set[str]]:
        """Give every word that the facts of the log tell of each document, and their names."""
        query = select(t.audit.c.document, t.audit.c.facts).where(t.audit.c.document != "")
        found: dict[str, set[str]] = {}
        for row in self._connection.execute(query):
            words = found.setdefault(row.document, set())
            facts = _facts_in(row.facts)
            words.update(facts)
            for fact in facts.values():
                words.update((fact, *fact.split()))
        return found

    def remark_faults(self) -> list[str]:
        """Give what is wrong with the words that stand beside the chain."""
        query = (
            select(t.audit.c.seq, t.audit.c.document, t.audit.c.facts, t.remark)
            .outerjoin(t.remark, t.remark.c.seq == t.audit.c.seq)
            .order_by(t.audit.c.seq)
        )
        return [fault for row in self._connection.execute(query) for fault in self._remark(row)]

    def _remark(self, row: Any) -> list[str]:
        mark = _facts_in(row.facts).get(SAID, "")
        if not mark:
            return []
        if row.text is None:
            return [f"the remark of entry {row.seq} is missing"]
        try:
            words = self._text(row.document, row)
        except Unavailable:  # the vault is closed: that is told elsewhere
            return []
        except OfficeError:
            return [f"the remark of entry {row.seq} was changed"]
        if row.shut is not None and not words:  # its key was destroyed
            return []
        right = hmac.compare_digest(mark, self.mark(words))
        told = f"the remark of entry {row.seq} was changed, or marked under another key"
        return [] if right else [told]

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
        elif self._key and head.seal != seal_of(self._key, seq, before):
            faults.append("the head was not sealed by this office")
        return AuditHead(not faults, seq, before, tuple(faults))

    def _batch(self, after: int) -> list[Any]:
        query = select(t.audit).where(t.audit.c.seq > after).order_by(t.audit.c.seq).limit(BATCH)
        return list(self._connection.execute(query))

    def _text(self, document: str, row: Any) -> str:
        if row.shut is not None:
            return str(self._vault.open(document, row.shut, gone={"text": ""})["text"])
        return row.text or ""


_TAKE = (
    update(t.audit_head)
    .values(seq=t.audit_head.c.seq + 1)
    .returning(t.audit_head.c.seq, t.audit_head.c.hash)
)


def _row(event: AuditEvent, beside: Mapping[str, str]) -> dict[str, str]:
    facts = json.dumps({**event.facts, **beside}, ensure_ascii=False, sort_keys=True)
    return {
        "at": _told(event.at),
        "by": event.by,
        "action": event.action,
        "document": event.document,
        "facts": facts,
    }


def seal_of(key: bytes, seq: int, hash: str) -> str:
    """Give the seal of a head: whoever has only the database cannot make it. "" without a key."""
    return hmac.new(key, f"head\0{seq}\0{hash}".encode(), sha256).hexdigest() if key else ""


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


def _bounds(wanted: Wanted) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if wanted.by:
        bounds.append(t.audit.c.by == wanted.by)
    if wanted.action:
        bounds.append(t.audit.c.action == wanted.action)
    if wanted.document:
        bounds.append(t.audit.c.document == wanted.document)
    # Kept as text of one form and one zone, so that their order is that of time.
    if wanted.since:
        bounds.append(t.audit.c.at >= _told(wanted.since))
    if wanted.until:
        bounds.append(t.audit.c.at < _told(wanted.until))
    return bounds


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _facts_in(told: str) -> dict[str, str]:
    try:
        facts = json.loads(told)
    except ValueError:  # somebody changed it: the chain says so
        return {}
    return facts if isinstance(facts, dict) else {}


def _entry(row: Any) -> AuditEntry:
    event = AuditEvent(
        action=row.action,
        by=row.by,
        at=datetime.fromisoformat(row.at),
        document=row.document,
        facts=json.loads(row.facts),
    )
    return AuditEntry(row.seq, event, row.before, row.hash)
