"""The administrator keeps people, their posts, and the units."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.errors import NotFound, Refused
from records.person import Person, Post, Role, Unit
from web.office import office, person
from web.pages.asked import chosen, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.linking import issuers, links_of
from workflow.staff import change, everybody, hire, settle_unit

door = Blueprint("admin", __name__, url_prefix="/admin")


def crowd() -> ResponseReturnValue:
    """Show everybody and the form that takes somebody in."""
    people, units = everybody(office(), by=person())
    return render_template(
        "people.html",
        people=people,
        units={unit.id: unit.name for unit in units},
        roles=tuple(Role),
        classifications=tuple(Classification),
        typed=request.form,
    )


@door.get("/people")
def people() -> ResponseReturnValue:
    """Show everybody."""
    return crowd()


@door.post("/people")
@retold(crowd)
def take_in() -> ResponseReturnValue:
    """Take somebody new in."""
    told = _person(text_of("id"))
    hired = hire(office(), told, request.form.get("password", ""), by=person())
    flash(phrase("Đã thêm %(name)s.", name=hired.name))
    return redirect(url_for(".people"), 303)


def somebody(id: str) -> ResponseReturnValue:
    """Show one person with everything that can be changed."""
    people, units = everybody(office(), by=person())
    found = [one for one in people if one.id == id]
    if not found:
        raise NotFound("person.unknown", id=id)
    return render_template(
        "person.html",
        one=found[0],
        links=links_of(office(), id, by=person()),
        issuers=issuers(office()),
        units={unit.id: unit.name for unit in units},
        roles=tuple(Role),
        classifications=tuple(Classification),
        typed=request.form,
    )


@door.get("/people/<id>")
def one(id: str) -> ResponseReturnValue:
    """Show one person."""
    return somebody(id)


@door.post("/people/<id>")
@retold(somebody)
def settle(id: str) -> ResponseReturnValue:
    """Change somebody."""
    changed = change(office(), _person(id), request.form.get("password", ""), by=person())
    flash(phrase("Đã lưu thay đổi của %(name)s.", name=changed.name))
    return redirect(url_for(".people"), 303)


def structure() -> ResponseReturnValue:
    """Show the units and the form that adds one."""
    people, units = everybody(office(), by=person())
    sitting = {
        unit.id: [one.name for one in people if one.active and unit.id in one.units]
        for unit in units
    }
    return render_template("units.html", units=units, sitting=sitting, typed=request.form)


@door.get("/units")
def units() -> ResponseReturnValue:
    """Show the units."""
    return structure()


@door.post("/units")
@retold(structure)
def settle_one() -> ResponseReturnValue:
    """Add a unit or change one."""
    settled = settle_unit(
        office(),
        Unit(
            id=text_of("id"),
            name=text_of("name"),
            notation=text_of("notation"),
            parent=text_of("parent") or None,
        ),
        by=person(),
    )
    flash(phrase("Đã lưu đơn vị %(name)s.", name=settled.name))
    return redirect(url_for(".units"), 303)


def _person(id: str) -> Person:
    return Person(
        id=id,
        name=text_of("name"),
        title=text_of("title"),
        posts=tuple(post_of(told) for told in request.form.getlist("posts")),
        clearance=chosen(Classification, "clearance", phrase("Mức tiếp cận")),
        email=text_of("email"),
        active="active" in request.form,
    )


def post_of(told: str) -> Post:
    """Give a post as a form writes it, role@unit. Raises Refused."""
    role, _, unit = told.partition("@")
    if role not in set(Role):
        raise Refused("body.invalid", field=phrase("Vai trò"), why=role, anchor="posts")
    return Post(Role(role), unit)
