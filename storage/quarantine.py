"""What is held in quarantine, as rows; all it says lies shut."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select, update

from records.document import Classification
from records.errors import NotFound, Outrun
from records.quarantine import HeldFile, Kind, Mark, Outcome, Quarantined, Where
from storage import tables as t
from storage.vault import Vault

OPEN = (Outcome.HELD, Outcome.CLAIMED)


class Quarantine:
    """The quarantine of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, one: Quarantined) -> None:
        """Keep what was brought; its files lie in the vault already, under its id."""
        self._connection.execute(
            insert(t.quarantine).values(
                id=one.id,
                kind=one.kind,
                classification=one.mark.classification,
                found=one.mark.where,
                by=one.by,
                at=one.at,
                document=one.document,
                shut=self._shut(one),
                outcome=one.outcome,
            )
        )

    def claim(self, one: Quarantined) -> None:
        """Keep why whoever brought it says it is no secret. Raises Outrun: somebody was faster."""
        rows = t.quarantine.c
        changed = self._connection.execute(
            update(t.quarantine)
            .where(rows.id == one.id, rows.outcome == Outcome.HELD)
            .values(outcome=Outcome.CLAIMED, shut=self._shut(one))
        )
        if changed.rowcount != 1:
            raise Outrun("step.outrun")

    def settle(self, one: Quarantined, to: Outcome, by: str, at: datetime) -> None:
        """Keep what became of it in the end, and none of its words. Raises Outrun."""
        rows = t.quarantine.c
        changed = self._connection.execute(
            update(t.quarantine)
            .where(rows.id == one.id, rows.outcome == one.outcome)
            .values(outcome=to, settled_by=by, settled_at=at, shut=b"")
        )
        if changed.rowcount != 1:
            raise Outrun("step.outrun")

    def get(self, id: str) -> Quarantined:
        """Give what is held under this id. Raises NotFound: nothing is."""
        query = select(t.quarantine).where(t.quarantine.c.id == id)
        row = self._connection.execute(query).first()
        if row is None or row.outcome not in OPEN:
            raise NotFound("quarantine.unknown")
        return self._one(row)

    def held(self, classes: Collection[str], *, by: str) -> list[Quarantined]:
        """Give what waits: of these classes, and what this person brought; oldest first."""
        rows = t.quarantine.c
        mine = (rows.by == by) | rows.classification.in_(classes)
        query = select(t.quarantine).where(rows.outcome.in_(OPEN), mine)
        found = self._connection.execute(query.order_by(rows.at, rows.id))
        return [self._one(row) for row in found]

    def _shut(self, one: Quarantined) -> bytes:
        words = {
            "files": [asdict(file) for file in one.files],
            "said": dict(one.said),
            "reason": one.reason,
        }
        return self._vault.shut(one.id, words)

    def _one(self, row: Any) -> Quarantined:
        words = cast("dict[str, Any]", self._vault.open(row.id, row.shut))
        bare = Quarantined(
            id=row.id,
            kind=Kind(row.kind),
            mark=Mark(Classification(row.classification), Where(row.found)),
            by=row.by,
            at=row.at,
            files=tuple(HeldFile(**one) for one in words["files"]),
            said=words["said"],
            document=row.document,
            outcome=Outcome(row.outcome),
        )
        return replace(bare, reason=str(words["reason"]))
