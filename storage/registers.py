"""Registers as rows: a number is drawn where it is used or held; none is lost or doubled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from records.document import Classification, Digest, Document, Number
from records.errors import NotFound, Outrun
from records.register import Closing, Entry, RowKind
from storage import tables as t
from storage.vault import DESTROYED, Vault

HIDDEN = "…"
"""Stands for the reason of a number given up in a classified register; its words lie shut."""


class Registers:
    """The registers of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def upcoming(self, book: str, series: str, year: int) -> int:
        """Give the serial that would be drawn next, without drawing it."""
        return (self._last(book, series, year) or 0) + 1

    def await_turn(self, book: str, series: str, year: int) -> None:
        """Let nobody else draw in a series until this transaction ends: what is next then stays so.

        On SQLite only one transaction writes at a time anyhow.
        """
        self._begin(book, series, year)
        drawn = t.series.c
        mine = (drawn.book == book) & (drawn.series == series) & (drawn.year == year)
        self._connection.execute(select(drawn.last).where(mine).with_for_update())

    def latest_date(self, book: str, series: str, year: int) -> date | None:
        """Give the latest date in a series: a later number never bears an earlier one."""
        dates = []
        for rows in (t.entry.c, t.copy_entry.c, t.reservation.c):
            query = select(func.max(rows.on)).where(
                rows.book == book, rows.series == series, rows.year == year
            )
            dates.append(self._connection.execute(query).scalar())
        return max((one for one in dates if one), default=None)

    def draw(self, number: Number) -> None:
        """Draw ``number``, which must be the next of its series.

        Raises  Outrun: another document has it by now; nothing is spent.
        """
        self._begin(number.book, number.series, number.year)
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

    def enter(
        self,
        number: Number,
        document: Document,
        columns: Mapping[str, str],
        *,
        reserved: bool = False,
    ) -> None:
        """Draw ``number``, unless it was drawn when it was reserved, and use it for ``document``.

        Raises  Outrun: another document has it by now; nothing is spent.
        """
        if not reserved:
            self.draw(number)
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

    def enter_copy(self, number: Number, document: str, columns: Mapping[str, str]) -> None:
        """Draw ``number`` for a copy of a document, which may have several.

        Raises  Outrun: another one has it by now; nothing is spent.
        """
        self.draw(number)
        self._connection.execute(
            insert(t.copy_entry).values(
                book=number.book,
                series=number.series,
                year=number.year,
                serial=number.serial,
                notation=number.notation,
                on=number.on,
                document=document,
                columns=dict(columns),
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
        rows = sorted(self._rows(book, year), key=lambda row: (row.series, row.serial))
        return [_entry(row, self._columns(row)) for row in rows]

    def bare(self, book: str, year: int) -> list[Entry]:
        """Give the rows of one year of a book without their words, which may lie shut."""
        return [_entry(row, {}) for row in self._rows(book, year)]

    def _rows(self, book: str, year: int) -> list[Any]:
        """Give the rows of a year of a book, those of documents and those of copies."""
        return [
            row
            for rows in (t.entry, t.copy_entry)
            for row in self._connection.execute(
                select(rows).where(rows.c.book == book, rows.c.year == year)
            )
        ]

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

    def kept(self) -> list[tuple[str, int]]:
        """Give (book, year) of everything that ever had a row or a number drawn."""
        places: set[tuple[str, int]] = set()
        for rows in (t.series.c, t.entry.c, t.copy_entry.c, t.reservation.c, t.closing.c):
            found = self._connection.execute(select(rows.book, rows.year).distinct())
            places |= {(row.book, row.year) for row in found}
        return sorted(places)

    def close(self, closing: Closing, *, seen: Mapping[str, int]) -> None:
        """Lay a year of a register down for good.

        Takes   seen: the numbers drawn by series when it was printed.
        Raises  Outrun: another one was drawn since, or somebody closed it first.
        """
        rows = t.series.c
        held = select(rows.series, rows.last).where(
            rows.book == closing.book, rows.year == closing.year
        )
        # Whoever draws a number changes this row, and so waits for the closing or is seen by it.
        now = {row.series: row.last for row in self._connection.execute(held.with_for_update())}
        if now != dict(seen):
            raise Outrun("number.outrun")
        self._connection.execute(
            insert(t.closing).values(
                book=closing.book,
                year=closing.year,
                digest=closing.digest,
                shelf=closing.shelf,
                rows=closing.rows,
                by=closing.by,
                at=closing.at,
            )
        )

    def closing(self, book: str, year: int) -> Closing | None:
        """Give how a year of a register was closed, None while it is open."""
        query = select(t.closing).where(t.closing.c.book == book, t.closing.c.year == year)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return Closing(row.book, row.year, Digest(row.digest), row.rows, row.by, row.at, row.shelf)

    def numbered(self) -> list[tuple[str, str]]:
        """Give (document, its number as people write it) of every entry of every book."""
        rows = self._connection.execute(select(t.entry))
        return [(row.document, str(_number(row))) for row in rows]

    def files(self) -> list[tuple[str, str, Digest]]:
        """Give (name, classification, digest) of every closed book's file."""
        return [
            (row.shelf or row.book, "top_secret" if row.shelf else "none", Digest(row.digest))
            for row in self._connection.execute(select(t.closing))
        ]

    def _begin(self, book: str, series: str, year: int) -> None:
        kind = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        row = kind.insert(t.series).values(book=book, series=series, year=year, last=0)
        # Who begins the same series at the same moment is waited for, and has begun it for both.
        self._connection.execute(row.on_conflict_do_nothing())

    def _last(self, book: str, series: str, year: int) -> int | None:
        drawn = t.series.c
        return self._connection.execute(
            select(drawn.last).where(drawn.book == book, drawn.series == series, drawn.year == year)
        ).scalar()

    def _columns(self, row: Any) -> dict[str, str]:
        if row.shut is None:
            return dict(row.columns)
        words = self._vault.open(row.document, row.shut, gone={"subject": DESTROYED})
        return {key: str(value) for key, value in words.items()}


def _entry(row: Any, columns: dict[str, str]) -> Entry:
    kind = RowKind.CANCELLED if row.cancelled else RowKind.ENTERED
    shut = row.shut is not None
    return Entry(_number(row), row.document, columns, row.cancelled, kind=kind, classified=shut)


def _number(row: Any) -> Number:
    return Number(row.book, row.series, row.year, row.serial, row.notation, row.on)
