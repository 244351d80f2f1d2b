"""Seals and key devices that change hands, and reports of work that did: books and minutes."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from records.handing import DeviceHandover, DeviceKind
from web.api import shapes
from web.api.documents import download
from web.api.registers import FORMS, accepted, asked_year
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.handover_minutes import handovers, print_handover
from workflow.seal_book import (
    Handed,
    accept_device,
    hand_device,
    print_device_minutes,
    print_seal_book,
    seal_book,
    withdraw_device,
)

door = Blueprint("devices", __name__)


class Device(Body):
    """A seal or a key device as it is handed over."""

    kind: DeviceKind
    name: str
    number: str = ""
    receiver: str
    condition: str
    basis_number: str
    basis_date: Day
    reason: str


class Why(Body):
    """A reason."""

    reason: str


@door.get("/devices/handovers")
@operation(
    "The book of seals and key devices that changed hands",
    query={"year": "this year if unsaid", "format": "pdf, xlsx or docx instead of Accept"},
)
def book() -> ResponseReturnValue:
    """Give the lines of a year, or the printed book as Accept asks."""
    year, form = asked_year(), request.args.get("format", "") or accepted()
    if form:
        printed = print_seal_book(office(), year, form, by=person())
        return download(printed, _media(form), f"con-dau.{form}")
    opened = seal_book(office(), year, by=person())
    return jsonify(
        year=opened.year, years=list(opened.years), items=[_shape(one) for one in opened.lines]
    )


@door.post("/devices/handovers")
@operation("Hand a seal or a key device over", body=Device, gives={201: "application/json"})
def give() -> ResponseReturnValue:
    """Hand it over; the receiver then accepts it."""
    told = read_body(Device)
    handed = Handed(
        kind=told.kind,
        name=told.name,
        receiver=told.receiver,
        condition=told.condition,
        basis=told.basis_number,
        basis_on=told.basis_date,
        reason=told.reason,
        number=told.number,
    )
    return jsonify(_shape(hand_device(office(), handed, by=person()))), 201


@door.post("/devices/handovers/<id>/accept")
@operation("Say that one has what was handed over")
def accept(id: str) -> ResponseReturnValue:
    """Accept it."""
    return jsonify(_shape(accept_device(office(), id, by=person())))


@door.post("/devices/handovers/<id>/withdraw")
@operation("Take back a handing over that was not accepted", body=Why)
def withdraw(id: str) -> ResponseReturnValue:
    """Withdraw it, with a reason."""
    told = read_body(Why)
    return jsonify(_shape(withdraw_device(office(), id, told.reason, by=person())))


@door.get("/devices/handovers/<id>/minutes")
@operation(
    "The minutes of one handing over",
    query={"format": "pdf or docx"},
    gives={200: "application/pdf"},
)
def minutes(id: str) -> ResponseReturnValue:
    """Give minutes to be signed by both."""
    form = request.args.get("format", "") or "pdf"
    printed = print_device_minutes(office(), id, form, by=person())
    return download(printed, _media(form), f"bien-ban-{id}.{form}")


@door.get("/hand-overs")
@operation("Reports of work that passed to a successor; an administrator sees all")
def reports() -> ResponseReturnValue:
    """Give the reports, the latest first."""
    found, _ = handovers(office(), by=person())
    return jsonify(
        items=[
            {
                "id": one.id,
                "leaver": one.leaver,
                "successor": one.successor,
                "posts": list(one.posts),
                "by": one.by,
                "at": shapes.moment(one.at),
                "documents": len(one.lines),
            }
            for one in found
        ]
    )


@door.get("/hand-overs/<id>/minutes")
@operation(
    "A report of work that passed, as minutes",
    query={"format": "pdf or docx"},
    gives={200: "application/pdf"},
)
def report(id: str) -> ResponseReturnValue:
    """Give minutes to be signed by both."""
    form = request.args.get("format", "") or "pdf"
    printed = print_handover(office(), id, form, by=person())
    return download(printed, _media(form), f"bien-ban-{id}.{form}")


def _media(form: str) -> str:
    return next((one for one, name in FORMS.items() if name == form), "")


def _shape(one: DeviceHandover) -> dict[str, Any]:
    return {
        "id": one.id,
        "year": one.year,
        "line": one.n,
        "on": shapes.day(one.on),
        "kind": one.kind,
        "name": one.name,
        "number": one.number or None,
        "condition": one.condition,
        "giver": one.giver,
        "receiver": one.receiver,
        "basis_number": one.basis,
        "basis_date": shapes.day(one.basis_on),
        "reason": one.reason,
        "accepted_at": shapes.moment(one.accepted_at),
        "withdrawn": one.withdrawn or None,
    }
