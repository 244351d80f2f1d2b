"""What is held for a mark of secrecy: claimed, released, destroyed, and looked at page by page."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from records.quarantine import Quarantined
from web.api.documents import WIDEST
from web.api.shapes import moment
from web.contract import Body, operation, read_body
from web.office import office, person
from web.who import require_fresh
from workflow.quarantine import (
    claim,
    discard,
    files_in,
    held,
    held_picture,
    may_look,
    may_release,
    release,
)

door = Blueprint("quarantine", __name__)


class Claim(Body):
    """Why it is no secret."""

    reason: str


@door.get("/quarantine")
@operation("What the caller brought, or may decide about, and is held for a mark of secrecy")
def listed() -> ResponseReturnValue:
    """Give it, oldest first; words only to who may look."""
    return jsonify(items=[_shown(one) for one in held(office(), by=person())])


@door.post("/quarantine/<id>/claim")
@operation("Say that what one brought is no secret", body=Claim, gives={204: ""})
def claimed(id: str) -> ResponseReturnValue:
    """Keep the reason; somebody else decides."""
    claim(office(), id, read_body(Claim).reason, by=person())
    return Response(status=204)


@door.post("/quarantine/<id>/release")
@operation("Let go what another person brought and is no secret")
def released(id: str) -> ResponseReturnValue:
    """Take it in as it was meant, and give the document's id."""
    require_fresh()
    return jsonify(document=release(office(), id, by=person()))


@door.post("/quarantine/<id>/discard")
@operation("Destroy what is held", gives={204: ""})
def discarded(id: str) -> ResponseReturnValue:
    """Destroy it by its key."""
    discard(office(), id, by=person())
    return Response(status=204)


@door.get("/quarantine/<id>/files/<int:n>/pages/<int:page>.png")
@operation("A page of a held file as a picture", gives={200: "image/png"})
def picture(id: str, n: int, page: int) -> ResponseReturnValue:
    """Give a page that names who looks."""
    width = min(WIDEST, max(64, request.args.get("width", 1000, type=int)))
    found = held_picture(office(), id, n, page, width=width, by=person())
    return Response(found, mimetype="image/png")


def _shown(one: Quarantined) -> dict[str, Any]:
    told = {
        "id": one.id,
        "kind": one.kind,
        "classification": one.mark.classification,
        "found": one.mark.where,
        "by": one.by,
        "at": moment(one.at),
        "state": one.outcome,
        "document": one.document or None,
        "may_release": may_release(one, person()),
    }
    if not may_look(one, person()):
        return told
    subject = str(one.said.get("subject", ""))
    return {**told, "subject": subject, "reason": one.reason, "files": files_in(office(), one)}
