"""The administrator hands the work of somebody who leaves over, and sees what became of it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.errors import NotFound, Refused
from records.handing import WorkHandover
from records.person import Person, Post, Role
from web.language import rules
from web.office import office, person
from web.pages.asked import text_of
from web.pages.documents import states
from web.pages.retold import retold
from web.phrases import phrase
from workflow.handover import hand_over
from workflow.staff import everybody

door = Blueprint("handing", __name__, url_prefix="/admin/people")


def asked(id: str, found: WorkHandover | None = None) -> ResponseReturnValue:
    """Show the form, or the report of what was handed over."""
    people, units = everybody(office(), by=person())
    known = {one.id: one for one in people}
    if id not in known:
        raise NotFound("person.unknown", id=id)
    return render_template(
        "handover.html",
        one=known[id],
        successor=known.get(text_of("successor")),
        able=[one for one in people if _able(one) and one.id != id],
        units={unit.id: unit.name for unit in units},
        found=found,
        states=states(),
        known=rules(),
    )


@door.get("/<id>/hand-over")
def ask(id: str) -> ResponseReturnValue:
    """Ask to whom."""
    return asked(id)


@door.post("/<id>/hand-over")
@retold(asked)
def hand(id: str) -> ResponseReturnValue:
    """Hand everything over and show the report."""
    posts = [_post(one) for one in request.form.getlist("posts")]
    found = hand_over(office(), id, text_of("successor"), posts, by=person())
    return asked(id, found)


def _able(one: Person) -> bool:
    return one.active and bool(one.posts) and Role.ADMINISTRATOR not in one.roles


def _post(told: str) -> Post:
    role, _, unit = told.partition("@")
    if role not in set(Role):
        raise Refused("body.invalid", field=phrase("Vai trò"), why=role, anchor="posts")
    return Post(Role(role), unit)
