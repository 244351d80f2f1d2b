"""The keys of the office: who may sign with which, and what their signatures look like."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from records.errors import Broken, Refused
from signing.awaited import require_able
from signing.key_folder import (
    PEOPLE,
    SEAL,
    TSA,
    Key,
    is_person_id,
    open_holder,
    pass_phrase,
    place_of,
)
from signing.pictures import encode
from signing.timestamps import LocalAuthority
from signing.trust import Trust
from signing.trust_lists import TrustLists


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a person may want to know of a certificate."""

    subject: str  # readable, "CN: …, T: …, O: …"
    common_name: str
    serial: str  # hexadecimal
    not_before: datetime  # aware, UTC
    not_after: datetime  # aware, UTC


class KeySigner(Signer):
    """The vendor's signer with its key kept open; opening one takes as long as ten signatures."""

    def __init__(
        self, key: Key, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)
        self.key = key
        self.certificate = certificate
        self.chain = chain

    def sign(self, attributes: bytes) -> bytes:
        """Sign the SHA-256 digest of these bytes."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(attributes, ec.ECDSA(hashes.SHA256()))

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - the vendor's signature
    ) -> bytes:
        """Sign, or give as many bytes as a signature has."""
        if dry_run:
            wide = 1 if isinstance(self.key, rsa.RSAPrivateKey) else 3
            return bytes((self.key.key_size + 7) // 8 * wide)
        if digest_algorithm != "sha256":
            raise ValueError(f"this office signs SHA-256 digests, not {digest_algorithm}")
        return self.sign(data)


OWN_LIST = "trust.json"
"""What the list of authorities the office chose is called in a verdict."""

PUBLIC = ("root.crt", "intermediate.crt", "root.crl", "intermediate.crl")
"""The files of a key folder that others may have: whom to believe, and whom no more."""


class Keyring:
    """The keys in one folder, each opened when first needed and kept open."""

    def __init__(
        self,
        folder: Path,
        *,
        believed: Sequence[Path] = (),
        sunsets: tuple[tuple[str, str], ...] = (),
        lists: TrustLists | None = None,
    ) -> None:
        """Know the keys in ``folder``, and believe also the authorities in other folders.

        Takes   sunsets: algorithms, and the first day each is no longer believed (ISO 8601);
                lists: of authorities the office chose.
        """
        self.lists = lists
        self._sunsets = sunsets
        self.folder = folder
        self._believed = tuple(believed)
        self._opened: dict[str, tuple[tuple[int, int, int], KeySigner]] = {}
        self._opening = Lock()
        self._trust: tuple[tuple[int, ...], Trust] | None = None
        self._issuers: tuple[Trust | None, dict[bytes, tuple[bytes, ...]]] = (None, {})

    def signer(self, person_id: str) -> KeySigner:
        """Give the signer of a person.

        Raises  Refused: no certificate was issued to them.
                Broken: there is one, and its key cannot be opened.
        """
        path = self._of(person_id, ".p12")
        return self._open(f"person:{person_id}", path)

    def seal(self) -> KeySigner:
        """Give the signer of the agency itself."""
        return self._open("seal", place_of(self.folder, SEAL))

    def held_by(self, whose: str) -> list[bytes]:
        """Give the certificate in DER whose key lies here: a person's, or the agency's for ""."""
        if not whose:
            return [self.seal().certificate.dump()]
        try:
            return [self.signer(whose).certificate.dump()]
        except Refused:
            return []

    def certificate_of(self, person_id: str) -> CertificateFacts:
        """Give what a person's certificate says.

        Raises  Refused: no certificate was issued to them.
        """
        return _facts(self.signer(person_id).certificate)

    def signature_picture(self, person_id: str) -> bytes:
        """Give the PNG of a person's handwritten signature, blue on nothing."""
        path = self.folder / PEOPLE / f"{_own(person_id)}.png"
        if not path.exists():
            raise Refused("sign.no-picture", person=person_id)
        return path.read_bytes()

    def seal_picture(self) -> bytes:
        """Give the PNG of the agency's seal, red on nothing."""
        return (self.folder / f"{SEAL}.png").read_bytes()

    def bring(self, whose: str, content: bytes, password: str) -> bytes:
        """Keep a key brought as PKCS#12, under the folder's own pass phrase; give its certificate.

        Takes   whose: a person's id, or "" for the agency.
        Raises  Refused: another password, no key and certificate in it, or of no kind that signs.
        """
        try:
            key, certificate, chain = pkcs12.load_key_and_certificates(content, password.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise Refused("key.file-unreadable") from error
        if certificate is None or not isinstance(
            key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
        ):
            raise Refused("key.file-unreadable")
        der = certificate.public_bytes(serialization.Encoding.DER)
        require_able(der)
        sealed = serialization.BestAvailableEncryption(pass_phrase(self.folder))
        kept = pkcs12.serialize_key_and_certificates(b"key", key, certificate, chain, sealed)
        self._put(f"{SEAL}.p12" if not whose else f"{PEOPLE}/{_own(whose)}.p12", kept)
        return der

    def bring_picture(self, whose: str, png: bytes) -> None:
        """Keep the picture of a person's signature, or of the seal for ""."""
        encode(png)
        self._put(f"{SEAL}.png" if not whose else f"{PEOPLE}/{_own(whose)}.png", png)

    def _put(self, name: str, content: bytes) -> None:
        number, draft = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self.folder / name)

    def timestamper(self) -> LocalAuthority:
        """Give the timestamp authority whose key lies in this folder."""
        signer = self._open("tsa", place_of(self.folder, TSA))
        return LocalAuthority(signer.key, signer.certificate, signer.chain)

    def issuers_of(self, certificate: bytes) -> tuple[bytes, ...]:
        """Give the authorities between a certificate and a root, as far as known; all in DER."""
        trust = self.trust()
        if self._issuers[0] is not trust:
            self._issuers = (trust, {})
        known = self._issuers[1]
        if certificate not in known:
            known[certificate] = _between(certificate, trust)
        return known[certificate]

    def trust(self) -> Trust:
        """Give whom to believe; read again as soon as a file of it was replaced."""
        folders = [self.folder, *(one for one in self._believed if (one / PUBLIC[0]).exists())]
        paths = [folder / name for folder in folders for name in PUBLIC]
        try:
            state = tuple(number for path in paths for number in _state(path))
            state += self.lists.state if self.lists else ()
            if self._trust is None or self._trust[0] != state:
                found = replace(_read_trust(folders), sunsets=self._sunsets)
                self._trust = (state, _with_lists(found, self.lists))
        except OSError as error:
            raise Broken("sign.trust-unreadable", reason=type(error).__name__) from error
        return self._trust[1]

    def _of(self, person_id: str, suffix: str) -> Path:
        path = self.folder / PEOPLE / f"{person_id}{suffix}"
        if not is_person_id(person_id) or not path.exists():
            raise Refused("sign.no-certificate", person=person_id)
        return path

    def _open(self, name: str, path: Path) -> KeySigner:
        with self._opening:
            state = _state(path) if path.exists() else (0, 0, 0)
            if name not in self._opened or self._opened[name][0] != state:
                self._opened[name] = (state, _read_signer(path, self.folder))
            return self._opened[name][1]


def _own(whose: str) -> str:
    if not is_person_id(whose):
        raise Refused("sign.person-id", person=whose)
    return whose


def _read_signer(path: Path, folder: Path) -> KeySigner:
    try:
        holder = open_holder(path, pass_phrase(folder))
    except (OSError, ValueError) as error:
        raise Broken("sign.key-unreadable", key=path.stem) from error
    der = serialization.Encoding.DER
    return KeySigner(
        holder.key,
        x509.Certificate.load(holder.certificate.public_bytes(der)),
        tuple(x509.Certificate.load(issuer.public_bytes(der)) for issuer in holder.chain),
    )


def _between(certificate: bytes, trust: Trust) -> tuple[bytes, ...]:
    known = [x509.Certificate.load(der) for der in trust.intermediates]
    found: list[x509.Certificate] = []
    name = x509.Certificate.load(certificate).issuer
    while above := [one for one in known if one.subject == name and one not in found]:
        found.append(above[0])
        name = above[0].issuer
    return tuple(one.dump() for one in found)


def _read_trust(folders: Sequence[Path]) -> Trust:
    roots, intermediates, *crls = (
        [(one / name).read_bytes() for one in folders] for name in PUBLIC
    )
    return Trust(
        roots=tuple(roots),
        intermediates=tuple(intermediates),
        crls=tuple(crl for kind in crls for crl in kind),
        tsa_roots=tuple(roots),
        lists=tuple(map(_named_list, roots, intermediates)),
    )


def _named_list(root: bytes, intermediate: bytes) -> tuple[str, str]:
    """Give what a folder of authorities is called in a verdict: its root, and digits of both."""
    told = x509.Certificate.load(root).subject.native
    return str(told.get("common_name", "")), sha256(root + intermediate).hexdigest()[:12]


def _with_lists(trust: Trust, lists: TrustLists | None) -> Trust:
    version, anchors = lists.read() if lists else (0, ())
    if lists is None or not anchors:
        return trust
    ders = [(one, lists.der_of(one)) for one in anchors]
    roots = [(one.purpose, der) for one, der in ders if one.root]
    return replace(
        trust,
        roots=(*trust.roots, *(der for purpose, der in roots if purpose != "timestamps")),
        tsa_roots=(*trust.tsa_roots, *(der for purpose, der in roots if purpose != "signers")),
        intermediates=(*trust.intermediates, *(der for one, der in ders if not one.root)),
        lists=(*trust.lists, (OWN_LIST, str(version))),
    )


def _state(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return CertificateFacts(
        subject=str(certificate.subject.human_friendly),
        common_name=str(certificate.subject.native["common_name"]),
        serial=f"{certificate.serial_number:x}",
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
    )
