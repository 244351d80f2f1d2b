"""Signatures of keys that are not here: what is to be signed goes out, a signature comes back."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.errors import Refused
from records.signing import SigningRequest, SigningRole
from web.api import shapes
from web.api.documents import seen_version
from web.contract import Body, operation, read_body
from web.office import office, person
from web.sign_service import SOCKET, addressed
from web.who import barred
from workflow.look import view
from workflow.marks_elsewhere import Part
from workflow.road import Choice
from workflow.sign_service import hand_out, outcome_of
from workflow.signing_requests import (
    Brought,
    Waits,
    complete_signature,
    request_signature,
    to_be_signed,
    waiting_signatures,
)

door = Blueprint("signing", __name__)

LONGEST = 100_000
"""How many signs a certificate or a signature may have; the largest in use have about 20 000."""


class HandOut(Body):
    """What the service on somebody's computer shall sign.

    For a copy ``kind`` says which form, and ``extract`` brings the part to be copied as PDF in
    base64; for an annex ``annex`` is its number among the attachments.
    """

    role: SigningRole
    revision: str = ""
    reservation: str = ""
    kind: str = ""
    annex: int = Field(default=0, ge=0)
    extract: str = ""


class Wanted(HandOut):
    """What somebody wants to sign with a key of their own, and its certificate."""

    certificate: str = Field(max_length=LONGEST)


class Returned(Body):
    """What the signer's device made: one of the two."""

    signature: str = Field(default="", max_length=LONGEST)
    cms: str = Field(default="", max_length=LONGEST)
    comment: str = ""


@door.post("/documents/<id>/signing-requests")
@operation(
    "Ask for what the signer's own device shall sign",
    body=Wanted,
    gives={201: "application/json"},
)
def ask(id: str) -> ResponseReturnValue:
    """Give the bytes to be signed; they are good once, and not for long."""
    told = read_body(Wanted)
    choice, part = _chosen(told)
    asked = request_signature(
        office(), id, told.role, told.certificate, choice, by=person(), part=part
    )
    response = jsonify(_shown(asked))
    response.status_code = 201
    response.headers["Location"] = f"/api/v1/documents/{id}/signing-requests/{asked.id}/content"
    return response


@door.post("/documents/<id>/signing-requests/<rid>/complete")
@operation("Bring the signature back", body=Returned)
def complete(id: str, rid: str) -> ResponseReturnValue:
    """Verify the signature and move the document on, or change nothing."""
    told = read_body(Returned)
    if bool(told.signature) is bool(told.cms):
        raise Refused("body.invalid", field="signature", why="signature or cms")
    brought = Brought(_decoded(told.signature, "signature"), _decoded(told.cms, "cms"))
    choice = Choice(comment=told.comment, barred=barred())
    moved = complete_signature(office(), id, rid, brought, choice, by=person())
    seen = view(office(), moved.id, by=person())
    response = jsonify(shapes.whole(seen))
    response.set_etag(str(seen.document.version))
    return response


@door.get("/documents/<id>/signing-requests/<rid>/content")
@operation("The revision that waits for its signature", gives={200: "application/pdf"})
def content(id: str, rid: str) -> ResponseReturnValue:
    """Give the whole file with its hole, so that the signer's device can hash it for itself."""
    return Response(to_be_signed(office(), id, rid, by=person()), mimetype="application/pdf")


@door.post("/documents/<id>/sign-service")
@operation(
    "Hand a document out to VGCA Sign Service on the caller's computer, once",
    body=HandOut,
    gives={201: "application/json"},
)
def hand(id: str) -> ResponseReturnValue:
    """Give where the service listens and what to send there; both addresses are good once."""
    told = read_body(HandOut)
    choice, part = _chosen(told)
    handed = hand_out(office(), id, told.role, choice, by=person(), part=part)
    answer = jsonify(
        **_outcome(handed.asked),
        socket=f"{SOCKET}/{handed.operation}",
        message=addressed(handed),
    )
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/documents/{id}/sign-service/{handed.asked.id}"
    return answer


@door.get("/documents/<id>/sign-service/<rid>")
@operation("How far a document that was handed out has come")
def handed(id: str, rid: str) -> ResponseReturnValue:
    """Give the state of a request of the caller's own, and the rule that refused it."""
    return jsonify(_outcome(outcome_of(office(), id, rid, by=person())))


@door.get("/signing-requests")
@operation("What the caller's own device is asked to sign")
def waiting() -> ResponseReturnValue:
    """Give the requests the caller may still complete, oldest first."""
    return jsonify(items=[_waiting(one) for one in waiting_signatures(office(), by=person())])


def _chosen(told: HandOut) -> tuple[Choice, Part]:
    choice = Choice(
        shown=told.revision, seen=seen_version(), reserved=told.reservation, barred=barred()
    )
    return choice, Part(told.kind, told.annex, _decoded(told.extract, "extract"))


def _shown(asked: SigningRequest) -> dict[str, object]:
    attributes = asked.awaited.attributes if asked.awaited else b""
    return {
        "id": asked.id,
        "document": asked.document,
        "role": asked.role,
        "part": asked.part,
        "revision_digest": asked.digest,
        "to_be_signed": b64encode(attributes).decode(),
        "digest_algorithm": "sha256",
        "expires_at": shapes.moment(asked.expires_at),
    }


def _outcome(asked: SigningRequest) -> dict[str, object]:
    return {
        "id": asked.id,
        "document": asked.document,
        "role": asked.role,
        "part": asked.part,
        "revision_digest": asked.digest,
        "state": asked.state,
        "rule": asked.outcome,
        "expires_at": shapes.moment(asked.expires_at),
    }


def _waiting(one: Waits) -> dict[str, object]:
    certificate = b64encode(one.asked.certificate).decode()
    return {
        **_shown(one.asked),
        "certificate": certificate,
        "subject": one.document.subject,
        "type": one.document.type,
        "classification": one.document.classification,
    }


def _decoded(text: str, field: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        raise Refused("body.invalid", field=field, why="not base64") from None
