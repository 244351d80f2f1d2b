"""The register of certificates: whose each is, until when, and whether it may still be used."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from web.api import shapes
from web.api.documents import limit_of
from web.api.signing import LONGEST
from web.contract import Body, operation, read_body
from web.importing import FORMS, KINDS, file_of, imported
from web.office import office, person
from workflow.certificate_list import ask_issuer, exported
from workflow.certificates import (
    certificates_of,
    look_through,
    register,
    remove,
    revoke,
)

door = Blueprint("certificates", __name__)

A_PAGE = 50


class Registered(Body):
    """A certificate, and whose it is; the agency's where ``person`` is empty."""

    certificate: str = Field(max_length=LONGEST)
    person: str = ""
    kept_on: str = Field(default="", max_length=200)


class Why(Body):
    """Why a certificate is revoked."""

    reason: str = Field(max_length=500)


@door.get("/certificates")
@operation("The caller's registered certificates")
def mine() -> ResponseReturnValue:
    """Give the certificates the caller may sign with on a device of their own."""
    found = certificates_of(office(), person().id, by=person())
    return jsonify(items=[shapes.certificate(one, office().clock()) for one in found])


@door.get("/certificates/register")
@operation(
    "The register of certificates",
    gives={200: "application/json"},
    query={
        "q": "words of its name, holder, issuer, serial number or device",
        "standing": "good, ending, ended, to-come, revoked or differs",
        "cursor": "where the page begins",
        "limit": "how many at most",
        "format": "csv or xlsx instead of Accept",
    },
)
def listed() -> ResponseReturnValue:
    """Give the register to an administrator, what ends first before the rest."""
    words, standing = request.args.get("q", ""), request.args.get("standing", "")
    if form := request.args.get("format", "") or FORMS.get(_accepted(), ""):
        content = exported(office(), form, words=words, standing=standing, by=person())
        return file_of(content, form)
    shelf = look_through(
        office(),
        words=words,
        standing=standing,
        after=request.args.get("cursor", ""),
        limit=limit_of(A_PAGE),
        by=person(),
    )
    now = office().clock()
    return jsonify(
        items=[shapes.certificate(one, now) for one in shelf.certificates],
        counts=shelf.counts,
        next=shelf.more or None,
    )


def _accepted() -> str:
    return request.accept_mimetypes.best_match(["application/json", *FORMS], "application/json")


@door.post("/certificates")
@operation("Register a certificate", body=Registered, gives={201: "application/json"})
def enter() -> ResponseReturnValue:
    """Enter a certificate as a person's, or as the agency's; an administrator does."""
    told = read_body(Registered)
    one = register(office(), told.person, told.certificate, by=person(), kept_on=told.kept_on)
    return jsonify(shapes.certificate(one, office().clock())), 201


@door.delete("/certificates/<fingerprint>")
@operation("Take a certificate out of the register", gives={204: ""})
def strike(fingerprint: str) -> ResponseReturnValue:
    """Let nothing be signed with a certificate any more."""
    remove(office(), fingerprint, by=person())
    return Response(status=204)


@door.post("/certificates/<fingerprint>/revoke")
@operation("Let nothing be signed with a certificate from now on", body=Why)
def stop(fingerprint: str) -> ResponseReturnValue:
    """Mark a certificate as revoked, with the reason; there is no way back."""
    one = revoke(office(), fingerprint, read_body(Why).reason, by=person())
    return jsonify(shapes.certificate(one, office().clock()))


@door.post("/certificates/<fingerprint>/status")
@operation("What a certificate's issuer says of it now")
def status(fingerprint: str) -> ResponseReturnValue:
    """Ask the lists and the allowed responders; one that is revoked there stops here at once."""
    one, said = ask_issuer(office(), fingerprint, by=person())
    return jsonify(status=said, certificate=shapes.certificate(one, office().clock()))


@door.post("/certificates/imports")
@operation(
    "Register the certificates of a CSV file",
    form={"file": "file", "way": "check, good or whole"},
)
def bring() -> ResponseReturnValue:
    """Judge each line, and enter nothing, the good ones, or everything or nothing.

    As application/x-ndjson the answer tells line by line, while it goes on; as text/csv it is a
    table of every line and what came of it.
    """
    return imported(request.accept_mimetypes.best_match(KINDS, KINDS[0]) or KINDS[0])
