"""A list of the signed documents whose proof is missing or ends within a year."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.language import rules
from web.office import office, person
from web.pages.retold import retold
from web.phrases import phrase
from workflow.renew import ending, renew

door = Blueprint("proofs", __name__)

A_YEAR = 365
"""How many days ahead the list looks."""


def listed(**_: str) -> ResponseReturnValue:
    """Give the list."""
    found = ending(office(), A_YEAR, by=person())
    return render_template("proofs.html", found=found, known=rules())


@door.get("/proofs")
def soon() -> ResponseReturnValue:
    """Show what waits for its proof or will need it renewed."""
    return listed()


@door.post("/proofs/<id>/renew")
@retold(listed)
def again(id: str) -> ResponseReturnValue:
    """Complete or renew a document's proof now."""
    renewed = renew(office(), id, by=person())
    flash(phrase("Đã gia hạn bằng chứng chữ ký của «%(subject)s».", subject=renewed.subject))
    return redirect(url_for(".soon"), 303)
