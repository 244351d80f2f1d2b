"""Working time: how long a step may take, counted in the office's hours and days."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from records.errors import Refused


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


IMMEDIATELY = timedelta(minutes=30)
"""What "at once" means of an urgent document, by any clock, working or not."""

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


ENDLESS = 4000
"""Among how many days a working one must be found; a calendar without any is a mistake."""

Shift = tuple[time, time]  # from, to: on the wall clock of the office


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What is said of one day: a holiday, a day off, or a day worked instead of one."""

    day: date
    working: bool
    name: str  # "Tết Nguyên Đán"
    source: str = ""  # the law or the notice that says so
    settled: bool = False  # said by this office, not by law


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something must be done, and from when on it is worth a reminder."""

    due: datetime  # aware, UTC
    soon: datetime  # aware, UTC; never behind ``due``


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the office works: its hours, its weekend, holidays by law and what it settled itself."""

    zone: ZoneInfo
    shifts: tuple[Shift, ...]  # of every working day, in order, none overlapping
    weekend: frozenset[int]  # 0 is Monday
    statutory: Callable[[int], Mapping[date, CalendarDay]]  # by year
    settled: Mapping[date, CalendarDay]
    ahead: timedelta = timedelta(hours=2)  # working time before a deadline at which it is "soon"

    def with_days(self, settled: Mapping[date, CalendarDay]) -> Self:
        """Give the calendar with more days settled, which go before what was said of them."""
        return replace(self, settled={**self.settled, **settled})

    def told_of(self, on: date) -> CalendarDay | None:
        """Give what is said of a day beyond the weekend's rule, the office's own word first."""
        return self.settled.get(on) or self.statutory(on.year).get(on)

    def works_on(self, on: date) -> bool:
        """Tell whether the office works on a day."""
        told = self.told_of(on)
        return told.working if told else on.weekday() not in self.weekend

    @property
    def length(self) -> timedelta:
        """Give how much is worked on a day."""
        return sum(
            (
                datetime.combine(date.min, end) - datetime.combine(date.min, begin)
                for begin, end in self.shifts
            ),
            timedelta(),
        )

    def end_of(self, on: date) -> datetime:
        """Give when the work of a day ends, or would end."""
        return datetime.combine(on, self.shifts[-1][1], self.zone).astimezone(UTC)

    def day_after(self, on: date, n: int = 1) -> date:
        """Give the n-th working day behind a day. Raises Refused: there is none for years."""
        found = 0
        for later in _days(on + timedelta(days=1), 1):
            found += self.works_on(later)
            if found == n:
                return later
        raise Refused("calendar.endless")

    def after(self, since: datetime, work: timedelta) -> datetime:
        """Give the first moment at which this much working time has passed.

        Raises  Refused: there is not that much for years.
        """
        left = work
        for opens, end in self._stretches(since, 1):
            begin = max(opens, since)
            if end - begin >= left:
                return begin + left
            left -= max(end - begin, timedelta())
        raise Refused("calendar.endless")

    def before(self, until: datetime, work: timedelta) -> datetime:
        """Give the last moment from which this much working time is left until another.

        Raises  Refused: there was not that much for years.
        """
        left = work
        for begin, closes in self._stretches(until, -1):
            end = min(closes, until)
            if end - begin >= left:
                return end - left
            left -= max(end - begin, timedelta())
        raise Refused("calendar.endless")

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Give how much working time lies between two moments, none where they are turned."""
        found = timedelta()
        for begin, end in self._stretches(since, 1):
            if begin >= until:
                break
            found += max(min(end, until) - max(begin, since), timedelta())
        return found

    def deadline(self, since: datetime, span: Span, *, at_once: bool = False) -> Deadline:
        """Give until when something that began at ``since`` must be done.

        Takes   at_once: it is urgent, so that a duty of the same day does not wait for its end.
        Source  Decree 30/2020, art. 4: the same day, at the latest the next working day; urgent
                ones immediately.
        """
        on = since.astimezone(self.zone).date()
        if span.measure is Measure.HOURS:
            due = self.after(since, timedelta(hours=span.amount))
        elif span.measure is Measure.DAYS:
            due = self.end_of(self.day_after(on, span.amount))
        elif at_once:
            due = since + IMMEDIATELY
            return Deadline(due, since)
        else:
            aim = self.end_of(on) if self._still_works(since, on) else None
            due = self.end_of(self.day_after(on))
            return Deadline(due, max(since, self.before(aim or due, self.ahead)))
        return Deadline(due, max(since, self.before(due, self.ahead)))

    def _still_works(self, at: datetime, on: date) -> bool:
        return self.works_on(on) and at < self.end_of(on)

    def _stretches(self, at: datetime, way: int) -> Iterator[tuple[datetime, datetime]]:
        """Give working stretches from the day of ``at`` on, forwards or backwards."""
        for on in _days(at.astimezone(self.zone).date(), way):
            if self.works_on(on):
                for begin, end in self.shifts[::way]:
                    yield (
                        datetime.combine(on, begin, self.zone).astimezone(UTC),
                        datetime.combine(on, end, self.zone).astimezone(UTC),
                    )


def _days(first: date, way: int) -> Iterator[date]:
    return (first + timedelta(days=way * n) for n in range(ENDLESS))
