"""The ways an office is open: all in one process, pages and API alone, or a worker beside them."""

import atexit
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import waitress
from flask import Flask

from config.logs import keep_logs
from config.office import read_office
from config.settings import Settings
from front.exchanging import exchanging
from front.furnishing import opened, settle
from front.keeping import asked_before
from records.errors import OfficeError, Unavailable
from signing.demo_pki import refresh_crls
from storage.queue import Worker
from storage.vault import master_key
from web.application import build
from workflow.appoint import appoint_due
from workflow.checkpoint import Pace, tend_log
from workflow.find import lay_index, reindex
from workflow.gather import gather
from workflow.hand_in import notice_due
from workflow.jobs import jobs
from workflow.office import Office
from workflow.recall import chase
from workflow.remind import remind
from workflow.renew import tend_proofs
from workflow.reorganise import carry_out_due
from workflow.tidings import carry_again, hear
from workflow.warn import warn

HEARING = 0.1
"""How often a worker looks what became of messages that left, in seconds."""

LEAVING = 5.0
"""How long a worker that ends waits for a message that is just being taken in, in seconds."""


def application(office: Office, settings: Settings) -> Flask:
    """Hang the doors in front of a furnished office."""
    secret = master_key(settings.trinhky_data / "keys" / "session.key")
    return build(
        office,
        secret=secret,
        largest=settings.max_upload,
        proxies=settings.proxies,
        metrics_token=settings.metrics_token,
    )


def run(settings: Settings) -> None:
    """Serve pages and API, work off the jobs and take in messages, until told to stop."""
    with opened(settings) as office:
        password = settle(office, settings)
        with working(office, settings), exchanging(settings):
            server = _server(office, settings)
            _greet(office, settings, password)
            server.run()


def work(settings: Settings) -> None:
    """Work off the jobs and take in messages, beside any number of others, until told to stop."""
    told = threading.Event()
    for end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(end, lambda *_: told.set())
    with opened(settings) as office:
        settle(office, settings)
        with working(office, settings), exchanging(settings):
            logging.getLogger("office.work").info("ready")
            told.wait()


def serve(settings: Settings) -> None:
    """Become the production server of pages and API; jobs are left for workers.

    The server's first process never imports the office: on SIGHUP the new processes read code and
    configuration anew, while the old ones answer what they began (docs/adr/0012-serving.md).
    """
    asked_before(settings)
    with opened(Settings()) as office:
        _greet(office, settings, settle(office, settings))
        lay_index(office)
    counts = settings.trinhky_data / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir(mode=0o700)
    told = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(counts)}
    os.execve(sys.executable, _gunicorn(settings), told)  # noqa: S606 - no shell is wanted


def _gunicorn(settings: Settings) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "app:served()"),
        *("--chdir", str(Path(__file__).parents[1])),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--workers", str(settings.processes)),
        *("--worker-class", "gthread", "--threads", str(settings.threads)),
        *("--timeout", "60", "--graceful-timeout", "120", "--keep-alive", "5"),
        *("--worker-tmp-dir", "/dev/shm"),  # noqa: S108 - heartbeats must not wait for a disk  # nosec B108
        *("--forwarded-allow-ips", "", "--no-control-socket"),
        *("--name", "trinhky", "--logger-class", "config.logs.ServerLog"),
    ]


def served() -> Flask:
    """Give the application to one process of the production server, after it was forked."""
    settings = Settings()
    keep_logs(settings.log_format, settings.logs, settings.log_days)
    opening = opened(settings)
    office = opening.__enter__()
    atexit.register(opening.__exit__, None, None, None)
    return application(office, settings)


@contextmanager
def working(office: Office, settings: Settings) -> Iterator[None]:
    """Keep a worker and the taking in of messages going in this process."""
    worker = Worker(settings.database_url, jobs(office), office.clock)
    worker.start()
    stopping = threading.Event()
    tending = threading.Thread(target=_tend, args=(office, settings, worker, stopping), daemon=True)
    hearing = threading.Thread(target=_hear, args=(office, stopping), daemon=True)
    try:
        with suppress(
            Unavailable
        ):  # another process builds it, or the disk is away: looked at again
            mend_index(office)
        tending.start()
        hearing.start()
        yield
    finally:
        stopping.set()
        for thread in (tending, hearing):
            if thread.is_alive():
                thread.join(LEAVING)
        worker.stop()


def mend_index(office: Office) -> None:
    """Build the index anew if documents may be missing in it.

    Raises  Unavailable: another process does so already, or the disk does not take it.
    """
    if office.index.stale:
        reindex(office)
        logging.getLogger("office.work").info("the index was built anew")


def _server(office: Office, settings: Settings) -> Any:
    try:
        return waitress.create_server(
            application(office, settings),
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            max_request_body_size=settings.max_upload + 10_000_000,
            ident=None,
        )
    except OSError as taken:
        raise Unavailable("server.port", host=settings.host, port=settings.port) from taken


def _tend(office: Office, settings: Settings, worker: Worker, stopping: threading.Event) -> None:
    """Take in messages as they come, mend the index, and once a day put things in order."""
    log = logging.getLogger("office.tend")
    pause, rested = settings.gather_every, 0.0
    ordered, told = None, ""
    looked = 0.0
    while not stopping.wait(pause):
        if time.monotonic() - looked >= settings.remind_every:
            _remind(office)
            looked = time.monotonic()
        try:
            if office.today() != ordered:
                ordered = office.today()
                _put_in_order(office, settings, worker)
            gather(office)
            mend_index(office)
            told = ""
            rested += pause
            if rested >= settings.proofs_every:
                rested = 0.0
                tend_proofs(office)
                tend_log(office, Pace(settings.checkpoint_entries, settings.checkpoint_hours))
        except OfficeError as fault:
            if str(fault) != told:  # a folder that stays away is told once, not every second
                told = str(fault)
                log.warning("%s", fault.rule)
        except Exception:
            # This thread must outlive whatever a partner sends; the message stays where it lies.
            log.exception("a message could not be taken in")


def _hear(office: Office, stopping: threading.Event) -> None:
    """Take in what became of messages, soon after it is told."""
    log = logging.getLogger("office.tend")
    told = ""
    while not stopping.wait(HEARING):
        try:
            hear(office)
            told = ""
        except OfficeError as fault:
            if fault.rule != told:
                told = fault.rule
                log.warning("%s", fault.rule)
        except Exception:
            log.exception("a tiding could not be taken in")


def _remind(office: Office) -> None:
    """Give the reminders that fell due; one that cannot be given now is found at the next look."""
    log = logging.getLogger("office.tend")
    try:
        remind(office)
        warn(office)
        chase(office)
    except OfficeError as fault:
        log.warning("%s", fault.rule)
    except Exception:
        log.exception("a reminder could not be given")


def _put_in_order(office: Office, settings: Settings, worker: Worker) -> None:
    """Renew the demonstration's own lists, and take away what was finished or left long ago."""
    refresh_crls(settings.trinhky_data / "keys", office.clock())
    _sweep(office)
    carry_out_due(office)
    carry_again(office)
    appoint_due(office)
    notice_due(office)
    worker.clean(office.clock() - timedelta(days=settings.jobs_kept))


def _sweep(office: Office) -> None:
    """Take away what was left half written a day ago or earlier; no writer takes that long."""
    try:
        office.contents.sweep((office.clock() - timedelta(days=1)).timestamp())
    except OfficeError as fault:
        logging.getLogger("office.tend").warning("%s", fault)


def _greet(office: Office, settings: Settings, password: str) -> None:
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    lines = [f"Trình Ký · {office.organ.name}", f"http://{settings.host}:{settings.port}", ""]
    told = password or "(as printed at the first start; DEMO_PASSWORD=… sets a new one)"
    lines += [f"  {one.id:<15} {one.title}, {one.name}" for one in described.people]
    lines += ["", f"Mật khẩu / password: {told}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
