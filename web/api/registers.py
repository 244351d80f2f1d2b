"""The registers, as rows and as printed books."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from web.api import shapes
from web.api.documents import download
from web.contract import operation
from web.office import office, person
from workflow.registers import books_of, open_book, print_book

door = Blueprint("registers", __name__)

FORMS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}


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
    year = _year()
    form = request.args.get("format", "") or _accepted()
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
    )


def _accepted() -> str:
    best = request.accept_mimetypes.best_match(["application/json", *FORMS], "application/json")
    if best == "application/json" and "xlsx" in request.accept_mimetypes.to_header():
        return "xlsx"
    return FORMS.get(best or "", "")


def _year() -> int | None:
    told = request.args.get("year", "")
    if not told:
        return None
    if not (told.isascii() and told.isdecimal() and len(told) == 4):  # noqa: PLR2004 - a year
        raise Refused("body.invalid", field="year", why="not a year")
    return int(told)
