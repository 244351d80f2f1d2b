"""Days as people and programs write them, none so far away that no clock could tell it."""

from datetime import date
from typing import Annotated

from flask import request
from pydantic import AfterValidator

from records.errors import Refused

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


def day_in(told: str) -> date | None:
    """Give the day at the beginning of what was written, None for nothing.

    Raises  ValueError: it is no day, or beyond the years 1900 to 2999.
    """
    return within(date.fromisoformat(told[:10])) if told else None


def within(on: date) -> date:
    """Give a day back. Raises ValueError: it is beyond the years 1900 to 2999."""
    if not EARLIEST <= on <= LATEST:
        raise ValueError(f"{on} is not between {EARLIEST} and {LATEST}")
    return on


def asked_day(name: str) -> date | None:
    """Give the day in the address, None where there is none. Raises Refused: it is no day."""
    try:
        return day_in(request.args.get(name, ""))
    except ValueError as wrong:
        raise Refused("body.invalid", field=name, why="not a date") from wrong


Day = Annotated[date, AfterValidator(within)]
"""A day in a body."""
