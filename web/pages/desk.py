"""What waits for me."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.route import Effect
from web.office import office, person
from workflow.look import how_many_wait, page_of_desk

door = Blueprint("desk", __name__)

A_PAGE = 50
"""How many documents of a desk a page shows."""


@door.get("/")
def show() -> ResponseReturnValue:
    """Show what lies on my desk, longest waiting first."""
    waiting, more = page_of_desk(
        office(), after=request.args.get("cursor", ""), limit=A_PAGE, by=person()
    )
    count, uncounted = how_many_wait(office(), by=person())
    return render_template(
        "desk.html",
        waiting=waiting,
        more=more,
        to_sign=sum(any(act.does is Effect.SIGN for act in one.acts) for one in waiting),
        count=count,
        uncounted=uncounted,
        now=office().clock(),
        today=office().today(),
    )
