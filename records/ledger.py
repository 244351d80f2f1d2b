"""Books without numbers of their own: who took which document, when, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ledger:
    """A book as the law draws it; its columns are the least there may be."""

    id: str
    name: str
    columns: tuple[tuple[str, str, float], ...]  # id, title, relative width, in legal order
    asks: tuple[str, ...] = ()  # columns a clerk fills in; none: it follows from the registers
    later: str = ""  # the column that is filled in when the document comes back
    classified: bool = False  # of secret documents, whose lines must leave no gap elsewhere


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a ledger."""

    ledger: str
    year: int
    n: int  # 1, 2, 3 … within ledger and year
    on: date
    document: str  # id
    by: str
    cells: Mapping[str, str]  # what the clerk wrote, by column
