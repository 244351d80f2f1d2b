"""Jobs given up or put off: the administrator sees them, and lets them be tried again."""

from dataclasses import dataclass

from records.audit import AuditEvent
from records.errors import NotAllowed
from records.exchange import Carrying
from records.job import FailedJob, PutOffJob
from records.person import Person, Role
from workflow.office import Office

MOST = 200
"""How many jobs one list shows."""


@dataclass(frozen=True, slots=True)
class Workload:
    """How the office's jobs stand; it says nothing of what a document says."""

    failed: tuple[FailedJob, ...]  # the latest first
    put_off: tuple[PutOffJob, ...]  # tried again by itself; the next one first
    waiting: int
    workers: int
    carrying: Carrying  # of messages out of the office


def workload(office: Office, *, by: Person) -> Workload:
    """Give an administrator what was given up or put off, and what waits for how many workers."""
    _require(by)
    with office.database.reading() as unit:
        return Workload(
            failed=tuple(unit.jobs.failed(MOST)),
            put_off=tuple(unit.jobs.put_off(MOST)),
            waiting=sum(unit.jobs.waiting().values()),
            workers=len(unit.jobs.workers()),
            carrying=office.tray.carrying(),
        )


def retry(office: Office, id: str, *, by: Person) -> FailedJob:
    """Let a job that was given up be done after all, once, however often it is asked.

    Raises  NotFound: nobody gave it up, or somebody else let it be tried already.
    """
    _require(by)
    with office.database.unit() as unit:
        job = unit.jobs.take_back(id)
        unit.enqueue(job.kind, job.about, job.fact, key=_next_key(job))
        facts = {"job": job.kind, "about": job.about}
        unit.audit.append(AuditEvent("job:retried", by.id, office.clock(), "", facts))
    return job


def hurry(office: Office, id: str, *, by: Person) -> PutOffJob:
    """Let a job that waits for its next try be tried at once: what it waited for is mended.

    Raises  NotFound: it does not wait any more.
    """
    _require(by)
    with office.database.unit() as unit:
        job = unit.jobs.hurry(id)
        facts = {"job": job.kind, "about": job.about}
        unit.audit.append(AuditEvent("job:hurried", by.id, office.clock(), "", facts))
    return job


def _next_key(job: FailedJob) -> str:
    """Give a key that this job had in none of its lives: x, then x~2, then x~3."""
    key, _, life = job.id.removeprefix(f"{job.kind}:").partition("~")
    return f"{key}~{int(life or 1) + 1}"


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("job.not-yours")
