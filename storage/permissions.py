"""Proposals to change who reads what, as rows; they say no word of a document."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from records.errors import NotFound, Outrun
from records.permission import PermissionChange
from storage import tables as t


class Permissions:
    """The permission changes of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def propose(self, one: PermissionChange) -> None:
        """Keep a proposal."""
        self._connection.execute(
            insert(t.permission_change).values(
                id=one.id,
                document=one.document or None,
                file=one.file or None,
                person=one.person,
                grants=one.grants,
                proposed_by=one.proposed_by,
                proposed_at=one.proposed_at,
                until=one.until,
            )
        )

    def settle(self, id: str, at: datetime, *, by: str = "") -> None:
        """Keep that a proposal was confirmed by somebody, or given up by nobody. Raises Outrun."""
        rows = t.permission_change.c
        settled = self._connection.execute(
            update(t.permission_change)
            .where(rows.id == id, rows.settled_at.is_(None))
            .values(settled_at=at, confirmed_by=by)
        )
        if settled.rowcount != 1:
            raise Outrun("permission.settled")

    def get(self, id: str) -> PermissionChange:
        """Give a proposal. Raises NotFound."""
        found = self._several(t.permission_change.c.id == id)
        if not found:
            raise NotFound("permission.unknown")
        return found[0]

    def waiting(self, at: datetime) -> list[PermissionChange]:
        """Give every proposal that may still be confirmed, oldest first."""
        rows = t.permission_change.c
        return self._several(rows.settled_at.is_(None), rows.until > at)

    def of(self, *, document: str = "", file: str = "") -> list[PermissionChange]:
        """Give every proposal about a document or a file, oldest first."""
        rows = t.permission_change.c
        return self._several(rows.document == document if document else rows.file == file)

    def _several(self, *bounds: ColumnElement[bool]) -> list[PermissionChange]:
        rows = t.permission_change.c
        query = select(t.permission_change).where(*bounds).order_by(rows.proposed_at, rows.id)
        return [_change(row) for row in self._connection.execute(query)]


def _change(row: Any) -> PermissionChange:
    return PermissionChange(
        id=row.id,
        document=row.document or "",
        file=row.file or "",
        person=row.person,
        grants=row.grants,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        until=row.until,
        confirmed_by=row.confirmed_by,
        settled_at=row.settled_at,
    )
