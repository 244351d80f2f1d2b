"""What can be checked from outside: the log's chain, and the signatures of any PDF."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.signature import ValidationReport
from web.api import shapes
from web.api.etsi import etsi
from web.contract import operation
from web.office import office, person
from workflow.check import check_file
from workflow.look import audit_state

FORM = {"form": "etsi for a report as ETSI TS 119 102-2 has it"}

door = Blueprint("inspection", __name__)


@door.get("/audit/verify")
@operation("Whether the log holds, and its head")
def audit() -> ResponseReturnValue:
    """Recompute the log's chain for an inspector."""
    head = audit_state(office(), by=person())
    return jsonify({**asdict(head), "head": head.hash, "faults": list(head.faults)})


@door.post("/validations")
@operation("The verdict on any PDF's signatures", form={"file": "file"}, query=FORM)
def validate() -> ResponseReturnValue:
    """Check the signatures of an uploaded PDF, of which nothing is kept."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="no file")
    return jsonify(as_asked(check_file(office(), part.read())))


def as_asked(told: ValidationReport) -> dict[str, Any]:
    """Give a report in the form the address asks for: ours, or ``form=etsi``."""
    return etsi(told) if request.args.get("form") == "etsi" else shapes.report(told)
