"""Where a document's bytes lie: among the files, or in the vault when it is classified."""

from dataclasses import dataclass

from records.document import Classification, Digest, Document
from records.errors import Refused
from storage.blobs import Blobs
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Contents:
    """The one way to a document's bytes, which no verb can take past its class."""

    blobs: Blobs
    vault: Vault

    def put(self, document: str, classification: Classification, content: bytes) -> Digest:
        """Keep the bytes of a document and give their digest."""
        if classification is Classification.NONE:
            return self.blobs.put(content)
        return self.vault.put(document, content)

    def get(self, document: Document, digest: Digest) -> bytes:
        """Give the bytes of a document, re-hashed.

        Raises  Broken: gone or changed. Refused recall.destroyed: its issuer took it back.
        """
        if document.destroyed:
            raise Refused("recall.destroyed")
        if document.classification is Classification.NONE:
            return self.blobs.get(digest)
        return self.vault.get(document.id, digest)

    def sweep(self, before: float) -> None:
        """Take away what killed writers left half written before a moment, in seconds of 1970."""
        self.blobs.sweep(before)
        self.vault.sweep(before)

    def ready(self) -> bool:
        """Tell whether files can be kept now."""
        return self.blobs.writable()
