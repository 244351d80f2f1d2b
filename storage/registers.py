"""Registers as rows: a number is drawn in the transaction that uses it; none is lost or doubled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.document import Classification, Document, Number
from records.errors import NotFound, Outrun
from records.register import Entry
from storage import tables as t
from storage.vault import Vault

HIDDEN = "…"
"""Stands for the reason of a classified document's cancelled number; its words are in the log."""


class Registers:
    """The registers of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def upcoming(self, book: str, series: str, year: int) -> int:
        """Give the serial that would be drawn next, without drawing it."""
        return (self._last(book, series, year) or 0) + 1

    def latest_date(self, book: str, series: str, year: int) -> date | None:
        """Give the latest date in a series: a later number never bears an earlier one."""
        entered = t.entry.c
        query = select(func.max(entered.on)).where(
            entered.book == book, entered.series == series, entered.year == year
        )
        return self._connection.execute(query).scalar()

    def enter(self, number: Number, document: Document, columns: Mapping[str, str]) -> None:
        """Draw ``number``, which must be the next of its series, and use it for ``document``.

        Raises  Outrun: another document has it by now; nothing is spent.
        """
        place = (number.book, number.series, number.year)
        if self._last(*place) is None:
            self._begin(place)
        drawn = self._connection.execute(
            update(t.series)
            .where(
                t.series.c.book == number.book,
                t.series.c.series == number.series,
                t.series.c.year == number.year,
                t.series.c.last == number.serial - 1,
            )
            .values(last=number.serial)
        )
        if drawn.rowcount != 1:
            raise Outrun("number.outrun")
        classified = document.classification is not Classification.NONE
        self._connection.execute(
            insert(t.entry).values(
                book=number.book,
                series=number.series,
                year=number.year,
                serial=number.serial,
                notation=number.notation,
                on=number.on,
                document=document.id,
                columns={} if classified else dict(columns),
                shut=self._vault.shut(document.id, columns) if classified else None,
            )
        )

    def cancel(self, document: Document, reason: str) -> None:
        """Mark a document's number cancelled; it stays in the book and is never given again."""
        classified = document.classification is not Classification.NONE
        done = self._connection.execute(
            update(t.entry)
            .where(t.entry.c.document == document.id, t.entry.c.cancelled == "")
            .values(cancelled=HIDDEN if classified else reason)
        )
        if done.rowcount != 1:
            raise NotFound("number.unknown")

    def note(self, document: Document, column: str, value: str) -> None:
        """Write one column of a document's row: when it was sent, who took it."""
        row = self._connection.execute(
            select(t.entry).where(t.entry.c.document == document.id)
        ).first()
        if row is None:
            raise NotFound("number.unknown")
        columns = {**self._columns(row), column: value}
        classified = row.shut is not None
        self._connection.execute(
            update(t.entry)
            .where(t.entry.c.document == document.id)
            .values(
                columns={} if classified else columns,
                shut=self._vault.shut(document.id, columns) if classified else None,
            )
        )

    def entries(self, book: str, year: int) -> list[Entry]:
        """Give the rows of one year of a book, in the order of their numbers."""
        query = (
            select(t.entry)
            .where(t.entry.c.book == book, t.entry.c.year == year)
            .order_by(t.entry.c.series, t.entry.c.serial)
        )
        return [
            Entry(_number(row), row.document, self._columns(row), row.cancelled)
            for row in self._connection.execute(query)
        ]

    def serials(self, book: str, year: int) -> dict[str, list[int]]:
        """Give by series the serials that stand in one year of a book, in order."""
        entered = t.entry.c
        query = (
            select(entered.series, entered.serial)
            .where(entered.book == book, entered.year == year)
            .order_by(entered.series, entered.serial)
        )
        found: dict[str, list[int]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.series, []).append(row.serial)
        return found

    def drawn(self, book: str, year: int) -> dict[str, int]:
        """Give by series how many numbers were drawn in one year of a book."""
        query = select(t.series.c.series, t.series.c.last).where(
            t.series.c.book == book, t.series.c.year == year
        )
        return {row.series: row.last for row in self._connection.execute(query)}

    def years(self, book: str) -> list[int]:
        """Give the years in which a book has rows, latest first."""
        query = select(t.series.c.year).where(t.series.c.book == book).distinct()
        return sorted(self._connection.execute(query).scalars(), reverse=True)

    def _begin(self, place: tuple[str, str, int]) -> None:
        book, series, year = place
        try:
            self._connection.execute(
                insert(t.series).values(book=book, series=series, year=year, last=0)
            )
        except IntegrityError as clash:
            raise Outrun("number.outrun") from clash

    def _last(self, book: str, series: str, year: int) -> int | None:
        drawn = t.series.c
        return self._connection.execute(
            select(drawn.last).where(drawn.book == book, drawn.series == series, drawn.year == year)
        ).scalar()

    def _columns(self, row: Any) -> dict[str, str]:
        if row.shut is None:
            return dict(row.columns)
        return {key: str(value) for key, value in self._vault.open(row.document, row.shut).items()}


def _number(row: Any) -> Number:
    return Number(row.book, row.series, row.year, row.serial, row.notation, row.on)
