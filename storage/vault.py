"""The keeping of classified content: encrypted, a key a document, and nothing in clear on disk."""

import hmac
import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.document import Digest
from records.errors import Broken, Unavailable
from storage.blobs import digest_of, keep, keep_first, sweep

NONCE = 12
"""Length of a nonce in bytes (NIST SP 800-38D, 8.2)."""


class Vault:
    """A folder of encrypted files, one sub-folder a document, under one master key.

    Without its master key it is closed: nothing comes out and nothing goes in.
    """

    def __init__(self, folder: Path, master: bytes | None) -> None:
        self._folder = folder
        self._cipher = None if master is None else AESGCM(master)

    def put(self, document: str, content: bytes) -> Digest:
        """Keep ``content`` encrypted under the document's own key and give its digest."""
        digest = digest_of(content)
        key = self._key(document, make=True)
        path = self._path(document, key, digest)
        if not path.exists():
            keep(path, _shut(key, content, f"{document}/{digest}"))
        return digest

    def get(self, document: str, digest: Digest) -> bytes:
        """Give the content in clear, checked.

        Raises  Broken: it is gone, or was changed.
        """
        key = self._key(document)
        try:
            sealed = self._path(document, key, digest).read_bytes()
        except FileNotFoundError as gone:
            raise Broken("storage.blob-lost", digest="sealed") from gone
        except OSError as fault:
            raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault
        content = _open(key, sealed, f"{document}/{digest}")
        if digest_of(content) != digest:
            raise Broken("storage.blob-changed", digest="sealed")
        return content

    def shut(self, document: str, words: Mapping[str, object]) -> bytes:
        """Give ``words`` encrypted, to be kept in a column of the database."""
        content = json.dumps(words, ensure_ascii=False, sort_keys=True).encode()
        return _shut(self._key(document, make=True), content, document)

    def open(self, document: str, shut: bytes) -> dict[str, object]:
        """Give back what was shut. Raises Broken: it was changed, or its key is gone."""
        words: dict[str, object] = json.loads(_open(self._key(document), shut, document))
        return words

    def sealed_files(self, document: str) -> Iterator[tuple[str, bytes]]:
        """Give name and encrypted content of every file of a document, as they lie on disk.

        Raises  Unavailable: the disk does not give them.
        """
        try:
            for path in sorted((self._folder / document).glob("[!.]*")):
                yield path.name, path.read_bytes()
        except OSError as fault:
            raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written before that moment."""
        sweep(self._folder, before)

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
        path = self._folder / document / "key"
        if make and not path.exists():
            # Whoever is second finds the first one's key: content may lie under it already.
            keep_first(path, _shut_with(self._master, AESGCM.generate_key(256), document))
        try:
            return _open_with(self._master, path.read_bytes(), document)
        except FileNotFoundError as gone:
            raise Broken("storage.blob-lost", digest="key") from gone
        except OSError as fault:
            raise Unavailable("storage.unavailable", why=fault.strerror or "") from fault

    def _path(self, document: str, key: bytes, digest: Digest) -> Path:
        # A keyed name: the plain digest would tell who knows a text whether it is kept here.
        name = hmac.new(key, digest.encode(), sha256).hexdigest()
        return self._folder / document / name


def _shut(key: bytes, content: bytes, about: str) -> bytes:
    return _shut_with(AESGCM(key), content, about)


def _open(key: bytes, shut: bytes, about: str) -> bytes:
    return _open_with(AESGCM(key), shut, about)


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
