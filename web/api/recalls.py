"""What is wanted back: of those this office sent it to, and of this office."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from records.document import Document
from records.recall import Order, Recall
from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.give_up import agree, refuse
from workflow.look import view
from workflow.recall import board, is_late, recall

door = Blueprint("recalls", __name__)


class Wanted(Body):
    """Why, and of whom; of everybody it was sent to if nobody is named."""

    reason: str
    recipients: tuple[str, ...] = ()


class Kept(Body):
    """Why a document is not given up."""

    reason: str


@door.get("/recalls")
@operation("What is wanted back and not given up yet, and what others want back of this office")
def everything() -> ResponseReturnValue:
    """Give every open recall and every demand, as far as the caller may know of the documents."""
    found = board(office(), by=person())
    return jsonify(
        items=[_recall(one, document) for one, document in found.wanted],
        overdue=len(found.overdue),
        orders=[_order(one) for one, _ in found.asked],
    )


@door.get("/documents/<id>/recalls")
@operation("How far each recall of a document that was sent has come, and who wants it back here")
def about(id: str) -> ResponseReturnValue:
    """Give the recalls of a document, recipient by recipient."""
    return _about(id)


def _about(id: str) -> Response:
    seen = view(office(), id, by=person())
    return jsonify(
        items=[_recall(one, seen.document) for one in seen.recalls],
        orders=[_order(one) for one in seen.orders],
    )


@door.post("/documents/<id>/recalls")
@operation(
    "Recall a document that was sent: frozen here, to be destroyed by its recipients",
    body=Wanted,
    gives={202: "application/json"},
)
def begin(id: str) -> ResponseReturnValue:
    """Want it back, and give how far that has come with each."""
    told = read_body(Wanted)
    recall(office(), id, told.reason, told.recipients, by=person())
    return _about(id), 202


@door.post("/recalls/<id>/agree")
@operation(
    "Destroy a document its issuer recalled; a tombstone of the recall stays",
    gives={202: "application/json"},
)
def give_up(id: str) -> ResponseReturnValue:
    """Close it at once; a job destroys it and tells its issuer so."""
    return jsonify(_order(agree(office(), id, by=person()))), 202


@door.post("/recalls/<id>/refuse")
@operation("Keep a document its issuer recalled, and tell why", body=Kept)
def keep(id: str) -> ResponseReturnValue:
    """Keep it."""
    return jsonify(_order(refuse(office(), id, read_body(Kept).reason, by=person())))


def _recall(one: Recall, document: Document) -> dict[str, Any]:
    return {
        "id": one.id,
        "document": shapes.brief(document),
        "recipient": one.recipient,
        "state": one.state,
        "overdue": is_late(office(), one),
        "reason": one.reason,
        "by": one.by,
        "recalled_at": shapes.moment(one.at),
        "changed_at": shapes.moment(one.changed_at),
        "answer": one.answer,
    }


def _order(one: Order) -> dict[str, Any]:
    return {
        "id": one.id,
        "organ": one.organ,
        "document": one.document or None,
        "about": one.about,
        "reason": one.reason,
        "state": one.state,
        "at": shapes.moment(one.at),
        "answered_by": one.by or None,
        "answered_at": shapes.moment(one.answered_at),
        "answer": one.answer,
    }
