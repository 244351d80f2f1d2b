"""What waits for me."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.office import office, person
from workflow.look import desk

door = Blueprint("desk", __name__)


@door.get("/")
def show() -> ResponseReturnValue:
    """Show what lies on my desk, longest waiting first."""
    waiting = desk(office(), by=person())
    return render_template(
        "desk.html", waiting=waiting, now=office().clock(), today=office().today()
    )
