"""Documents come in, are read, and get new revisions."""

from base64 import b64encode
from datetime import datetime, time
from itertools import zip_longest
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ConfigDict, Field
from werkzeug.datastructures import FileStorage

from records.delegation import AMOUNT
from records.document import Circulation, Classification, Direction, Source, Urgency
from records.errors import Refused
from records.finding import Bounds
from records.link import Drawn, LinkKind
from web.api import shapes
from web.api.inspection import FORM, as_asked
from web.contract import Body, operation, parsed, read_as, read_body
from web.days import Day, asked_day
from web.office import office, person
from workflow.begin import Enclosed, Particulars
from workflow.beneath import inspected
from workflow.check import check, signed_bytes, signed_page
from workflow.copy import copy
from workflow.draft import draft
from workflow.evidence import evidence
from workflow.inspect import intake_report
from workflow.look import (
    attachment,
    attachment_picture,
    content,
    history,
    marked_print,
    package,
    page_of_documents,
    page_picture,
    placement,
    view,
)
from workflow.receive import receive
from workflow.revise import revise
from workflow.road import Choice

door = Blueprint("documents", __name__)

WIDEST = 2400
"""How many pixels a page's picture may be wide."""

MANY = 10
"""With how many figures a number is none that we ever gave."""

PDF_OR_DOCX = "application/octet-stream"


class Named(Body):
    """A document from which a new one has something."""

    kind: LinkKind
    document_id: str


class Metadata(Body):
    """What is said of an uploaded document."""

    direction: Direction
    type: str
    subject: str
    classification: Classification
    urgency: Urgency = Urgency.NORMAL
    circulation_mark: Circulation = Circulation.NONE
    workflow: str = ""
    unit: str = ""
    recipients: tuple[str, ...] = ()
    due_date: Day | None = None
    source_number: str = ""
    source_organ: str = ""
    source_date: Day | None = None
    signer: str = ""
    cosigners: tuple[str, ...] = ()
    amount: str = ""
    links: tuple[Named, ...] = ()
    attachment_classifications: tuple[Classification, ...] = ()  # in the attachments' order


class Draft(Body):
    """What a form is filled in with; every other name is an answer to the form's questions."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    type: str
    subject: str
    direction: Direction = Direction.OUTGOING
    classification: Classification = Classification.NONE
    urgency: Urgency = Urgency.NORMAL
    circulation_mark: Circulation = Circulation.NONE
    workflow: str = ""
    unit: str = ""
    due_date: Day | None = None
    signer: str = ""
    cosigners: tuple[str, ...] = ()
    recipients: str | list[str] = ""
    links: tuple[Named, ...] = ()
    fields: dict[str, str | list[str]] = Field(default_factory=dict)


@door.post("/documents")
@operation(
    "Bring a PDF or DOCX",
    form={"file": "file", "attachments": "files", "metadata": "json"},
    gives={201: "application/json"},
)
def bring() -> ResponseReturnValue:
    """Take in an uploaded document."""
    told = read_as(Metadata, _json_part("metadata"))
    receipt = receive(
        office(),
        _particulars(told),
        _file("file"),
        name=_name("file"),
        attachments=tuple(
            Enclosed(one.filename or "", one.read(), own)
            for one, own in zip_longest(
                request.files.getlist("attachments"), told.attachment_classifications
            )
            if one is not None
        ),
        key=request.headers.get("Idempotency-Key", "")[:200],
        by=person(),
    )
    return _shown(receipt.document.id, 201)


@door.post("/drafts")
@operation("Make a draft from a form", body=Draft, gives={201: "application/json"})
def make() -> ResponseReturnValue:
    """Make a DOCX and its PDF from the office's form for a type."""
    told = read_body(Draft)
    extra = told.model_extra or {}
    answers = {**told.fields, **{name: value for name, value in extra.items() if value is not None}}
    organs, lines = _recipients(told.recipients)
    if lines:
        answers.setdefault("recipients", lines)
    said = Particulars(
        direction=told.direction,
        type=told.type,
        subject=told.subject,
        classification=told.classification,
        urgency=told.urgency,
        circulation=told.circulation_mark,
        workflow=told.workflow,
        unit=told.unit,
        recipients=organs,
        due_on=told.due_date,
        drawn=_drawn(told.links),
    )
    lined = {name: _lines(value) for name, value in answers.items()}
    made = draft(office(), said, lined, signer=told.signer, cosigners=told.cosigners, by=person())
    return _shown(made.id, 201)


@door.get("/documents")
@operation(
    "What the caller may read, newest first",
    query={
        "direction": "outgoing, incoming or internal",
        "state": "a state of a road",
        "type": "a document type",
        "unit": "a unit's id",
        "from": "first day of arrival, ISO 8601",
        "to": "last day of arrival, ISO 8601",
        "cursor": "next_cursor of the page before",
        "limit": "how many, 1 to 200",
    },
)
def page() -> ResponseReturnValue:
    """Give a page of documents."""
    asked = request.args
    bounds = Bounds(
        direction=asked.get("direction", ""),
        state=asked.get("state", ""),
        type=asked.get("type", ""),
        unit=asked.get("unit", ""),
        since=_day("from"),
        until=_day("to"),
    )
    found, more = page_of_documents(
        office(), bounds, after=asked.get("cursor", ""), limit=limit_of(50), by=person()
    )
    return jsonify(items=[shapes.brief(one) for one in found], next_cursor=more or None)


@door.get("/documents/<id>")
@operation("A document as the caller sees it")
def one(id: str) -> ResponseReturnValue:
    """Give a document; its ETag is its version."""
    return _shown(id, 200)


@door.get("/documents/<id>/content")
@operation(
    "The bytes of a revision",
    query={"revision": "its n, or its digest", "mark": "print: pages to print, a mark on each"},
    gives={200: PDF_OR_DOCX},
)
def bytes_of(id: str) -> ResponseReturnValue:
    """Give the bytes of a revision, the latest one by default."""
    if request.args.get("mark") == "print":
        revision, printed = marked_print(
            office(), id, request.args.get("revision", ""), by=person()
        )
        return download(printed, revision.media, f"{id}-{revision.n}-in.pdf")
    revision, found = content(office(), id, request.args.get("revision", ""), by=person())
    suffix = "pdf" if revision.media.endswith("pdf") else "docx"
    response = download(found, revision.media, f"{id}-{revision.n}.{suffix}")
    response.headers["Digest"] = f"sha-256={_base64(revision.digest)}"
    response.set_etag(revision.digest)
    return response.make_conditional(request)


@door.get("/documents/<id>/pages/<int:n>.png")
@operation(
    "A page as a picture",
    query={"revision": "n of a revision", "width": "in pixels"},
    gives={200: "image/png"},
)
def picture(id: str, n: int) -> ResponseReturnValue:
    """Give one page of a revision, with fields and signatures drawn."""
    width = min(WIDEST, max(64, request.args.get("width", 1000, type=int)))
    found = page_picture(
        office(), id, n, request.args.get("revision", ""), width=width, by=person()
    )
    return Response(found, mimetype="image/png")


@door.get("/documents/<id>/attachments/<int:n>")
@operation("The bytes of an attachment", gives={200: PDF_OR_DOCX})
def enclosed(id: str, n: int) -> ResponseReturnValue:
    """Give an attachment, always as a download: it is no page of ours."""
    found, its_bytes = attachment(office(), id, n, by=person())
    return download(its_bytes, found.media, found.name)


@door.get("/documents/<id>/attachments/<int:n>/pages/<int:page>.png")
@operation("A page of an attachment as a picture", gives={200: "image/png"})
def enclosed_picture(id: str, n: int, page: int) -> ResponseReturnValue:
    """Give one page of an attachment, whatever kind of file it is, if that has pages."""
    width = min(WIDEST, max(64, request.args.get("width", 1000, type=int)))
    found = attachment_picture(office(), id, n, page, width=width, by=person())
    return Response(found, mimetype="image/png")


@door.get("/documents/<id>/package")
@operation("The package of an archived document", gives={200: "application/zip"})
def packed(id: str) -> ResponseReturnValue:
    """Give the BagIt package as a ZIP."""
    return download(package(office(), id, by=person()), "application/zip", f"{id}.zip")


@door.post("/documents/<id>/revisions")
@operation(
    "Bring a new revision of a draft", form={"file": "file"}, gives={201: "application/json"}
)
def better(id: str) -> ResponseReturnValue:
    """Add a revision while the document is drafted."""
    choice = Choice(seen=seen_version())
    brought = revise(office(), id, _file("file"), choice, name=_name("file"), by=person())
    return _shown(brought.id, 201)


@door.get("/documents/<id>/history")
@operation("Every act on a document, oldest first")
def told(id: str) -> ResponseReturnValue:
    """Give the history."""
    lines = history(office(), id, by=person())
    return jsonify(items=[shapes.history_line(line) for line in lines])


@door.get("/documents/<id>/inspection")
@operation("What a document's PDF holds beside what its pages show", query={"revision": "its n"})
def beneath(id: str) -> ResponseReturnValue:
    """Give what was found in a revision, and whether it may be submitted and signed as it is."""
    told = inspected(office(), id, n=request.args.get("revision", type=int), by=person())
    return jsonify(shapes.inspection(told))


@door.get("/documents/<id>/validation")
@operation("The verdict on the latest revision's signatures", query=FORM)
def verdict(id: str) -> ResponseReturnValue:
    """Give a three-valued verdict with its reasons."""
    return jsonify(as_asked(check(office(), id, by=person())))


@door.get("/documents/<id>/intake")
@operation("The verdict on an incoming document's signatures as it came, as it was kept")
def as_it_came(id: str) -> ResponseReturnValue:
    """Give the report that was made at intake, byte for byte."""
    return Response(intake_report(office(), id, by=person()), mimetype="application/json")


@door.get("/documents/<id>/signatures/<int:n>/content")
@operation("The file as it was when its n-th signature was made", gives={200: "application/pdf"})
def signed(id: str, n: int) -> ResponseReturnValue:
    """Give exactly the bytes a signature covers, up to its own end."""
    found = signed_bytes(office(), id, n, by=person())
    return download(found, "application/pdf", f"{id}-signature-{n}.pdf")


@door.get("/documents/<id>/signatures/<int:n>/pages/<int:page>.png")
@operation("A page as it was when the n-th signature was made", gives={200: "image/png"})
def signed_picture(id: str, n: int, page: int) -> ResponseReturnValue:
    """Give a page of what a signature covers, as a picture."""
    width = min(WIDEST, max(64, request.args.get("width", 1000, type=int)))
    found = signed_page(office(), id, n, page, width=width, by=person())
    return Response(found, mimetype="image/png")


@door.post("/documents/<id>/copies")
@operation(
    "Make a certified electronic copy: sao-y, sao-luc or trich-sao",
    form={"kind": "json", "file": "file"},
    gives={201: "application/json"},
)
def copied(id: str) -> ResponseReturnValue:
    """Sign a copy for the agency; it becomes a file that goes with the document."""
    part = request.files.get("file")
    extract = bytes(part.read()) if part else b""
    kind = request.form.get("kind", "")
    choice = Choice(seen=seen_version())
    return _shown(copy(office(), id, kind, extract, choice, by=person()).id, 201)


@door.get("/documents/<id>/evidence")
@operation("Everything that proves a document offline", gives={200: "application/zip"})
def proven(id: str) -> ResponseReturnValue:
    """Give a ZIP with files, validation data, log, and how to verify all of it without us."""
    return download(evidence(office(), id, by=person()), "application/zip", f"{id}-evidence.zip")


@door.get("/documents/<id>/placement")
@operation("Where number, date, signature and seal will stand")
def places(id: str) -> ResponseReturnValue:
    """Give the boxes in PDF points, origin at the lower left of the page."""
    return jsonify(shapes.placed(placement(office(), id, by=person())))


def seen_version() -> int | None:
    """Give the version in If-Match, None where the caller sent none."""
    told = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not told or told == "*":
        return None
    if not (told.isascii() and told.isdecimal() and len(told) < MANY):
        raise Refused("body.invalid", field="If-Match", why="not a version")
    return int(told)


def limit_of(usual: int) -> int:
    """Give how many things a page shall have."""
    return min(200, max(1, request.args.get("limit", usual, type=int)))


def download(found: bytes, media: str, name: str) -> Response:
    """Give bytes as a download under their own name (RFC 6266)."""
    response = Response(found, mimetype=media)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    )
    return response


def _shown(id: str, status: int) -> ResponseReturnValue:
    seen = view(office(), id, by=person())
    response = jsonify(shapes.whole(seen))
    response.status_code = status
    response.set_etag(str(seen.document.version))
    if status == 201:  # noqa: PLR2004 - HTTP's own number
        response.headers["Location"] = f"/api/v1/documents/{id}"
    return response


def _particulars(told: Metadata) -> Particulars:
    return Particulars(
        direction=told.direction,
        type=told.type,
        subject=told.subject,
        classification=told.classification,
        urgency=told.urgency,
        circulation=told.circulation_mark,
        workflow=told.workflow,
        unit=told.unit,
        recipients=told.recipients,
        due_on=told.due_date,
        drawn=_drawn(told.links),
        source=Source(told.source_number, told.source_organ, told.source_date),
        fields={
            name: said
            for name, said in (
                ("signer", told.signer),
                ("cosigners", " ".join(told.cosigners)),
                (AMOUNT, told.amount),
            )
            if said
        },
    )


def _drawn(told: tuple[Named, ...]) -> tuple[Drawn, ...]:
    return tuple(Drawn(one.kind, one.document_id) for one in told)


def _recipients(told: str | list[str]) -> tuple[tuple[str, ...], str]:
    """Give the organs among the recipients of a draft, and all of them as printed lines."""
    lines = _lines(told).splitlines()
    partners = office().partners
    organs = tuple(line.strip() for line in lines if line.strip() in partners)
    printed = [partners[line.strip()].name if line.strip() in partners else line for line in lines]
    return organs, "\n".join(printed)


def _lines(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return str(value)


def _json_part(name: str) -> object:
    text = request.form.get(name)
    if text is None and (part := request.files.get(name)):
        text = part.read().decode("utf-8", "replace")
    try:
        return parsed(text or "")
    except ValueError as wrong:
        raise Refused("body.invalid", field=name, why="not JSON") from wrong


def _file(name: str) -> bytes:
    part: FileStorage | None = request.files.get(name)
    if part is None:
        raise Refused("body.invalid", field=name, why="no file")
    return bytes(part.read())


def _name(part: str) -> str:
    """Give what its bringer calls a file."""
    found = request.files.get(part)
    return (found.filename or "") if found else ""


def _day(name: str) -> datetime | None:
    on = asked_day(name)
    if on is None:
        return None
    end = time.max if name == "to" else time.min
    return datetime.combine(on, end, office().zone)


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()
