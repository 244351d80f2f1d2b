"""The vault's master key as it is kept, and the ring of document keys that goes with it."""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from records.errors import Refused, Unavailable

NEXT = "vault.next"
RING = "vault.ring"
RING_NEXT = "vault.ring.next"

MASTER_FILE = "vault.key"

MASTER = 32
"""Length of a master key in bytes (AES-256)."""

_SALT, _NONCE = 16, 12
_ABOUT = b"trinhky vault 1"
_COST = 2**17  # 128 MB a guess


class Kept(Protocol):
    """One way of keeping a master key beside the vault."""

    scheme: str

    def shut(self, master: bytes) -> bytes:
        """Give what may lie on a disk."""
        ...

    def open(self, shut: bytes) -> bytes | None:
        """Give the master key back, None while nobody opens it. Raises Refused: not with this."""
        ...


class Phrase:
    """Kept under a pass phrase (RFC 7914, scrypt; NIST SP 800-38D)."""

    scheme = "phrase"

    def __init__(self, told: Callable[[], str], *, anew: Callable[[], str] | None = None) -> None:
        """Ask ``told`` for the pass phrase, "" for none; ``anew`` for that of a new key."""
        self._told, self._anew = told, anew or told

    def shut(self, master: bytes) -> bytes:
        """Give what may lie on a disk. Raises Refused: the pass phrase is too short."""
        phrase = self._anew()
        if len(phrase) < SHORTEST:
            raise Refused("backup.passphrase-short", shortest=SHORTEST)
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        return salt + nonce + _cipher(phrase, salt).encrypt(nonce, master, _ABOUT)

    def open(self, shut: bytes) -> bytes | None:
        """Give the master key back, None without a pass phrase. Raises Refused: a wrong one."""
        phrase = self._told()
        if not phrase:
            return None
        salt, nonce, rest = shut[:_SALT], shut[_SALT : _SALT + _NONCE], shut[_SALT + _NONCE :]
        try:
            return _cipher(phrase, salt).decrypt(nonce, rest, _ABOUT)
        except (InvalidTag, ValueError) as wrong:
            raise Refused("vault.phrase-wrong") from wrong


SHORTEST = 12
"""How many characters a pass phrase must have: whoever holds the disk may try for years."""


class Master:
    """A master key as it lies on a disk, in whichever way an office keeps it."""

    def __init__(self, ways: Mapping[str, Kept] | None = None, *, way: str = "") -> None:
        """Know these ways; a new key is kept by ``way``, as it is where that is ""."""
        self._ways, self._way = ways or {}, way

    def open(self, shut: bytes) -> bytes | None:
        """Give a key from what is kept of it, None while it stays closed."""
        if len(shut) == MASTER:
            return shut
        told = json.loads(shut)
        way = self._ways.get(told["scheme"])
        return way.open(b64decode(told["shut"])) if way else None

    def shut(self, master: bytes) -> bytes:
        """Give what is kept of a key."""
        if not self._way:
            return master
        told = b64encode(self._ways[self._way].shut(master)).decode()
        return json.dumps({"scheme": self._way, "shut": told}).encode()


@dataclass(frozen=True, slots=True)
class Told:
    """What the ring says: under which master, which ones went before, keys, and what is gone."""

    master: str = ""  # fingerprint of what is kept of the master its keys lie under
    before: tuple[str, ...] = ()  # fingerprints of those it took the place of
    keys: Mapping[str, str] = field(default_factory=dict)  # by document, shut, in base64
    destroyed: tuple[str, ...] = ()  # documents whose key is gone for good


class Ring:
    """A small file beside the master key: it goes where that goes, and into no backup."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def told(self) -> Told:
        """Give what it says, nothing where there is none.

        The one that was prepared counts as soon as the master key it was made for is in force.
        """
        following = _read(self._folder / RING_NEXT)
        if following is not None and following.master == self._in_force():
            return following
        return _read(self._folder / RING) or Told()

    def come_into_force(self) -> None:
        """Take the place of the ring before, once the master key this was made for is in force."""
        following = _read(self._folder / RING_NEXT)
        if following is not None and following.master == self._in_force():
            (self._folder / RING_NEXT).replace(self._folder / RING)
            settle(self._folder)

    def _in_force(self) -> str:
        try:
            return fingerprint((self._folder / MASTER_FILE).read_bytes())
        except FileNotFoundError:
            return ""

    def shut_keys(self) -> Mapping[str, bytes]:
        """Give every document's key, as ``key`` does."""
        return {document: b64decode(shut) for document, shut in self.told().keys.items()}

    def key(self, document: str) -> bytes | None:
        """Give a document's key as the latest change of the master left it, shut."""
        found = self.told().keys.get(document)
        return b64decode(found) if found else None

    def write(self, told: Told, *, following: bool = False) -> None:
        """Put another ring in its place, or beside it, whole or not at all."""
        path = self._folder / (RING_NEXT if following else RING)
        put(path, json.dumps(asdict(told), sort_keys=True).encode())

    def strike(self, document: str) -> None:
        """Keep durably that a document's key is gone, and keep its key no longer."""
        with alone_with(self._folder):
            told = self.told()
            keys = {id: key for id, key in told.keys.items() if id != document}
            gone = tuple(sorted({*told.destroyed, document}))
            self.write(replace(told, keys=keys, destroyed=gone))


@contextmanager
def alone_with(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold others off the keys. Raises Refused ``vault.in-use``: somebody is at them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".ring.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as held:
            raise Refused("vault.in-use") from held
        yield


def fingerprint(content: bytes) -> str:
    """Give what tells one key from another without telling the key."""
    return sha256(b"trinhky key fingerprint\0" + content).hexdigest()


def _read(path: Path) -> Told | None:
    try:
        read = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        raise Unavailable("storage.unavailable", why="ring") from fault
    return Told(read["master"], tuple(read["before"]), read["keys"], tuple(read["destroyed"]))


def put(path: Path, content: bytes) -> None:
    """Put a key in the place of another, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    settle(path.parent)


def settle(folder: Path) -> None:
    """Make names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(phrase.encode()))
