"""Objects in a folder of this machine, each whole on the disk before its name appears."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from records.errors import Unavailable

PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}")
"""How a file is called while it is written."""


def keep_first(path: Path, content: bytes) -> None:
    """Write a file unless there is one; after a power cut it is there whole or not at all.

    Raises  Unavailable: the disk is full, read-only or failing; nothing is left behind.
    """
    with suppress(FileExistsError), _told():
        _keep(path, content)


def _keep(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{token_hex(8)}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(partial, content)
        # A link, not a rename: it fails where a name exists, so that nothing is overwritten.
        path.hardlink_to(partial)
    finally:
        partial.unlink(missing_ok=True)
    _settle(path.parent)
    _settle(path.parent.parent)


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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as fault:
        raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


class Folder:
    """A folder of files that are written once, for this account's eyes only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put_new(self, name: str, content: bytes) -> bytes:
        """Keep ``content`` on the disk, unless there is a file, and give what lies there."""
        there = self.get(name)
        if there is None:
            keep_first(self._folder / name, content)
            there = self.get(name)
        if there is None:
            raise Unavailable("storage.unavailable", why="written and not there")
        return there

    def get(self, name: str) -> bytes | None:
        """Give a file's content, unless there is none."""
        with _told(), suppress(FileNotFoundError):
            return (self._folder / name).read_bytes()
        return None

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        with _told():
            return (self._folder / name).is_file()

    def remove(self, name: str) -> None:
        """Take a file away for good, if there is one."""
        path = self._folder / name
        with _told():
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _settle(path.parent)

    def names(self, within: str = "") -> Iterator[str]:
        """Give the name of every whole file, in order; the part a killed writer left has none."""
        folder = within.rpartition("/")[0]
        with _told():
            for path in sorted((self._folder / folder).rglob("[!.]*")):
                name = path.relative_to(self._folder).as_posix()
                if path.is_file() and name.startswith(within):
                    yield name

    def sweep(self, before: float) -> None:
        """Take away the parts that killed writers left, unless they were touched since."""
        with _told():
            for path in self._folder.rglob(".*"):
                with suppress(FileNotFoundError):  # its writer came to its end meanwhile
                    if PARTIAL.fullmatch(path.name) and path.stat().st_mtime < before:
                        path.unlink()

    def writable(self) -> bool:
        """Tell whether the folder takes files now."""
        return os.access(self._folder, os.W_OK | os.X_OK)
