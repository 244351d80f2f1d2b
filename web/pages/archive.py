"""What is laid down for good."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.finding import Bounds
from web.office import office, person
from workflow.look import page_of_documents

door = Blueprint("archive", __name__)

A_PAGE = 30
"""How many documents a page shows."""


@door.get("/archive")
def shelf() -> ResponseReturnValue:
    """Show the archived documents I may read, newest first."""
    found, more = page_of_documents(
        office(),
        Bounds(state="archived"),
        after=request.args.get("cursor", ""),
        limit=A_PAGE,
        by=person(),
    )
    return render_template("archive.html", found=found, more=more)
