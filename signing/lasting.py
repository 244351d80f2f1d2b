"""What makes signatures last: their timestamps, their validation data, and the renewal of both."""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256

from asn1crypto import cms, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator.registry import SimpleCertificateStore

from records.errors import Broken, Refused, Unavailable
from records.level import Weight
from signing.at_once import at_once
from signing.certificates import context, extract_signer_cert, judged_stamp, standing_of
from signing.keys import KeySigner
from signing.known_good import KnownGood
from signing.levels import token_of, weigh
from signing.material import Material, carried, put
from signing.revocation import Revocation
from signing.timestamps import Timestamper
from signing.trust import Trust

_FIELD = "DauThoiGian"
_RESERVED = 16384  # hexadecimal digits for a timestamp with its certificates


class Lasting:
    """Adds proof to signed files of this office; the signed bytes stay where they are."""

    def __init__(
        self, trust: Callable[[], Trust], timestamper: Timestamper, revocation: Revocation
    ) -> None:
        self._trust = trust
        self._timestamper = timestamper
        self._revocation = revocation
        self._known = KnownGood()

    def weigh(self, pdf: bytes) -> Weight:
        """Give how far a file proves itself, and until when."""
        return weigh(pdf, self._trust())

    def require_good(self, certificate: bytes, at: datetime, *, person: str) -> None:
        """Raise Refused unless a certificate in DER is good at a moment.

        Takes   person: whose it is.
        Raises  Unavailable: whether it was revoked cannot be known.
        """
        trust = self._trust()
        if self._known.holds(certificate, trust, at, stamps=False):
            return
        loaded = x509.Certificate.load(certificate)
        believed = self._believed(loaded, trust, at)
        status, doubt = at_once(standing_of(loaded, context(believed, at)))
        if doubt is None:
            self._known.keep(certificate, trust, believed, at, stamps=False)
        elif doubt[1] == "revocation-unknown":
            raise Unavailable("sign.revocation-unknown")
        else:
            raise Refused("sign.certificate-not-good", person=person, status=status)

    def status_of(self, certificate: bytes, at: datetime) -> str:
        """Give a certificate's status now, as ``standing_of`` names it.

        Raises  Unavailable: an authority that must be asked does not answer.
        """
        loaded = x509.Certificate.load(certificate)
        believed = self._believed(loaded, self._trust(), at)
        status, _ = at_once(standing_of(loaded, context(believed, at)))
        return status

    def token(self, signature: bytes, at: datetime) -> bytes:
        """Give a timestamp over a signature's value, as CMS in DER.

        Raises  Unavailable: no authority answers.
                Broken: who answers is nobody the office believes.
        Source  RFC 5126, 6.1.1 (signature-time-stamp); RFC 3161, appendix A.
        """
        stamper = self._timestamper.stamper(at)
        token = at_once(stamper.async_timestamp(sha256(signature).digest(), "sha256"))
        if not self._believes(token["content"], signature, at):
            raise Broken("sign.self-check", reasons=("timestamp-untrusted",))
        return bytes(token.dump())

    def _believes(self, token: cms.SignedData, signature: bytes, at: datetime) -> bool:
        trust = self._trust()
        authority = extract_signer_cert(token)
        if self._known.holds(authority.dump(), trust, at, stamps=True):
            return _stamps(token, authority, signature)
        imprint = partial(_digest, signature)
        stamp = at_once(judged_stamp(token, trust, at, imprint))
        if stamp.doubt is None:
            self._known.keep(authority.dump(), trust, trust, at, stamps=True)
        return stamp.doubt is None

    def vouch(self, content: bytes, signer: KeySigner, at: datetime) -> bytes:
        """Give a signature of its own over any content, with a timestamp, as CMS in DER.

        Raises  Unavailable: no timestamp authority answers.
        Source  RFC 5652 (detached signature).
        """
        return at_once(self._vouched(content, signer, at))

    async def _vouched(self, content: bytes, signer: KeySigner, at: datetime) -> bytes:
        certificate = signer.certificate
        store = SimpleCertificateStore()
        store.register_multiple(signer.chain)
        empty = ExternalSigner(certificate, store, signature_value=256)
        attributes = await empty.signed_attrs(sha256(content).digest(), "sha256")
        made = ExternalSigner(certificate, store, signature_value=signer.sign(attributes.dump()))
        signed = await made.async_sign_prescribed_attributes(
            "sha256", attributes, timestamper=self._timestamper.stamper(at)
        )
        return bytes(signed.dump())

    def material_in(self, pdf: bytes) -> tuple[Trust, Material]:
        """Give whom the office believes now, and the validation data a file of ours carries."""
        return self._trust(), carried(PdfFileReader(io.BytesIO(pdf), strict=True))

    def enclose(
        self, writer: IncrementalPdfFileWriter, signer: x509.Certificate, at: datetime
    ) -> None:
        """Put into the revision being written what shows that all its certificates are good.

        Takes   signer: whoever is about to sign this revision.
        Raises  Unavailable: an authority that must be asked does not answer.
        """
        trust = self._trust()
        found = self._revocation.of(signer, trust, at)
        put(writer, found | self._about(writer.prev, trust, at))

    def prove(self, pdf: bytes, at: datetime) -> bytes:
        """Add validation data for everything in a file and a timestamp over all of it.

        Gives   a file that begins with ``pdf``, at level B-LTA.
        Raises  Unavailable: no authority answers.
        Source  EN 319 142-1, 5.4.3 and 5.5 (document timestamps, and how they are renewed).
        """
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        trust = self._trust()
        put(writer, self._about(writer.prev, trust, at))
        taken = {str(name) for name, _, _ in enumerate_sig_fields(writer)}
        n = next(n for n in range(1, len(taken) + 2) if f"{_FIELD}{n}" not in taken)
        job = PdfTimeStamper(self._timestamper.stamper(at), field_name=f"{_FIELD}{n}")
        out = at_once(job.async_timestamp_pdf(writer, "sha256", bytes_reserved=_RESERVED))
        out.seek(0)
        proven = bytes(out.read())
        if not proven.startswith(pdf):
            raise Broken("sign.self-check", reasons=("bytes-moved",))
        return proven

    def _believed(self, certificate: x509.Certificate, trust: Trust, at: datetime) -> Trust:
        """Give the trust with the newest word on one certificate and its issuers."""
        found = self._revocation.of(certificate, trust, at)
        return trust.and_also(intermediates=found.certificates, crls=found.crls, ocsps=found.ocsps)

    def _about(self, reader: PdfFileReader, trust: Trust, at: datetime) -> Material:
        """Give the newest word on everybody who signed or stamped a file so far."""
        found = Material()
        for name, _, field in enumerate_sig_fields(reader, filled_status=True):
            one = EmbeddedPdfSignature(reader, field, name)
            token = token_of(one)
            stamps = one.sig_object_type == "/DocTimeStamp"
            found |= self._word_on(one.signer_cert, one.signed_data, trust, at, stamps=stamps)
            if token is not None:
                found |= self._word_on(extract_signer_cert(token), token, trust, at, stamps=True)
        return found

    def _word_on(
        self,
        certificate: x509.Certificate,
        holder: cms.SignedData,
        trust: Trust,
        at: datetime,
        *,
        stamps: bool,
    ) -> Material:
        others = [
            bytes(each.chosen.dump())
            for each in holder["certificates"]
            if each.name == "certificate"
        ]
        known = trust.and_also(intermediates=others)
        if certificate.not_valid_after < at:
            return Material()  # what there is to say of it was said while it lasted
        return self._revocation.of(certificate, known, at, stamps=stamps)


def _digest(content: bytes, algorithm: str) -> bytes:
    return hashlib.new(algorithm, content).digest()


def _stamps(token: cms.SignedData, authority: x509.Certificate, signature: bytes) -> bool:
    """Tell whether a believed authority made a timestamp of this signature."""
    content = token["encap_content_info"]["content"]
    imprint = content.parsed["message_imprint"]
    (signer,) = token["signer_infos"]
    told = _digest(bytes(content), signer["digest_algorithm"]["algorithm"].native)
    intact, valid = validate_sig_integrity(signer, authority, "tst_info", told)
    named = _digest(signature, imprint["hash_algorithm"]["algorithm"].native)
    return intact and valid and imprint["hashed_message"].native == named
