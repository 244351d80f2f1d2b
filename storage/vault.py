"""The keeping of classified content: encrypted, a key a document, and nothing in clear."""

import hmac
import json
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.document import Digest
from records.errors import Broken, Refused, Unavailable
from storage.blobs import digest_of
from storage.folder import keep_first
from storage.objects import Objects
from storage.ring import Ring

DESTROYED = "(đã tiêu hủy)"
"""What stands for the subject of a document whose key was destroyed."""

SHUT_AWAY = "(kho mật đang khóa)"
"""And of one while nobody opened the vault."""

NONCE = 12
"""Length of a nonce in bytes (NIST SP 800-38D, 8.2)."""


class Vault:
    """Encrypted objects, those of a document under its name, beneath one master key.

    Without its master key it is closed: nothing comes out and nothing goes in.
    """

    def __init__(
        self,
        objects: Objects,
        master: bytes | None,
        *,
        ring: Ring | None = None,
        keys_remembered: int = 0,
    ) -> None:
        """Keep in ``objects`` under ``master``, 32 bytes.

        Takes   ring: of document keys as the last change of the master left them, and of what was
                destroyed.
                keys_remembered: of how many documents the key, still shut, is held in memory, so
                that a unit of work need not wait for a place that is far away.
        """
        self._objects = objects
        self._ring = ring
        self._cipher = None if master is None else AESGCM(master)
        self._found = lru_cache(keys_remembered)(self._find)

    def put(self, document: str, content: bytes) -> Digest:
        """Keep ``content`` encrypted under the document's own key and give its digest.

        Raises  Broken: what lies there after writing is something else.
        """
        digest = digest_of(content)
        key = self._key(document, make=True)
        about = f"{document}/{digest}"
        name = _name(document, key, digest)
        _checked(key, self._objects.put_new(name, _shut(key, content, about)), about, digest)
        return digest

    def get(self, document: str, digest: Digest) -> bytes:
        """Give the content in clear, checked.

        Raises  Broken: it is gone, or was changed.
        """
        key = self._key(document)
        sealed = self._objects.get(_name(document, key, digest))
        if sealed is None:
            self._require_there(document)
            raise Broken("storage.blob-lost", digest="sealed")
        return _checked(key, sealed, f"{document}/{digest}", digest)

    def shut(self, document: str, words: Mapping[str, object]) -> bytes:
        """Give ``words`` encrypted, to be kept in a column of the database."""
        content = json.dumps(words, ensure_ascii=False, sort_keys=True).encode()
        return _shut(self._key(document, make=True), content, document)

    def open(
        self, document: str, shut: bytes, *, gone: Mapping[str, object] | None = None
    ) -> dict[str, object]:
        """Give back what was shut.

        Takes   gone: what to give instead when the key was destroyed.
        Raises  Broken: it was changed, or its key is lost. Refused: its key was destroyed.
        """
        try:
            words: dict[str, object] = json.loads(_open(self._key(document), shut, document))
        except Refused:
            if gone is None:
                raise
            return dict(gone)
        return words

    def destroyed(self, document: str) -> bool:
        """Tell whether a document's key was destroyed."""
        return self._ring is not None and document in self._ring.told().destroyed

    def _require_there(self, document: str) -> None:
        if self.destroyed(document):
            raise Refused("vault.destroyed")

    def destroy(self, document: str) -> int:
        """Take away a document's key and all that lies under it; give how many objects it was.

        The key goes first: what is left by a process that dies opens to nobody. The ring says so
        before: neither an older copy of the vault nor a change of the master brings it back.
        """
        if self._ring:
            self._ring.strike(document)
        names = list(self._objects.names(f"{document}/"))
        for name in sorted(names, key=lambda one: not one.endswith("/key")):
            self._objects.remove(name)
        self._found.cache_clear()
        return len(names)

    def sealed_files(self) -> Iterator[tuple[str, bytes]]:
        """Give name and encrypted content of every file and key, as they lie there."""
        for name in self._objects.names():
            sealed = self._objects.get(name)
            if sealed is not None:  # else it was destroyed since it was listed
                yield name, sealed

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written before that moment."""
        self._objects.sweep(before)

    @property
    def closed(self) -> bool:
        """Tell whether the master key is not here."""
        return self._cipher is None

    @property
    def _master(self) -> AESGCM:
        if self._cipher is None:
            raise Unavailable("vault.closed")
        return self._cipher

    def _key(self, document: str, *, make: bool = False) -> bytes:
        try:
            shut = self._found(document)
        except Broken:
            self._require_there(document)
            if kept := self._in_ring(document):
                return _open_with(self._master, kept, document)
            if not make:
                raise
            # Whoever is second finds the first one's key: content may lie under it already.
            fresh = _shut_with(self._master, AESGCM.generate_key(256), document)
            shut = self._objects.put_new(f"{document}/key", fresh)
        try:
            return _open_with(self._master, shut, document)
        except Broken:  # it lies under an earlier master key
            self._require_there(document)
            if kept := self._in_ring(document):
                return _open_with(self._master, kept, document)
            raise

    def _in_ring(self, document: str) -> bytes | None:
        return self._ring.key(document) if self._ring else None

    def _find(self, document: str) -> bytes:
        shut = self._objects.get(f"{document}/key")
        if shut is None:
            raise Broken("storage.blob-lost", digest="key")
        return shut


def _name(document: str, key: bytes, digest: Digest) -> str:
    # A keyed name: the plain digest would tell who knows a text whether it is kept here.
    return f"{document}/{hmac.new(key, digest.encode(), sha256).hexdigest()}"


def _checked(key: bytes, sealed: bytes, about: str, digest: Digest) -> bytes:
    content = _open(key, sealed, about)
    if digest_of(content) != digest:
        raise Broken("storage.blob-changed", digest="sealed")
    return content


def _shut(key: bytes, content: bytes, about: str) -> bytes:
    return _shut_with(AESGCM(key), content, about)


def _open(key: bytes, shut: bytes, about: str) -> bytes:
    return _open_with(AESGCM(key), shut, about)


def open_key(master: bytes, shut: bytes, document: str) -> bytes:
    """Give a document's key. Raises Broken: it lies under another master key."""
    return _open_with(AESGCM(master), shut, document)


def shut_key(master: bytes, key: bytes, document: str) -> bytes:
    """Give a document's key under a master key."""
    return _shut_with(AESGCM(master), key, document)


def _shut_with(cipher: AESGCM, content: bytes, about: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, about.encode())


def _open_with(cipher: AESGCM, shut: bytes, about: str) -> bytes:
    try:
        return cipher.decrypt(shut[:NONCE], shut[NONCE:], about.encode())
    except (InvalidTag, ValueError) as wrong:
        raise Broken("storage.blob-changed", digest="sealed") from wrong


def master_key(path: Path) -> bytes:
    """Give the master key kept at ``path``, made on first use; 32 bytes, mode 0600."""
    if not path.exists():
        keep_first(path, AESGCM.generate_key(256))
    return path.read_bytes()
