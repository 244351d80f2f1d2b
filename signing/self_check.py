"""What was just signed is looked at once more, from its bytes alone, before anybody keeps it."""

import hashlib
import io
import re
from collections.abc import Iterator

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from records.signing import Awaited
from signing.encoding import length_of
from signing.fields import references

_KEY = b"/ByteRange"
_RANGE = re.compile(_KEY + rb" ?\[0 (\d+) (\d+) (\d+)\]")
_TAIL = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TAIL_LENGTH = 128
_HEADS = re.compile(rb"(\d+) 0 obj\b")
_DIGITS = b"0123456789ABCDEF"


def is_alone(signed: bytes) -> bool:
    """Tell whether a file that was just signed has no other signature than this one."""
    return signed.count(_KEY) == 1


def faults(signed: bytes, begun: int, awaited: Awaited, certificate: bytes) -> Iterator[str]:
    """Give what is wrong with the only signature of a file: nothing, or nobody may keep it.

    It is read with another hand than it was written with: the hole by its digits in the file, the
    CMS object by a general reader, the field by the file's own cross references.

    Takes   begun: how many bytes there were before it; certificate: in DER, whose key signed.
    Source  ISO 32000-2, 12.8.1 (ByteRange covers all but Contents); RFC 5652, 5.4.
    """
    try:
        yield from _faults(signed, begun, awaited, certificate)
    except Exception:  # noqa: BLE001 - what breaks a reader in any way is no signature to keep
        yield "unparsable"


def _faults(signed: bytes, begun: int, awaited: Awaited, certificate: bytes) -> Iterator[str]:
    start, end = awaited.hole
    told = _RANGE.match(signed, signed.find(_KEY))
    gap = signed[start:end]
    whole = told is not None and tuple(map(int, told.groups())) == (start, end, len(signed) - end)
    if not whole or gap.translate(None, _DIGITS) != b"<>":
        yield "byte-range"
        return
    digest = hashlib.sha256(signed[:start])
    digest.update(signed[end:])
    yield from _cms_faults(bytes.fromhex(gap[1:-1].decode("ascii")), digest.digest(), certificate)
    yield from _place_faults(signed, begun, awaited)


def _cms_faults(content: bytes, digest: bytes, certificate: bytes) -> Iterator[str]:
    length = length_of(content)
    if any(content[length:]):
        yield "padding"
    told = cms.ContentInfo.load(content[:length], strict=True)["content"]
    (signer,) = told["signer_infos"]
    if certificate not in [one.chosen.dump() for one in told["certificates"]]:
        yield "no-certificate"
    attributes = signer["signed_attrs"]
    if not _verifies(certificate, signer["signature"].native, attributes.untag().dump()):
        yield "signature-mismatch"
    named = {one["type"].native: one["values"] for one in attributes}
    if [one.native for one in named["message_digest"]] != [digest]:
        yield "digest-mismatch"
    whose = hashlib.sha256(certificate).digest()
    references = [one["certs"][0]["cert_hash"].native for one in named["signing_certificate_v2"]]
    if references != [whose]:
        yield "other-certificate"


def _verifies(certificate: bytes, signature: bytes, attributes: bytes) -> bool:
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
            return True
    except InvalidSignature:
        pass
    return False


def _place_faults(signed: bytes, begun: int, awaited: Awaited) -> Iterator[str]:
    """Tell unless a strict reader finds the field, and its value is the object with the hole."""
    tail = _TAIL.search(signed, len(signed) - _TAIL_LENGTH)
    reader = PdfFileReader(io.BytesIO(signed), strict=True)
    if tail is None or int(tail[1]) != reader.last_startxref:
        yield "tail"
    start, end = awaited.hole
    head = _HEADS.search(signed, max(signed.rfind(b"endobj", begun, start), begun), start)
    if head is None or b"endobj" in signed[head.end() : start] or signed.find(b"endobj", end) < 0:
        yield "no-signature"
        return
    number = int(head[1])
    there = reader.xrefs[generic.Reference(number, 0)] == head.start(1)
    if not there or not _is_held(signed, reader, begun, number, awaited.field):
        yield "no-signature"


def _is_held(signed: bytes, reader: PdfFileReader, begun: int, number: int, name: str) -> bool:
    """Tell whether the field of that name, as the last revision wrote it, holds this object."""
    held = [m.start() for m in re.finditer(b"/V %d 0 R\\b" % number, signed[begun:])]
    if len(held) != 1:
        return False
    at = begun + held[0]
    head = _HEADS.search(signed, max(signed.rfind(b"endobj", begun, at), begun), at)
    listed = {reference.idnum for reference in references(reader)}
    if head is None or int(head[1]) not in listed:
        return False
    field = generic.IndirectObject(int(head[1]), 0, reader)
    told = field.get_object()
    placed = reader.xrefs[field.reference] == head.start(1)
    return bool(placed and told.get("/T") == name and told.raw_get("/V").idnum == number)
