"""Which files are the index's own: each under its digest, the list under the office's key."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from records.document import Digest
from search.schema import VERSION

LIST = "index.json"
_PURPOSE = b"trinhky search index\0"


class Foreign(Exception):
    """A file of the index is not one this office wrote, or no longer the one it wrote."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What an index consists of at one moment."""

    home: str  # the folder its files lie in
    complete: bool  # built from everything, not begun empty in place of a lost one
    files: Mapping[str, Digest]

    def write(self, folder: Path, key: bytes) -> None:
        """Put this listing in the place of the one before, at once."""
        body = {
            "version": VERSION,
            "home": self.home,
            "complete": self.complete,
            "files": dict(self.files),
        }
        text = json.dumps(body, sort_keys=True)
        new = folder / f"{LIST}.new"
        new.write_text(json.dumps({"body": text, "mac": _mac(text, key)}), encoding="ascii")
        new.chmod(0o600)
        new.replace(folder / LIST)

    @classmethod
    def read(cls, folder: Path, key: bytes) -> "Listing":
        """Give the listing of an index.

        Raises  Foreign: there is none, or not under this key, or of an older version.
        """
        try:
            kept = json.loads((folder / LIST).read_bytes())
            text, mac = str(kept["body"]), str(kept["mac"])
            if not hmac.compare_digest(mac.encode(), _mac(text, key).encode()):
                raise Foreign(LIST)
            body = json.loads(text)
            if body["version"] != VERSION:
                raise Foreign(LIST)
            return cls(body["home"], body["complete"], body["files"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise Foreign(LIST) from error


def mark(folder: Path) -> tuple[int, ...]:
    """Give what tells one listing on disk from the next without reading it; () for none."""
    try:
        return _print((folder / LIST).stat())
    except OSError:
        return ()


class Ledger:
    """The digests of the files that may be opened, and which files were already found right."""

    def __init__(self, files: Mapping[str, Digest]) -> None:
        self.files = dict(files)
        self._seen: dict[str, tuple[int, ...]] = {}

    def check(self, name: str, file: BufferedReader) -> None:
        """Make sure an opened file is the one listed; its bytes are read once, not each time.

        Raises  Foreign: it is not, or it is not listed.
        """
        seen = _print(os.fstat(file.fileno()))
        if self._seen.get(name) == seen:
            return
        if name not in self.files or self.files[name] != digest(file):
            raise Foreign(name)
        file.seek(0)
        self._seen[name] = seen

    def note(self, name: str, path: Path) -> None:
        """Enter a file just written."""
        with path.open("rb") as file:
            self.files[name] = digest(file)
            self._seen[name] = _print(os.fstat(file.fileno()))


def digest(file: BufferedReader) -> Digest:
    """Give the digest of an open file."""
    return Digest(hashlib.file_digest(file, "sha256").hexdigest())


def _mac(text: str, key: bytes) -> str:
    return hmac.new(key, _PURPOSE + text.encode(), "sha256").hexdigest()


def _print(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
