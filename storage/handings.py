"""What changed hands, as rows: seals and key devices, and reports of work."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from records.errors import NotFound
from records.handing import DeviceHandover, DeviceKind, Outcome, Passing, Work, WorkHandover
from storage import tables as t


class Handings:
    """What changed hands, as one transaction sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, year: int) -> int:
        """Give the number of the next line of the book of seals."""
        rows = t.device_handover.c
        last = select(func.max(rows.n)).where(rows.year == year)
        return (self._connection.execute(last).scalar() or 0) + 1

    def add(self, one: DeviceHandover) -> None:
        """Keep a new line."""
        self._connection.execute(
            insert(t.device_handover).values(
                id=one.id,
                year=one.year,
                n=one.n,
                on=one.on,
                kind=one.kind,
                name=one.name,
                number=one.number,
                condition=one.condition,
                giver=one.giver,
                receiver=one.receiver,
                basis=one.basis,
                basis_on=one.basis_on,
                reason=one.reason,
                at=one.at,
                accepted_at=one.accepted_at,
                withdrawn=one.withdrawn,
            )
        )

    def end(self, one: DeviceHandover) -> bool:
        """Keep that a line was accepted or withdrawn, and tell whether nobody did before."""
        rows = t.device_handover.c
        done = self._connection.execute(
            update(t.device_handover)
            .where(rows.id == one.id, rows.accepted_at.is_(None), rows.withdrawn == "")
            .values(accepted_at=one.accepted_at, withdrawn=one.withdrawn)
        )
        return bool(done.rowcount)

    def get(self, id: str) -> DeviceHandover:
        """Give a line. Raises NotFound."""
        found = self._devices(t.device_handover.c.id == id)
        if not found:
            raise NotFound("device.unknown")
        return found[0]

    def of_year(self, year: int) -> list[DeviceHandover]:
        """Give the lines of a year, in order."""
        return self._devices(t.device_handover.c.year == year)

    def years(self) -> list[int]:
        """Give the years that have lines."""
        rows = self._connection.execute(select(t.device_handover.c.year).distinct())
        return list(rows.scalars())

    def latest(self, kind: DeviceKind, name: str, number: str) -> DeviceHandover | None:
        """Give the last line of a device that was not withdrawn."""
        rows = t.device_handover.c
        found = self._devices(
            rows.kind == kind, rows.name == name, rows.number == number, rows.withdrawn == ""
        )
        return found[-1] if found else None

    def held_by(self, person: str) -> list[DeviceHandover]:
        """Give the last line of each device that somebody has by the book."""
        last = {(one.kind, one.name, one.number): one for one in self._devices() if _counts(one)}
        return [one for one in last.values() if one.receiver == person]

    def report(self, one: WorkHandover) -> None:
        """Keep the report of work that passed to a successor."""
        self._connection.execute(
            insert(t.work_handover).values(
                id=one.id,
                leaver=one.leaver,
                successor=one.successor,
                posts=list(one.posts),
                by=one.by,
                at=one.at,
                lines=[
                    [each.document, each.workflow, each.state, each.outcome, each.why, each.what]
                    for each in one.lines
                ],
            )
        )

    def reports(self, person: str = "") -> list[WorkHandover]:
        """Give the reports that name somebody, or all of them, the latest first."""
        rows = t.work_handover.c
        bounds = (or_(rows.leaver == person, rows.successor == person),) if person else ()
        query = select(t.work_handover).where(*bounds).order_by(rows.at.desc(), rows.id)
        return [_work(row) for row in self._connection.execute(query)]

    def report_of(self, id: str) -> WorkHandover:
        """Give a report. Raises NotFound."""
        query = select(t.work_handover).where(t.work_handover.c.id == id)
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound("handover.unknown")
        return _work(row)

    def _devices(self, *bounds: ColumnElement[bool]) -> list[DeviceHandover]:
        rows = t.device_handover.c
        query = select(t.device_handover).where(*bounds).order_by(rows.year, rows.n)
        return [_device(row) for row in self._connection.execute(query)]


def _counts(one: DeviceHandover) -> bool:
    return one.accepted_at is not None


def _device(row: Any) -> DeviceHandover:
    return DeviceHandover(
        id=row.id,
        year=row.year,
        n=row.n,
        on=row.on,
        kind=DeviceKind(row.kind),
        name=row.name,
        number=row.number,
        condition=row.condition,
        giver=row.giver,
        receiver=row.receiver,
        basis=row.basis,
        basis_on=row.basis_on,
        reason=row.reason,
        at=row.at,
        accepted_at=row.accepted_at,
        withdrawn=row.withdrawn,
    )


def _work(row: Any) -> WorkHandover:
    return WorkHandover(
        id=row.id,
        leaver=row.leaver,
        successor=row.successor,
        posts=tuple(row.posts),
        by=row.by,
        at=row.at,
        lines=tuple(
            Passing(document, workflow, state, Outcome(outcome), why, Work(what))
            for document, workflow, state, outcome, why, what in row.lines
        ),
    )
