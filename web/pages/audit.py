"""The log, for whoever inspects the office."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from records.person import Role
from web.office import office, person
from workflow.look import audit_state, latest_acts, names_of

door = Blueprint("audit", __name__)

LATEST = 200
"""How many acts the page shows."""


@door.get("/audit")
def log() -> ResponseReturnValue:
    """Show whether the chain holds, and to an inspector the latest acts."""
    head = audit_state(office(), by=person())
    inspects = Role.INSPECTOR in person().roles
    entries = latest_acts(office(), LATEST, by=person()) if inspects else []
    return render_template(
        "audit.html",
        head=head,
        inspects=inspects,
        entries=entries,
        names=names_of(office(), {one.event.by for one in entries}),
    )
