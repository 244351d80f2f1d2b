"""Why not, and who may: what the rules say of one document, and of everybody."""

from io import BytesIO
from typing import Any

from flask import Blueprint, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from records.errors import NotFound
from web.api.inspection import SHEETS
from web.contract import operation
from web.language import sentence
from web.office import office, person
from web.phrases import title
from web.who import barred
from workflow.rights import rights_of_people, rights_on_documents
from workflow.why import Reason, reasons

door = Blueprint("rights", __name__)

TABLES = {"people": rights_of_people, "documents": rights_on_documents}


@door.get("/documents/<id>/why")
@operation(
    "Why the caller can or cannot do something with a document",
    query={"action": "one act of its road; every one if unsaid"},
)
def why(id: str) -> ResponseReturnValue:
    """Give for each act whether the caller may do it now, and the rule that refuses it if not."""
    action = request.args.get("action", "")
    found, _ = reasons(office(), id, action, barred=barred(), by=person())
    return jsonify(items=[_told(one) for one in found])


def _told(one: Reason) -> dict[str, Any]:
    return {
        "action": one.act.name,
        "title": title(one.act.title),
        "state": one.state.name,
        "allowed": one.allowed,
        "on_behalf_of": one.behalf.principal.id if one.behalf else None,
        "rule": one.refusal.rule if one.refusal else None,
        "because": sentence(one.refusal) if one.refusal else None,
    }


@door.get("/rights/<table>")
@operation(
    "Who may do what: people, or documents under way",
    gives={200: "text/csv"},
    query={"format": "csv, xlsx or pdf"},
)
def rights(table: str) -> ResponseReturnValue:
    """Give a table of rights as a file."""
    if table not in TABLES:
        raise NotFound("rights.unknown")
    form = request.args.get("format", "xlsx")
    content = TABLES[table](office(), form, by=person())
    name = f"quyen-{table}-{office().today().isoformat()}.{form}"
    return send_file(
        BytesIO(content),
        mimetype=SHEETS.get(form, "application/pdf"),
        as_attachment=True,
        download_name=name,
    )
