"""A signature as CMS writes it: the few kinds of value a PAdES baseline signature has, in DER."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from asn1crypto import x509

_SHORT = 0x80  # lengths below it take one byte
_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
_ZEROTH, _FIRST, _DIRECTORY = 0xA0, 0xA1, 0xA4  # context-specific, constructed


def der(tag: int, *parts: bytes) -> bytes:
    """Give one value of these contents.

    Source  X.690, 8.1 and 10.1 (definite lengths, as short as can be).
    """
    content = b"".join(parts)
    length = len(content)
    if length < _SHORT:
        return bytes((tag, length)) + content
    wide = (length.bit_length() + 7) // 8
    return bytes((tag, _SHORT | wide)) + length.to_bytes(wide, "big") + content


def length_of(der: bytes) -> int:
    """Give how many bytes the first value has, its tag and length included (X.690, 8.1.3)."""
    if der[1] < _SHORT:
        return 2 + der[1]
    wide = der[1] & ~_SHORT
    return 2 + wide + int.from_bytes(der[2 : 2 + wide], "big")


def set_of(*members: bytes, tag: int = _SET) -> bytes:
    """Give a set, its members in their order (X.690, 11.6)."""
    return der(tag, *sorted(members))


def _oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray((first * 40 + second,))
    for arc in rest:
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(arc & 0x7F | _SHORT)
        content += bytes(reversed(digits))
    return der(_OID, bytes(content))


DATA, SIGNED_DATA = _oid("1.2.840.113549.1.7.1"), _oid("1.2.840.113549.1.7.2")
CONTENT_TYPE, MESSAGE_DIGEST = _oid("1.2.840.113549.1.9.3"), _oid("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE = _oid("1.2.840.113549.1.9.16.2.47")
TIMESTAMP = _oid("1.2.840.113549.1.9.16.2.14")
SHA256 = der(_SEQUENCE, _oid("2.16.840.1.101.3.4.2.1"), der(_NULL))
MECHANISMS = {
    "rsa": der(_SEQUENCE, _oid("1.2.840.113549.1.1.11"), der(_NULL)),
    "ec": der(_SEQUENCE, _oid("1.2.840.10045.4.3.2")),
}
"""How each kind of key signs a SHA-256 digest (RFC 4055, 5; RFC 5758, 3.2)."""
_ONE = der(_INTEGER, b"\x01")


@dataclass(frozen=True, slots=True)
class Named:
    """A signer's certificate with all of a signature that speaks of nothing else."""

    certificate: bytes  # DER
    issuer_serial: bytes  # as SignerInfo names it
    reference: bytes  # the attribute signing-certificate-v2
    mechanism: bytes  # how its key signs


@lru_cache(maxsize=256)
def named(certificate: bytes) -> Named:
    """Give what is written once for all signatures of a certificate in DER.

    Raises  KeyError: its key is of no kind that signs here.
    """
    told = x509.Certificate.load(certificate)["tbs_certificate"]
    issuer, serial = told["issuer"].dump(), told["serial_number"].dump()
    general = der(_SEQUENCE, der(_DIRECTORY, issuer))
    identified = der(
        _SEQUENCE,
        der(_OCTETS, sha256(certificate).digest()),
        der(_SEQUENCE, general, serial),
    )
    value = der(_SEQUENCE, der(_SEQUENCE, identified))
    return Named(
        certificate=certificate,
        issuer_serial=der(_SEQUENCE, issuer, serial),
        reference=_attribute(SIGNING_CERTIFICATE, value),
        mechanism=MECHANISMS[told["subject_public_key_info"]["algorithm"]["algorithm"].native],
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der(_SEQUENCE, kind, der(_SET, value))


_IS_DATA = _attribute(CONTENT_TYPE, DATA)


def attributes(digest: bytes, certificate: bytes) -> bytes:
    """Give what a signer signs: that these are bytes, of this SHA-256 digest, and by whom.

    Source  EN 319 142-1, 6.3 (signed attributes of PAdES baseline); RFC 5652, 5.4 and 11;
            RFC 5035, 3 (ESSCertIDv2, whose hash is SHA-256 unless said).
    """
    said = _attribute(MESSAGE_DIGEST, der(_OCTETS, digest))
    return set_of(_IS_DATA, said, named(certificate).reference)


@lru_cache(maxsize=256)
def _certificates(every: tuple[bytes, ...]) -> bytes:
    return set_of(*every, tag=_ZEROTH)


def signed(
    attributes: bytes,
    signature: bytes,
    certificate: bytes,
    chain: Sequence[bytes] = (),
    token: bytes = b"",
) -> bytes:
    """Give the CMS object of a detached signature.

    Takes   attributes: a SET in DER, which was signed; certificate, chain: in DER;
            token: a timestamp over the signature, a CMS object in DER.
    Source  RFC 5652, 3 and 5; RFC 3161, appendix A.
    """
    who = named(certificate)
    signer = der(
        _SEQUENCE,
        _ONE,
        who.issuer_serial,
        SHA256,
        bytes((_ZEROTH,)) + attributes[1:],
        who.mechanism,
        der(_OCTETS, signature),
        set_of(_attribute(TIMESTAMP, token), tag=_FIRST) if token else b"",
    )
    content = der(
        _SEQUENCE,
        _ONE,
        der(_SET, SHA256),
        der(_SEQUENCE, DATA),
        _certificates((certificate, *chain)),
        der(_SET, signer),
    )
    return der(_SEQUENCE, SIGNED_DATA, der(_ZEROTH, content))
