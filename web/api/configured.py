"""What this office is configured to: its document types and its roads; and the contract itself."""

from dataclasses import asdict

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from records.errors import NotFound
from web.api import shapes
from web.contract import openapi, operation
from web.office import office
from web.who import open_to_all

door = Blueprint("configured", __name__)


@door.get("/document-types")
@operation("The document types and what their forms ask for")
def document_types() -> ResponseReturnValue:
    """Give every type with its form's fields."""
    return jsonify(items=[asdict(form) for form in office().forms.values()])


@door.get("/organs")
@operation("The agencies documents can be sent to")
def organs() -> ResponseReturnValue:
    """Give every partner with whether it can be reached by the network."""
    own = office().organ
    return jsonify(
        own={"id": own.id, "name": own.name},
        items=[
            {"id": one.id, "name": one.name, "reachable": bool(one.spool)}
            for one in office().partners.values()
            if one.id != own.id
        ],
    )


@door.get("/workflows")
@operation("The roads documents take")
def workflows() -> ResponseReturnValue:
    """Give every road."""
    return jsonify(items=[shapes.route(route) for route in office().routes.values()])


@door.get("/workflows/<name>")
@operation("One road")
def workflow(name: str) -> ResponseReturnValue:
    """Give one road with its states and actions."""
    route = office().routes.get(name)
    if route is None:
        raise NotFound("workflow.unknown", workflow=name)
    return jsonify(shapes.route(route))


@door.get("/openapi.json")
@open_to_all
@operation("This contract", open=True)
def contract() -> ResponseReturnValue:
    """Give the contract, generated from the code that keeps it."""
    return jsonify(openapi(current_app))
