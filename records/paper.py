"""Where things stand on the pages of a PDF, in PDF user space."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: points (1/72 inch), origin at the lower left of the page."""

    page: int  # 0 is the first
    x0: float
    y0: float
    x1: float
    y1: float


class NumberStyle(StrEnum):
    """How much of the number is still missing from the page."""

    SERIAL = "serial"  # the symbol is printed: fill in "05"
    SYMBOL = "symbol"  # only "Số:" is printed: fill in "05/QĐ-LĐLĐ"
    WHOLE = "whole"  # nothing is printed: fill in "Số: 05/QĐ-LĐLĐ"


class DateStyle(StrEnum):
    """How much of the date is still missing from the page."""

    PARTS = "parts"  # "ngày … tháng … năm …" is printed: fill in the figures
    WHOLE = "whole"  # nothing is printed: fill in "ngày 20 tháng 11 năm 2026"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where number, date, the leader's signature and the agency's seal go on one document."""

    number: Box
    number_style: NumberStyle
    day: Box  # with DateStyle.WHOLE: the whole date
    month: Box | None
    year: Box | None  # None where the year is printed already
    date_style: DateStyle
    signature: Box
    seal: Box  # overlaps about a third of the signature, from its left (Decree 30/2020, Annex I)
    printed_year: int | None = None
    printed_notation: str = ""  # the symbol found behind the slash, with NumberStyle.SERIAL
    sheets: tuple[Box, ...] = ()  # what is seen of the first, the last and every page used
    covers: frozenset[str] = frozenset()  # of number and date, which hide what is printed there
    anchored: frozenset[str] = frozenset()  # which of number, date, signature stand at own words


@dataclass(frozen=True, slots=True)
class Added:
    """What a later state of a PDF shows that an earlier one did not."""

    hidden: int  # pixels of print that became bare paper, at two a point
    words: Mapping[str, str]  # what is read in each box that was asked about, NFC
    sheets: Mapping[int, Box]  # what is seen of the pages those boxes are on


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a PDF."""

    pages: int
    texts: tuple[str, ...]  # one a page, NFC
