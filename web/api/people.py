"""Tokens, and who the caller is."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from web.who import bearer_of_request, open_to_all
from workflow.delegate import in_force
from workflow.session import enter, leave

door = Blueprint("people", __name__)


class Credentials(Body):
    """Who somebody says they are."""

    username: str
    password: str = Field(repr=False)
    otp: str = Field(default="", repr=False)


@door.post("/tokens")
@open_to_all
@operation("Let a program in", body=Credentials, gives={201: "application/json"}, open=True)
def let_in() -> ResponseReturnValue:
    """Give a token for a user name and password."""
    told = read_body(Credentials)
    admitted = enter(
        office(),
        told.username,
        told.password,
        address=request.remote_addr or "unknown",
        otp=told.otp,
    )
    answer = {"token": admitted.token, "expires_at": shapes.moment(admitted.expires_at)}
    return jsonify(answer), 201


@door.delete("/tokens/current")
@operation("Give the token back", gives={204: ""})
def let_out() -> ResponseReturnValue:
    """Make the token this call came with worthless."""
    leave(office(), bearer_of_request())
    return Response(status=204)


@door.get("/me")
@operation("Who the caller is")
def me() -> ResponseReturnValue:
    """Give the caller's person, roles, units, clearance and delegations in force."""
    me = person()
    mine = in_force(office(), by=me)
    return jsonify(shapes.person(me, mine, office().today()))
