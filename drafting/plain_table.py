"""A table for other programs: CSV in which nothing is ever computed."""

import csv
import io
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@", "\t", "\r", "|")
"""With what a cell begins that a spreadsheet may take for a formula."""


def harmless(words: str) -> str:
    """Give the words of a cell so that a spreadsheet shows them, whatever they begin with."""
    return f"'{words}" if words.startswith(FORMULA) else words


def line_csv(cells: Iterable[str]) -> str:
    """Give one line of a table as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def table_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Give a table as CSV in UTF-8 with a byte order mark, which spreadsheets need to see it."""
    return "".join([line_csv(columns), *map(line_csv, rows)]).encode("utf-8-sig")
