"""Working time is counted as an oracle counts it that walks every minute, and Tết is when it is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import public_holidays, read_calendar
from config.settings import Settings
from records.errors import Refused
from records.working_time import (
    IMMEDIATELY,
    Calendar,
    CalendarDay,
    Measure,
    Span,
    span_of,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
MONDAY = date(2026, 11, 16)
MINUTE = timedelta(minutes=1)

# Tết by the Vietnamese calendar, as published by Hồ Ngọc Đức ("Âm lịch Việt Nam", table of the
# first days of lunar years); 2007 and 2030 differ from the Chinese one.
TET = {
    2005: (2, 9),
    2006: (1, 29),
    2007: (2, 17),
    2008: (2, 7),
    2009: (1, 26),
    2010: (2, 14),
    2011: (2, 3),
    2012: (1, 23),
    2013: (2, 10),
    2014: (1, 31),
    2015: (2, 19),
    2016: (2, 8),
    2017: (1, 28),
    2018: (2, 16),
    2019: (2, 5),
    2020: (1, 25),
    2021: (2, 12),
    2022: (2, 1),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
    2030: (2, 2),
}


def calendar(**settled: bool) -> Calendar:
    """Give a plain calendar in which some days of November, by ``d16`` …, are settled."""
    days = {date(2026, 11, int(name[1:])): working for name, working in settled.items()}
    said = {day: CalendarDay(day, working, "x", settled=True) for day, working in days.items()}
    return Calendar(ZONE, SHIFTS, frozenset({5, 6}), lambda _: {}, said)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def works(at: Calendar, moment: datetime) -> bool:
    """Tell whether the minute that begins here is worked."""
    told = moment.astimezone(ZONE)
    return at.works_on(told.date()) and any(a <= told.time() < b for a, b in SHIFTS)


calendars = st.builds(
    lambda flips: calendar(
        **{f"d{n}": flips[n - 16] for n in range(16, 23) if flips[n - 16] is not None}
    ),
    st.lists(st.sampled_from([True, False, None]), min_size=7, max_size=7),
)
moments = st.integers(0, 7 * 24 * 60 - 1).map(lambda n: local(MONDAY, 0) + n * MINUTE)
lengths = st.integers(1, 18 * 60)


@given(calendars, moments, lengths)
def test_what_is_due_after_working_time_is_due_when_the_minutes_were_counted(
    at: Calendar, since: datetime, minutes: int
) -> None:
    moment, left = since, minutes
    while left:
        left -= works(at, moment)
        moment += MINUTE

    assert at.after(since, minutes * MINUTE) == moment


@given(calendars, moments, lengths)
def test_a_reminder_goes_out_when_just_as_many_working_minutes_are_left(
    at: Calendar, until: datetime, minutes: int
) -> None:
    moment, left = until, minutes
    while left:
        moment -= MINUTE
        left -= works(at, moment)

    assert at.before(until, minutes * MINUTE) == moment


@given(calendars, moments, lengths, lengths)
def test_working_time_can_be_counted_in_two_parts(
    at: Calendar, since: datetime, first: int, second: int
) -> None:
    whole = at.after(since, (first + second) * MINUTE)

    assert at.after(at.after(since, first * MINUTE), second * MINUTE) == whole


@given(calendars, moments, st.integers(1, 9))
def test_days_are_working_days_behind_the_one_it_began_on(
    at: Calendar, since: datetime, n: int
) -> None:
    on, found = since.astimezone(ZONE).date(), 0
    while found < n:
        on += timedelta(days=1)
        found += at.works_on(on)

    deadline = at.deadline(since, Span(n, Measure.DAYS))

    assert deadline.due == local(on, 17)
    assert since <= deadline.soon <= deadline.due


@pytest.mark.parametrize(
    ("began", "due", "soon"),
    [
        ((20, 9, 0), (23, 17, 0), (20, 15, 0)),  # Friday: by Monday evening, Friday's end is near
        ((20, 16, 0), (23, 17, 0), (20, 16, 0)),  # nothing left of the day: near at once
        ((20, 18, 0), (23, 17, 0), (23, 15, 0)),  # after work: Monday is the day
        ((21, 9, 0), (23, 17, 0), (23, 15, 0)),  # Saturday
        ((16, 9, 0), (17, 17, 0), (16, 15, 0)),
    ],
)
def test_a_duty_of_the_same_day_is_due_on_the_next_working_day_at_the_latest(
    began: tuple[int, int, int], due: tuple[int, int, int], soon: tuple[int, int, int]
) -> None:
    def at(told: tuple[int, int, int]) -> datetime:
        return local(date(2026, 11, told[0]), *told[1:])

    deadline = calendar().deadline(at(began), Span(0, Measure.SAME_DAY))

    assert (deadline.due, deadline.soon) == (at(due), at(soon))


def test_an_urgent_duty_of_the_same_day_does_not_wait_for_its_end() -> None:
    began = local(date(2026, 11, 21), 22)

    deadline = calendar().deadline(began, Span(0, Measure.SAME_DAY), at_once=True)

    assert (deadline.soon, deadline.due) == (began, began + IMMEDIATELY)


def test_a_calendar_without_a_working_day_is_told_not_searched_for_ever() -> None:
    never = Calendar(ZONE, SHIFTS, frozenset(range(7)), lambda _: {}, {})

    with pytest.raises(Refused, match="calendar.endless"):
        never.after(local(MONDAY, 8), MINUTE)
    with pytest.raises(Refused, match="calendar.endless"):
        never.before(local(MONDAY, 8), MINUTE)
    with pytest.raises(Refused, match="calendar.endless"):
        never.day_after(MONDAY)


@pytest.mark.parametrize("written", ["8h", "1h", "999d", "same_day"])
def test_a_span_reads_as_it_is_written(written: str) -> None:
    assert str(span_of(written)) == written


def test_the_first_day_of_tet_is_the_published_one() -> None:
    found = {
        year: [day for day, one in public_holidays(year).items() if one.name == "Tết Nguyên Đán"]
        for year in TET
    }

    assert found == {year: [date(year, *day)] for year, day in TET.items()}


def test_the_holidays_of_a_year_are_those_of_the_law() -> None:
    off = {day for day, one in public_holidays(2026).items() if not one.working}
    law = [(1, 1), (2, 16), (2, 17), (2, 18), (2, 19), (2, 20), (4, 26), (4, 30), (5, 1), (9, 2)]

    assert {date(2026, *day) for day in law} <= off
    assert date(2026, 4, 27) in off  # the Hùng kings' day fell on a Sunday
    assert date(2026, 11, 24) in off
    assert public_holidays(2026)[date(2026, 8, 22)].working  # swapped for Monday, 31 August
    assert date(2026, 8, 31) in off


def test_the_shipped_calendar_reads_and_knows_no_holiday_behind_the_tables() -> None:
    said = read_calendar(Settings().trinhky_config / "calendar.yaml")

    assert said.shifts == SHIFTS
    assert said.weekend == {5, 6}
    assert public_holidays(2100) == {}
