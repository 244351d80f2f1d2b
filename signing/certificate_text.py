"""Certificates as people and programs bring them: PEM, or DER in base64."""

import base64
import binascii
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from records.errors import Unreadable
from records.signing import Certificate, Named
from signing.awaited import require_able

_LONGEST = 64 * 1024  # signs; the largest certificate in use has about 4 kB


def read_certificate(brought: str | bytes) -> bytes:
    """Give a certificate in DER, whatever it was brought as.

    Raises  Unreadable: it is none. Refused: its key cannot sign here.
    """
    content = brought.encode() if isinstance(brought, str) else brought
    if len(content) > _LONGEST:
        raise Unreadable("certificate.unreadable")
    try:
        der = _loaded(content).public_bytes(Encoding.DER)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Unreadable("certificate.unreadable") from error
    require_able(der)
    return der


def registered(der: bytes, *, person: str, at: datetime, by: str) -> Certificate:
    """Give a certificate as the office's register has it."""
    one = x509.load_der_x509_certificate(der)
    return Certificate(
        fingerprint=sha256(der).hexdigest(),
        person=person,
        der=der,
        name=_called(one.subject),
        issuer=_called(one.issuer),
        serial=f"{one.serial_number:x}",
        not_before=one.not_valid_before_utc,
        not_after=one.not_valid_after_utc,
        at=at,
        by=by,
    )


def names_in(der: bytes) -> Named:
    """Give whom a certificate names.

    Source  RFC 5280, 4.1.2.6 and 4.2.1.6 (subject, and its other names).
    """
    one = x509.load_der_x509_certificate(der)
    try:
        other = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        emails = other.get_values_for_type(x509.RFC822Name)
    except (x509.ExtensionNotFound, ValueError):
        emails = []
    emails += _all(one.subject, NameOID.EMAIL_ADDRESS)
    return Named(
        common=_called(one.subject),
        organs=tuple(
            _all(one.subject, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
        ),
        titles=tuple(_all(one.subject, NameOID.TITLE)),
        emails=tuple(dict.fromkeys(emails)),
        identifiers=tuple(_all(one.subject, NameOID.USER_ID, NameOID.SERIAL_NUMBER)),
    )


def _all(name: x509.Name, *kinds: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for kind in kinds for one in name.get_attributes_for_oid(kind)]


def _called(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    told = str(common[-1].value) if common else name.rfc4514_string()
    return "".join(sign if sign.isprintable() else " " for sign in told)[:300]


def _loaded(content: bytes) -> x509.Certificate:
    if b"-----BEGIN" in content:
        return x509.load_pem_x509_certificate(content)
    if content[:1] == b"\x30" and content[1:2] >= b"\x80":
        return x509.load_der_x509_certificate(content)
    decoded = base64.b64decode(b"".join(content.split()), validate=True)
    if b"-----BEGIN" in decoded:
        return x509.load_pem_x509_certificate(decoded)
    return x509.load_der_x509_certificate(decoded)
