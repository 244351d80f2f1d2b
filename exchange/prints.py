"""What secrets are known by at the edge: keyed prints of their files and lines, and no word."""

import fcntl
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.folders import settle
from records.errors import Unavailable

SHORT, STEP = 24, 8
"""How many letters and figures in a row make one print, and how far those of a line lie apart."""

LINE = 40
"""How many letters and figures a line has at least: a name, a date or a formula has fewer."""

KNOWN = Path("known", "secrets")
"""Where the list lies in the tray."""

LENGTH = 16
"""Of a print, in bytes."""

_HEAD = b"trinhky prints 1\n"
_SEAL = 32
_LEAST = 1024  # entries a list has at least; with noise it tells of few secrets as of none
# Legal grounds and the country's name and motto stand on every paper.
_FRAME = re.compile(r"\Acancu|conghoaxahoichunghia|doclaptudohanhphuc")


def plain(text: str) -> str:
    """Give the letters and figures of a text alone, without case and signs above them."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in parts if letter.isalnum())


def grams_of(text: str) -> frozenset[str]:
    """Give what the lines of a secret are known by, wherever a copy of them breaks its lines."""
    found = set()
    for line in re.split(r"[\r\n]+", text):
        told = plain(line)
        if len(told) >= LINE and not _FRAME.search(told):
            last = len(told) - SHORT
            found |= {told[at : at + SHORT] for at in (*range(0, last, STEP), last)}
    return frozenset(found)


class Prints:
    """A list in one file, which the edge may read and which says nothing to who lacks its key."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Speak of the list in ``path``, under a key of 32 bytes that lies elsewhere."""
        self._path, self._key = path, key
        self._seen: tuple[tuple[int, int], frozenset[bytes]] | None = None

    @property
    def key(self) -> str:
        """Give what tells its key from another, without telling the key."""
        return hmac.digest(self._key, b"key", "sha256").hex()

    def of_file(self, digest: str) -> bytes:
        """Give the print of a file with this SHA-256."""
        return self._print(f"file {digest}")

    def of_released(self, digest: str) -> bytes:
        """Give the print of a file that two people declassified: it may bear its old stamp."""
        return self._print(f"released {digest}")

    def of_grams(self, grams: Iterable[str]) -> frozenset[bytes]:
        """Give the prints of pieces of text."""
        return frozenset(self._print(f"words {one}") for one in grams)

    def of_text(self, text: str) -> frozenset[bytes]:
        """Give the prints of every piece of a text, wherever it begins."""
        told = plain(text)
        return self.of_grams({told[at : at + SHORT] for at in range(len(told) - SHORT + 1)})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one process at a time find out what is secret and publish it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.with_name(".lock").open("w")
        except OSError as fault:
            raise Unavailable("exchange.no-list") from fault
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def publish(self, prints: Collection[bytes]) -> None:
        """Put a list in place of the one there is, among noise, whole or not at all.

        Raises  Unavailable exchange.no-list: the disk does not take it.
        """
        room = _LEAST
        while room < len(prints):
            room *= 2
        noise = [secrets.token_bytes(LENGTH) for _ in range(room - len(prints))]
        body = _HEAD + b"".join(sorted([*prints, *noise]))
        written = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            with written.open("xb") as file:
                file.write(body + self._seal(body))
                file.flush()
                os.fsync(file.fileno())
            written.rename(self._path)
            settle(self._path.parent)
        except OSError as fault:
            written.unlink(missing_ok=True)
            raise Unavailable("exchange.no-list") from fault

    def read(self) -> frozenset[bytes]:
        """Give the list. Raises Unavailable exchange.no-list: without it nothing may leave."""
        try:
            with self._path.open("rb") as file:
                told = os.fstat(file.fileno())
                state = (told.st_ino, told.st_mtime_ns)
                if self._seen is None or self._seen[0] != state:
                    self._seen = (state, self._parsed(file.read()))
        except OSError as fault:
            raise Unavailable("exchange.no-list") from fault
        return self._seen[1]

    def _parsed(self, content: bytes) -> frozenset[bytes]:
        body, seal = content[:-_SEAL], content[-_SEAL:]
        if not body.startswith(_HEAD) or not hmac.compare_digest(seal, self._seal(body)):
            raise Unavailable("exchange.no-list")
        told = body[len(_HEAD) :]
        return frozenset(told[at : at + LENGTH] for at in range(0, len(told), LENGTH))

    def _print(self, told: str) -> bytes:
        return hmac.digest(self._key, told.encode(), "sha256")[:LENGTH]

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, b"list " + body, "sha256")
