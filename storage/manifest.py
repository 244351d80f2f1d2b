"""What a backup consists of: each file under its digest, so that no changed bit goes unseen."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from records.errors import Unavailable, Unreadable
from storage.folder import keep_first

NAME = "manifest.json"
FORM = "trinhky backup 1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was copied at one moment; ``files`` names all of it but the manifest itself."""

    made_at: str  # ISO 8601 in UTC
    organ: str  # id of the office
    database: str  # "sqlite" or "postgresql"
    seq: int  # where the log ended
    head: str  # hash of the log's last entry
    documents: int
    numbers: int
    keys: Mapping[str, str]  # fingerprints, by the file's name in the folder of keys
    files: Mapping[str, str]  # SHA-256 by path, with "/" between its parts

    def write(self, folder: Path) -> None:
        """Put the manifest beside the files it names, under its own digest."""
        keep_first(folder / NAME, _written(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Give the manifest of a backup.

        Raises  Unreadable: there is none, or not one byte for byte as it was written.
        """
        try:
            content = (folder / NAME).read_bytes()
        except OSError as absent:
            raise Unreadable("backup.none", folder=folder.name) from absent
        try:
            body = json.loads(content)["body"]
            manifest = cls(**body)
        except (ValueError, KeyError, TypeError) as wrong:
            raise Unreadable("backup.changed", files=NAME) from wrong
        if content != _written(body):
            raise Unreadable("backup.changed", files=NAME)
        return manifest

    def require_whole(self, folder: Path) -> None:
        """Read every file again.

        Raises  Unreadable: one is missing, changed or too many; the fact ``files`` names them.
        """
        found = digests_in(folder)
        wrong = [f"{name} (missing)" for name in self.files if name not in found]
        wrong += [f"{name} (unknown)" for name in found if name not in self.files]
        wrong += [
            f"{name} (changed)"
            for name, digest in self.files.items()
            if found.get(name, digest) != digest
        ]
        if wrong:
            raise Unreadable("backup.changed", files=", ".join(sorted(wrong)))


def digests_in(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file below ``folder`` but the manifest, by path."""
    try:
        return {
            path.relative_to(folder).as_posix(): _digest(path)
            for path in sorted(folder.rglob("*"))
            if not path.is_dir() and path != folder / NAME
        }
    except OSError as fault:
        raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _written(body: Mapping[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    told = {"form": FORM, "sha256": sha256(text.encode()).hexdigest(), "body": body}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()
