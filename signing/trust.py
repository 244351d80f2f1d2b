"""Whom the office believes: the roots, issuers and revocation lists a verdict rests on."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything a verdict may lean on; nothing outside it is ever asked for (all in DER)."""

    roots: tuple[bytes, ...]  # certificates believed without proof, for signers
    intermediates: tuple[bytes, ...] = ()  # issuers in between, believed only under a root
    crls: tuple[bytes, ...] = ()  # who was revoked (RFC 5280, 5)
    tsa_roots: tuple[bytes, ...] = ()  # certificates believed without proof, for timestamps
    ocsps: tuple[bytes, ...] = ()  # what was answered about single certificates (RFC 6960)
    sunsets: tuple[tuple[str, str], ...] = ()  # algorithm, first day it is no longer believed
    lists: tuple[tuple[str, str], ...] = ()  # name and version of each list these came from

    @property
    def fingerprint(self) -> str:
        """Give 64 hex digits that change as soon as anything here changes."""
        digest = hashlib.sha256()
        digest.update(repr((self.sunsets, self.lists)).encode())
        for part in (self.roots, self.intermediates, self.crls, self.tsa_roots, self.ocsps):
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
            "ocsps": _texts(self.ocsps),
            "sunsets": dict(self.sunsets),
            "lists": [list(one) for one in self.lists],
        }

    @classmethod
    def from_options(cls, options: Mapping[str, object]) -> Self:
        """Give back what ``as_options`` made."""
        return cls(
            roots=_ders(options["roots"]),
            intermediates=_ders(options["intermediates"]),
            crls=_ders(options["crls"]),
            tsa_roots=_ders(options["tsa_roots"]),
            ocsps=_ders(options["ocsps"]),
            sunsets=_pairs(options["sunsets"]),
            lists=_named(options["lists"]),
        )

    def and_also(
        self,
        *,
        intermediates: Iterable[bytes] = (),
        crls: Iterable[bytes] = (),
        ocsps: Iterable[bytes] = (),
    ) -> Self:
        """Give this with more to lean on: nothing of it is believed without proof."""
        return replace(
            self,
            intermediates=tuple(dict.fromkeys((*self.intermediates, *intermediates))),
            crls=tuple(dict.fromkeys((*self.crls, *crls))),
            ocsps=tuple(dict.fromkeys((*self.ocsps, *ocsps))),
        )

    def ends(self) -> dict[str, date]:
        """Give the first day on which each algorithm is no longer believed."""
        return {name: date.fromisoformat(on) for name, on in self.sunsets}


def _texts(ders: tuple[bytes, ...]) -> list[str]:
    return [base64.b64encode(der).decode("ascii") for der in ders]


def _pairs(told: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, dict):
        raise TypeError("sunsets are days by algorithm")
    return tuple((str(name), str(on)) for name, on in told.items())


def _named(told: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, list):
        raise TypeError("lists are names with versions")
    return tuple((str(name), str(version)) for name, version in told)


def _ders(texts: object) -> tuple[bytes, ...]:
    if not isinstance(texts, list):
        raise TypeError("trust material is a list of texts in base64")
    return tuple(base64.b64decode(str(text), validate=True) for text in texts)
