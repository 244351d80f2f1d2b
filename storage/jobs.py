"""What the queue has still to do, what it gave up, and who works it off."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    column,
    delete,
    func,
    insert,
    or_,
    select,
    table,
    update,
)

from records.errors import NotFound
from records.job import FailedJob, PutOffJob
from storage import tables as t

UNFINISHED = ("ENQUEUED", "PENDING", "DELAYED")
"""States of DBOS for a job that waits for a worker, one that runs, one put off after a failure."""


class Jobs:
    """The jobs of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # The queue's own table, of which nothing is read but what is named here.
        self._queue = table(
            "workflow_status",
            column("workflow_uuid"),
            column("name"),
            column("status"),
            column("executor_id"),
            column("attributes", JSON),
            column("delay_until_epoch_ms"),
            schema="dbos" if connection.dialect.name == "postgresql" else None,
        )

    def pending(self, abouts: Iterable[str]) -> list[str]:
        """Give the kinds of the jobs that are not finished for these ids, in order of name."""
        ids = self._queue.c.workflow_uuid
        meant = [ids.contains(f":{about}", autoescape=True) for about in abouts]
        query = select(self._queue.c.name).distinct().where(self._unfinished(), or_(*meant))
        return sorted(self._connection.execute(query).scalars())

    def waiting(self) -> dict[str, int]:
        """Give how many jobs are not finished, by kind."""
        query = (
            select(self._queue.c.name, func.count())
            .where(self._unfinished())
            .group_by(self._queue.c.name)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def put_off(self, limit: int) -> list[PutOffJob]:
        """Give what waits for its next try after a failure, the next one first."""
        due = self._queue.c.delay_until_epoch_ms
        query = (
            select(self._queue.c.workflow_uuid, self._queue.c.name, due, self._queue.c.attributes)
            .where(self._queue.c.status == "DELAYED")
            .order_by(due, self._queue.c.workflow_uuid)
            .limit(limit)
        )
        return [
            PutOffJob(id, kind, at=datetime.fromtimestamp(until / 1000, UTC), **told)
            for id, kind, until, told in self._connection.execute(query)
        ]

    def hurry(self, id: str) -> PutOffJob:
        """Let a job that was put off be tried at once. Raises NotFound: it does not wait."""
        meant = (self._queue.c.workflow_uuid == id) & (self._queue.c.status == "DELAYED")
        row = self._connection.execute(
            select(self._queue.c.name, self._queue.c.attributes).where(meant)
        ).first()
        hurried = self._connection.execute(
            update(self._queue).where(meant).values(delay_until_epoch_ms=0)
        )
        if row is None or not hurried.rowcount:
            raise NotFound("job.unknown")
        return PutOffJob(id, row.name, at=datetime.fromtimestamp(0, UTC), **row.attributes)

    def failed_for(self, abouts: Iterable[str]) -> list[str]:
        """Give the kinds of the jobs that were given up for these ids, in order of name."""
        query = select(t.failed_job.c.kind).distinct().where(t.failed_job.c.about.in_(abouts))
        return sorted(self._connection.execute(query).scalars())

    def holders(self) -> set[str]:
        """Give the ids of those processes that hold a job, living or not."""
        query = (
            select(self._queue.c.executor_id).distinct().where(self._queue.c.status == "PENDING")
        )
        return {one for one in self._connection.execute(query).scalars() if one}

    def workers(self) -> dict[str, int]:
        """Give the last beat of every worker."""
        query = select(t.worker.c.id, t.worker.c.beat)
        return {row.id: row.beat for row in self._connection.execute(query)}

    def fail(self, job: FailedJob) -> None:
        """Keep that a job was given up; a second time has no effect but the later attempt's."""
        self._connection.execute(delete(t.failed_job).where(t.failed_job.c.id == job.id))
        self._connection.execute(
            insert(t.failed_job).values(
                id=job.id,
                kind=job.kind,
                about=job.about,
                fact=job.fact,
                attempts=job.attempts,
                rule=job.rule,
                at=job.at,
            )
        )

    def failed(self, limit: int) -> list[FailedJob]:
        """Give what was given up, the latest first."""
        query = select(t.failed_job).order_by(t.failed_job.c.at.desc(), t.failed_job.c.id)
        return [FailedJob(*row) for row in self._connection.execute(query.limit(limit))]

    def failures(self) -> dict[str, int]:
        """Give how many jobs were given up, by kind."""
        kinds = t.failed_job.c.kind
        query = select(kinds, func.count()).group_by(kinds)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def take_back(self, id: str) -> FailedJob:
        """Give a job that was given up and strike it off. Raises NotFound: nobody gave it up."""
        query = select(t.failed_job).where(t.failed_job.c.id == id)
        row = self._connection.execute(query).first()
        struck = self._connection.execute(delete(t.failed_job).where(t.failed_job.c.id == id))
        if row is None or not struck.rowcount:
            raise NotFound("job.unknown")
        return FailedJob(*row)

    def _unfinished(self) -> ColumnElement[bool]:
        return self._queue.c.status.in_(UNFINISHED)
