"""Files on disk, each under the digest of its content, so none is kept twice or changed unseen."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from records.document import Digest
from records.errors import Broken, Unavailable

_PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}")


def digest_of(content: bytes) -> Digest:
    """Give the SHA-256 of ``content`` in hex (FIPS 180-4)."""
    return Digest(sha256(content).hexdigest())


def keep(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it is there whole or not at all.

    Raises  Unavailable: the disk is full, read-only or failing; nothing is left behind.
    """
    _keep(path, content, Path.rename)


def keep_first(path: Path, content: bytes) -> None:
    """Write a file as ``keep`` does, unless there is one already, which then stays as it is."""
    with suppress(FileExistsError):
        _keep(path, content, lambda partial, whole: whole.hardlink_to(partial))


def _keep(path: Path, content: bytes, publish: Callable[[Path, Path], object]) -> None:
    partial = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(partial, content)
            publish(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        _settle(path.parent)
        _settle(path.parent.parent)
    except FileExistsError:
        raise
    except OSError as fault:
        raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path, before: float) -> None:
    """Take away what killed writers left half written below ``folder``.

    Takes   before: seconds since 1970; whatever was touched later may still be written.
    """
    try:
        for path in folder.rglob(".*"):
            if _PARTIAL.fullmatch(path.name) and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
    except OSError as fault:
        raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


class Blobs:
    """A folder of immutable files, named by what is in them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: bytes) -> Digest:
        """Keep ``content`` and give its digest; the same content again is kept once."""
        digest = digest_of(content)
        path = self._path(digest)
        if not path.exists():
            keep(path, content)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Give the content, re-hashed.

        Raises  Broken: it is gone, or not what it was when it was kept.
        """
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError as gone:
            raise Broken("storage.blob-lost", digest=digest) from gone
        except OSError as fault:
            raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault
        if digest_of(content) != digest:
            raise Broken("storage.blob-changed", digest=digest)
        return content

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written before that moment."""
        sweep(self._folder, before)

    def writable(self) -> bool:
        """Tell whether the folder takes files now."""
        return os.access(self._folder, os.W_OK | os.X_OK)

    def __iter__(self) -> Iterator[Digest]:
        """Give the digest of every file kept, in order."""
        for path in sorted(self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
            yield Digest(path.name)

    def _path(self, digest: Digest) -> Path:
        return self._folder / digest[:2] / digest
