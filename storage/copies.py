"""A backup on disk: begun under a partial name, named when it is whole, looked at before use."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from records.errors import Refused, Unavailable
from storage.folder import keep_first
from storage.keys import VAULT_KEY, want
from storage.manifest import Manifest
from storage.objects import Objects

PARTIAL = ".partial"
KEYS = "keys.shut"
"""In a backup: the office's keys under a pass phrase, if it was wanted so."""

BEFORE = "before"
"""In a restored folder of keys: the certificates that were there when the office was copied."""


@contextmanager
def becoming(target: Path) -> Iterator[Path]:
    """Give an empty folder that takes the name ``target`` once everything in it is written.

    What an earlier attempt left when it was killed is cleared away first.

    Raises  Refused: there is something of that name. Unavailable: another process is at it, or
            the disk does not take it; nothing is left behind.
    """
    if target.exists() and not _is_empty(target):
        raise Refused("backup.target-taken", folder=str(target))
    partial = target.with_name(f"{target.name}{PARTIAL}")
    with _disk(), _alone(target.with_name(f".{target.name}.lock")):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700, parents=True)
        try:
            yield partial
            _settle(partial)
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        _settle(target.parent)


def lay_out(
    source: Path,
    folder: Path,
    places: Mapping[str, Objects],
    keys: Mapping[str, bytes],
    manifest: Manifest,
) -> None:
    """Put files, vault and keys of a backup where an office looks for them.

    Takes   folder: of the office's data, which holds its keys.
            places: where ``blobs`` and ``vault`` go, below that folder or in a bucket.
    """
    for name in manifest.files:
        kind, _, rest = name.partition("/")
        if kind in places:
            places[kind].put_new(rest, (source / name).read_bytes())
        elif kind == "public":
            keep_first(folder / "keys" / BEFORE / rest, (source / name).read_bytes())
        elif kind == "trust":
            keep_first(folder / kind / rest, (source / name).read_bytes())
    for name, content in keys.items():
        keep_first(folder / "keys" / name, content)
    if VAULT_KEY in manifest.keys:
        want(folder / "keys", {VAULT_KEY: manifest.keys[VAULT_KEY]})


def require_ours(places: Mapping[str, Objects], manifest: Manifest) -> None:
    """Make sure that nothing lies there but what an earlier attempt of this restore brought.

    Raises  Refused: there is something else.
    """
    for kind, place in places.items():
        for name in place.names():
            if f"{kind}/{name}" not in manifest.files:
                raise Refused("restore.not-empty", folder=kind)


def _is_empty(target: Path) -> bool:
    return target.is_dir() and not any(target.iterdir())


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Unavailable("backup.busy") from held
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
