"""The class of a document, which may be raised at once and by one person."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from records.document import Classification
from web.api import shapes
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.classify import classify
from workflow.look import view
from workflow.road import Choice

door = Blueprint("classifying", __name__)


class Raise(Body):
    """To which class, and why."""

    classification: Classification
    comment: str


@door.post("/documents/<id>/classification")
@operation("Raise a document's class, at once and for good", body=Raise)
def higher(id: str) -> ResponseReturnValue:
    """Raise it and give the document as it then stands."""
    told = read_body(Raise)
    choice = Choice(told.comment, seen=seen_version())
    classify(office(), id, told.classification, choice, by=person())
    seen = view(office(), id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response
