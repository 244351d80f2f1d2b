"""Numbers held for documents to come, as rows that are used once or voided, and never go."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from records.document import Number
from records.errors import NotFound, Outrun
from records.register import Reservation
from storage import tables as t
from storage.registers import HIDDEN
from storage.vault import Vault


class Reservations:
    """The reservations of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def hold(self, held: Reservation, *, classified: bool) -> None:
        """Keep that a number just drawn is held; in a classified register its words are shut."""
        number = held.number
        self._connection.execute(
            insert(t.reservation).values(
                id=held.id,
                book=number.book,
                series=number.series,
                year=number.year,
                serial=number.serial,
                notation=number.notation,
                on=number.on,
                holder=held.holder,
                by=held.by,
                until=held.until,
                **self._words(held, classified=classified),
            )
        )

    def get(self, id: str) -> Reservation:
        """Give a reservation. Raises NotFound."""
        row = self._connection.execute(
            select(t.reservation).where(t.reservation.c.id == id)
        ).first()
        if row is None:
            raise NotFound("reservation.unknown")
        return self._reservation(row)

    def of(self, book: str, year: int) -> list[Reservation]:
        """Give every reservation in one year of a register, in the order of the numbers."""
        rows = t.reservation.c
        query = (
            select(t.reservation)
            .where(rows.book == book, rows.year == year)
            .order_by(rows.series, rows.serial)
        )
        return [self._reservation(row) for row in self._connection.execute(query)]

    def bare(self, book: str, year: int) -> list[Reservation]:
        """Give the same without their words, which may lie shut."""
        rows = t.reservation.c
        query = select(t.reservation).where(rows.book == book, rows.year == year)
        return [_told(row, "", row.voided) for row in self._connection.execute(query)]

    def held_for(self, holder: str) -> list[Reservation]:
        """Give the numbers held for somebody and not used, without their words."""
        rows = t.reservation.c
        query = select(t.reservation).where(
            rows.holder == holder, rows.document.is_(None), rows.voided == ""
        )
        found = self._connection.execute(query.order_by(rows.book, rows.year, rows.serial))
        return [_told(row, "", "") for row in found]

    def pass_on(self, id: str, holder: str) -> None:
        """Hold a number for somebody else. Raises Outrun: it is held no more."""
        self._settle(id, {"holder": holder})

    def use(self, id: str, document: str) -> None:
        """Let a document use a held number. Raises Outrun: it is held no more."""
        self._settle(id, {"document": document})

    def void(self, held: Reservation, reason: str, *, classified: bool) -> None:
        """Give a held number up for good. Raises Outrun: it is held no more."""
        self._settle(held.id, self._words(replace(held, voided=reason), classified=classified))

    def _settle(self, id: str, values: dict[str, Any]) -> None:
        rows = t.reservation.c
        done = self._connection.execute(
            update(t.reservation)
            .where(rows.id == id, rows.document.is_(None), rows.voided == "")
            .values(**values)
        )
        if done.rowcount != 1:
            raise Outrun("reservation.settled")

    def _words(self, held: Reservation, *, classified: bool) -> dict[str, Any]:
        words = {"reason": held.reason, "voided": held.voided}
        if not classified:
            return words
        hidden = HIDDEN if held.voided else ""
        return {"reason": "", "voided": hidden, "shut": self._vault.shut(held.id, words)}

    def _reservation(self, row: Any) -> Reservation:
        words: Mapping[str, object] = {"reason": row.reason, "voided": row.voided}
        if row.shut is not None:
            words = self._vault.open(row.id, row.shut)
        return _told(row, str(words["reason"]), str(words["voided"]))


def _told(row: Any, reason: str, voided: str) -> Reservation:
    return Reservation(
        id=row.id,
        number=Number(row.book, row.series, row.year, row.serial, row.notation, row.on),
        reason=reason,
        holder=row.holder,
        by=row.by,
        until=row.until,
        document=row.document or "",
        voided=voided,
    )
