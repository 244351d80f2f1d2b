"""The front door: settings, a furnished office, its doors and its worker, and the command line."""

import argparse
import atexit
import fcntl
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import waitress
from flask import Flask

from config.directory import read_forms, read_partners
from config.logs import keep_logs
from config.office import OfficeFile, Profile, read_office, read_profile, read_registers
from config.settings import Settings
from config.workflows import read_routes
from drafting.convert import Converter
from drafting.reader import PdfReader
from drafting.sandbox import Sandbox
from exchange.mail import Mailer
from exchange.spool import Spool
from identity.passwords import Passwords
from records.errors import OfficeError, Unavailable
from records.person import Organ
from search.index import Index
from signing.demo_pki import found_demo_pki, refresh_crls
from signing.keys import Keyring
from signing.press import Press
from signing.timestamps import Timestamper, http_timestamper
from signing.validate import Validator
from storage.blobs import Blobs
from storage.bucket import Bucket, Server
from storage.contents import Contents
from storage.database import Database
from storage.folder import Folder
from storage.objects import Objects
from storage.queue import Worker, prepare
from storage.vault import Vault, master_key
from web.application import build
from web.language import sentence
from workflow.find import lay_index, reindex
from workflow.found import found, set_passwords
from workflow.gather import gather
from workflow.jobs import jobs
from workflow.office import Office
from workflow.register_audit import audit_registers
from workflow.verify import verify

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of everything dated: Vietnam has one, without summer time."""

KEYS_REMEMBERED = 10_000
"""Of how many classified documents the shut key is held when the vault is a network away."""


def now() -> datetime:
    """Give the moment: the only clock of a running office."""
    return datetime.now(UTC)


def furnish(settings: Settings, sandbox: Sandbox, clock: Callable[[], datetime] = now) -> Office:
    """Give the office that these settings describe, its database and keys made on first use."""
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    partners = read_partners(settings.trinhky_config / "partners.yaml")
    keys = settings.trinhky_data / "keys"
    keyring = _keyring(settings, described, clock)
    files, sealed = _objects(settings)
    vault = Vault(sealed, master_key(keys / "vault.key"), keys_remembered=_remembered(settings))
    reader = PdfReader(sandbox)
    return Office(
        organ=_organ(described.organ, partners),
        zone=ZONE,
        clock=clock,
        database=_database(settings, vault),
        contents=Contents(Blobs(files), vault),
        passwords=Passwords(),
        routes=read_routes(settings.trinhky_config / "workflows"),
        books=read_registers(settings.trinhky_config / "registers.yaml"),
        forms=read_forms(settings.trinhky_config / "document_types.yaml"),
        capacities=described.capacities,
        default_signer=described.default_signer,
        sealed=read_profile(settings.trinhky_config / "secrecy.yaml") is Profile.SEALED,
        largest=settings.max_upload,
        isolate=sandbox,
        reader=reader,
        converter=Converter(sandbox),
        press=Press(keyring, _timestamper(settings, keyring)),
        validator=Validator(keyring.trust, sandbox),
        index=Index(settings.trinhky_data / "index", key=master_key(keys / "index.key")),
        partners=partners,
        spool=_spool(settings, partners),
        mailer=_mailer(settings),
        address=settings.public_address,
    )


def _organ(own: Organ, partners: dict[str, Organ]) -> Organ:
    listed = partners.get(own.id)
    return (
        own
        if listed is None
        else Organ(
            id=own.id,
            name=own.name,
            superior=own.superior,
            place=own.place,
            notation=own.notation,
            email=listed.email,
            spool=listed.spool,
            facts=own.facts,
        )
    )


def _keyring(settings: Settings, described: OfficeFile, clock: Callable[[], datetime]) -> Keyring:
    folder = settings.trinhky_data / "keys"
    people = [(one.id, one.name, one.title) for one in described.people]
    found_demo_pki(folder, people=people, office=described.organ.name, at=clock())
    refresh_crls(folder, clock())
    believed = [Path(one) for one in settings.trinhky_trust.split(":") if one]
    return Keyring(folder, believed=believed)


def _objects(settings: Settings) -> tuple[Objects, Objects]:
    """Give where files lie and where the vault's do."""
    if not settings.objects_url:
        return Folder(settings.trinhky_data / "blobs"), Folder(settings.trinhky_data / "vault")
    place = urlsplit(settings.objects_url)
    client = Server(
        settings.objects_endpoint,
        region=settings.aws_region,
        key=settings.aws_access_key_id,
        secret=settings.aws_secret_access_key,
        timeout=settings.objects_timeout,
        attempts=settings.objects_attempts,
    ).client()
    prefix = place.path.strip("/") and f"{place.path.strip('/')}/"
    files, sealed = (Bucket(client, place.netloc, f"{prefix}{n}/") for n in ("blobs", "vault"))
    return files, sealed


def _remembered(settings: Settings) -> int:
    # On this machine's disk a key is read faster than it could be wrong to remember it.
    return KEYS_REMEMBERED if settings.objects_url else 0


def _database(settings: Settings, vault: Vault) -> Database:
    settings.trinhky_data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url, vault)
    with alone(settings.trinhky_data):
        database.build()
        prepare(settings.database_url)
    return database


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process of this machine at a time lay foundations; others wait."""
    with (folder / "founding.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _timestamper(settings: Settings, keyring: Keyring) -> Timestamper:
    if settings.tsa_url:
        return http_timestamper(settings.tsa_url, settings.tsa_timeout)
    return keyring.timestamper()


def _spool(settings: Settings, partners: dict[str, Organ]) -> Spool:
    spool = Spool(settings.trinhky_spool)
    for partner in partners.values():
        if partner.spool:
            spool.lay_out(Path(partner.spool))
    return spool


def _mailer(settings: Settings) -> Mailer | None:
    if not settings.smtp_host:
        return None
    return Mailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        timeout=settings.smtp_timeout,
        starttls=settings.smtp_starttls,
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Office]:
    """Furnish the office, with its sandbox, and lock up afterwards."""
    warm = {"drafting.pdf_task": 1, "drafting.office_task": 1, "signing.validating_task": 1}
    with Sandbox(warm=warm) as sandbox:
        office = furnish(settings, sandbox)
        try:
            yield office
        finally:
            office.database.close()


def settle(office: Office, settings: Settings) -> str:
    """Found the office on its first start and give the demonstration password, if it is known."""
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    password = settings.demo_password or token_urlsafe(9)
    with alone(settings.trinhky_data):
        if found(office, described.units, described.people, password):
            return password
    if settings.demo_password:
        set_passwords(office, described.people, password)
    return settings.demo_password


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
        with working(office, settings):
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
        with working(office, settings):
            logging.getLogger("office.work").info("ready")
            told.wait()


def serve(settings: Settings) -> None:
    """Become the production server of pages and API; jobs are left for workers.

    The server's first process never imports the office: on SIGHUP the new processes read code and
    configuration anew, while the old ones answer what they began (docs/adr/0012-serving.md).
    """
    with opened(settings) as office:
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
        *("--chdir", str(Path(__file__).parent)),
        *("--bind", f"{settings.host}:{settings.port}"),
        *("--workers", str(settings.processes)),
        *("--worker-class", "gthread", "--threads", str(settings.threads)),
        *("--timeout", "60", "--graceful-timeout", "120", "--keep-alive", "5"),
        *("--worker-tmp-dir", "/dev/shm"),  # noqa: S108 - heartbeats must not wait for a disk
        *("--forwarded-allow-ips", "", "--no-control-socket"),
        *("--name", "trinhky", "--logger-class", "config.logs.ServerLog"),
    ]


def served() -> Flask:
    """Give the application to one process of the production server, after it was forked."""
    settings = Settings()
    keep_logs(settings.log_format)
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
    tending = threading.Thread(target=_tend, args=(office, settings, stopping), daemon=True)
    try:
        _mend_index(office)
        tending.start()
        yield
    finally:
        stopping.set()
        worker.stop()


def _mend_index(office: Office) -> None:
    """Build the index anew if documents may be missing in it, unless another process does."""
    try:
        if office.index.stale:
            reindex(office)
    except Unavailable as busy:
        logging.getLogger("office.work").warning("%s", busy.rule)


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


def _tend(office: Office, settings: Settings, stopping: threading.Event) -> None:
    """Take in messages as they come, and once a day renew the demonstration's own lists."""
    log = logging.getLogger("office.tend")
    renewed, told = office.today(), ""
    while not stopping.wait(settings.gather_every):
        try:
            gather(office)
            told = ""
            if office.today() != renewed:
                refresh_crls(settings.trinhky_data / "keys", office.clock())
                renewed = office.today()
        except OfficeError as fault:
            if str(fault) != told:  # a folder that stays away is told once, not every second
                told = str(fault)
                log.warning("%s", fault.rule)
        except Exception:
            # This thread must outlive whatever a partner sends; the message stays where it lies.
            log.exception("a message could not be taken in")


def _greet(office: Office, settings: Settings, password: str) -> None:
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    lines = [f"Trình Ký · {office.organ.name}", f"http://{settings.host}:{settings.port}", ""]
    told = password or "(as printed at the first start; DEMO_PASSWORD=… sets a new one)"
    lines += [f"  {one.id:<15} {one.title}, {one.name}" for one in described.people]
    lines += ["", f"Mật khẩu / password: {told}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def check(settings: Settings) -> int:
    """Verify everything that must hold and give the exit status."""
    with opened(settings) as office:
        found_out = verify(office)
    for fault in (*found_out.head.faults, *found_out.faults):
        sys.stdout.write(f"FAULT {fault}\n")
    verdict = "holds" if found_out.holds else "BROKEN"
    sys.stdout.write(
        f"verify: {verdict}: {found_out.head.seq} log entries, {found_out.files} files, "
        f"{found_out.numbers} numbers, head {found_out.head.hash}\n"
    )
    return 0 if found_out.holds else 1


def prove_registers(settings: Settings) -> int:
    """Prove that every register is 1…n and give the exit status."""
    with opened(settings) as office:
        proofs = audit_registers(office)
    faults = [(one, fault) for one in proofs for fault in one.faults]
    for one in proofs:
        sys.stdout.write(f"{one.line}\n")
    for one, fault in faults:
        sys.stdout.write(f"FAULT {one.book} {one.year}: {fault}\n")
    verdict = "BROKEN" if faults else "holds"
    books = len({(one.book, one.year) for one in proofs})
    sys.stdout.write(
        f"register-audit: {verdict}: {books} books, {len(proofs)} series, "
        f"{sum(one.last for one in proofs)} numbers, {len(faults)} faults\n"
    )
    return 1 if faults else 0


def rebuild(settings: Settings) -> int:
    """Rebuild the index from the database."""
    with opened(settings) as office:
        sys.stdout.write(f"reindex: {reindex(office)} documents\n")
    return 0


TOLD = {"verify": check, "reindex": rebuild, "register-audit": prove_registers}
"""What tells something and ends, with an exit status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    parser.add_argument("command", choices=["run", "serve", "work", *TOLD])
    chosen = parser.parse_args(arguments)
    settings = Settings()
    keep_logs(settings.log_format)
    try:
        if chosen.command in TOLD:
            return TOLD[chosen.command](settings)
        {"run": run, "serve": serve, "work": work}[chosen.command](settings)
    except OfficeError as wrong:
        sys.stderr.write(f"{sentence(wrong, 'vi')}\n{sentence(wrong, 'en')}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
