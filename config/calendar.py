"""When the office works: its hours and days by file, and the public holidays of Vietnam."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from holidays.countries.vietnam import Vietnam
from pydantic import Field

from config.located import Located, Strict
from records.working_time import CalendarDay, Measure, Shift, span_of

LAST = 2099
"""Until when lunar dates are tabled; later years have weekends only."""

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DayText(Strict):
    """One of ``days``."""

    working: bool
    name: str
    source: str = ""


class CalendarText(Strict):
    """calendar.yaml."""

    hours: list[str] = Field(min_length=1)
    weekend: list[
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    ] = Field(max_length=6)
    remind_before: str
    days: dict[date, DayText] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The office's working time, before anybody settled a day on the page."""

    shifts: tuple[Shift, ...]
    weekend: frozenset[int]
    ahead: timedelta
    days: tuple[CalendarDay, ...]


def read_calendar(path: Path) -> CalendarFile:
    """Give the working time of ``calendar.yaml``. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(CalendarText)
    return CalendarFile(
        shifts=_shifts(located, text.hours),
        weekend=frozenset(WEEK.index(one) for one in text.weekend),
        ahead=_ahead(located, text.remind_before),
        days=tuple(
            CalendarDay(day, one.working, one.name, one.source, settled=True)
            for day, one in text.days.items()
        ),
    )


def _ahead(located: Located, written: str) -> timedelta:
    try:
        span = span_of(written)
    except ValueError as wrong:
        raise located.wrong(["remind_before"], str(wrong)) from wrong
    if span.measure is not Measure.HOURS:
        raise located.wrong(["remind_before"], "hours of working time, as 2h")
    return timedelta(hours=span.amount)


def _shifts(located: Located, written: list[str]) -> tuple[Shift, ...]:
    shifts: list[Shift] = []
    for n, one in enumerate(written):
        begin, _, end = one.partition("-")
        try:
            shift = (time.fromisoformat(begin), time.fromisoformat(end))
        except ValueError as wrong:
            raise located.wrong(["hours", n], f"{one!r} is not such as 07:30-11:30") from wrong
        if not shift[0] < shift[1] or (shifts and shift[0] < shifts[-1][1]):
            raise located.wrong(["hours", n], "hours must follow one another within a day")
        shifts.append(shift)
    return tuple(shifts)


LAW = "Bộ luật Lao động 2019, Điều 111, 112"
CULTURE = "Nghị quyết 80-NQ/TW"
SWAPPED = "Thông báo hoán đổi ngày làm việc"


def _source(name: str) -> str:
    if name.startswith("Ngày Văn hóa"):
        return CULTURE
    return SWAPPED if name.startswith("Ngày nghỉ (thay") else LAW


@cache
def public_holidays(year: int) -> Mapping[date, CalendarDay]:
    """Give the days off by law of a year, substitutes included, and days worked for swapped ones.

    Source  Labour Code 2019 (45/2019/QH14), art. 111(3) and 112; Resolution 80-NQ/TW (24 November,
            from 2026); lunar dates and announced swaps as tabled by the package ``holidays``.
    """
    if year > LAST:
        return {}
    # A swap may lead over New Year, so that the neighbouring years speak of this one too.
    told = Vietnam(years=range(max(year - 1, 1995), min(year + 1, LAST) + 1), language="vi")
    off = {
        day: CalendarDay(day, working=False, name=name, source=_source(name))
        for day, name in told.items()
    }
    swapped = {
        day: CalendarDay(day, working=True, name="Làm bù ngày hoán đổi", source=SWAPPED)
        for day in told.weekend_workdays
    }
    return {day: one for day, one in {**off, **swapped}.items() if day.year == year}
