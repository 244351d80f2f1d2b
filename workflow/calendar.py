"""The office's working days are seen by everybody, and settled by those who keep the calendar."""

from collections.abc import Iterable
from datetime import date, timedelta

from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person, Role
from records.working_time import Calendar, CalendarDay
from workflow.deadline import calendar_of, count_again
from workflow.office import Office

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.OFFICE_CHIEF})
"""Who settles days."""

LONGEST = 200
"""How many characters the name of a day, or its source, may have."""

YEARS = range(2000, 2100)
"""Of which years days can be settled."""


def office_calendar(office: Office) -> Calendar:
    """Give the calendar as it stands."""
    with office.database.reading() as unit:
        return calendar_of(office, unit)


def days_of(calendar: Calendar, year: int) -> list[CalendarDay]:
    """Give every day of a year of which something is said, in order."""
    if year not in YEARS:
        raise NotFound("calendar.year", year=year)
    first = date(year, 1, 1)
    told = (calendar.told_of(first + timedelta(days=n)) for n in range(366))
    return [one for one in told if one and one.day.year == year]


def settle(office: Office, days: Iterable[CalendarDay], *, by: Person) -> list[CalendarDay]:
    """Keep what is said of several days, all or none; open deadlines are counted again.

    Raises  Refused: a day without a name, or of no year of ours.
    """
    _require(by)
    kept = list(days)
    for one in kept:
        _check(one)
    with office.database.unit() as unit:
        for one in kept:
            unit.calendar.settle(one, by.id, office.clock())
            facts = {"day": one.day.isoformat(), "working": str(one.working), "name": one.name}
            unit.audit.append(AuditEvent("calendar:changed", by.id, office.clock(), "", facts))
        count_again(office, unit)
    return kept


def swap(office: Office, off: CalendarDay, worked: date, *, by: Person) -> None:
    """Let a working day be off, and another day be worked instead.

    Raises  Refused: the day is off already, or the other one is worked already.
    """
    calendar = office_calendar(office)
    if not calendar.works_on(off.day):
        raise Refused("calendar.weekday", day=f"{off.day:%d/%m/%Y}", anchor="day")
    if calendar.works_on(worked):
        raise Refused("calendar.worked", day=f"{worked:%d/%m/%Y}", anchor="worked")
    instead = CalendarDay(
        worked,
        working=True,
        name=f"Làm bù ngày {off.day:%d/%m/%Y}",
        source=off.source,
        settled=True,
    )
    settle(office, [off, instead], by=by)


def unsettle(office: Office, day: date, *, by: Person) -> None:
    """Let law and weekend speak of a day again. Raises NotFound: nothing was settled."""
    _require(by)
    with office.database.unit() as unit:
        if not unit.calendar.forget(day):
            raise NotFound("calendar.unsettled", day=f"{day:%d/%m/%Y}")
        facts = {"day": day.isoformat(), "working": "", "name": ""}
        unit.audit.append(AuditEvent("calendar:changed", by.id, office.clock(), "", facts))
        count_again(office, unit)


def keeps(by: Person) -> bool:
    """Tell whether somebody may settle days."""
    return bool(KEEPERS & by.roles)


def _require(by: Person) -> None:
    if not keeps(by):
        raise NotAllowed("calendar.not-yours")


def _check(one: CalendarDay) -> None:
    if one.day.year not in YEARS:
        raise Refused("calendar.year", year=one.day.year)
    if not one.name.strip():
        raise Refused("calendar.name")
    if len(one.name) > LONGEST or len(one.source) > LONGEST:
        raise Refused("calendar.long", limit=LONGEST)
