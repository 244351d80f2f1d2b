"""The queue of what must happen later, kept in the very transaction that makes it necessary."""

import logging
from collections.abc import Callable, Mapping

from dbos import DBOS, DBOSClient, DBOSConfig
from sqlalchemy import Connection, Engine

from records.errors import Refused, Unavailable

VERSION = "1"
"""Which jobs a worker takes up; a job's name and arguments never change their meaning within it."""

PATIENCE = (1.0, 5.0, 30.0)
"""How long a job that met something unavailable waits before each further try, in seconds."""

POLLING = 0.2
"""How often an idle worker looks for work, in seconds."""

Job = Callable[[str, str], None]  # (about, fact) → done; must be idempotent


class Door:
    """Lets jobs in, inside a caller's transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._client: DBOSClient | None = None

    def enqueue(self, connection: Connection, kind: str, about: str, fact: str, key: str) -> None:
        """Put one job in; a job with a key that was there before is not put in again."""
        if self._client is None:
            self._client = DBOSClient(system_database_engine=self._engine, lazy=True)
        self._client.enqueue_in_transaction(
            connection,
            {
                "queue_name": _queue_of(kind),
                "workflow_name": kind,
                "workflow_id": f"{kind}:{key}",
                "app_version": VERSION,
            },
            about,
            fact,
        )


def _queue_of(kind: str) -> str:
    # The index has one writer, so what waits for it must not hold up what leaves the office.
    return "index" if kind == "index" else "work"


class Worker:
    """Runs the office's jobs in this process, and takes up what another one left."""

    def __init__(self, url: str, jobs: Mapping[str, Job]) -> None:
        """Get ready to run ``jobs`` by name; a process has room for one worker."""
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS(config=_config(url))
        for name, job in jobs.items():
            DBOS.workflow(name=name, max_recovery_attempts=None)(_patient(name, job))

    def start(self) -> None:
        """Begin to work, first on what was left unfinished."""
        DBOS.launch()
        DBOS.register_queue("index", worker_concurrency=4, polling_interval_sec=POLLING)
        DBOS.register_queue("work", worker_concurrency=2, polling_interval_sec=POLLING)

    def waiting(self) -> int:
        """Give how many jobs are not finished."""
        return len(DBOS.list_workflows(status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False))

    def stop(self) -> None:
        """Let go; what is unfinished is taken up by the next start."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=5)


def prepare(url: str) -> None:
    """Make the queue's own tables, which must stand before anything is enqueued."""
    DBOS(config=_config(url))
    DBOS.launch()
    DBOS.destroy(destroy_registry=True)


def _config(url: str) -> DBOSConfig:
    return DBOSConfig(
        name="trinhky",
        system_database_url=url,
        application_version=VERSION,
        enable_otlp=False,
        console_log_level="WARNING",
        notification_listener_polling_interval_sec=POLLING,
    )


def _patient(name: str, job: Job) -> Callable[[str, str], None]:
    def attempt(about: str, fact: str) -> tuple[str, str]:
        try:
            job(about, fact)
        except Unavailable as fault:
            return "later", str(fault)
        except Refused as refusal:
            return "refused", str(refusal)
        return "done", ""

    def run(about: str, fact: str) -> None:
        log = logging.getLogger("office.jobs")
        for pause in (*PATIENCE, None):
            came, why = DBOS.run_step({"name": name}, attempt, about, fact)
            if came == "done":
                return
            log.warning("%s %s: %s (%s)", name, about, came, why)
            if came == "refused":
                return
            if pause is not None:
                DBOS.sleep(pause)
        raise RuntimeError(f"{name} {about} gave up: {why}")

    run.__qualname__ = name
    return run
