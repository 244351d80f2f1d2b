"""Which documents became secret, in a file that no backup holds and every restore needs."""

import fcntl
import json
import os
from datetime import datetime
from pathlib import Path

from records.document import Classification
from records.errors import Unavailable, Unreadable
from records.raised import Raised


class Ledger:
    """A file of one line a raising, only ever added to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)

    def note(self, raised: Raised) -> None:
        """Add what a document was raised or lowered to durably, unless it is its last line.

        Raises  Unavailable: the disk fails.
        """
        line = json.dumps([raised.document, raised.classification, raised.at.isoformat()])
        try:
            with self._path.open("a+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                told = file.read()
                known = {one.document: one.classification for one in _read(told)}
                if known.get(raised.document) is raised.classification:
                    return
                # A line that a killed process left half written is closed before the next.
                file.write(f"\n{line}\n" if told and not told.endswith("\n") else f"{line}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault


def raisings_in(path: Path) -> list[Raised]:
    """Give what a ledger says, oldest first.

    Raises  Unreadable: there is no such file, or it is no ledger.
    """
    try:
        told = path.read_text()
    except (OSError, UnicodeDecodeError) as absent:
        raise Unreadable("restore.ledger", file=path.name) from absent
    return _read(told)


def _read(told: str) -> list[Raised]:
    found = []
    lines = told.split("\n")
    for n, line in enumerate(lines):
        try:
            if line:
                document, classification, at = json.loads(line)
                raised = Raised(
                    document, Classification(classification), datetime.fromisoformat(at)
                )
                found.append(raised)
        except (ValueError, TypeError) as wrong:
            if n == len(lines) - 1 or not line.endswith("]"):
                continue  # left half written by a process that was killed; it is told anew
            raise Unreadable("restore.ledger", file="ledger") from wrong
    return found
