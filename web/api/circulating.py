"""How far a document may go round, and its coming back from its readers."""

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from records.document import Circulation
from web.api import shapes
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.circulate import give_back, loans, mark
from workflow.look import view
from workflow.road import Choice

door = Blueprint("circulating", __name__)


class Mark(Body):
    """Which mark, and why."""

    circulation_mark: Circulation
    comment: str


@door.post("/documents/<id>/circulation")
@operation("Change how far a document may go round", body=Mark)
def change(id: str) -> ResponseReturnValue:
    """Change the mark and give the document as it then stands."""
    told = read_body(Mark)
    choice = Choice(told.comment, seen=seen_version())
    mark(office(), id, told.circulation_mark, choice, by=person())
    return jsonify(shapes.whole(view(office(), id, by=person())))


@door.get("/documents/<id>/circulation")
@operation("Who opened a document that is to be given back, and who gave it back")
def lent(id: str) -> ResponseReturnValue:
    """Give its readers, to those who may change the mark."""
    found = loans(office(), id, by=person())
    return jsonify(
        items=[
            {
                "person": one.person,
                "opened_at": shapes.moment(one.opened_at),
                "returned_at": shapes.moment(one.returned_at),
            }
            for one in found
        ]
    )


@door.post("/documents/<id>/given-back")
@operation("Give back what one has read", gives={204: ""})
def give(id: str) -> ResponseReturnValue:
    """Give it back; the caller reads it no more."""
    give_back(office(), id, by=person())
    return Response(status=204)
