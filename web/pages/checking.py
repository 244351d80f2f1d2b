"""Signatures are checked: of a document of ours, or of a file somebody drops."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import file_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.beneath import inspected
from workflow.check import check, check_file
from workflow.look import view

door = Blueprint("checking", __name__)


@door.get("/documents/<id>/validation")
def one(id: str) -> ResponseReturnValue:
    """Show the verdict on a document's signatures, as a page or as a part of one."""
    report = check(office(), id, by=person())
    if "part" in request.args:
        return render_template("validation_part.html", report=report)
    seen = view(office(), id, by=person())
    return render_template("validation.html", report=report, document=seen.document)


@door.get("/documents/<id>/beneath")
def beneath(id: str) -> ResponseReturnValue:
    """Show what the newest PDF holds beside what its pages show, as a page or as a part of one."""
    told = inspected(office(), id, by=person())
    if "part" in request.args:
        return render_template("beneath_part.html", told=told)
    seen = view(office(), id, by=person())
    return render_template("beneath.html", told=told, document=seen.document)


def ask() -> ResponseReturnValue:
    """Ask for a PDF."""
    return render_template("validate.html", report=None, name="")


@door.get("/validate")
def bring() -> ResponseReturnValue:
    """Ask for a PDF whose signatures shall be checked."""
    return ask()


@door.post("/validate")
@retold(ask)
def told() -> ResponseReturnValue:
    """Show the verdict on a PDF, of which nothing is kept."""
    report = check_file(office(), file_of("file", phrase("Tệp PDF")))
    part = request.files.get("file")
    return render_template("validate.html", report=report, name=part.filename if part else "")
