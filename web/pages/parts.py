"""The parts of a document's directives on its page, what I may do about each, and my own list."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.assignment import Part
from web.office import office, person
from web.pages.asked import end_of_day, number_of, text_of
from web.pages.documents import whole
from web.pages.retold import retold
from web.pages.words import state_of
from web.phrases import phrase
from workflow.assignments import Said, handle
from workflow.followed import followed
from workflow.look import names_of, units

door = Blueprint("parts", __name__)


def again(id: str, **_: str) -> ResponseReturnValue:
    """Show the document's page once more."""
    return whole(id)


@door.post("/documents/<id>/assignments/<part>/<action>")
@retold(again)
def act(id: str, part: str, action: str) -> ResponseReturnValue:
    """Do something about a part."""
    role = request.form.get("role", Part.LEAD)
    said = Said(
        comment=text_of("comment"),
        percent=number_of(text_of("percent"), "percent", phrase("Tiến độ, phần trăm")),
        due=end_of_day("due_date", phrase("Thời hạn")),
        to=text_of("to"),
        part=Part(role) if role in set(Part) else Part.LEAD,
        reply=_reply(),
        no_reply=bool(request.form.get("no_reply")),
        seen=number_of(text_of("version"), "version", phrase("Phiên bản")),
        on_behalf_of=text_of("on_behalf_of"),
    )
    moved = handle(office(), part, action, said, by=person())
    flash(phrase("Đã ghi nhận. Văn bản đang ở bước «%(state)s».", state=state_of(moved)))
    return redirect(url_for("documents.one", id=id) + "#parts", 303)


def _reply() -> str:
    """Give the document that answers: chosen from the list, or by the address of its page."""
    address = text_of("reply_address").rstrip("/").rsplit("/", 1)[-1]
    return text_of("reply") or address


@door.get("/assignments")
def mine() -> ResponseReturnValue:
    """Show what I was charged with, or what I charged others with."""
    given = request.args.get("given", "") == "1"
    found = followed(office(), given=given, state=request.args.get("state", ""), by=person())
    people = {one.assignment.person for one in found} | {one.assignment.given_by for one in found}
    return render_template(
        "assignments.html",
        found=found,
        given=given,
        state=request.args.get("state", ""),
        names=names_of(office(), people),
        units=units(office()),
        now=office().clock(),
    )
