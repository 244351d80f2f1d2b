"""Whom the office believes: the roots, issuers and revocation lists a verdict rests on."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything a verdict may lean on; nothing outside it is ever asked for (all in DER)."""

    roots: tuple[bytes, ...]  # certificates believed without proof, for signers
    intermediates: tuple[bytes, ...] = ()  # issuers in between, believed only under a root
    crls: tuple[bytes, ...] = ()  # who was revoked (RFC 5280, 5)
    tsa_roots: tuple[bytes, ...] = ()  # certificates believed without proof, for timestamps

    @property
    def fingerprint(self) -> str:
        """Give 64 hex digits that change as soon as anything here changes."""
        digest = hashlib.sha256()
        for part in (self.roots, self.intermediates, self.crls, self.tsa_roots):
            digest.update(len(part).to_bytes(4, "big"))
            for der in part:
                digest.update(hashlib.sha256(der).digest())
        return digest.hexdigest()

    def as_options(self) -> dict[str, object]:
        """Give this as plain values that can go into another process."""
        return {
            "roots": _texts(self.roots),
            "intermediates": _texts(self.intermediates),
            "crls": _texts(self.crls),
            "tsa_roots": _texts(self.tsa_roots),
        }

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Give back what ``as_options`` made."""
        return cls(
            roots=_ders(options["roots"]),
            intermediates=_ders(options["intermediates"]),
            crls=_ders(options["crls"]),
            tsa_roots=_ders(options["tsa_roots"]),
        )


def _texts(ders: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(der).decode("ascii") for der in ders]


def _ders(texts: object) -> tuple[bytes, ...]:
    if not isinstance(texts, list):
        raise TypeError("trust material is a list of texts in base64")
    return tuple(base64.b64decode(str(text), validate=True) for text in texts)
