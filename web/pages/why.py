"""Why I can, or cannot, do something with a document."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.language import sentence
from web.office import office, person
from web.who import barred
from workflow.look import units, view
from workflow.why import reasons

door = Blueprint("why", __name__)


@door.get("/documents/<id>/why")
def show(id: str) -> ResponseReturnValue:
    """Show for each act of a document's road whether it is mine now, and why not."""
    found, names = reasons(office(), id, "", barred=barred(), by=person())
    document = view(office(), id, by=person()).document
    return render_template(
        "why.html",
        document=document,
        told=[(one, sentence(one.refusal) if one.refusal else "") for one in found],
        names=names,
        units=units(office()),
    )
