"""Two doors for VGCA Sign Service, which has no session: a word opens each of them once."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import NotFound, OfficeError, Refused
from records.signing import SigningRole
from web.language import sentence
from web.office import office
from web.who import open_to_all
from workflow.sign_service import HandedOut, bring_back, fetched

door = Blueprint("sign_service", __name__, url_prefix="/sign-service")

SOCKET = "wss://127.0.0.1:8987"
"""Where the service listens on the signer's own computer; each operation has a path there."""


@door.get("/files/<word>/van-ban.pdf")
@open_to_all
def fetch(word: str) -> ResponseReturnValue:
    """Give the file a word is for, to whoever brings the word, once."""
    if request.method == "HEAD":
        return Response(status=405, headers={"Allow": "GET"})
    return Response(fetched(office(), word), mimetype="application/pdf")


@door.post("/uploads/<word>")
@open_to_all
def bring(word: str) -> ResponseReturnValue:
    """Take in what the service signed; its person reads the answer in the service's own window."""
    try:
        brought = request.files.get("uploadfile")
        if brought is None:
            raise Refused("service.no-file")
        moved = bring_back(office(), word, brought.read())
    except NotFound:
        raise
    except OfficeError as refusal:
        # The service shows what stands in Message; a bare status would say nothing to anybody.
        return jsonify(Status=False, Message=sentence(refusal), FileName="", FileServer="")
    page = _public(url_for("documents.one", id=moved.id))
    return jsonify(Status=True, Message="", FileName="van-ban.pdf", FileServer=page)


def message_of(handed: HandedOut, *, fetch: str, bring: str) -> dict[str, Any]:
    """Give what the page tells the service: which file, where it goes, and what it must write."""
    asked = handed.asked
    told: dict[str, Any] = {
        "FileUploadHandler": bring,
        "SessionId": "",
        "JWTToken": "",
        "FileName": fetch,
        "MetaData": [{"Key": name, "Value": said} for name, said in handed.writes.items()],
    }
    if asked.role is SigningRole.AGENCY and asked.number:
        told["DocNumber"] = str(asked.number)
        told["IssuedDate"] = asked.number.on.isoformat()
    return told


def addressed(handed: HandedOut) -> dict[str, Any]:
    """Give the message with the two addresses that are good once."""
    return message_of(
        handed,
        fetch=_public(url_for("sign_service.fetch", word=handed.fetch)),
        bring=_public(url_for("sign_service.bring", word=handed.bring)),
    )


def _public(path: str) -> str:
    """Give a whole address: the service knows no other, and a request's own may be a proxy's."""
    return office().address.rstrip("/") + path
