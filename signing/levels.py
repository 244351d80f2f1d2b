"""Which level a signed PDF has reached, and until when what it carries proves its signatures."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from records.level import Level, Weight
from signing.algorithms import Sunsets, names_in
from signing.at_once import at_once
from signing.certificates import context, extract_signer_cert, standing_of
from signing.material import carried
from signing.trust import Trust

_JUST_AFTER = timedelta(seconds=1)


def weigh(pdf: bytes, trust: Trust) -> Weight:
    """Give the level of a file of ours and the end of its proof, by what is in it alone.

    Source  EN 319 142-1, clause 6.3 (a document timestamp gives B-T too).
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    every = [EmbeddedPdfSignature(reader, field, name) for name, _, field in _filled(reader)]
    signed = [one for one in every if one.sig_object_type != "/DocTimeStamp"]
    stamps = sorted(
        (one for one in every if one.sig_object_type == "/DocTimeStamp"),
        key=lambda one: one.signed_revision,
    )
    last = stamps[-1] if stamps else None
    timed = all(_covered(one, last) or token_of(one) for one in signed)
    if not timed or not signed:
        ends = [one.signer_cert.not_valid_after for one in signed]
        return Weight(Level.B_B, min(ends, default=None))
    kept = _proves_itself(reader, every, last, trust)
    closes = last is not None and last.signed_revision == reader.xrefs.total_revisions - 1
    level = Level.B_T if not kept else Level.B_LTA if closes else Level.B_LT
    return Weight(level, _end(signed, last, Sunsets(trust.ends())))


def token_of(one: EmbeddedPdfSignature) -> cms.SignedData | None:
    """Give the timestamp a signature bears itself, if it does."""
    try:
        token = find_unique_cms_attribute(
            one.signer_info["unsigned_attrs"], "signature_time_stamp_token"
        )
    except NonexistentAttributeError:
        return None
    return token["content"]


def _filled(reader: PdfFileReader) -> Iterator[tuple[str, Any, Any]]:
    yield from enumerate_sig_fields(reader, filled_status=True)


def _covered(one: EmbeddedPdfSignature, last: EmbeddedPdfSignature | None) -> bool:
    return last is not None and one.signed_revision < last.signed_revision


def _proves_itself(
    reader: PdfFileReader,
    every: Sequence[EmbeddedPdfSignature],
    last: EmbeddedPdfSignature | None,
    trust: Trust,
) -> bool:
    """Tell whether the file itself shows that every certificate was good when it was used."""
    found = carried(reader)
    alone = replace(trust, crls=(), ocsps=()).and_also(
        intermediates=found.certificates, crls=found.crls, ocsps=found.ocsps
    )
    for one in every:
        if one is last:
            continue  # what proves the last stamp is put in when it is renewed
        moment = _moment(one, last)
        certificates = [(one.signer_cert, one.sig_object_type == "/DocTimeStamp")]
        if token := token_of(one):
            certificates.append((extract_signer_cert(token), True))
        if not all(_shown_good(*each, alone, moment, one) for each in certificates):
            return False
    return True


def _moment(one: EmbeddedPdfSignature, last: EmbeddedPdfSignature | None) -> datetime:
    token = token_of(one) or (one.signed_data if one.sig_object_type == "/DocTimeStamp" else None)
    if token is None and last is not None:
        token = last.signed_data
    if token is None:
        raise ValueError("a signature without a time")
    moment: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _shown_good(
    certificate: x509.Certificate,
    stamps: bool,  # noqa: FBT001 - one of a pair with its certificate
    alone: Trust,
    moment: datetime,
    one: EmbeddedPdfSignature,
) -> bool:
    believed = context(alone, moment + _JUST_AFTER, for_timestamps=stamps, about=certificate)
    token = token_of(one)
    for holder in (one.signed_data, *([token] if token else [])):
        believed.certificate_registry.register_multiple(
            each.chosen for each in holder["certificates"] if each.name == "certificate"
        )
    _, doubt = at_once(standing_of(certificate, believed, usage=None))
    return doubt is None


def _end(
    signed: Sequence[EmbeddedPdfSignature], last: EmbeddedPdfSignature | None, sunsets: Sunsets
) -> datetime:
    """Give when the proof ends: with the last stamp over everything, or the first of its own."""
    covering = last is not None and all(_covered(one, last) for one in signed)
    if covering and last is not None:
        return _fades(last.signed_data, sunsets)
    tokens = [token for one in signed if (token := token_of(one))]
    ends = [_fades(token, sunsets) for token in tokens]
    if last is not None:
        ends.append(_fades(last.signed_data, sunsets))
    return min(ends)


def _fades(token: cms.SignedData, sunsets: Sunsets) -> datetime:
    certificate = extract_signer_cert(token)
    imprint = token["encap_content_info"]["content"].parsed["message_imprint"]
    digests = {
        imprint["hash_algorithm"]["algorithm"].native,
        token["signer_infos"][0]["digest_algorithm"]["algorithm"].native,
    }
    names = {name for digest in digests for name in names_in(certificate, digest)}
    end = sunsets.end_of(names)
    own: datetime = certificate.not_valid_after
    return min(own, end) if end else own
