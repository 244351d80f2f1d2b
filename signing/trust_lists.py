"""Authorities the office chose to believe: their certificates, and who put them there when."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from records.errors import Broken, NotFound, Refused, Unreadable

LIST = "trust.json"
PURPOSES = ("signers", "timestamps", "both")
"""For what an authority is believed."""

_LARGEST = 1_000_000  # bytes of one file; a national list has some dozens of certificates


@dataclass(frozen=True, slots=True)
class Anchor:
    """An authority's certificate on the office's list."""

    fingerprint: str  # SHA-256 of its DER, hexadecimal
    name: str
    subject: str  # RFC 4514
    issuer: str
    root: bool  # it vouches for itself, and is believed without proof
    purpose: str  # one of PURPOSES
    not_before: str  # ISO 8601, UTC
    not_after: str
    at: str  # when it was put on the list, ISO 8601
    by: str  # who put it there
    source: str  # the file it came from


class TrustLists:
    """The list in one folder; every change of it gives it another version."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def state(self) -> tuple[int, ...]:
        """Give numbers that change as soon as the list does."""
        path = self.folder / LIST
        if not path.exists():
            return ()
        seen = path.stat()
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def read(self) -> tuple[int, tuple[Anchor, ...]]:
        """Give the list's version and what is on it; version 0 where there is none.

        Raises  Broken: it cannot be read; nobody is believed then.
        """
        path = self.folder / LIST
        if not path.exists():
            return 0, ()
        try:
            told = json.loads(path.read_bytes())
            return int(told["version"]), tuple(Anchor(**one) for one in told["anchors"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Broken("sign.trust-unreadable", reason=type(error).__name__) from error

    def der_of(self, one: Anchor) -> bytes:
        """Give a certificate on the list. Raises Broken: its file is lost or another."""
        try:
            der = (self.folder / f"{one.fingerprint}.der").read_bytes()
        except OSError as error:
            raise Broken("sign.trust-unreadable", reason=type(error).__name__) from error
        if sha256(der).hexdigest() != one.fingerprint:
            raise Broken("sign.trust-unreadable", reason="changed")
        return der

    def files(self) -> dict[str, bytes]:
        """Give the list and what it needs, by file name. Raises Broken: a file is lost."""
        _, anchors = self.read()
        if not anchors:
            return {}
        found = {f"{one.fingerprint}.der": self.der_of(one) for one in anchors}
        return {LIST: (self.folder / LIST).read_bytes(), **found}

    def add(self, several: Sequence[tuple[Anchor, bytes]]) -> int:
        """Put authorities on the list and give its version; what is on it already stays."""
        with self._alone():
            version, known = self.read()
            there = {one.fingerprint for one in known}
            new = [(one, der) for one, der in several if one.fingerprint not in there]
            if not new:
                return version
            for one, der in new:
                self._put(f"{one.fingerprint}.der", der)
            return self._keep(version + 1, (*known, *(one for one, _ in new)))

    def remove(self, fingerprint: str) -> tuple[int, Anchor]:
        """Take an authority off the list; give its version and what was removed.

        Takes   fingerprint: its first digits, as many as tell it apart.
        Raises  NotFound: none begins so. Refused: several do.
        """
        with self._alone():
            version, known = self.read()
            meant = [one for one in known if one.fingerprint.startswith(fingerprint.lower())]
            if not meant or not fingerprint:
                raise NotFound("trust.unknown")
            if len(meant) > 1:
                raise Refused("trust.ambiguous")
            rest = tuple(one for one in known if one != meant[0])
            return self._keep(version + 1, rest), meant[0]

    def _keep(self, version: int, anchors: tuple[Anchor, ...]) -> int:
        told = {"version": version, "anchors": [asdict(one) for one in anchors]}
        self._put(LIST, json.dumps(told, ensure_ascii=False, indent=1).encode())
        return version

    def _put(self, name: str, content: bytes) -> None:
        draft = self.folder / f".{name}"
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def anchors_in(
    content: bytes, *, purpose: str, at: datetime, by: str, source: str
) -> list[tuple[Anchor, bytes]]:
    """Give every authority in a file: PEM with one or several, DER, or PKCS#7 of either form.

    Raises  Unreadable: it is none of these. Refused: a certificate in it is no authority's, has
            ended, does not begin yet, or says it is a root and is not signed by itself.
    Source  RFC 5280, 4.2.1.3 and 4.2.1.9 (keyCertSign, basicConstraints); RFC 2315 (PKCS#7).
    """
    if purpose not in PURPOSES:
        raise Refused("trust.purpose", purpose=purpose)
    if len(content) > _LARGEST:
        raise Unreadable("trust.unreadable", file=source)
    found = []
    for one in _certificates(content, source):
        _require_authority(one, at)
        der = one.public_bytes(Encoding.DER)
        found.append((_anchor(one, der, purpose, (at, by, source)), der))
    return found


def _anchor(
    one: x509.Certificate, der: bytes, purpose: str, put: tuple[datetime, str, str]
) -> Anchor:
    at, by, source = put
    common = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return Anchor(
        fingerprint=sha256(der).hexdigest(),
        name=_printable(str(common[-1].value) if common else one.subject.rfc4514_string()),
        subject=_printable(one.subject.rfc4514_string()),
        issuer=_printable(one.issuer.rfc4514_string()),
        root=one.subject == one.issuer,
        purpose=purpose,
        not_before=one.not_valid_before_utc.isoformat(),
        not_after=one.not_valid_after_utc.isoformat(),
        at=at.isoformat(),
        by=_printable(by),
        source=_printable(source),
    )


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:500]


def _require_authority(one: x509.Certificate, at: datetime) -> None:
    """Raise Refused unless a certificate is an authority's that is in force."""
    name = _printable(one.subject.rfc4514_string())
    try:
        able = one.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except (x509.ExtensionNotFound, ValueError):
        able = usage = False
    if not (able and usage):
        raise Refused("trust.no-authority", name=name)
    if not one.not_valid_before_utc <= at < one.not_valid_after_utc:
        raise Refused("trust.not-in-force", name=name, until=f"{one.not_valid_after_utc:%d/%m/%Y}")
    if one.subject != one.issuer:
        return
    try:
        one.verify_directly_issued_by(one)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise Refused("trust.no-authority", name=name) from error


def _certificates(content: bytes, source: str) -> list[x509.Certificate]:
    readers = (
        (x509.load_pem_x509_certificates, pkcs7.load_pem_pkcs7_certificates)
        if b"-----BEGIN" in content
        else (lambda der: [x509.load_der_x509_certificate(der)], pkcs7.load_der_pkcs7_certificates)
    )
    for read in readers:
        try:
            if found := read(content):
                return list(found)
        except (ValueError, TypeError):
            continue
    raise Unreadable("trust.unreadable", file=source)
