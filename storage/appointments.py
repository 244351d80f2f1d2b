"""Decisions on people's posts as rows."""

from typing import Any

from sqlalchemy import Connection

from records.appointment import Appointment
from records.person import Post, Role
from storage import tables as t
from storage.planned import Planned


def appointments(connection: Connection) -> Planned[Appointment]:
    """Give the appointments of one transaction."""
    return Planned(connection, t.appointment, _told, _made)


def _told(one: Appointment) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "title": one.title,
        "posts": [[post.role, post.unit] for post in one.posts],
        "successor": one.successor,
        "on": one.on,
        "basis": one.basis,
        "basis_on": one.basis_on,
        "by": one.by,
        "at": one.at,
    }


def _made(row: Any) -> Appointment:
    return Appointment(
        id=row.id,
        person=row.person,
        title=row.title,
        posts=tuple(Post(Role(role), unit) for role, unit in row.posts),
        successor=row.successor,
        on=row.on,
        basis=row.basis,
        basis_on=row.basis_on,
        by=row.by,
        at=row.at,
        done_at=row.done_at,
        cancelled_at=row.cancelled_at,
    )
