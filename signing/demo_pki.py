"""A public key infrastructure for demonstrations and tests: no key in it proves anything."""

import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from records.errors import Refused
from signing.demo_pictures import draw_seal, draw_signature
from signing.fonts import find_font
from signing.key_folder import (
    INTERMEDIATE,
    PASS_PHRASE,
    PEOPLE,
    ROOT,
    SEAL,
    TSA,
    Holder,
    Key,
    is_person_id,
    open_holder,
    pass_phrase,
    place_of,
)

_REVOKED = "revoked.json"
_CRL_LASTS = timedelta(days=30)
_CRL_OLD = timedelta(days=7)
_KEEPS_ENDED = x509.ObjectIdentifier("2.5.29.60")  # X.509, 9.5.2.8: expiredCertsOnCRL
_SINCE_EVER = b"\x18\x0f20000101000000Z"  # GeneralizedTime: nobody is dropped from our lists
_YEAR = timedelta(days=365)


def found_demo_pki(
    folder: Path, *, people: Sequence[tuple[str, str, str]], office: str, at: datetime
) -> None:
    """Make sure ``folder`` holds authorities, keys and pictures for an office and its people.

    DEMONSTRATION ONLY: the keys of the authorities lie beside those of the signers, and the pass
    phrase of all of them in a file of the same folder. What exists is left alone, so that this
    may run at every start; somebody new gets a certificate, and revocation lists older than a
    week are issued anew.

    Takes   folder: made with mode 0700, its files 0600; people: id, name and title of each;
            office: the agency's name; at: aware, the moment certificates begin (a day before).
    Raises  Refused: an id that cannot name a file.
            Unavailable: no font with Vietnamese letters for the seal.
    Source  Decree 30/2020, Annex I (red seal in real size, blue signature); RFC 5280; RFC 3161.
    """
    with _alone_in(folder):
        phrase = _pass_phrase(folder)
        root = _authority(folder, ROOT, office, at, phrase, issuer=None)
        issuer = _authority(folder, INTERMEDIATE, office, at, phrase, issuer=root)
        _agency(folder, office, at, phrase, issuer)
        for id, name, title in people:
            _person(folder, _Member(id, name, title, office), at, phrase, issuer)
        if _lists_are_old(folder, at):
            _write_crls(folder, at)


def refresh_crls(folder: Path, at: datetime) -> None:
    """Issue both revocation lists anew, good for 30 days from ``at``; do so at least weekly."""
    with _alone_in(folder):
        _write_crls(folder, at)


def revoke(folder: Path, certificate: str, *, at: datetime) -> None:
    """Revoke a certificate from ``at`` on and issue the list that says so.

    Takes   certificate: a person's id, or "seal", "tsa" or "intermediate".
    """
    with _alone_in(folder):
        revoked = _revoked(folder)
        holder = open_holder(place_of(folder, certificate), pass_phrase(folder))
        revoked[str(holder.certificate.serial_number)] = at.isoformat()
        _write(folder / _REVOKED, json.dumps(revoked, indent=1, sort_keys=True).encode())
        _write_crls(folder, at)


@dataclass(frozen=True, slots=True)
class _Member:
    id: str
    name: str
    title: str
    office: str


def _authority(  # noqa: PLR0913 - a certificate has that many sides
    folder: Path, role: str, office: str, at: datetime, phrase: bytes, *, issuer: Holder | None
) -> Holder:
    path = place_of(folder, role)
    if not path.exists():
        _issue_authority(path, role, office, at, phrase, issuer=issuer)
    holder = open_holder(path, phrase)
    if not (folder / f"{role}.crt").exists():
        der = holder.certificate.public_bytes(serialization.Encoding.DER)
        _write(folder / f"{role}.crt", der)
    return holder


def _issue_authority(  # noqa: PLR0913 - a certificate has that many sides
    path: Path, role: str, office: str, at: datetime, phrase: bytes, *, issuer: Holder | None
) -> None:
    years, rank, below = (20, "gốc", 1) if role == ROOT else (15, "trung gian", 0)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"CA {rank} THỬ NGHIỆM", office)
    draft = _draft(name, key, at, years * _YEAR, issuer)
    draft = draft.add_extension(
        x509.BasicConstraints(ca=True, path_length=below), critical=True
    ).add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    holder = Holder(key, draft.sign(issuer.key if issuer else key, hashes.SHA256()))
    _keep(path, holder, phrase, chain=[issuer.certificate] if issuer else [])


def _agency(folder: Path, office: str, at: datetime, phrase: bytes, issuer: Holder) -> None:
    if not (folder / f"{SEAL}.p12").exists():
        _leaf(folder / f"{SEAL}.p12", _name(office, office), at, phrase, issuer)
    if not (folder / f"{SEAL}.png").exists():
        _write(folder / f"{SEAL}.png", draw_seal(office, font=find_font("bold")))
    if not (folder / f"{TSA}.p12").exists():
        name = _name("Dấu thời gian THỬ NGHIỆM", office)
        _leaf(folder / f"{TSA}.p12", name, at, phrase, issuer, stamps_time=True)


def _person(folder: Path, member: _Member, at: datetime, phrase: bytes, issuer: Holder) -> None:
    if not is_person_id(member.id):
        raise Refused("sign.person-id", person=member.id)
    path = place_of(folder, member.id)
    if not path.with_suffix(".png").exists():
        _write(path.with_suffix(".png"), draw_signature(member.id))
    if not path.exists():
        name = _name(member.name, member.office, title=member.title)
        _leaf(path, name, at, phrase, issuer)


def _leaf(  # noqa: PLR0913 - a certificate has that many sides
    path: Path,
    name: x509.Name,
    at: datetime,
    phrase: bytes,
    issuer: Holder,
    *,
    stamps_time: bool = False,
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    draft = _draft(name, key, at, (12 if stamps_time else 5) * _YEAR, issuer).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    if stamps_time:
        draft = draft.add_extension(_usage("digital_signature"), critical=True).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    else:
        usage = _usage("digital_signature", "content_commitment")
        draft = draft.add_extension(usage, critical=True)
    holder = Holder(key, draft.sign(issuer.key, hashes.SHA256()))
    _keep(path, holder, phrase, chain=[issuer.certificate])


def _draft(
    name: x509.Name,
    key: Key,
    at: datetime,
    lasts: timedelta,
    issuer: Holder | None,
) -> x509.CertificateBuilder:
    begins = at.replace(microsecond=0) - timedelta(days=1)
    issuer_key = issuer.certificate.public_key() if issuer else key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key),  # type: ignore[arg-type]  # only key kinds we made
            critical=False,
        )
    )


def _name(common: str, office: str, *, title: str = "") -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, _short(office))]
    parts += [(NameOID.TITLE, _short(title))] if title else []
    parts += [(NameOID.COMMON_NAME, _short(common))]
    return x509.Name([x509.NameAttribute(kind, words) for kind, words in parts])


def _short(words: str) -> str:
    """Cut to the 64 signs that RFC 5280, Annex A allows, counted as the library does, in bytes."""
    return words.encode("utf-8")[:64].decode("utf-8", errors="ignore")


def _usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{usage: usage in allowed for usage in every})


def _write_crls(folder: Path, at: datetime) -> None:
    phrase = pass_phrase(folder)
    revoked = _revoked(folder)
    for role in (ROOT, INTERMEDIATE):
        holder = open_holder(folder / f"{role}.p12", phrase)
        _write(folder / f"{role}.crl", _crl(holder, revoked, at))


def _lists_are_old(folder: Path, at: datetime) -> bool:
    paths = [folder / f"{role}.crl" for role in (ROOT, INTERMEDIATE)]
    if not all(path.exists() for path in paths):
        return True
    lists = [x509.load_der_x509_crl(path.read_bytes()) for path in paths]
    return any(one.last_update_utc < at - _CRL_OLD for one in lists)


def _crl(issuer: Holder, revoked: Mapping[str, str], at: datetime) -> bytes:
    issued = at.replace(microsecond=0)
    draft = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(issued)
        .next_update(issued + _CRL_LASTS)
        .add_extension(x509.CRLNumber(int(at.timestamp() * 1000)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.public_key()),  # type: ignore[arg-type]  # only key kinds we made
            critical=False,
        )
        .add_extension(x509.UnrecognizedExtension(_KEEPS_ENDED, _SINCE_EVER), critical=False)
    )
    for serial, since in sorted(revoked.items()):
        draft = draft.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(int(serial))
            .revocation_date(datetime.fromisoformat(since))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    return draft.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _revoked(folder: Path) -> dict[str, str]:
    path = folder / _REVOKED
    return dict(json.loads(path.read_bytes())) if path.exists() else {}


def _pass_phrase(folder: Path) -> bytes:
    path = folder / PASS_PHRASE
    if not path.exists():
        _write(path, secrets.token_urlsafe(32).encode("ascii") + b"\n")
    return pass_phrase(folder)


def _keep(path: Path, holder: Holder, phrase: bytes, *, chain: list[x509.Certificate]) -> None:
    content = pkcs12.serialize_key_and_certificates(
        path.stem.encode(),
        holder.key,
        holder.certificate,
        chain,
        serialization.BestAvailableEncryption(phrase),
    )
    _write(path, content)


def _write(path: Path, content: bytes) -> None:
    """Put a whole file in place or none, readable by its owner alone."""
    number, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two starts at once do not make two roots."""
    for place in (folder, folder / PEOPLE):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.chmod(0o700)
    lock = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
