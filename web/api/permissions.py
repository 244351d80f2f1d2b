"""Who reads what changes by two people: one proposes it, another one confirms."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.permit import (
    Proposal,
    confirm,
    proposals,
    propose_document,
    propose_file,
    waiting_of,
    withdraw,
)

door = Blueprint("permissions", __name__)


class Reader(Body):
    """Who is to read it, or no more."""

    person: str
    grants: bool = True


@door.get("/permission-changes")
@operation("Permission changes that wait for the caller to confirm, or that they proposed")
def waiting() -> ResponseReturnValue:
    """Give what waits."""
    return jsonify(items=[_shown(one) for one in proposals(office(), by=person())])


@door.get("/documents/<id>/permission-changes")
@operation("Permission changes of a document that wait to be confirmed")
def of_document(id: str) -> ResponseReturnValue:
    """Give what waits about a document."""
    return jsonify(items=[_shown(one) for one in waiting_of(office(), document=id, by=person())])


@door.get("/case-files/<id>/permission-changes")
@operation("Permission changes of a case file that wait to be confirmed")
def of_file(id: str) -> ResponseReturnValue:
    """Give what waits about a case file."""
    return jsonify(items=[_shown(one) for one in waiting_of(office(), file=id, by=person())])


@door.post("/documents/<id>/readers")
@operation(
    "Propose that somebody reads a document, or no more",
    body=Reader,
    gives={202: "application/json"},
)
def propose_one(id: str) -> ResponseReturnValue:
    """Propose it; nothing changes until another person confirms."""
    told = read_body(Reader)
    made = propose_document(office(), id, told.person, grants=told.grants, by=person())
    return jsonify(id=made), 202


@door.post("/case-files/<id>/readers")
@operation(
    "Propose that somebody opens a case file, or no more",
    body=Reader,
    gives={202: "application/json"},
)
def propose_of_file(id: str) -> ResponseReturnValue:
    """Propose it; nothing changes until another person confirms."""
    told = read_body(Reader)
    made = propose_file(office(), id, told.person, grants=told.grants, by=person())
    return jsonify(id=made), 202


@door.post("/permission-changes/<id>/confirm")
@operation("Confirm a permission change that another person proposed; it counts at once")
def agree(id: str) -> ResponseReturnValue:
    """Let it take effect."""
    confirm(office(), id, by=person())
    return jsonify(id=id)


@door.delete("/permission-changes/<id>")
@operation("Give a permission change up", gives={204: ""})
def leave(id: str) -> ResponseReturnValue:
    """Give it up."""
    withdraw(office(), id, by=person())
    return Response(status=204)


def _shown(one: Proposal) -> dict[str, object]:
    change = one.change
    return {
        "id": change.id,
        "document": change.document,
        "case_file": change.file,
        "title": one.title,
        "person": change.person,
        "grants": change.grants,
        "proposed_by": change.proposed_by,
        "proposed_at": shapes.moment(change.proposed_at),
        "until": shapes.moment(change.until),
        "confirms": one.confirms,
    }
