"""The registers as tables on the page, their held numbers, and the closing of a year."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.person import Role
from web.office import office, person
from web.pages.asked import day_of, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.closing import close_book
from workflow.ledgers import LEDGERS
from workflow.look import staff
from workflow.registers import books_of, open_book, row_of
from workflow.reserve import reserve, void

door = Blueprint("registers", __name__)


@door.get("/registers")
def books() -> ResponseReturnValue:
    """Show the registers I may open."""
    return render_template("registers.html", books=books_of(office(), by=person()), ledgers=LEDGERS)


@door.get("/registers/<book>")
def one(book: str) -> ResponseReturnValue:
    """Show one year of a register with its legal columns."""
    return shown(book)


def shown(book: str) -> ResponseReturnValue:
    """Give the page of one year of a register."""
    year = number_of(request.values.get("year", ""), "year", phrase("Năm"))
    opened = open_book(office(), book, year, by=person())
    everybody, _ = staff(office())
    return render_template(
        "register.html",
        opened=opened,
        rows=[(entry, row_of(opened.book, entry)) for entry in opened.entries],
        names={one.id: one.name for one in everybody},
        holders=[one for one in everybody if one.active and Role.ADMINISTRATOR not in one.roles],
        forms=office().forms,
        keeps=Role.REGISTRY_CLERK in person().roles,
        today=office().today(),
        typed=request.form,
    )


@door.post("/registers/<book>/reservations")
@retold(shown)
def hold(book: str) -> ResponseReturnValue:
    """Hold the next number for a document to come."""
    held = reserve(
        office(),
        book,
        text_of("type"),
        reason=text_of("reason"),
        until=day_of("until", phrase("Giữ đến ngày")),
        holder=text_of("holder"),
        by=person(),
    )
    flash(phrase("Đã giữ số %(number)s.", number=held.number))
    return redirect(url_for("registers.one", book=book), 303)


@door.post("/registers/<book>/reservations/<id>/void")
@retold(lambda book, **_: shown(book))
def give_up(book: str, id: str) -> ResponseReturnValue:
    """Void a held number."""
    held = void(office(), id, text_of("reason"), by=person())
    flash(phrase("Đã hủy số giữ %(number)s; số vẫn nằm trong sổ.", number=held.number))
    return redirect(url_for("registers.one", book=book, year=held.number.year), 303)


@door.post("/registers/<book>/closings")
@retold(shown)
def close(book: str) -> ResponseReturnValue:
    """Close the year shown."""
    year = number_of(text_of("year"), "year", phrase("Năm")) or office().today().year
    closing = close_book(office(), book, year, by=person())
    flash(phrase("Đã khóa sổ năm %(year)d với %(n)d số.", year=year, n=closing.rows))
    return redirect(url_for("registers.one", book=book, year=year), 303)
