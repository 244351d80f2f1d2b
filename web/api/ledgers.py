"""The books beside the registers, and the slips of a document."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from web.api.documents import download
from web.api.registers import FORMS, accepted, asked_year
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.ledgers import LEDGERS, give_back, open_ledger, print_ledger, write_line
from workflow.slips import print_slip

door = Blueprint("ledgers", __name__)


class Written(Body):
    """A line about a document."""

    document: str
    cells: dict[str, str] = Field(max_length=20)


@door.get("/ledgers")
@operation("The books beside the registers")
def ledgers() -> ResponseReturnValue:
    """Give every ledger with its columns, and which of them a clerk fills in."""
    return jsonify(
        items=[
            {
                "id": one.id,
                "name": one.name,
                "columns": [{"id": id, "title": title} for id, title, _ in one.columns],
                "asks": list(one.asks),
            }
            for one in LEDGERS
        ]
    )


@door.get("/ledgers/<ledger>")
@operation(
    "One year of a ledger",
    query={"year": "this year if unsaid", "format": "pdf, xlsx or docx instead of Accept"},
)
def ledger(ledger: str) -> ResponseReturnValue:
    """Give the lines in order, or the printed book as Accept asks."""
    year = asked_year()
    form = request.args.get("format", "") or accepted()
    if form:
        printed = print_ledger(office(), ledger, year, form, by=person())
        media = next((one for one, name in FORMS.items() if name == form), "")
        return download(printed, media, f"{ledger}.{form}")
    opened = open_ledger(office(), ledger, year, by=person())
    ids = [id for id, _, _ in opened.ledger.columns]
    return jsonify(
        id=opened.ledger.id,
        year=opened.year,
        years=list(opened.years),
        items=[
            {"line": n, "document": document, "columns": dict(zip(ids, cells, strict=True))}
            for n, document, cells in opened.rows
        ],
    )


@door.post("/ledgers/<ledger>/lines")
@operation("Write a line into a ledger", body=Written, gives={201: "application/json"})
def write(ledger: str) -> ResponseReturnValue:
    """Write what became of a document."""
    told = read_body(Written)
    line = write_line(office(), ledger, told.document, told.cells, by=person())
    return jsonify(ledger=line.ledger, year=line.year, line=line.n), 201


@door.post("/ledgers/<ledger>/lines/<int:year>/<int:n>/return")
@operation("Write that a kept copy came back")
def back(ledger: str, year: int, n: int) -> ResponseReturnValue:
    """Write today into a line."""
    give_back(office(), ledger, year, n, by=person())
    return jsonify(ledger=ledger, year=year, line=n)


@door.get("/documents/<id>/slips/<slip>")
@operation(
    "A slip of a document: giai-quyet, dau-den or bi",
    query={"format": "pdf or docx"},
    gives={200: "application/pdf"},
)
def slip(id: str, slip: str) -> ResponseReturnValue:
    """Give a slip, as PDF if nothing is said."""
    form = request.args.get("format", "") or "pdf"
    printed = print_slip(office(), id, slip, form, by=person())
    media = next((one for one, name in FORMS.items() if name == form), "")
    return download(printed, media, f"{slip}-{id}.{form}")
