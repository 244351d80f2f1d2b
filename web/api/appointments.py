"""People's posts as they were, are and will be."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.appointment import Appointment, Tenure
from records.errors import Refused
from records.person import Post, Role
from web.api import shapes
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.appoint import Said, appoint, call_off, decisions

door = Blueprint("appointments", __name__)


class Decision(Body):
    """What was decided of somebody's posts; each post is written role@unit."""

    posts: tuple[str, ...] = Field(max_length=50)
    title: str = Field(default="", max_length=200)
    on: Day
    basis_number: str
    basis_date: Day
    successor: str = ""


@door.get("/people/<id>/posts")
@operation("Posts somebody holds and held, and what is decided of them")
def posts(id: str) -> ResponseReturnValue:
    """Give somebody's posts in time, to themselves and to the administrator."""
    decided, held = decisions(office(), id, by=person())
    return jsonify(
        items=[_tenure(one) for one in held], decisions=[_decision(one) for one in decided]
    )


@door.post("/people/<id>/appointments")
@operation(
    "Give somebody other posts from a day on", body=Decision, gives={201: "application/json"}
)
def decide(id: str) -> ResponseReturnValue:
    """Take a decision on somebody's posts; before its day it is planned."""
    told = read_body(Decision)
    said = Said(
        person=id,
        posts=tuple(post_of(one) for one in told.posts),
        on=told.on,
        basis=told.basis_number,
        basis_on=told.basis_date,
        title=told.title,
        successor=told.successor,
    )
    return jsonify(_decision(appoint(office(), said, by=person()))), 201


@door.delete("/appointments/<id>")
@operation("Give up a decision before its day", gives={204: ""})
def forget(id: str) -> ResponseReturnValue:
    """Give up a planned decision."""
    call_off(office(), id, by=person())
    return Response(status=204)


def post_of(told: str) -> Post:
    """Give a post as it is written, role@unit. Raises Refused."""
    role, _, unit = told.partition("@")
    if role not in set(Role):
        raise Refused("body.invalid", field="posts", why=role)
    return Post(Role(role), unit)


def _tenure(one: Tenure) -> dict[str, Any]:
    return {
        "role": one.post.role,
        "unit": one.post.unit,
        "since": shapes.day(one.since),
        "until": shapes.day(one.until),
        "basis_number": one.basis,
    }


def _decision(one: Appointment) -> dict[str, Any]:
    return {
        "id": one.id,
        "posts": [f"{post.role}@{post.unit}" for post in one.posts],
        "title": one.title,
        "successor": one.successor,
        "on": shapes.day(one.on),
        "basis_number": one.basis,
        "basis_date": shapes.day(one.basis_on),
        "state": shapes.decided(one),
    }
