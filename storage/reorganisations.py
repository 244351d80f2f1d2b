"""Decisions on units as rows."""

from typing import Any

from sqlalchemy import Connection

from records.person import Unit
from records.reorganisation import Change, Reorganisation
from storage import tables as t
from storage.planned import Planned


def reorganisations(connection: Connection) -> Planned[Reorganisation]:
    """Give the reorganisations of one transaction."""
    return Planned(connection, t.reorganisation, _told, _made)


def _told(one: Reorganisation) -> dict[str, Any]:
    into = [
        {"id": made.id, "name": made.name, "notation": made.notation, "parent": made.parent}
        for made in one.into
    ]
    return {
        "id": one.id,
        "change": one.change,
        "units": list(one.units),
        "into": into,
        "moves": dict(one.moves),
        "on": one.on,
        "basis": one.basis,
        "basis_on": one.basis_on,
        "by": one.by,
        "at": one.at,
    }


def _made(row: Any) -> Reorganisation:
    return Reorganisation(
        id=row.id,
        change=Change(row.change),
        units=tuple(row.units),
        into=tuple(
            Unit(one["id"], one["name"], one["notation"], one["parent"]) for one in row.into
        ),
        on=row.on,
        basis=row.basis,
        basis_on=row.basis_on,
        by=row.by,
        at=row.at,
        moves=dict(row.moves),
        done_at=row.done_at,
        cancelled_at=row.cancelled_at,
    )
