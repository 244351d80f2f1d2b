"""The working calendar: hours, and what is said of the days of a year."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import NotFound, Refused
from records.working_time import CalendarDay
from web.api import shapes
from web.calendar_file import days_in
from web.contract import Body, operation, read_body
from web.days import within
from web.office import office, person
from workflow.calendar import days_of, office_calendar, settle, unsettle

door = Blueprint("calendar", __name__)


class Settled(Body):
    """What is said of a day."""

    working: bool
    name: str
    source: str = ""


@door.get("/calendar")
@operation("Working hours, and what is said of the days of a year", query={"year": "2026"})
def year() -> ResponseReturnValue:
    """Give hours, weekend, holidays and swapped days of a year, this one by default."""
    calendar = office_calendar(office())
    wanted = request.args.get("year", office().today().year, type=int)
    return jsonify(
        year=wanted,
        hours=[f"{begin:%H:%M}-{end:%H:%M}" for begin, end in calendar.shifts],
        weekend=sorted(calendar.weekend),
        days=[_shape(one) for one in days_of(calendar, wanted)],
    )


@door.put("/calendar/<day>")
@operation("Settle a day: off, or worked", body=Settled)
def keep(day: str) -> ResponseReturnValue:
    """Keep what is said of a day."""
    told = read_body(Settled)
    one = CalendarDay(_day(day), told.working, told.name, told.source, settled=True)
    settle(office(), [one], by=person())
    return jsonify(_shape(one))


@door.delete("/calendar/<day>")
@operation("Let law and weekend speak of a day again", gives={204: ""})
def give_back(day: str) -> ResponseReturnValue:
    """Forget what was settled of a day."""
    unsettle(office(), _day(day), by=person())
    return Response(status=204)


@door.post("/calendar/import")
@operation("Settle the days of a YAML or CSV file, all or none", form={"file": "file"})
def bring() -> ResponseReturnValue:
    """Settle every day of a file."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="missing")
    kept = settle(office(), days_in(part.read(), part.filename or ""), by=person())
    return jsonify(items=[_shape(one) for one in kept])


def _day(told: str) -> date:
    try:
        return within(date.fromisoformat(told))
    except ValueError:
        raise NotFound("calendar.unsettled", day=told) from None


def _shape(one: CalendarDay) -> dict[str, Any]:
    return {
        "day": shapes.day(one.day),
        "working": one.working,
        "name": one.name,
        "source": one.source,
        "settled": one.settled,
    }
