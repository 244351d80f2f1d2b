"""The registers, as rows and as printed books."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.errors import Refused
from web.api import shapes
from web.api.documents import download
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.closing import close_book
from workflow.registers import books_of, open_book, print_book
from workflow.reserve import reserve, void

door = Blueprint("registers", __name__)

FORMS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


class Held(Body):
    """A number to be held."""

    type: str = ""
    reason: str
    until: Day
    holder: str = ""


class Reason(Body):
    """Why."""

    reason: str


class Year(Body):
    """Which year."""

    year: int = Field(ge=1900, le=9999)


@door.get("/registers")
@operation("The registers the caller may open")
def registers() -> ResponseReturnValue:
    """Give every register."""
    return jsonify(items=[shapes.book(one) for one in books_of(office(), by=person())])


@door.get("/registers/<book>")
@operation(
    "One year of a register",
    query={"year": "this year if unsaid", "format": "pdf, xlsx or docx instead of Accept"},
)
def register(book: str) -> ResponseReturnValue:
    """Give the rows in order, or the printed book as Accept asks."""
    year = asked_year()
    form = request.args.get("format", "") or accepted()
    if form:
        printed = print_book(office(), book, year, form, by=person())
        media = next((one for one, name in FORMS.items() if name == form), "")
        return download(printed, media, f"{book}-{year or office().today().year}.{form}")
    opened = open_book(office(), book, year, by=person())
    return jsonify(
        **shapes.book(opened.book),
        year=opened.year,
        years=list(opened.years),
        items=[shapes.entry(one) for one in opened.entries],
        reservations=[shapes.reservation(one) for one in opened.held],
        closing=shapes.closing(opened.closing) if opened.closing else None,
    )


@door.post("/registers/<book>/reservations")
@operation(
    "Hold the next number for a document to come", body=Held, gives={201: "application/json"}
)
def hold(book: str) -> ResponseReturnValue:
    """Draw a number and hold it."""
    told = read_body(Held)
    held = reserve(
        office(),
        book,
        told.type,
        reason=told.reason,
        until=told.until,
        holder=told.holder,
        by=person(),
    )
    return jsonify(shapes.reservation(held)), 201


@door.post("/reservations/<id>/void")
@operation("Give a held number up; its row stays", body=Reason)
def give_up(id: str) -> ResponseReturnValue:
    """Void a reservation."""
    return jsonify(shapes.reservation(void(office(), id, read_body(Reason).reason, by=person())))


@door.post("/registers/<book>/closings")
@operation("Close a year of a register", body=Year, gives={201: "application/json"})
def close(book: str) -> ResponseReturnValue:
    """Seal the printed book and let nothing be entered any more."""
    closing = close_book(office(), book, read_body(Year).year, by=person())
    return jsonify(shapes.closing(closing)), 201


def accepted() -> str:
    """Give the printed form the caller accepts, "" for JSON."""
    best = request.accept_mimetypes.best_match(["application/json", *FORMS], "application/json")
    if best == "application/json" and "xlsx" in request.accept_mimetypes.to_header():
        return "xlsx"
    return FORMS.get(best or "", "")


def asked_year() -> int | None:
    """Give the year in the address, None where there is none. Raises Refused: it is no year."""
    told = request.args.get("year", "")
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) == 4):  # noqa: PLR2004 - a year
        raise Refused("body.invalid", field="year", why="not a year")
    return int(told)
