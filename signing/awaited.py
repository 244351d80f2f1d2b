"""Revisions that lack nothing but their signature, and the signature brought in from elsewhere."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509 as plain
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from records.errors import Broken, Refused, Unreadable
from records.signing import Awaited
from signing import encoding

RESERVED = 24576
"""Hexadecimal digits for a signature with its certificates and timestamp."""

_NEEDED = {"content_type", "message_digest", "signing_certificate_v2"}
_SHORT_RSA = 2048  # bits: shorter ones are not signed with any more (ETSI TS 119 312)


def leave_open(  # noqa: PLR0913 - what a signature is made of
    writer: IncrementalPdfFileWriter,
    before: bytes,
    field: str,
    certificate: bytes,
    *,
    at: datetime,
    reason: str,
) -> Awaited:
    """Write the revision of a signature without it, with the office's clock, and what to sign.

    Takes   field: of an empty signature field, whose lock takes effect with this signature.
    Source  EN 319 142-1, 6.3 (PAdES baseline); ISO 32000-2, 12.8.1 and 12.8.2.4 (FieldMDP).
    """
    job = PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
    locks = _locks(next(job).get_object())
    placeholder = SignatureObject(
        bytes_reserved=RESERVED,
        subfilter=SigSeedSubFilter.PADES,
        timestamp=at,
        reason=reason or None,
    )
    job.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=locks))
    found, out = job.send(SigIOSetup("sha256", in_place=False))
    whole = out.getvalue()
    if not whole.startswith(before):
        raise Broken("sign.self-check", reasons=("bytes-moved",))
    return Awaited(
        tail=whole[len(before) :],
        field=field,
        hole=(found.reserved_region_start, found.reserved_region_end),
        attributes=encoding.attributes(found.document_digest, certificate),
    )


def _locks(field: generic.DictionaryObject) -> SigMDPSetup:
    """Give what a field asks to be locked by its signature (ISO 32000-2, 12.7.5.5)."""
    if "/Lock" not in field:
        return SigMDPSetup("sha256")
    told = field["/Lock"]
    allowed = MDPPerm(int(told["/P"])) if "/P" in told else None
    lock = FieldMDPSpec.from_pdf_object(told)
    return SigMDPSetup("sha256", field_lock=lock, docmdp_perms=allowed)


def close(before: bytes, awaited: Awaited, content: bytes) -> bytes:
    """Give the whole file with this CMS object in its place."""
    start, end = (at - len(before) for at in awaited.hole)
    told = content.hex().upper().encode("ascii")
    room = end - start - 2
    if len(told) > room:
        raise Broken("sign.self-check", reasons=("no-room",))
    head, foot = awaited.tail[: start + 1], awaited.tail[end - 1 :]
    return b"".join((before, head, told.ljust(room, b"0"), foot))


def proven(certificate: bytes, attributes: bytes, signature: bytes) -> bytes:
    """Give a signature over ``attributes`` as CMS takes it, once it is shown to be right.

    Takes   certificate: DER; signature: RSA with PKCS #1 v1.5, or ECDSA as DER or as r and s.
    Raises  Refused: it is not of this key, or not over these attributes.
    """
    key = plain.load_der_x509_certificate(certificate).public_key()
    for form in _forms(key, signature):
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(form, attributes, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(form, attributes, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return form
    raise Refused("signing.signature-wrong")


def _forms(key: object, signature: bytes) -> list[bytes]:
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return [signature]
    half = (key.key_size + 7) // 8
    if len(signature) != 2 * half:
        return [signature]
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return [signature, utils.encode_dss_signature(r, s)]


def require_able(certificate: bytes) -> None:
    """Raise Refused unless the certificate's key is of a kind that may sign here."""
    try:
        key = plain.load_der_x509_certificate(certificate).public_key()
    except (ValueError, TypeError) as error:
        raise Unreadable("certificate.unreadable") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SHORT_RSA:
        return
    if isinstance(key, ec.EllipticCurvePublicKey):
        return
    raise Refused("certificate.algorithm")


def out_of_cms(awaited: Awaited, certificate: bytes, brought: bytes) -> tuple[Awaited, bytes]:
    """Give what a CMS object from elsewhere signed, and its signature, once both fit.

    Takes   brought: DER or BER; its certificates and unsigned attributes are not used.
    Raises  Refused: it has another signer, other bytes, or is no such object at all.
    Source  RFC 5652, 5; RFC 5035 (the signer's certificate is named by its digest).
    """
    try:
        content = cms.ContentInfo.load(brought, strict=True)
        (signer,) = content["content"]["signer_infos"]
        attributes = signer["signed_attrs"].untag().dump(force=True)
        told = _told(cms.CMSAttributes.load(attributes))
        signature = signer["signature"].native
        algorithm = signer["digest_algorithm"]["algorithm"].native
        named = told["signing_certificate_v2"]["certs"][0]["cert_hash"]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Refused("signing.cms-wrong") from error
    ours = _told(cms.CMSAttributes.load(awaited.attributes))
    fits = (
        algorithm == "sha256"
        and told["content_type"] == "data"
        and told["message_digest"] == ours["message_digest"]
        and named == hashlib.sha256(certificate).digest()
    )
    if not fits:
        raise Refused("signing.cms-wrong")
    return replace(awaited, attributes=attributes), signature


def _told(attributes: cms.CMSAttributes) -> dict[str, Any]:
    """Give the attributes that matter, each of which may stand there once."""
    told: dict[str, Any] = {}
    for one in attributes:
        name = one["type"].native
        if name in told or len(one["values"]) != 1:
            raise ValueError("an attribute twice")
        told[name] = one["values"][0].native
    if _NEEDED - set(told):
        raise ValueError("an attribute is missing")
    return told
