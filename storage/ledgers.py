"""Lines of ledgers as rows: counted within their year, and never taken away."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from records.document import Classification, Document
from records.errors import NotFound
from records.ledger import Line
from storage import tables as t
from storage.vault import Vault


class Ledgers:
    """The ledgers of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def next(self, ledger: str, year: int) -> int:
        """Give the number of the next line."""
        rows = t.ledger_line.c
        last = select(func.max(rows.n)).where(rows.ledger == ledger, rows.year == year)
        return (self._connection.execute(last).scalar() or 0) + 1

    def write(self, line: Line, document: Document) -> None:
        """Keep a line; what is said of a classified document lies shut."""
        self._connection.execute(
            insert(t.ledger_line).values(
                ledger=line.ledger,
                year=line.year,
                n=line.n,
                on=line.on,
                document=line.document,
                by=line.by,
                **self._words(document, line.cells),
            )
        )

    def add(self, line: Line, document: Document, cells: Mapping[str, str]) -> None:
        """Write more cells into a line."""
        rows = t.ledger_line.c
        self._connection.execute(
            update(t.ledger_line)
            .where(rows.ledger == line.ledger, rows.year == line.year, rows.n == line.n)
            .values(**self._words(document, {**line.cells, **cells}))
        )

    def get(self, ledger: str, year: int, n: int) -> Line:
        """Give a line. Raises NotFound."""
        found = [one for one in self.lines(ledger, year) if one.n == n]
        if not found:
            raise NotFound("ledger.unknown-line")
        return found[0]

    def lines(self, ledger: str, year: int) -> list[Line]:
        """Give the lines of one year of a ledger, in order."""
        rows = t.ledger_line.c
        query = select(t.ledger_line).where(rows.ledger == ledger, rows.year == year)
        return [self._line(row) for row in self._connection.execute(query.order_by(rows.n))]

    def years(self, ledger: str) -> list[int]:
        """Give the years in which a ledger has lines."""
        rows = t.ledger_line.c
        query = select(rows.year).where(rows.ledger == ledger).distinct()
        return list(self._connection.execute(query).scalars())

    def _words(self, document: Document, cells: Mapping[str, str]) -> dict[str, Any]:
        if document.classification is Classification.NONE:
            return {"cells": dict(cells), "shut": None}
        return {"cells": {}, "shut": self._vault.shut(document.id, cells)}

    def _line(self, row: Any) -> Line:
        cells = dict(row.cells)
        if row.shut is not None:
            words = self._vault.open(row.document, row.shut, gone={})
            cells = {key: str(value) for key, value in words.items()}
        return Line(row.ledger, row.year, row.n, row.on, row.document, row.by, cells)
