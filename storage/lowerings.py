"""Proposals to lower a class as rows; without a confirmed one the database lowers none."""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select, update

from records.document import Classification
from records.errors import Outrun
from records.lowering import Lowering
from storage import tables as t
from storage.vault import Vault


class Lowerings:
    """The lowerings of one transaction; what they say lies shut."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def propose(self, one: Lowering) -> None:
        """Keep a proposal."""
        words = {"decision": one.decision, "reason": one.reason}
        self._connection.execute(
            insert(t.lowering).values(
                id=one.id,
                document=one.document,
                was=one.was,
                becomes=one.to,
                decided_on=one.decided_on,
                shut=self._vault.shut(one.document, words),
                proposed_by=one.proposed_by,
                proposed_at=one.proposed_at,
            )
        )

    def settle(self, one: Lowering, at: datetime, *, by: str = "", version: int = 0) -> None:
        """Keep that a proposal was confirmed by somebody, or withdrawn by nobody.

        Takes   version: of the document, as it is after it; the database lowers it to no other.
        Raises  Outrun: it was settled meanwhile.
        """
        rows = t.lowering.c
        settled = self._connection.execute(
            update(t.lowering)
            .where(rows.id == one.id, rows.settled_at.is_(None))
            .values(settled_at=at, confirmed_by=by, version=version)
        )
        if settled.rowcount != 1:
            raise Outrun("step.outrun")

    def of(self, document: str) -> list[Lowering]:
        """Give every proposal for a document, oldest first."""
        rows = t.lowering.c
        query = select(t.lowering).where(rows.document == document)
        found = self._connection.execute(query.order_by(rows.proposed_at, rows.id))
        return [self._lowering(row) for row in found]

    def _lowering(self, row: Any) -> Lowering:
        words = self._vault.open(row.document, row.shut, gone={"decision": "", "reason": ""})
        return Lowering(
            id=row.id,
            document=row.document,
            was=Classification(row.was),
            to=Classification(row.becomes),
            decision=str(words["decision"]),
            decided_on=cast("date", row.decided_on),
            reason=str(words["reason"]),
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            confirmed_by=row.confirmed_by,
            settled_at=row.settled_at,
        )
