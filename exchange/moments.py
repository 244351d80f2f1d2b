"""Dates and moments as edXML writes them, and as senders really write them."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

# Việt Nam has one zone and no summer time since 1975; edXML timestamps name none (domain-vn §4.8).
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[/.-](?P<m>\d{1,2})[/.-](?P<d>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4})")
_TIME = re.compile(r"[ T](?P<h>\d{1,2}):(?P<n>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?")
_ZONE = re.compile(r"\s*(?P<utc>Z)|\s*(?P<sign>[+-])(?P<zh>\d{2}):?(?P<zm>\d{2})")
_YEARS = range(1900, 2200)


def written_date(on: date) -> str:
    """Give ``2026/03/09``."""
    return f"{on.year:04}/{on.month:02}/{on.day:02}"


def written_moment(at: datetime) -> str:
    """Give ``2026/03/09 14:05:33`` on Vietnamese clocks."""
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return f"{written_date(at.astimezone(VIETNAM))} {at.astimezone(VIETNAM):%H:%M:%S}"


def read_date(text: str) -> date | None:
    """Give the date, or None when there is none or it never was (``2014/02/30``)."""
    found = _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    if found is None or int(found["y"]) not in _YEARS:
        return None
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """Give the moment in UTC, or None when there is none or it never was."""
    on = read_date(text)
    day = _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    if on is None or day is None:
        return None
    time = _TIME.match(text, day.end())
    if time is None:
        return datetime(on.year, on.month, on.day, tzinfo=VIETNAM).astimezone(UTC)
    clock = (int(time["h"]), int(time["n"]), int(time["s"] or 0))
    try:
        local = datetime(on.year, on.month, on.day, *clock, tzinfo=_zone(text, time.end()))
        return local.astimezone(UTC)
    except ValueError:
        return None


def _zone(text: str, start: int) -> tzinfo:
    found = _ZONE.match(text, start)
    if found is None:
        return VIETNAM
    if found["utc"]:
        return UTC
    ahead = timedelta(hours=int(found["zh"]), minutes=int(found["zm"]))
    return timezone(ahead if found["sign"] == "+" else -ahead)
