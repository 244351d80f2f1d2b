"""Who stands in for whom: recorded, seen and ended."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.delegation import Bounds, Capacity
from web.api import shapes
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.delegate import Wanted, delegate, delegations, revoke

door = Blueprint("delegations", __name__)


class Delegated(Body):
    """A delegation as it is asked for."""

    delegate: str
    delegator: str = ""
    capacity: Capacity = Capacity.TUQ
    since: Day = Field(alias="from")
    until: Day = Field(alias="to")
    basis_number: str
    basis_date: Day
    types: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    amount: int | None = None
    passes_on: str = ""


@door.get("/delegations")
@operation("What the caller delegated or was delegated; an administrator sees all")
def known() -> ResponseReturnValue:
    """Give delegations, the latest first."""
    today = office().today()
    return jsonify(
        items=[shapes.delegation(one, today) for one in delegations(office(), by=person())],
    )


@door.post("/delegations")
@operation("Let another act for oneself", body=Delegated, gives={201: "application/json"})
def give() -> ResponseReturnValue:
    """Record a delegation; an administrator may name another as delegator."""
    told = read_body(Delegated)
    wanted = Wanted(
        delegate=told.delegate,
        capacity=told.capacity,
        since=told.since,
        until=told.until,
        basis=told.basis_number,
        basis_on=told.basis_date,
        delegator=told.delegator,
        bounds=Bounds(told.types, told.workflows, told.units, told.amount),
        passes_on=told.passes_on,
    )
    return jsonify(
        shapes.delegation(delegate(office(), wanted, by=person()), office().today())
    ), 201


@door.post("/delegations/<id>/revoke")
@operation("End a delegation now")
def end(id: str) -> ResponseReturnValue:
    """End a delegation; it stays in the list."""
    return jsonify(shapes.delegation(revoke(office(), id, by=person()), office().today()))
