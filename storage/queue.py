"""The queue of what must happen later, kept in the very transaction that makes it necessary."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from records.errors import OfficeError, Outrun, Refused, Unavailable
from records.job import FailedJob
from storage.engine import engine_of
from storage.jobs import Jobs
from storage.watch import Watch, own_id

NAME = "trinhky"
"""How the office's jobs are called apart from those of other applications on one database."""

QUEUES = {"index": 4, "work": 2}
"""The queues, and how many of each one worker does at once."""

VERSION = "1"
"""Which jobs a worker takes up; a job's name and arguments never change their meaning within it."""

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0

PATIENCE = (
    *(SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, *[8 * HOUR] * 8),
)
"""How long a job that met something unavailable waits before each further try, in seconds.

Three days in all: who goes away on Friday evening is back on Monday morning.
"""

AGAIN = "+"
"""What stands between a job's own id and the number of a further try."""

FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
"""States of DBOS for a job that nothing more will be done about."""

SWEPT = 500
"""How many finished jobs are forgotten in one transaction, so that no act waits for it long."""

POLLING = 0.2
"""How often an idle worker looks for work, in seconds."""

BEAT = 2.0
"""How often a worker shows that it lives, and looks whether the others do, in seconds."""

Job = Callable[[str, str], None]  # (about, fact) → done; must be idempotent

log = logging.getLogger("office.jobs")


class Door:
    """Lets jobs in, inside a caller's transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._client: DBOSClient | None = None

    def enqueue(self, connection: Connection, kind: str, about: str, fact: str, key: str) -> None:
        """Put one job in; a job with a key that was there before is not put in again."""
        self._put(connection, _asked(kind, f"{kind}:{key}"), about, fact)

    def put_off(self, connection: Connection, job: FailedJob, pause: float) -> None:
        """Put a job in for its next try, which no worker begins before ``pause`` seconds passed."""
        tries = job.attempts + 1
        asked = _asked(job.kind, f"{job.id}{AGAIN}{tries}")
        asked["delay_seconds"] = pause
        asked["attributes"] = {"about": job.about, "attempts": job.attempts, "rule": job.rule}
        self._put(connection, asked, job.about, job.fact, tries)

    def _put(self, connection: Connection, asked: EnqueueOptions, *words: str | int) -> None:
        if self._client is None:
            self._client = DBOSClient(system_database_engine=self._engine, lazy=True)
        self._client.enqueue_in_transaction(connection, asked, *words)


def _asked(kind: str, id: str) -> EnqueueOptions:
    return {
        "queue_name": _queue_of(kind),
        "workflow_name": kind,
        "workflow_id": id,
        "app_version": VERSION,
    }


def _queue_of(kind: str) -> str:
    # The index has one writer, so what waits for it must not hold up what leaves the office.
    return "index" if kind == "index" else "work"


class Worker:
    """Runs the office's jobs in this process, and takes up what others left behind."""

    def __init__(
        self,
        url: str,
        jobs: Mapping[str, Job],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Get ready to run ``jobs`` by name; a process has room for one worker."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        self.id = own_id()
        self._engine = engine_of(url)
        self._door = Door(self._engine)
        self._clock = clock
        self._watch = Watch(self._engine, self.id)
        self._stopping = threading.Event()
        self._watching = threading.Thread(target=self._keep_watch, name="watch", daemon=True)
        DBOS(config=_config(url, self.id))
        # What cannot be logged through the office's own lines is not logged: it may quote words.
        dbos = logging.getLogger("dbos")
        dbos.handlers.clear()
        dbos.propagate = True
        for name, job in jobs.items():
            DBOS.workflow(name=name, max_recovery_attempts=None)(self._patient(name, job))

    def start(self) -> None:
        """Begin to work, first on what was left unfinished."""
        DBOS.launch()
        self._look_after()
        self._watching.start()

    def waiting(self) -> int:
        """Give how many jobs are not finished."""
        return len(DBOS.list_workflows(status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False))

    def clean(self, before: datetime) -> int:
        """Forget the jobs that were finished before a moment, and give how many.

        What was given up stays with the administrator, whatever the queue forgets of it.
        """
        count = 0
        while ids := [
            one.workflow_id
            for one in DBOS.list_workflows(
                status=FINISHED,
                completed_before=before.isoformat(),
                limit=SWEPT,
                load_input=False,
                load_output=False,
            )
        ]:
            DBOS.delete_workflows(ids)
            count += len(ids)
        return count

    def stop(self) -> None:
        """Let go; what is unfinished is taken up by another worker, or by the next start."""
        self._stopping.set()
        if self._watching.is_alive():
            self._watching.join()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=self._respite())
        try:
            self._watch.leave()
        except SQLAlchemyError:
            log.warning("database.unavailable")
        self._engine.dispose()

    def _respite(self) -> int:
        """Give how long to wait for jobs that still run, in seconds.

        DBOS looks only once a second whether any does, so it is not asked when none can.
        """
        try:
            with self._engine.connect().execution_options(reads_only=True) as connection:
                at_work = self.id in Jobs(connection).holders()
                connection.rollback()
        except SQLAlchemyError:
            return 5
        return 5 if at_work else 0

    def _keep_watch(self) -> None:
        while not self._stopping.wait(BEAT):
            self._look_after()

    def _look_after(self) -> None:
        """Show that this worker lives, and let the queue give out again what dead ones held."""
        try:
            self._watch.beat()
            for id in self._watch.dead():
                taken = DBOS._recover_pending_workflows([id])  # noqa: SLF001 - ADR 0013
                self._watch.bury(id)
                if taken:
                    log.warning("took up %d jobs of a worker that is gone", len(taken))
        except SQLAlchemyError:
            log.warning("database.unavailable")

    def _patient(self, name: str, job: Job) -> Callable[..., None]:
        """Give the workflow that tries a job once, and sees to what must come after a failure."""

        def run(about: str, fact: str, tries: int = 1) -> None:
            id = DBOS.workflow_id or f"{name}:{about}"
            id = id.removesuffix(f"{AGAIN}{tries}") if tries > 1 else id

            def failed(rule: str) -> FailedJob:
                return FailedJob(id, name, about, fact, tries, rule, self._clock())

            try:
                came, rule = DBOS.run_step({"name": name}, _attempt, job, about, fact)
            except Exception as fault:
                rule = fault.rule if isinstance(fault, OfficeError) else "unknown"
                log.critical("%s %s: %s", name, about, rule, exc_info=fault)
                self._keep(failed(rule), None)
                raise
            if came == "done":
                return
            log.warning("%s %s: %s (%s)", name, about, came, rule)
            patient = came == "later" and tries <= len(PATIENCE)
            self._keep(failed(rule), PATIENCE[tries - 1] if patient else None)

        run.__qualname__ = name
        return run

    def _keep(self, job: FailedJob, pause: float | None) -> None:
        """Leave a job for its next try, or for the administrator: it is never lost unseen.

        It does not wait here, so that what waits for a partner holds nothing else up.
        """
        while True:
            try:
                with self._engine.begin() as connection:
                    if pause is None:
                        Jobs(connection).fail(job)
                    else:
                        self._door.put_off(connection, job, pause)
            except SQLAlchemyError:
                # The queue waits for a lost database too.
                if self._stopping.wait(BEAT):
                    raise
            else:
                return


def prepare(url: str) -> None:
    """Make the queue's own tables and queues, which must stand before anything is enqueued.

    A worker that starts before its queues stand looks for them only a second later.
    """
    DBOS.migrate(url)
    client = DBOSClient(system_database_url=url, application_name=NAME)
    try:
        for name, at_once in QUEUES.items():
            client.register_queue(name, worker_concurrency=at_once, polling_interval_sec=POLLING)
    finally:
        client.destroy()


def _attempt(job: Job, about: str, fact: str) -> tuple[str, str]:
    """Try a job once and give what came of it, and the rule that stood against it."""
    try:
        job(about, fact)
    except (Unavailable, Outrun) as fault:
        return "later", fault.rule
    except Refused as refusal:
        return "refused", refusal.rule
    return "done", ""


def _config(url: str, id: str) -> DBOSConfig:
    return DBOSConfig(
        name=NAME,
        system_database_url=url,
        application_version=VERSION,
        executor_id=id,
        enable_otlp=False,
        log_level="WARNING",
        console_log_level="WARNING",
        notification_listener_polling_interval_sec=POLLING,
    )
