"""The registers as tables on the page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import number_of
from web.phrases import phrase
from workflow.registers import books_of, open_book, row_of

door = Blueprint("registers", __name__)


@door.get("/registers")
def books() -> ResponseReturnValue:
    """Show the registers I may open."""
    return render_template("registers.html", books=books_of(office(), by=person()))


@door.get("/registers/<book>")
def one(book: str) -> ResponseReturnValue:
    """Show one year of a register with its legal columns."""
    year = number_of(request.args.get("year", ""), "year", phrase("Năm"))
    opened = open_book(office(), book, year, by=person())
    rows = [(entry, row_of(opened.book, entry)) for entry in opened.entries]
    return render_template("register.html", opened=opened, rows=rows)
