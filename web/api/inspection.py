"""What can be checked from outside: the log's chain, and the signatures of any PDF."""

from dataclasses import asdict
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from records.audit import AuditEntry
from records.errors import Refused
from records.signature import ValidationReport
from web.api import shapes
from web.api.etsi import etsi
from web.contract import operation
from web.log_asked import asked, before, how_many
from web.office import office, person
from web.pages.labels import EVENT
from workflow.check import check_file, signed_bytes_of
from workflow.log import entries, take_along
from workflow.look import audit_state

FORM = {"form": "etsi for a report as ETSI TS 119 102-2 has it"}

SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

door = Blueprint("inspection", __name__)


@door.get("/audit/verify")
@operation("Whether the log holds, and its head")
def audit() -> ResponseReturnValue:
    """Recompute the log's chain for an inspector."""
    head = audit_state(office(), by=person())
    return jsonify({**asdict(head), "head": head.hash, "faults": list(head.faults)})


@door.get("/audit")
@operation(
    "Entries of the log, newest first; or as a file, oldest first",
    gives={200: "application/json"},
    query={
        "by": "account",
        "action": "one act, as document:signed",
        "document": "id",
        "from": "first day or moment",
        "to": "last day, or the moment before which",
        "cursor": "next_cursor of the page before",
        "limit": "how many, 1 to 200",
        "format": "csv or xlsx",
    },
)
def entries_of_log() -> ResponseReturnValue:
    """Give an inspector what they look for."""
    form = request.args.get("format", "")
    if form:
        content = take_along(office(), asked(), form, EVENT, by=person())
        name = f"nhat-ky-{office().today().isoformat()}.{form}"
        return send_file(
            BytesIO(content), mimetype=SHEETS[form], as_attachment=True, download_name=name
        )
    found, more = entries(office(), asked(), before=before(), limit=how_many(), by=person())
    return jsonify(items=[_entry(one) for one in found], next_cursor=str(more) if more else None)


def _entry(one: AuditEntry) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.event.at.isoformat(),
        "by": one.event.by,
        "action": one.event.action,
        "document": one.event.document or None,
        "facts": dict(one.event.facts),
        "hash": one.hash,
    }


@door.post("/validations")
@operation("The verdict on any PDF's signatures", form={"file": "file"}, query=FORM)
def validate() -> ResponseReturnValue:
    """Check the signatures of an uploaded PDF, of which nothing is kept."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="no file")
    return jsonify(as_asked(check_file(office(), part.read())))


@door.post("/validations/signatures/<int:n>/content")
@operation(
    "Any PDF as it was when its n-th signature was made",
    form={"file": "file"},
    gives={200: "application/pdf"},
)
def covered(n: int) -> ResponseReturnValue:
    """Give exactly the bytes a signature covers, up to its own end; nothing is kept."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="no file")
    found = signed_bytes_of(office(), part.read(), n)
    response = Response(found, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="ban-da-ky-{n}.pdf"'
    return response


def as_asked(told: ValidationReport) -> dict[str, Any]:
    """Give a report in the form the address asks for: ours, or ``form=etsi``."""
    return etsi(told) if request.args.get("form") == "etsi" else shapes.report(told)
