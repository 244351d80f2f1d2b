"""Proof of signatures: what is missing, what ends soon, and its renewal on somebody's word."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from web.api import shapes
from web.contract import operation
from web.office import office, person
from workflow.renew import ending, proof_of, renew

door = Blueprint("proofs", __name__)

LONGEST = 36_500
"""How many days ahead one may look."""


@door.get("/proofs")
@operation(
    "Signed documents whose proof is missing or ends soon",
    query={"within": "days from now, 365 if unsaid"},
)
def ending_soon() -> ResponseReturnValue:
    """Give what waits for its proof or will need it renewed."""
    days = min(LONGEST, max(0, request.args.get("within", 365, type=int)))
    found = ending(office(), days, by=person())
    return jsonify(
        items=[{**shapes.brief(one.document), "proof": shapes.proof(one.proof)} for one in found]
    )


@door.post("/documents/<id>/proof")
@operation("Complete or renew the proof of a document's signatures now")
def again(id: str) -> ResponseReturnValue:
    """Add validation data and a timestamp over everything."""
    renew(office(), id, by=person())
    return jsonify(shapes.proof(proof_of(office(), id, by=person())))
