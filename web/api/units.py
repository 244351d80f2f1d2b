"""The units of the office as they were, are and will be."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.person import Unit
from records.reorganisation import Change, Reorganisation
from web.api import shapes
from web.contract import Body, operation, read_body
from web.days import Day
from web.office import office, person
from workflow.reorganise import Said, Structure, call_off, decisions, reorganise, structure

door = Blueprint("units", __name__)


class Part(Body):
    """A unit as a decision makes or names it."""

    id: str
    name: str
    notation: str
    parent: str = ""


class Decision(Body):
    """What was decided of units."""

    change: Change
    units: tuple[str, ...] = Field(max_length=100)
    into: tuple[Part, ...] = Field(max_length=100)
    on: Day
    basis_number: str
    basis_date: Day
    moves: dict[str, str] = Field(default_factory=dict)


@door.get("/units")
@operation("The office's units, former names and successors with them")
def units() -> ResponseReturnValue:
    """Give every unit there is or was."""
    told = structure(office())
    return jsonify(items=[_unit(told, one) for one in told.parts])


@door.get("/reorganisations")
@operation("What was decided of units, the latest first")
def decided() -> ResponseReturnValue:
    """Give every decision, planned ones with them."""
    return jsonify(items=[_decision(one) for one in decisions(office(), by=person())])


@door.post("/reorganisations")
@operation(
    "Rename, merge, split or dissolve units from a day on",
    body=Decision,
    gives={201: "application/json"},
)
def decide() -> ResponseReturnValue:
    """Take a decision on units; before its day it is planned."""
    told = read_body(Decision)
    said = Said(
        change=told.change,
        units=told.units,
        into=tuple(Unit(one.id, one.name, one.notation, one.parent or None) for one in told.into),
        on=told.on,
        basis=told.basis_number,
        basis_on=told.basis_date,
        moves=told.moves,
    )
    return jsonify(_decision(reorganise(office(), said, by=person()))), 201


@door.delete("/reorganisations/<id>")
@operation("Give up a decision before its day", gives={204: ""})
def forget(id: str) -> ResponseReturnValue:
    """Give up a planned decision."""
    call_off(office(), id, by=person())
    return Response(status=204)


def _unit(told: Structure, one: Unit) -> dict[str, Any]:
    heirs = sorted((each.new, each.works) for each in told.successions if each.old == one.id)
    return {
        "id": one.id,
        "name": one.name,
        "notation": one.notation,
        "parent": one.parent,
        "until": shapes.day(one.until),
        "former": [
            {"until": shapes.day(until), "name": name, "notation": notation}
            for until, name, notation in told.former.get(one.id, [])
        ],
        "successors": [{"unit": new, "works": works} for new, works in heirs],
    }


def _decision(one: Reorganisation) -> dict[str, Any]:
    return {
        "id": one.id,
        "change": one.change,
        "units": list(one.units),
        "into": [{"id": made.id, "name": made.name} for made in one.into],
        "on": shapes.day(one.on),
        "basis_number": one.basis,
        "basis_date": shapes.day(one.basis_on),
        "state": shapes.decided(one),
    }
