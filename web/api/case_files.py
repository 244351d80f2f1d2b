"""Case files, the plan they are opened from, and the lists they are handed in on."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.case_file import CaseFile, FilePlan, PlannedFile, retention_of
from records.document import Classification
from records.errors import Refused
from web.api import shapes
from web.api.documents import download
from web.api.registers import FORMS, accepted
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.case_files import (
    FileSaid,
    close_file,
    file_view,
    files_seen,
    open_file,
    open_planned,
    put_in,
    reopen_file,
    take_out,
)
from workflow.file_export import export_file
from workflow.file_plan import PlanLine, bring_plan, issue_plan, plan_of, settle_plan
from workflow.file_prints import print_inventory, print_plan
from workflow.hand_in import (
    ListView,
    falling_due,
    hand_in,
    list_view,
    lists,
    print_hand_in,
    settle,
)

door = Blueprint("case_files", __name__)

FORMAT = {"format": "pdf, xlsx or docx instead of Accept"}


class Opened(Body):
    """A file to be opened: from the plan by year and notation, or with words of its own."""

    year: int | None = Field(default=None, ge=1900, le=9999)
    notation: str = Field(max_length=40)
    title: str = ""
    retention: int = Field(default=10, ge=0, le=100)
    classification: Classification = Classification.NONE
    parent: str = ""
    note: str = ""


class Put(Body):
    """Documents to be put in."""

    documents: list[str] = Field(min_length=1, max_length=200)


class Ended(Body):
    """When the work ended."""

    ended_on: Day


class Why(Body):
    """Why."""

    reason: str


class Files(Body):
    """Files to be handed in."""

    files: list[str] = Field(min_length=1, max_length=500)


class Line(Body):
    """A line of a plan."""

    heading: str = ""
    subheading: str = ""
    notation: str = ""
    title: str
    retention: str | int
    owner: str = ""
    note: str = ""


class Plan(Body):
    """A whole plan, in place of the version that was seen."""

    version: int = Field(default=0, ge=0, le=1_000_000)
    files: list[Line] = Field(max_length=2000)


@door.get("/case-files")
@operation(
    "The files the caller may open",
    query={"year": "", "owner": "an account", "state": "", "due": "1: what falls due"},
)
def files() -> ResponseReturnValue:
    """Give the files, bounded as asked."""
    asked = request.args
    found = files_seen(office(), by=person())
    if asked.get("due"):
        found = falling_due(office(), found)
    kept = [
        one
        for one in found
        if asked.get("year", "") in ("", str(one.year))
        and asked.get("owner", "") in ("", one.owner)
        and asked.get("state", "") in ("", one.state)
    ]
    return jsonify(items=[brief(one) for one in kept], total=len(kept))


@door.post("/case-files")
@operation("Open a file", body=Opened, gives={201: "application/json"})
def begin() -> ResponseReturnValue:
    """Open a file of the plan, or one that no plan foresaw."""
    told = read_body(Opened)
    if told.year is not None:
        made = open_planned(office(), told.year, told.notation, by=person())
    else:
        said = FileSaid(
            notation=told.notation,
            title=told.title,
            years=told.retention,
            classification=told.classification,
            parent=told.parent,
            note=told.note,
        )
        made = open_file(office(), said, by=person())
    return jsonify(_whole(made.id)), 201


@door.get("/case-files/<id>")
@operation("A file with those of its documents the caller may know of")
def one(id: str) -> ResponseReturnValue:
    """Give a file; documents in the order of their dates."""
    return jsonify(_whole(id))


@door.post("/case-files/<id>/documents")
@operation("Put documents into a file", body=Put)
def put(id: str) -> ResponseReturnValue:
    """Put documents in; nothing is copied."""
    return jsonify(_whole(put_in(office(), id, read_body(Put).documents, by=person()).id))


@door.delete("/case-files/<id>/documents/<document>")
@operation("Take a document out of a file")
def take(id: str, document: str) -> ResponseReturnValue:
    """Take a document out."""
    return jsonify(_whole(take_out(office(), id, document, by=person()).id))


@door.post("/case-files/<id>/close")
@operation("Close a file when the work has ended", body=Ended)
def close(id: str) -> ResponseReturnValue:
    """Close a file."""
    return jsonify(_whole(close_file(office(), id, read_body(Ended).ended_on, by=person()).id))


@door.post("/case-files/<id>/reopen")
@operation("Open a closed file again", body=Why)
def reopen(id: str) -> ResponseReturnValue:
    """Open a closed file again, with the reason."""
    return jsonify(_whole(reopen_file(office(), id, read_body(Why).reason, by=person()).id))


@door.get("/case-files/<id>/inventory")
@operation("The inventory of a file's documents, printed", query=FORMAT, gives={200: ""})
def inventory(id: str) -> ResponseReturnValue:
    """Give the inventory as PDF, XLSX or DOCX."""
    form = _form()
    return _print(print_inventory(office(), id, form, by=person()), form, f"muc-luc-{id}")


@door.get("/case-files/<id>/export")
@operation("A file as one PDF, XML metadata and originals", gives={200: "application/zip"})
def export(id: str) -> ResponseReturnValue:
    """Give the whole file as a ZIP."""
    return download(export_file(office(), id, by=person()), "application/zip", f"ho-so-{id}.zip")


@door.get("/file-plans/<int:year>")
@operation("The plan of files of a year", query=FORMAT)
def planned(year: int) -> ResponseReturnValue:
    """Give the plan, or printed as asked."""
    form = request.args.get("format", "") or accepted()
    if form:
        printed = print_plan(office(), year, form, by=person())
        return _print(printed, form, f"danh-muc-ho-so-{year}")
    return jsonify(_plan(plan_of(office(), year, by=person())))


@door.put("/file-plans/<int:year>")
@operation("Replace the plan of a year", body=Plan)
def plan(year: int) -> ResponseReturnValue:
    """Keep a plan as it is written; every fault is told with its line."""
    told = read_body(Plan)
    lines = [
        PlanLine(n, **{**line.model_dump(), "retention": str(line.retention)})
        for n, line in enumerate(told.files, 1)
    ]
    return jsonify(_plan(settle_plan(office(), year, lines, seen=told.version, by=person())))


@door.post("/file-plans/<int:year>/import")
@operation(
    "Replace the plan of a year from CSV, XLSX or YAML",
    form={"file": "file"},
    query={"version": "the version that was seen; 0 if unsaid"},
)
def bring(year: int) -> ResponseReturnValue:
    """Take a plan out of a table."""
    part = request.files.get("file")
    if part is None:
        raise Refused("body.invalid", field="file", why="no file")
    seen = request.args.get("version", 0, type=int)
    return jsonify(_plan(bring_plan(office(), year, part.read(), seen=seen, by=person())))


@door.post("/file-plans/<int:year>/issue")
@operation("Issue the plan of a year")
def issue(year: int) -> ResponseReturnValue:
    """Issue a plan."""
    return jsonify(_plan(issue_plan(office(), year, by=person())))


@door.get("/hand-ins")
@operation("The lists on which files were handed in")
def handed() -> ResponseReturnValue:
    """Give every list, the latest first."""
    return jsonify(items=[_list(one) for one in lists(office(), by=person())])


@door.post("/hand-ins")
@operation("Hand closed files in", body=Files, gives={201: "application/json"})
def give() -> ResponseReturnValue:
    """Hand files in on one list."""
    return jsonify(_list(hand_in(office(), read_body(Files).files, by=person()))), 201


@door.get("/hand-ins/<id>")
@operation("One list with its files")
def listed(id: str) -> ResponseReturnValue:
    """Give a list."""
    return jsonify(_list(list_view(office(), id, by=person())))


@door.get("/hand-ins/<id>/<half>")
@operation(
    "One half of a list, printed: permanent or term", query=FORMAT, gives={200: "application/pdf"}
)
def half(id: str, half: str) -> ResponseReturnValue:
    """Give one half of a list as PDF, XLSX or DOCX."""
    form = _form()
    return _print(print_hand_in(office(), id, half, form, by=person()), form, f"nop-luu-{half}")


@door.post("/hand-ins/<id>/accept")
@operation("The archive accepts a list")
def accept(id: str) -> ResponseReturnValue:
    """Accept a list."""
    return jsonify(_list(settle(office(), id, None, by=person())))


@door.post("/hand-ins/<id>/return")
@operation("The archive gives a list back", body=Why)
def give_back(id: str) -> ResponseReturnValue:
    """Give a list back with the reason."""
    return jsonify(_list(settle(office(), id, read_body(Why).reason, by=person())))


def brief(one: CaseFile) -> dict[str, Any]:
    """Give a file as a list shows it."""
    return {
        "id": one.id,
        "year": one.year,
        "notation": one.notation,
        "title": one.title,
        "retention": one.years,
        "retention_text": retention_of(one.years),
        "owner": one.owner,
        "unit": one.unit,
        "classification": one.classification,
        "state": one.state,
        "opened_on": shapes.day(one.opened_on),
        "ended_on": shapes.day(one.ended_on),
        "due_on": shapes.day(one.due_on),
        "planned": one.planned,
        "parent": one.parent or None,
        "note": one.note,
    }


def _whole(id: str) -> dict[str, Any]:
    seen = file_view(office(), id, by=person())
    return {
        **brief(seen.file),
        "documents": [{"ordinal": one.n, **shapes.brief(one.document)} for one in seen.filed],
        "parts": [brief(one) for one in seen.parts],
        "pages": seen.pages,
        "may_keep": seen.keeps,
    }


def _plan(told: FilePlan) -> dict[str, Any]:
    return {
        "year": told.year,
        "version": told.version,
        "issued_on": shapes.day(told.issued_on),
        "issued_by": told.issued_by or None,
        "files": [_planned(one) for one in told.files],
    }


def _planned(one: PlannedFile) -> dict[str, Any]:
    return {
        "heading": one.heading,
        "subheading": one.subheading,
        "notation": one.notation,
        "title": one.title,
        "retention": one.years,
        "owner": one.owner,
        "note": one.note,
    }


def _list(seen: ListView) -> dict[str, Any]:
    one = seen.list
    return {
        "id": one.id,
        "made_at": shapes.moment(one.made_at),
        "by": one.by,
        "settled_at": shapes.moment(one.settled_at),
        "settled_by": one.settled_by or None,
        "returned": one.returned or None,
        "permanent": [brief(file) for file in seen.files if not file.years],
        "term": [brief(file) for file in seen.files if file.years],
    }


def _form() -> str:
    return request.args.get("format", "") or accepted() or "pdf"


def _print(printed: bytes, form: str, name: str) -> ResponseReturnValue:
    media = next((one for one, called in FORMS.items() if called == form), "")
    return download(printed, media, f"{name}.{form}")
