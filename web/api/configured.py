"""What this office is configured to: its document types and its roads; and the contract itself."""

from dataclasses import asdict

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import NotFound
from web.api import shapes
from web.contract import openapi, operation
from web.office import office
from web.pages.drawn import drawn, said
from web.who import open_to_all
from workflow.draw import bpmn

door = Blueprint("configured", __name__)

SVG, BPMN = "image/svg+xml", "application/bpmn+xml"


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
@operation("One road, also as SVG and as BPMN 2.0 XML", query={"format": "json, svg or bpmn"})
def workflow(name: str) -> ResponseReturnValue:
    """Give one road with its states and actions, or drawn, as ``Accept`` or ``format`` asks."""
    route = office().routes.get(name)
    if route is None:
        raise NotFound("workflow.unknown", workflow=name)
    wanted = request.accept_mimetypes.best_match(["application/json", SVG, BPMN])
    form = request.args.get("format", "") or {SVG: "svg", BPMN: "bpmn"}.get(wanted or "", "json")
    if form == "svg":
        return Response(str(drawn(route, whole=True)), mimetype=SVG)
    if form == "bpmn":
        return Response(bpmn(route, said), mimetype=BPMN)
    return jsonify(shapes.route(route))


@door.get("/openapi.json")
@open_to_all
@operation("This contract", open=True)
def contract() -> ResponseReturnValue:
    """Give the contract, generated from the code that keeps it."""
    return jsonify(openapi(current_app))
