"""The register of certificates: whose each is, until when, and whether it may still be used."""

import io
import json
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.errors import OfficeError, Refused
from web.api import shapes
from web.api.documents import limit_of
from web.api.signing import LONGEST
from web.contract import Body, operation, read_body
from web.language import language, sentence
from web.office import office, person
from workflow.certificate_list import ask_issuer, csv_line, exported
from workflow.certificates import (
    certificates_of,
    look_through,
    register,
    remove,
    revoke,
)
from workflow.import_certificates import Line, Tally, Way, import_certificates

door = Blueprint("certificates", __name__)

A_PAGE = 50
FORMS = {
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
TOLD = 1000
"""How many wrong lines one answer tells; a stream tells them all."""

STEP = 500
"""After how many lines a stream tells how far it is."""


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


def file_of(content: bytes, form: str) -> Response:
    """Give the register as a file to be kept."""
    kind = next(kind for kind, name in FORMS.items() if name == form)
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="chung-thu.{form}"'
    return response


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


KINDS = ("application/json", "application/x-ndjson", "text/csv")


def imported(kind: str) -> ResponseReturnValue:
    """Give what came of the file that was brought, in one of ``KINDS``."""
    way = request.form.get("way", "")
    if way not in set(Way):
        raise Refused("import.way")
    done = import_certificates(office(), brought(), Way(way), by=person())
    if kind == "text/csv":
        return Response(stream_with_context(_table(done, language())), mimetype=kind)
    if kind == "application/x-ndjson":
        return Response(stream_with_context(_told(done, language())), mimetype=kind)
    tally, wrong = gone_through(done)
    return jsonify(**_counts(tally), way=way, lines=[_line(one, language()) for one in wrong])


def brought() -> Iterator[str]:
    """Give the lines of the file that was brought, read as they are asked for."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused("body.invalid", field="file", why="missing")
    return io.TextIOWrapper(file.stream, encoding="utf-8-sig", newline="")


def gone_through(done: Iterator[tuple[Line, Tally]]) -> tuple[Tally, list[Line]]:
    """Let an import come to its end, and give its tally and the first wrong lines."""
    tally, wrong = Tally(), list[Line]()
    for line, tally in done:  # noqa: B007 - the last tally is the whole one
        if line.refusal is not None and len(wrong) < TOLD:
            wrong.append(line)
    return tally, wrong


def _counts(tally: Tally) -> dict[str, int]:
    return {
        "judged": tally.judged,
        "new": tally.new,
        "known": tally.known,
        "wrong": tally.wrong,
        "entered": tally.entered,
    }


def _line(line: Line, spoken: str) -> dict[str, object]:
    told: dict[str, object] = {"line": line.n, "person": line.person, "came": line.came}
    if line.refusal is not None:
        told |= {"rule": line.refusal.rule, "detail": sentence(line.refusal, spoken)}
    elif line.certificate is not None:
        one = line.certificate
        told |= {"fingerprint": one.fingerprint, "differs": one.differs.split()}
    return told


def _told(done: Iterator[tuple[Line, Tally]], spoken: str) -> Iterator[str]:
    tally = Tally()
    try:
        for line, tally in done:
            if line.refusal is not None:
                yield json.dumps(_line(line, spoken), ensure_ascii=False) + "\n"
            if tally.judged % STEP == 0:
                yield json.dumps(_counts(tally)) + "\n"
    except OfficeError as fault:
        # The answer has begun: what stopped it is its last line.
        yield json.dumps({"rule": fault.rule, "detail": sentence(fault, spoken)}) + "\n"
        return
    yield json.dumps({**_counts(tally), "done": True}) + "\n"


def _table(done: Iterator[tuple[Line, Tally]], spoken: str) -> Iterator[str]:
    yield csv_line(("line", "person", "came", "detail"))
    for line, _ in done:
        told = _line(line, spoken)
        yield csv_line((str(line.n), line.person, line.came, str(told.get("detail", ""))))
