"""Who elsewhere may come in as whom."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from records.identity import Link
from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from web.who import require_fresh
from workflow.linking import link, links_of, unlink

door = Blueprint("identities", __name__)


class Named(Body):
    """Whom the provider knows."""

    subject: str
    issuer: str = ""


@door.get("/people/<id>/identities")
@operation("Who elsewhere comes in as this person (themselves and administrators)")
def listed(id: str) -> ResponseReturnValue:
    """Give the identities linked with an account."""
    return jsonify(items=[_shown(one) for one in links_of(office(), id, by=person())])


@door.post("/people/<id>/identities")
@operation(
    "Let whom the provider knows as this subject come in as this person (administrator)",
    body=Named,
    gives={201: "application/json"},
)
def add(id: str) -> ResponseReturnValue:
    """Link an identity with an account."""
    require_fresh()
    told = read_body(Named)
    return jsonify(_shown(link(office(), id, told.subject, issuer=told.issuer, by=person()))), 201


@door.delete("/people/<id>/identities")
@operation(
    "Let an identity come in as this person no more",
    gives={204: ""},
    query={"issuer": "as listed", "subject": "as listed"},
)
def remove(id: str) -> ResponseReturnValue:
    """Forget a link."""
    issuer, subject = request.args.get("issuer", ""), request.args.get("subject", "")
    unlink(office(), id, issuer, subject, by=person())
    return Response(status=204)


def _shown(one: Link) -> dict[str, str | None]:
    return {
        "issuer": one.issuer,
        "subject": one.subject,
        "by": one.by,
        "at": shapes.moment(one.at),
    }
