"""Files, each under the digest of its content, so none is kept twice or changed unseen."""

import re
from collections.abc import Iterator
from hashlib import sha256

from records.document import Digest
from records.errors import Broken
from storage.objects import Objects

NAME = re.compile("[0-9a-f]{2}/([0-9a-f]{64})")
"""How a file is named among the objects: its digest, under the first two digits of it."""


def digest_of(content: bytes) -> Digest:
    """Give the SHA-256 of ``content`` in hex (FIPS 180-4)."""
    return Digest(sha256(content).hexdigest())


class Blobs:
    """Immutable files, named by what is in them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def put(self, content: bytes) -> Digest:
        """Keep ``content`` and give its digest; the same content again is kept once.

        Raises  Broken: what lies there after writing is something else.
        """
        digest = digest_of(content)
        _same(self._objects.put_new(_name(digest), content), digest)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Give the content, re-hashed.

        Raises  Broken: it is gone, or not what it was when it was kept.
        """
        content = self._objects.get(_name(digest))
        if content is None:
            raise Broken("storage.blob-lost", digest=digest)
        return _same(content, digest)

    def remove(self, digest: Digest) -> None:
        """Take a file away for good: its document became secret and lies in the vault."""
        self._objects.remove(_name(digest))

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written before that moment."""
        self._objects.sweep(before)

    def writable(self) -> bool:
        """Tell whether files can be kept now."""
        return self._objects.writable()

    def __iter__(self) -> Iterator[Digest]:
        """Give the digest of every file kept, in order."""
        for name in self._objects.names():
            if found := NAME.fullmatch(name):
                yield Digest(found[1])


def _name(digest: Digest) -> str:
    return f"{digest[:2]}/{digest}"


def _same(content: bytes, digest: Digest) -> bytes:
    if digest_of(content) != digest:
        raise Broken("storage.blob-changed", digest=digest)
    return content
