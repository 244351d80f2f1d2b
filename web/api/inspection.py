"""What can be checked from outside: the log's chain, and the signatures of any PDF."""

from dataclasses import asdict

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from web.api import shapes
from web.contract import operation
from web.office import office, person
from workflow.check import check_file
from workflow.look import audit_state

door = Blueprint("inspection", __name__)


@door.get("/audit/verify")
@operation("Whether the log holds, and its head")
def audit() -> ResponseReturnValue:
    """Recompute the log's chain for an inspector."""
    head = audit_state(office(), by=person())
    return jsonify({**asdict(head), "head": head.hash, "faults": list(head.faults)})


@door.post("/validations")
@operation("The verdict on any PDF's signatures", form={"file": "file"})
def validate() -> ResponseReturnValue:
    """Check the signatures of an uploaded PDF, of which nothing is kept."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="no file")
    return jsonify(shapes.report(check_file(office(), part.read())))
