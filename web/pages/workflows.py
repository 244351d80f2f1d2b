"""The roads documents take, as anybody may look at them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from records.errors import NotFound
from records.route import Route
from web.office import office
from web.pages.drawn import drawn

door = Blueprint("workflows", __name__)


@door.get("/workflows")
def page() -> ResponseReturnValue:
    """Show every road."""
    return render_template("workflows.html", routes=office().routes.values())


@door.get("/workflows/<name>")
def one(name: str) -> ResponseReturnValue:
    """Show one road as it is in force."""
    route = road(name)
    return render_template("workflow.html", route=route, picture=drawn(route))


def road(name: str) -> Route:
    """Give a road in force. Raises NotFound."""
    route = office().routes.get(name)
    if route is None:
        raise NotFound("workflow.unknown", workflow=name)
    return route
