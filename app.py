"""The front door: settings, a furnished office, its doors and its worker, and the command line."""

import argparse
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

import waitress
from flask import Flask

from config.directory import read_forms, read_partners
from config.office import OfficeFile, Profile, read_office, read_profile, read_registers
from config.settings import Settings
from config.workflows import read_routes
from drafting.convert import Converter
from drafting.reader import PdfReader
from drafting.sandbox import Sandbox
from exchange.mail import Mailer
from exchange.spool import Spool
from identity.passwords import Passwords
from records.errors import Broken, OfficeError, Refused, Unavailable
from records.person import Organ
from search.index import Index
from signing.demo_pki import found_demo_pki, refresh_crls
from signing.keys import PUBLIC, Keyring
from signing.press import Press
from signing.timestamps import Timestamper, http_timestamper
from signing.validate import Validator
from storage.blobs import Blobs
from storage.contents import Contents
from storage.copies import BEFORE, KEYS, becoming, lay_out
from storage.database import Database
from storage.keys import fingerprints, missing, open_keys, shut_keys, take_keys, vault_key
from storage.manifest import Manifest
from storage.queue import Worker, prepare
from storage.snapshot import file_of, put_back, require_empty
from storage.vault import Vault, master_key
from web.application import build
from web.language import sentence
from workflow.backup import Keys, back_up, reopen, try_out
from workflow.find import reindex
from workflow.found import found, set_passwords
from workflow.gather import gather
from workflow.jobs import jobs
from workflow.office import Office
from workflow.verify import verify

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of everything dated: Vietnam has one, without summer time."""


def now() -> datetime:
    """Give the moment: the only clock of a running office."""
    return datetime.now(UTC)


def furnish(settings: Settings, sandbox: Sandbox, clock: Callable[[], datetime] = now) -> Office:
    """Give the office that these settings describe, its database and keys made on first use."""
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    partners = read_partners(settings.trinhky_config / "partners.yaml")
    keys = settings.trinhky_data / "keys"
    keyring = _keyring(settings, described, clock)
    vault = Vault(settings.trinhky_data / "vault", vault_key(keys))
    reader = PdfReader(sandbox)
    return Office(
        organ=_organ(described.organ, partners),
        zone=ZONE,
        clock=clock,
        database=_database(settings, vault),
        contents=Contents(Blobs(settings.trinhky_data / "blobs"), vault),
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
    # An office restored without its keys still believes what it signed with the old ones.
    return Keyring(folder, believed=[*believed, folder / BEFORE])


def _database(settings: Settings, vault: Vault) -> Database:
    settings.trinhky_data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url, vault)
    database.build()
    if not database.queue_stands():
        prepare(settings.database_url)
    return database


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


WARM = {"drafting.pdf_task": 1, "drafting.office_task": 1, "signing.validating_task": 1}
"""How many sandboxed processes of each kind stand ready in an office that serves."""


@contextmanager
def opened(
    settings: Settings, *, warm: Mapping[str, int] = WARM, clock: Callable[[], datetime] = now
) -> Iterator[Office]:
    """Furnish the office, with its sandbox, and lock up afterwards."""
    with Sandbox(warm=warm) as sandbox:
        office = furnish(settings, sandbox, clock)
        try:
            yield office
        finally:
            office.database.close()


def settle(office: Office, settings: Settings) -> str:
    """Found the office on its first start and give the demonstration password, if it is known."""
    described = read_office(settings.trinhky_config / settings.trinhky_office)
    password = settings.demo_password or token_urlsafe(9)
    if found(office, described.units, described.people, password):
        return password
    if settings.demo_password:
        set_passwords(office, described.people, password)
    return settings.demo_password


def application(office: Office, settings: Settings) -> Flask:
    """Hang the doors in front of a furnished office."""
    secret = master_key(settings.trinhky_data / "keys" / "session.key")
    return build(office, secret=secret, largest=settings.max_upload)


def run(settings: Settings) -> None:
    """Serve pages and API, work off the jobs and take in messages, until told to stop."""
    with opened(settings) as office:
        password = settle(office, settings)
        worker = Worker(settings.database_url, jobs(office))
        worker.start()
        if office.index.stale:
            reindex(office)
        stopping = threading.Event()
        threading.Thread(target=_tend, args=(office, settings, stopping), daemon=True).start()
        try:
            server = _server(office, settings)
            _greet(office, settings, password)
            server.run()
        finally:
            stopping.set()
            worker.stop()


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
    _sweep(office)
    while not stopping.wait(settings.gather_every):
        try:
            gather(office)
            told = ""
            if office.today() != renewed:
                refresh_crls(settings.trinhky_data / "keys", office.clock())
                renewed = office.today()
                _sweep(office)
        except OfficeError as fault:
            if str(fault) != told:  # a folder that stays away is told once, not every second
                told = str(fault)
                log.warning("%s", told)
        except Exception:
            # This thread must outlive whatever a partner sends; the message stays where it lies.
            log.exception("a message could not be taken in")


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


def rebuild(settings: Settings) -> int:
    """Rebuild the index from the database."""
    with opened(settings) as office:
        sys.stdout.write(f"reindex: {reindex(office)} documents\n")
    return 0


def copy(
    settings: Settings,
    target: Path,
    *,
    with_keys: bool = False,
    clock: Callable[[], datetime] = now,
) -> int:
    """Take a backup while the office works, or does not."""
    folder = settings.trinhky_data / "keys"
    if target.absolute().is_relative_to(settings.trinhky_data):
        raise Refused("backup.inside", folder=str(settings.trinhky_data))
    with opened(settings, warm={}, clock=clock) as office:
        keys = Keys(
            fingerprints=fingerprints(folder),
            public={name: (folder / name).read_bytes() for name in PUBLIC},
            shut=shut_keys(folder, settings.backup_passphrase) if with_keys else b"",
        )
        manifest = back_up(office, target.absolute(), keys)
    sys.stdout.write(
        f"backup: {target}: {manifest.documents} documents, {len(manifest.files)} files, "
        f"{manifest.numbers} numbers, {manifest.seq} log entries, head {manifest.head}\n"
    )
    return 0


def restore(
    settings: Settings,
    source: Path,
    keys: Path | None = None,
    *,
    clock: Callable[[], datetime] = now,
) -> int:
    """Put an office back from a backup into an empty place; it appears only if it verifies."""
    require_empty(settings.database_url, settings.trinhky_data)
    manifest = Manifest.read(source)
    manifest.require_whole(source)
    brought = _brought(settings, source, keys)
    with becoming(settings.trinhky_data) as folder:
        lay_out(source, folder, brought, manifest)
        beside = _beside(settings, folder)
        put_back(source, beside.database_url)
        with opened(beside, warm={}, clock=clock) as office:
            if faults := try_out(office, manifest):
                raise Broken("restore.unsound", faults="; ".join(faults))
            reopen(office, manifest)
        lacking = missing(folder / "keys", manifest.keys)
    head = f"holds, as of {manifest.made_at}, head {manifest.head}"
    sys.stdout.write(f"restore: {settings.trinhky_data}: {head}\n")
    sys.stdout.writelines(f"MISSING KEY keys/{name}\n" for name in lacking)
    return 0


def _brought(settings: Settings, source: Path, keys: Path | None) -> dict[str, bytes]:
    """Give the keys that are brought to a restore: from a folder, or shut in the backup itself."""
    if keys is not None:
        return take_keys(keys)
    if (source / KEYS).exists() and settings.backup_passphrase:
        return open_keys((source / KEYS).read_bytes(), settings.backup_passphrase)
    return {}


def _beside(settings: Settings, folder: Path) -> Settings:
    """Give the settings of the same office in another folder; a server's database stays."""
    place, url = file_of(settings.database_url), settings.database_url
    if place is not None:
        if not place.is_relative_to(settings.trinhky_data):
            raise Refused("restore.other-place", folder=str(settings.trinhky_data))
        url = f"sqlite:///{folder / place.relative_to(settings.trinhky_data)}"
    moved = {"trinhky_data": folder, "database_url": url, "trinhky_spool": folder / "spool"}
    return settings.model_copy(update=moved)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "verify", "reindex"):
        commands.add_parser(name)
    backup = commands.add_parser("backup")
    backup.add_argument("target", type=Path, help="a folder that is not there yet")
    backup.add_argument(
        "--with-keys", action="store_true", help="also the keys, under BACKUP_PASSPHRASE"
    )
    restored = commands.add_parser("restore")
    restored.add_argument("source", type=Path, help="a folder that backup made")
    restored.add_argument("--keys", type=Path, help="the folder in which the keys are kept")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("fontTools", "pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    settings = Settings()
    try:
        if chosen.command == "verify":
            return check(settings)
        if chosen.command == "reindex":
            return rebuild(settings)
        if chosen.command == "backup":
            return copy(settings, chosen.target, with_keys=chosen.with_keys)
        if chosen.command == "restore":
            return restore(settings, chosen.source, chosen.keys)
        run(settings)
    except OfficeError as wrong:
        sys.stderr.write(f"{sentence(wrong, 'vi')}\n{sentence(wrong, 'en')}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
