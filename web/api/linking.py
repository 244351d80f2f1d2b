"""What documents have from one another: answers, quotations, what was drawn from what."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from web.api import shapes
from web.api.documents import Named
from web.contract import operation, read_body
from web.office import office, person
from workflow.links import candidates, link, linked, unlink
from workflow.look import view

door = Blueprint("linking", __name__)


@door.get("/documents/<id>/links")
@operation(
    "What a document has from others, and others from it, as far as the caller may know of them",
    query={"q": "number or words: documents that could be named as a source"},
)
def links(id: str) -> ResponseReturnValue:
    """Give the links, and candidates for another one where words are given."""
    found = linked(office(), id, by=person())
    others = candidates(office(), request.args.get("q", ""), but=id, by=person())
    return jsonify(
        items=[shapes.linked(one) for one in found],
        candidates=[shapes.brief(one) for one in others],
    )


@door.post("/documents/<id>/links")
@operation(
    "Say what a document has from another one; it never stands below that one's class",
    body=Named,
    gives={201: "application/json"},
)
def add(id: str) -> ResponseReturnValue:
    """Link it, raise its class where its source's is higher, and give it as it then stands."""
    told = read_body(Named)
    link(office(), id, told.kind, told.document_id, by=person())
    seen = view(office(), id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response, 201


@door.delete("/documents/<id>/links/<kind>/<source>")
@operation("Take a link back whose source is no secret", gives={204: ""})
def remove(id: str, kind: str, source: str) -> ResponseReturnValue:
    """Take it back."""
    unlink(office(), id, kind, source, by=person())
    return "", 204
