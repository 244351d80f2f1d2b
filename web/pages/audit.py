"""The log, for whoever inspects the office."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.person import Role
from web.log_asked import asked, before
from web.office import office, person
from web.pages.labels import EVENT
from workflow.log import entries
from workflow.look import audit_state, names_of

door = Blueprint("audit", __name__)

SHOWN = 100
"""How many acts a page shows."""


@door.get("/audit")
def log() -> ResponseReturnValue:
    """Show whether the chain holds, and to an inspector the acts they look for."""
    head = audit_state(office(), by=person())
    inspects = Role.INSPECTOR in person().roles
    found, more = (
        entries(office(), asked(), before=before(), limit=SHOWN, by=person())
        if inspects
        else ([], 0)
    )
    told = {name: words for name, words in request.args.items() if words and name != "cursor"}
    return render_template(
        "audit.html",
        head=head,
        inspects=inspects,
        entries=found,
        more=more,
        asked=told,
        events=sorted(EVENT, key=lambda one: EVENT[one]),
        names=names_of(office(), {one.event.by for one in found}),
    )
