"""The books beside the registers as pages."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.person import Role
from web.office import office, person
from web.pages.asked import number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.ledgers import give_back, open_ledger, write_line

door = Blueprint("ledgers", __name__)


@door.get("/ledgers/<ledger>")
def one(ledger: str) -> ResponseReturnValue:
    """Show one year of a ledger."""
    return shown(ledger)


def shown(ledger: str, **_: object) -> ResponseReturnValue:
    """Give the page of one year of a ledger."""
    year = number_of(request.values.get("year", ""), "year", phrase("Năm"))
    return render_template(
        "ledger.html",
        opened=open_ledger(office(), ledger, year, by=person()),
        keeps=Role.REGISTRY_CLERK in person().roles,
        typed=request.form,
    )


@door.post("/ledgers/<ledger>")
@retold(shown)
def write(ledger: str) -> ResponseReturnValue:
    """Write a line of a document, named by the address of its page."""
    named = text_of("document").rstrip("/").rsplit("/", 1)[-1]
    cells = {
        name.removeprefix("cell-"): text_of(name)
        for name in request.form
        if name.startswith("cell-")
    }
    line = write_line(office(), ledger, named, cells, by=person())
    flash(phrase("Đã ghi dòng %(n)d.", n=line.n))
    return redirect(url_for("ledgers.one", ledger=ledger), 303)


@door.post("/ledgers/<ledger>/<int:year>/<int:n>/return")
@retold(shown)
def back(ledger: str, year: int, n: int) -> ResponseReturnValue:
    """Write that a kept copy came back."""
    give_back(office(), ledger, year, n, by=person())
    flash(phrase("Đã ghi ngày trả."))
    return redirect(url_for("ledgers.one", ledger=ledger, year=year), 303)
