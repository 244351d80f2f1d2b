"""Revisions that lack nothing but their signature, and the signature brought in from elsewhere."""

import hashlib
import io
from dataclasses import replace
from datetime import datetime
from typing import Any

from asn1crypto import cms, x509
from cryptography import x509 as plain
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import ExternalSigner, PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from records.errors import Broken, Refused, Unreadable
from records.signing import Awaited

RESERVED = 24576
"""Hexadecimal digits for a signature with its certificates and timestamp."""

_NEEDED = {"content_type", "message_digest", "signing_certificate_v2"}
_SHORT_RSA = 2048  # bits: shorter ones are not signed with any more (ETSI TS 119 312)


def outsider(
    certificate: x509.Certificate,
    chain: tuple[x509.Certificate, ...],
    signature: bytes | None = None,
) -> ExternalSigner:
    """Give the vendor's signer whose key is somewhere else."""
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    return ExternalSigner(certificate, store, signature_value=signature, embed_roots=False)


async def leave_open(
    job: PdfSigner, writer: IncrementalPdfFileWriter, before: bytes, field: str, at: datetime
) -> Awaited:
    """Write the revision of a signature without it, with the office's clock, and what to sign.

    Source  EN 319 142-1, 6.3 (signed attributes of PAdES baseline signatures).
    """
    session = job.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    ready = session.prepare_tbs_document(validation_info=None, bytes_reserved=RESERVED)
    found, out = ready.digest_tbs_document()
    attributes = await job.signer.signed_attrs(
        found.document_digest,
        "sha256",
        attr_settings=PdfCMSSignedAttributes(),
        use_pades=True,
    )
    out.seek(0)
    whole = bytes(out.read())
    if not whole.startswith(before):
        raise Broken("sign.self-check", reasons=("bytes-moved",))
    return Awaited(
        tail=whole[len(before) :],
        field=field,
        hole=(found.reserved_region_start, found.reserved_region_end),
        attributes=attributes.dump(),
    )


async def close(before: bytes, awaited: Awaited, signer: ExternalSigner) -> bytes:
    """Give the whole file with the signature in its place and a timestamp on it."""
    content = await signer.async_sign_prescribed_attributes(
        "sha256", cms.CMSAttributes.load(awaited.attributes)
    )
    out = io.BytesIO(before + awaited.tail)
    PreparedByteRangeDigest(b"", *awaited.hole).fill_with_cms(out, content)
    return out.getvalue()


def digest_of(before: bytes, awaited: Awaited) -> bytes:
    """Give the digest of everything but the hole, as the signature must name it."""
    whole = before + awaited.tail
    start, end = awaited.hole
    return hashlib.sha256(whole[:start] + whole[end:]).digest()


def require_ours(before: bytes, awaited: Awaited) -> None:
    """Raise Broken unless what is to be signed still speaks of these very bytes."""
    told = _told(cms.CMSAttributes.load(awaited.attributes))
    if told.get("message_digest") != digest_of(before, awaited):
        raise Broken("sign.self-check", reasons=("bytes-moved",))


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
