"""The class of a document: raised at once and by one person, lowered by two on a decision."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.lowering import Lowering
from web.api import shapes
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from web.who import require_fresh
from workflow.classify import classify
from workflow.declassify import declassify, lowerings, propose, withdraw
from workflow.destroy import destroy
from workflow.look import view
from workflow.road import Choice

door = Blueprint("classifying", __name__)


class Raise(Body):
    """To which class, and why."""

    classification: Classification
    comment: str


class Lower(Body):
    """To which class, on which decision, and why."""

    classification: Classification
    decision_number: str
    decision_date: Day
    comment: str


@door.post("/documents/<id>/classification")
@operation("Raise a document's class, at once and for good", body=Raise)
def higher(id: str) -> ResponseReturnValue:
    """Raise it and give the document as it then stands."""
    told = read_body(Raise)
    choice = Choice(told.comment, seen=seen_version())
    classify(office(), id, told.classification, choice, by=person())
    return _shown(id)


class Destruction(Body):
    """On which decision, and the document's id once more."""

    decision_number: str
    confirm: str


@door.post("/documents/<id>/destruction")
@operation("Destroy the key of a secret document for good", body=Destruction, gives={204: ""})
def destruction(id: str) -> ResponseReturnValue:
    """Destroy it; its row and number stay."""
    require_fresh()
    told = read_body(Destruction)
    destroy(office(), id, told.decision_number, told.confirm, by=person())
    return Response(status=204)


@door.get("/documents/<id>/declassification")
@operation("What was proposed to lower a document's class, oldest first")
def proposed(id: str) -> ResponseReturnValue:
    """Give every proposal, with what became of it."""
    found = lowerings(office(), id, by=person())
    return jsonify(items=[_lowering(one) for one in found])


@door.post("/documents/<id>/declassification")
@operation("Propose to lower a class", body=Lower, gives={201: "application/json"})
def lower(id: str) -> ResponseReturnValue:
    """Propose it; nothing changes until another person confirms."""
    told = read_body(Lower)
    require_fresh()
    made = propose(
        office(),
        id,
        told.classification,
        decision=told.decision_number,
        on=told.decision_date,
        reason=told.comment,
        by=person(),
    )
    return jsonify(_lowering(made)), 201


@door.post("/documents/<id>/declassification/confirm")
@operation("Confirm what another person proposed: the class is lowered")
def confirm(id: str) -> ResponseReturnValue:
    """Lower it and give the document as it then stands."""
    require_fresh()
    declassify(office(), id, by=person())
    return _shown(id)


@door.post("/documents/<id>/declassification/withdraw")
@operation("Let a proposal to lower a class go", gives={204: ""})
def leave(id: str) -> ResponseReturnValue:
    """Let it go."""
    withdraw(office(), id, by=person())
    return "", 204


def _shown(id: str) -> Response:
    seen = view(office(), id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response


def _lowering(one: Lowering) -> dict[str, Any]:
    return {
        "id": one.id,
        "was": one.was,
        "classification": one.to,
        "decision_number": one.decision,
        "decision_date": shapes.day(one.decided_on),
        "comment": one.reason,
        "proposed_by": one.proposed_by,
        "proposed_at": shapes.moment(one.proposed_at),
        "confirmed_by": one.confirmed_by or None,
        "settled_at": shapes.moment(one.settled_at) if one.settled_at else None,
    }
