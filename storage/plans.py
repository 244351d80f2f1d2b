"""Plans of files as rows: one a year, replaced as a whole by whoever saw its latest version."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.case_file import FilePlan, PlannedFile
from records.errors import Outrun
from storage import tables as t


class Plans:
    """The plans of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, year: int) -> FilePlan:
        """Give the plan of a year, an empty one of version 0 where there is none."""
        row = self._connection.execute(select(t.plan).where(t.plan.c.year == year)).first()
        if row is None:
            return FilePlan(year, 0)
        lines = t.planned_file
        query = select(lines).where(lines.c.year == year).order_by(lines.c.n)
        files = tuple(
            PlannedFile(
                year=one.year,
                n=one.n,
                heading=one.heading,
                subheading=one.subheading,
                notation=one.notation,
                title=one.title,
                years=one.years,
                owner=one.owner,
                note=one.note,
            )
            for one in self._connection.execute(query)
        )
        return FilePlan(year, row.version, files, row.issued_on, row.issued_by)

    def keep(self, year: int, files: Sequence[PlannedFile], *, seen: int) -> None:
        """Keep ``files`` as the plan of a year. Raises Outrun: it is no longer as it was seen."""
        self._next_version(year, seen)
        self._connection.execute(delete(t.planned_file).where(t.planned_file.c.year == year))
        for one in files:
            self._connection.execute(
                insert(t.planned_file).values(
                    year=year,
                    n=one.n,
                    heading=one.heading,
                    subheading=one.subheading,
                    notation=one.notation,
                    title=one.title,
                    years=one.years,
                    owner=one.owner,
                    note=one.note,
                )
            )

    def issue(self, year: int, *, by: str, on: date) -> None:
        """Keep that a plan was issued."""
        self._connection.execute(
            update(t.plan).where(t.plan.c.year == year).values(issued_on=on, issued_by=by)
        )

    def years(self) -> list[int]:
        """Give the years that have a plan, latest first."""
        query = select(t.plan.c.year).order_by(t.plan.c.year.desc())
        return list(self._connection.execute(query).scalars())

    def _next_version(self, year: int, seen: int) -> None:
        if seen == 0:
            try:
                self._connection.execute(insert(t.plan).values(year=year, version=1))
            except IntegrityError as clash:
                raise Outrun("plan.outrun") from clash
            return
        done = self._connection.execute(
            update(t.plan)
            .where(t.plan.c.year == year, t.plan.c.version == seen)
            .values(version=seen + 1)
        )
        if done.rowcount != 1:
            raise Outrun("plan.outrun")
