"""Whether a statement was signed by whom it says, and when: the other side of ``Lasting.vouch``."""

from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.general import find_unique_cms_attribute
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms

from signing.at_once import at_once
from signing.certificates import context
from signing.trust import Trust


def vouched(content: bytes, signature: bytes, subject: x509.Name, trust: Trust) -> datetime | None:
    """Give when ``subject`` signed this very content, None if nobody believed says they did.

    Takes   signature: CMS in DER, detached, with a timestamp over it.
    Source  RFC 5652, 5.6; RFC 5126, 6.1.1 (signature-time-stamp).
    """
    try:
        signed = cms.ContentInfo.load(signature, strict=True)["content"]
        moment = _moment(signed)
        status = at_once(
            async_validate_detached_cms(
                content,
                signed,
                signer_validation_context=context(trust, moment),
                ts_validation_context=context(trust, moment, for_timestamps=True),
            )
        )
    except Exception:  # noqa: BLE001 - these bytes may be anything, and the vendor raise anything
        return None
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid and stamp.trusted):
        return None
    good = status.intact and status.valid and status.trusted
    return moment if good and status.signing_cert.subject == subject else None


def _moment(signed: cms.SignedData) -> datetime:
    token = find_unique_cms_attribute(
        signed["signer_infos"][0]["unsigned_attrs"], "signature_time_stamp_token"
    )
    told: datetime = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return told
