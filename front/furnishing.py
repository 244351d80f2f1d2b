"""The office furnished from its settings: every craft made once and handed to the verbs."""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.access import AccessFile, read_access
from config.calendar import public_holidays, read_calendar
from config.directory import read_forms, read_partners
from config.inspection import read_inspection
from config.office import (
    OfficeFile,
    Profile,
    read_downloads,
    read_office,
    read_profile,
    read_registers,
)
from config.settings import Settings
from config.signatures import read_signatures
from config.signers import read_signers
from config.workflows import read_route, read_texts
from drafting.convert import Converter
from drafting.reader import PdfReader
from drafting.sandbox import Sandbox
from exchange.filter import Filter
from exchange.mail import Mailer
from exchange.prints import KNOWN, Prints
from exchange.spool import Spool
from exchange.tray import Tray
from front.keeping import in_use, master_of
from identity.directory import Directory
from identity.oidc import Provider
from identity.otp import Seal
from identity.passkeys import Passkeys
from identity.passwords import Passwords
from records.identity import ProviderRules
from records.person import Organ
from records.working_time import Calendar
from search.index import Index
from signing.custody import Custody
from signing.demo_pki import found_demo_pki, refresh_crls
from signing.keys import Keyring
from signing.press import Press
from signing.revocation import Reach, Revocation
from signing.timestamps import Timestamper, http_timestampers
from signing.trust_lists import TrustLists
from signing.validate import Validator
from storage.blobs import Blobs
from storage.bucket import Bucket, Server
from storage.checkpoints import Deposit
from storage.contents import Contents
from storage.copies import BEFORE
from storage.database import Database
from storage.folder import Folder
from storage.keys import PRINTS_KEY, log_key, vault_key
from storage.ledger import Ledger
from storage.objects import Objects
from storage.queue import prepare
from storage.ring import Ring
from storage.vault import Vault, master_key
from workflow.adopt import adopt_files
from workflow.found import found, set_passwords
from workflow.office import Office
from workflow.prints import catch_up
from workflow.roads import Roads

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
    signatures = read_signatures(settings.trinhky_config / "signatures.yaml")
    keyring = _keyring(settings, described, clock, sunsets=signatures.algorithms)
    files, sealed = objects_of(settings)
    master = vault_key(keys, master_of(settings))
    vault = Vault(sealed, master, ring=Ring(keys), keys_remembered=_remembered(settings))
    reader = PdfReader(sandbox)
    spool, tray = _places(settings, partners)
    doors = read_access(settings.trinhky_config / "identity.yaml")
    office = Office(
        organs=tuple((until, _organ(one, partners)) for until, one in described.organs),
        zone=ZONE,
        clock=clock,
        database=_database(settings, vault),
        contents=Contents(Blobs(files), vault),
        ledger=Ledger(settings.trinhky_ledger),
        deposits=_deposits(settings),
        passwords=Passwords(),
        access=doors.rules,
        outside=doors.outside,
        provider=_provider(settings, doors.provider),
        directory=_directory(settings, doors),
        telephones=Seal(master_key(keys / "identity.key")),
        passkeys=Passkeys(settings.public_address, described.organ.name),
        roads=Roads(read_route),
        books=read_registers(settings.trinhky_config / "registers.yaml"),
        forms=read_forms(settings.trinhky_config / "document_types.yaml"),
        calendar=_calendar(settings),
        capacities=described.capacities,
        default_signer=described.default_signer,
        sealed=read_profile(settings.trinhky_config / "secrecy.yaml") is Profile.SEALED,
        downloads=read_downloads(settings.trinhky_config / "secrecy.yaml"),
        largest=settings.max_upload,
        isolate=sandbox,
        reader=reader,
        converter=Converter(sandbox),
        keyring=keyring,
        custody=Custody(keyring, *read_signers(settings.trinhky_config / "signers.yaml")),
        press=Press(
            keyring,
            _timestamper(settings, keyring),
            revocation=Revocation(
                settings.trinhky_data / "revocation",
                Reach(signatures.revocation_hosts, signatures.revocation_timeout),
            ),
        ),
        validator=Validator(keyring.trust, sandbox),
        proofs=signatures.policy,
        naming=signatures.naming,
        beneath=read_inspection(settings.trinhky_config / "inspection.yaml"),
        index=Index(settings.trinhky_data / "index", key=master_key(keys / "index.key")),
        partners=partners,
        spool=spool,
        tray=tray,
        recall_time=timedelta(days=settings.recall_days),
        prints=prints_of(settings),
        mailer=_mailer(settings, Filter(prints_of(settings))),
        address=settings.public_address,
    )
    adopt_files(office, read_texts(settings.trinhky_config / "workflows"))
    catch_up(office)
    return office


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


def _calendar(settings: Settings) -> Calendar:
    said = read_calendar(settings.trinhky_config / "calendar.yaml")
    settled = {one.day: one for one in said.days}
    return Calendar(ZONE, said.shifts, said.weekend, public_holidays, settled, said.ahead)


def _keyring(
    settings: Settings,
    described: OfficeFile,
    clock: Callable[[], datetime],
    *,
    sunsets: tuple[tuple[str, str], ...],
) -> Keyring:
    folder = settings.trinhky_data / "keys"
    people = [(one.id, one.name, one.title) for one in described.people]
    found_demo_pki(folder, people=people, office=described.organ.name, at=clock())
    refresh_crls(folder, clock())
    believed = [Path(one) for one in settings.trinhky_trust.split(":") if one]
    # An office restored without its keys still believes what it signed with the old ones.
    return Keyring(
        folder,
        believed=[*believed, folder / BEFORE],
        sunsets=sunsets,
        lists=TrustLists(settings.trinhky_data / "trust"),
    )


def objects_of(settings: Settings) -> tuple[Objects, Objects]:
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
    with alone(settings.trinhky_data):
        made, key = log_key(settings.trinhky_data / "keys")
        database = Database(settings.database_url, vault, key)
        database.build()
        if made:
            database.seal_log()
        if not database.queue_stands():
            prepare(settings.database_url)
    return database


def _deposits(settings: Settings) -> tuple[Deposit, ...]:
    own = Deposit(settings.trinhky_data / "checkpoints", "checkpoints/")
    if settings.trinhky_witness == Path():
        return (own,)
    return own, Deposit(settings.trinhky_witness, "witness")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process of this machine at a time lay foundations; others wait."""
    with (folder / "founding.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _timestamper(settings: Settings, keyring: Keyring) -> Timestamper:
    if settings.tsa_url:
        return http_timestampers(settings.tsa_url.split(), settings.tsa_timeout)
    return keyring.timestamper()


def _places(settings: Settings, partners: dict[str, Organ]) -> tuple[Spool, Tray]:
    """Give where messages come in and where they wait to leave, with a place for each partner."""
    spool, tray = Spool(settings.trinhky_spool), Tray(settings.trinhky_tray)
    for partner in partners.values():
        if partner.spool:
            spool.lay_out(Path(partner.spool))
            tray.lay_out(Path(partner.spool))
    return spool, tray


def _provider(settings: Settings, rules: ProviderRules | None) -> Provider | None:
    if rules is None:
        return None
    back = f"{settings.public_address.rstrip('/')}/login/provider/back"
    return Provider(rules, settings.oidc_client_secret, back)


def _directory(settings: Settings, doors: AccessFile) -> Directory | None:
    if doors.directory is None:
        return None
    return Directory(doors.directory, settings.directory_password, doors.outside.groups)


def prints_of(settings: Settings) -> Prints:
    """Give the list of what is secret, where the filter at the edge reads it."""
    key = master_key(settings.trinhky_data / "keys" / PRINTS_KEY)
    return Prints(settings.trinhky_tray / KNOWN, key)


def _mailer(settings: Settings, edge: Filter) -> Mailer | None:
    if not settings.smtp_host:
        return None
    return Mailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        edge=edge,
        timeout=settings.smtp_timeout,
        starttls=settings.smtp_starttls,
    )


@contextmanager
def opened(
    settings: Settings,
    *,
    warm: Mapping[str, int] | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[Office]:
    """Furnish the office, with its sandbox, and lock up afterwards."""
    ready = _warm(settings) if warm is None else warm
    with in_use(settings.trinhky_data / "keys"), Sandbox(warm=ready) as sandbox:
        office = furnish(settings, sandbox, clock)
        try:
            yield office
        finally:
            office.database.close()


def _warm(settings: Settings) -> Mapping[str, int]:
    """Give how many sandboxed processes of each kind stand ready in an office that serves."""
    return {
        "drafting.pdf_task": 1,
        "drafting.office_task": settings.warm_converters,
        "signing.validating_task": 1,
    }


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
