"""Where things stand on the pages of a PDF, in PDF user space."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

SEAL_SIDE = 36 / 25.4 * 72  # points: the seal in its real size


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
    initials: Box | None = None  # of the first who initials; others stand beside it
    anchored: frozenset[str] = frozenset()  # which of number, date, signature stand at own words
    crowded: frozenset[str] = frozenset()  # which of them would stand on print, for want of room
    pages: tuple[Box, ...] = ()  # what is seen of every page
    placed: frozenset[str] = frozenset()  # which parts somebody put where they are


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where somebody put what the registry and the leader add, over what was found by itself."""

    number: Box | None = None
    date: Box | None = None
    signature: Box | None = None
    seal: Box | None = None  # None: a third into the signature, from its left
    style: NumberStyle = NumberStyle.WHOLE  # how much of the number is written in its box

    @property
    def parts(self) -> dict[str, Box]:
        """Give what was put somewhere, by part."""
        told = {
            "number": self.number,
            "date": self.date,
            "signature": self.signature,
            "seal": self.seal,
        }
        return {part: box for part, box in told.items() if box is not None}

    def over(self, found: Placement) -> Placement:
        """Give a placement with these boxes in place of those that were found."""
        mine = set(self.parts)
        placed = replace(
            found,
            covers=found.covers - mine,
            anchored=found.anchored | mine,
            crowded=found.crowded - mine,
            placed=frozenset(mine),
        )
        if self.number is not None:
            serial = self.style is NumberStyle.SERIAL
            placed = replace(
                placed,
                number=self.number,
                number_style=self.style,
                printed_notation=found.printed_notation if serial else "",
            )
        if self.date is not None:
            placed = replace(
                placed,
                day=self.date,
                month=None,
                year=None,
                date_style=DateStyle.WHOLE,
                printed_year=None,
            )
        if self.signature is not None:
            sheet = found.pages[self.signature.page]
            seal = seal_beside(self.signature, sheet)
            placed = replace(placed, signature=self.signature, seal=seal)
        if self.seal is not None:
            placed = replace(placed, seal=self.seal)
        used = {box.page for box in self.parts.values()} | {one.page for one in found.sheets}
        return replace(placed, sheets=tuple(found.pages[n] for n in sorted(used)))


def seal_beside(ink: Box, sheet: Box) -> Box:
    """Give a square of 36 mm whose right edge lies a third into a signature (Annex I, II.7)."""
    right = ink.x0 + (ink.x1 - ink.x0) / 3
    left = max(right - SEAL_SIDE, sheet.x0 + 2)
    bottom = (ink.y0 + ink.y1) / 2 - SEAL_SIDE / 2
    bottom = min(max(bottom, sheet.y0 + 2), sheet.y1 - SEAL_SIDE - 2)
    return Box(ink.page, left, bottom, left + SEAL_SIDE, bottom + SEAL_SIDE)


@dataclass(frozen=True, slots=True)
class Added:
    """What a later state of a PDF shows that an earlier one did not."""

    hidden: int  # pixels of print that became bare paper, at two a point
    words: Mapping[str, str]  # what is read in each box that was asked about, NFC
    sheets: Mapping[int, Box]  # what is seen of the pages those boxes are on


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stamp may stand in a file: lines, and what the file says of itself."""

    lines: tuple[str, ...]  # each with nothing else beside it, from the top
    fields: tuple[tuple[str, str], ...]  # name and value


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a PDF."""

    pages: int
    texts: tuple[str, ...]  # one a page, NFC
