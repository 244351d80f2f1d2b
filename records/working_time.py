"""Working time: how long a step may take, counted in the office's hours and days."""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """In what a span is counted."""

    HOURS = "h"  # of working time
    DAYS = "d"  # working days after the one it begins on
    SAME_DAY = "same_day"  # Decree 30/2020, art. 4: that day, the next working day at the latest


@dataclass(frozen=True, slots=True)
class Span:
    """A length of working time: ``8h``, ``2d`` or ``same_day``."""

    amount: int
    measure: Measure

    def __str__(self) -> str:
        return self.measure if self.measure is Measure.SAME_DAY else f"{self.amount}{self.measure}"


LONGEST = 999
"""How many hours or days a span may have."""


def span_of(written: str) -> Span:
    """Give the span written as ``8h``, ``2d`` or ``same_day``. Raises ValueError: it is none."""
    if written == Measure.SAME_DAY:
        return Span(0, Measure.SAME_DAY)
    amount, unit = written[:-1], written[-1:]
    if unit not in ("h", "d") or not (amount.isascii() and amount.isdigit()):
        raise ValueError(f"{written!r} is no working time: 8h, 2d or same_day")
    if not 0 < int(amount) <= LONGEST:
        raise ValueError(f"{written!r}: 1 to {LONGEST}")
    return Span(int(amount), Measure(unit))
