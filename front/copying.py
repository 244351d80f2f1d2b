"""An office copied while it works, and put back where there is none."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from front.furnishing import now, objects_of, opened
from front.keeping import master_of
from records.errors import Broken, Refused
from records.raised import Raised
from signing.keys import PUBLIC
from storage.copies import KEYS, becoming, lay_out, require_ours
from storage.keys import (
    LOG_KEY,
    VAULT_KEY,
    fingerprints,
    missing,
    open_keys,
    shut_keys,
    take_keys,
    vault_key,
)
from storage.ledger import raisings_in
from storage.manifest import Manifest
from storage.objects import Objects
from storage.rekeying import follow
from storage.ring import Ring
from storage.snapshot import file_of, put_back, require_empty
from workflow.backup import Keys, back_up, reopen, try_out
from workflow.purge import raise_again

NO_LEDGER = Path("none")
"""In place of a ledger's path: no document became secret since the backup."""


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
            trust=office.keyring.lists.files() if office.keyring.lists else {},
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
    ledger: Path | None = None,
    clock: Callable[[], datetime] = now,
) -> int:
    """Put an office back from a backup into an empty place; it appears only if it verifies.

    Takes   ledger: which documents became secret, known outside of the backup; ``NO_LEDGER`` is
            the word of whoever restores that none did.
    """
    require_empty(settings.database_url, settings.trinhky_data)
    manifest = Manifest.read(source)
    manifest.require_whole(source)
    raised = _raised(settings, ledger)
    brought = _brought(settings, source, keys)
    with becoming(settings.trinhky_data) as folder:
        beside = _beside(settings, folder)
        places = dict(zip(("blobs", "vault"), objects_of(beside), strict=True))
        require_ours(places, manifest)
        lay_out(source, folder, places, brought, manifest)
        put_back(source, beside.database_url)
        _follow(folder / "keys", places["vault"], settings)
        with opened(beside, warm={}, clock=clock) as office:
            if faults := try_out(office, manifest, marked=LOG_KEY in brought):
                raise Broken("restore.unsound", faults="; ".join(faults))
            closed = raise_again(office, raised)
            for one in raised:
                office.ledger.note(one)
            reopen(office, manifest)
        lacking = missing(folder / "keys", manifest.keys)
    head = f"holds, as of {manifest.made_at}, head {manifest.head}"
    sys.stdout.write(f"restore: {settings.trinhky_data}: {head}; {closed} closed again\n")
    sys.stdout.writelines(f"MISSING KEY keys/{name}\n" for name in lacking)
    return 0


def _follow(keys: Path, vault: Objects, settings: Settings) -> None:
    """Bring the keys of an older backup under the master key of today, as the ring has them."""
    if (keys / VAULT_KEY).exists() and (master := vault_key(keys, master_of(settings))):
        follow(vault, Ring(keys), master)


def _raised(settings: Settings, ledger: Path | None) -> list[Raised]:
    """Give what became secret, as far as is known here. Raises Refused: nobody says."""
    if ledger == NO_LEDGER:
        return []
    path = ledger or settings.trinhky_ledger
    if ledger is None and not path.exists():
        raise Refused("restore.no-ledger")
    return raisings_in(path)


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
    if settings.trinhky_tray.is_relative_to(settings.trinhky_data):
        moved["trinhky_tray"] = folder / settings.trinhky_tray.relative_to(settings.trinhky_data)
    if settings.trinhky_ledger.is_relative_to(settings.trinhky_data):
        moved["trinhky_ledger"] = folder / settings.trinhky_ledger.relative_to(
            settings.trinhky_data
        )
    return settings.model_copy(update=moved)
