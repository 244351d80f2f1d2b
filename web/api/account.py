"""The caller's own account: password, second factors, sessions, tokens."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.access import Pass, Scope
from web.api import shapes
from web.contract import Body, operation, read_body
from web.office import office, person
from web.who import bearer_of_request, granted, require_fresh
from workflow import account as verbs
from workflow.session import confirm

door = Blueprint("account", __name__)


class Passwords(Body):
    """From which password to which."""

    old: str = Field(repr=False)
    new: str = Field(repr=False)


class Shown(Body):
    """What shows once more that it is the caller."""

    password: str = Field(default="", repr=False)
    otp: str = Field(default="", repr=False)


class Code(Body):
    """A code of a telephone."""

    otp: str = Field(repr=False)


class Wanted(Body):
    """What token somebody wants."""

    name: str
    scopes: frozenset[Scope]
    days: int = 90


@door.put("/me/password")
@operation("Change one's own password; every other session ends", body=Passwords)
def password() -> ResponseReturnValue:
    """Change the caller's password."""
    told = read_body(Passwords)
    ended = verbs.change_password(
        office(),
        told.old,
        told.new,
        bearer_of_request(),
        address=request.remote_addr or "unknown",
        by=person(),
    )
    return jsonify(ended=ended)


@door.post("/me/confirm")
@operation(
    "Show once more that it is you, by password or code, to sign, number and seal", body=Shown
)
def again() -> ResponseReturnValue:
    """Let the caller's pass count as fresh."""
    told = read_body(Shown)
    one = confirm(
        office(),
        bearer_of_request(),
        password=told.password,
        otp=told.otp,
        address=request.remote_addr or "unknown",
        by=person(),
    )
    return jsonify(fresh_at=shapes.moment(one.fresh_at))


@door.get("/me/sessions")
@operation("Where the caller is logged in, and with which tokens")
def sessions() -> ResponseReturnValue:
    """Give every pass of the caller's."""
    mine = verbs.account(office(), by=person())
    return jsonify(items=[_shown(one) for one in mine.passes])


@door.delete("/me/sessions/<id>")
@operation("End one session or token", gives={204: ""})
def end(id: str) -> ResponseReturnValue:
    """End one of the caller's passes."""
    verbs.end_pass(office(), id, by=person())
    return Response(status=204)


@door.post("/me/sessions/end-all")
@operation("End every other session and token")
def end_all() -> ResponseReturnValue:
    """End every pass of the caller's but this one."""
    return jsonify(ended=verbs.end_everywhere(office(), bearer_of_request(), by=person()))


@door.post("/me/tokens")
@operation("Make a token for a program", body=Wanted, gives={201: "application/json"})
def make() -> ResponseReturnValue:
    """Give a token, this once."""
    told = read_body(Wanted)
    require_fresh()
    token, one = verbs.make_token(office(), told.name, told.scopes, told.days, by=person())
    return jsonify(token=token, **_shown(one)), 201


@door.post("/me/otp")
@operation("Begin to add a telephone that shows codes", gives={201: "application/json"})
def telephone() -> ResponseReturnValue:
    """Give a new secret; it counts once its first code was shown."""
    require_fresh()
    secret, address = verbs.begin_telephone(office(), by=person())
    return jsonify(secret=secret, uri=address), 201


@door.post("/me/otp/confirm")
@operation("Show the first code of a telephone, and get codes for paper", body=Code)
def count() -> ResponseReturnValue:
    """Count a telephone from now on."""
    told = read_body(Code)
    codes = verbs.confirm_telephone(office(), told.otp, bearer_of_request(), by=person())
    return jsonify(recovery_codes=codes)


@door.delete("/me/otp")
@operation("Forget one's telephone", gives={204: ""})
def forget() -> ResponseReturnValue:
    """Forget the caller's telephone."""
    require_fresh()
    verbs.remove_telephone(office(), by=person())
    return Response(status=204)


@door.post("/people/<id>/reset-factors")
@operation("Forget somebody's second factors and end their sessions", gives={204: ""})
def reset(id: str) -> ResponseReturnValue:
    """Help somebody who lost telephone and paper; an administrator does."""
    require_fresh()
    verbs.reset_factors(office(), id, by=person())
    return Response(status=204)


def _shown(one: Pass) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "agent": one.agent,
        "address": one.address,
        "created_at": shapes.moment(one.created_at),
        "seen_at": shapes.moment(one.seen_at),
        "fresh_at": shapes.moment(one.fresh_at),
        "expires_at": shapes.moment(one.expires_at),
        "here": one.id == granted().id,
    }
