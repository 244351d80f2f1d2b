"""The administrator hands the work of somebody who leaves over to a successor."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.handing import Passing
from records.person import Post, Role
from web.contract import Body, operation, read_body
from web.office import office, person
from workflow.handover import hand_over

door = Blueprint("handing", __name__)


class HandOver(Body):
    """To whom, and which posts go along, each as role@unit."""

    successor: str
    posts: tuple[str, ...] = ()


@door.post("/people/<id>/hand-over")
@operation("Pass all open work of somebody to a successor", body=HandOver)
def hand(id: str) -> ResponseReturnValue:
    """Pass open work, and give a line for each document."""
    told = read_body(HandOver)
    posts = [_post(one) for one in told.posts]
    found = hand_over(office(), id, told.successor, posts, by=person())
    return jsonify(id=found.id, items=[_shape(one) for one in found.lines])


def _post(told: str) -> Post:
    role, _, unit = told.partition("@")
    if role not in set(Role):
        raise Refused("body.invalid", field="posts", why=told)
    return Post(Role(role), unit)


def _shape(one: Passing) -> dict[str, Any]:
    return {
        "document": one.document,
        "what": one.what,
        "workflow": one.workflow,
        "state": one.state,
        "outcome": one.outcome,
        "rule": one.why or None,
    }
