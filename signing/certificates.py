"""Whether a signature's mathematics holds and its signer is somebody the office believes."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, core, crl, ocsp, x509
from pyhanko.sign.general import (
    MultivaluedAttributeError,
    NonexistentAttributeError,
    SigningError,
    find_unique_cms_attribute,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    cms_basic_validation,
    extract_certs_for_validation,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)

from records.signature import Verdict
from signing.algorithms import Sunsets
from signing.embedded import Embedded
from signing.trust import Trust

_SUBFILTERS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_ABOUT_A_DIGEST = "/adbe.pkcs7.sha1"  # signs the SHA-1 digest of the file, as its content
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
_KEEPS_ENDED = "2.5.29.60"
_STAMPING = KeyUsageConstraints(key_usage=set(), extd_key_usage={"time_stamping"})
_DOUBTS: dict[type[Exception], tuple[str, str]] = {
    ExpiredError: ("expired", "certificate-expired"),
    NotYetValidError: ("expired", "certificate-expired"),
    InsufficientRevinfoError: ("unknown", "revocation-unknown"),
    DisallowedAlgorithmError: ("unknown", "algorithm-weak"),
    InvalidCertificateError: ("unknown", "certificate-unfit"),
}
Doubt = tuple[Verdict, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a signer and of the moment they signed."""

    signer: str
    issuer: str
    serial: str
    time: datetime | None
    time_source: str
    certificate_status: str
    doubts: tuple[Doubt, ...]
    organization: str = ""
    title: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    chain: tuple[str, ...] = ()
    status_source: str = ""
    status_at: datetime | None = None


def context(
    trust: Trust,
    at: datetime,
    *,
    for_timestamps: bool = False,
    about: x509.Certificate | None = None,
) -> ValidationContext:
    """Give the vendor's view of whom to believe at a moment: our roots, our lists, no network.

    A list issued after that moment counts too: it knows more, and names the day of revocation.
    Only once a certificate has ended an authority may drop it from its lists, so what was issued
    after the end of the one it is ``about`` says nothing of an earlier moment, unless the list
    says that it keeps the ended ones (X.509, 9.5.2.8, expiredCertsOnCRL).
    """
    last = about.not_valid_after if about and at <= about.not_valid_after else None
    return ValidationContext(
        trust_roots=[
            x509.Certificate.load(root)
            for root in (trust.tsa_roots if for_timestamps else trust.roots)
        ],
        other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        crls=[one for one in map(crl.CertificateList.load, trust.crls) if _in_time(one, last)],
        ocsps=[
            one for one in map(ocsp.OCSPResponse.load, trust.ocsps) if _answered_in_time(one, last)
        ],
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
        algorithm_usage_policy=Sunsets(trust.ends()),
    )


def _in_time(one: crl.CertificateList, last: datetime | None) -> bool:
    listed = one["tbs_cert_list"]
    if last is None or listed["this_update"].native <= last:
        return True
    kept = [one for one in listed["crl_extensions"] if one["extn_id"].dotted == _KEEPS_ENDED]
    return any(core.GeneralizedTime.load(one["extn_value"].native).native <= last for one in kept)


def _answered_in_time(one: ocsp.OCSPResponse, last: datetime | None) -> bool:
    if one["response_status"].native != "successful":
        return False
    produced = one.basic_ocsp_response["tbs_response_data"]["produced_at"].native
    return last is None or produced <= last


async def judge_cms(
    one: Embedded,
    trust: Trust,
    at: datetime,
    *,
    skew: timedelta,
    proven: datetime | None = None,
) -> Standing:
    """Judge the CMS object of a signature, at the time its timestamp proves or else at ``at``.

    Takes   proven: the time of a believed document timestamp over it, which is then also ``at``.
    Source  EN 319 102-1, 5.3 (basic signatures), 5.5 (with time) and 5.6 (with archival data).
    """
    if one.sig_object_type == "/DocTimeStamp":
        return await _judge_timestamp(one, trust, at)
    if not one.named:
        return _nobody(one)
    doubts = list(_format_doubts(one))
    stamped, doubt = await _proven_time(one, trust, at, skew)
    known = stamped or proven
    status, found = await _judge_signer(one, trust, known or at)
    # An ended stamp is told only where its proof was needed.
    doubts += [doubt] if doubt and (found or doubt[1] not in _ENDED) else []
    return await _standing(
        one.signer_cert,
        time=known or one.self_reported_timestamp,
        source="timestamp" if known else "claimed",
        status=status,
        doubts=(*doubts, *found),
        believed=_with_others(one, context(trust, known or at, about=one.signer_cert)),
    )


def _format_doubts(one: Embedded) -> Iterator[Doubt]:
    form = one.sig_object.get("/SubFilter")
    if form == _ABOUT_A_DIGEST:
        yield Verdict.INDETERMINATE, "algorithm-weak"
        content = one.signed_data["encap_content_info"]["content"].native
        if content != one.compute_digest("sha1"):
            yield Verdict.INVALID, "digest-mismatch"
    elif form not in _SUBFILTERS:
        yield Verdict.INDETERMINATE, "format-unsupported"


def _nobody(one: Embedded) -> Standing:
    """Give what is known of a signature whose certificate is nowhere to be found."""
    doubts: list[Doubt] = [(Verdict.INDETERMINATE, "certificate-missing")]
    try:
        told = find_unique_cms_attribute(one.signer_info["signed_attrs"], "message_digest").native
    except (NonexistentAttributeError, MultivaluedAttributeError):
        told = None
    if told is not None and told != one.compute_digest():
        doubts.append((Verdict.INVALID, "digest-mismatch"))
    time = one.self_reported_timestamp
    known = time if time and time.tzinfo else None
    source = "claimed" if known else ""
    return Standing("", "", "", known, source, "unknown", tuple(doubts))


async def _standing(  # noqa: PLR0913 - what is known of one signer
    certificate: x509.Certificate,
    *,
    time: datetime | None,
    source: str,
    status: str,
    doubts: tuple[Doubt, ...],
    believed: ValidationContext,
) -> Standing:
    subject = certificate.subject.native
    chain = await _chain_of(certificate, believed)
    word, said_at = _newest_word(certificate, believed)
    return Standing(
        signer=called(certificate.subject),
        issuer=called(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        time=time if time and time.tzinfo else None,
        time_source=source if time and time.tzinfo else "",
        certificate_status=status,
        doubts=doubts,
        organization=_last(subject.get("organization_name")),
        title=_last(subject.get("title")),
        valid_from=certificate.not_valid_before,
        valid_to=certificate.not_valid_after,
        chain=chain,
        status_source=word if status in ("good", "revoked") else "",
        status_at=said_at if status in ("good", "revoked") else None,
    )


def _with_others(one: Embedded, believed: ValidationContext) -> ValidationContext:
    believed.certificate_registry.register_multiple(one.other_embedded_certs)
    return believed


async def _chain_of(certificate: x509.Certificate, believed: ValidationContext) -> tuple[str, ...]:
    try:
        async for path in believed.path_builder.async_build_paths_lazy(certificate):
            held = [one for one in path if isinstance(one, x509.Certificate)]
            return tuple(called(one.subject) for one in reversed(held))[1:]
    except PathBuildingError:
        pass
    return ()


def _newest_word(
    certificate: x509.Certificate, believed: ValidationContext
) -> tuple[str, datetime | None]:
    """Give what says whether a certificate was revoked, and when that was said."""
    said = [
        ("ocsp", one["this_update"].native)
        for answer in believed.ocsps
        for one in answer.response_data["responses"]
        if one["cert_id"]["serial_number"].native == certificate.serial_number
    ]
    said += [
        ("crl", one["tbs_cert_list"]["this_update"].native)
        for one in believed.crls
        if one.issuer == certificate.issuer
    ]
    return max(said, key=lambda pair: pair[1], default=("", None))


def _last(told: object) -> str:
    return str(told[-1] if isinstance(told, list) else told or "")


def called(name: x509.Name) -> str:
    """Give what somebody is called in a certificate: their common name, or their organisation."""
    parts = name.native
    called = parts.get("common_name") or parts.get("organization_name") or name.human_friendly
    return str(called[-1] if isinstance(called, list) else called)


async def _proven_time(
    one: Embedded, trust: Trust, at: datetime, skew: timedelta
) -> tuple[datetime | None, Doubt | None]:
    """Give the time a signature's own timestamp proves at ``at``, or what stands against it."""
    try:
        token = find_unique_cms_attribute(
            one.signer_info["unsigned_attrs"], "signature_time_stamp_token"
        )
    except NonexistentAttributeError:
        return None, None
    except MultivaluedAttributeError:
        return None, (Verdict.INDETERMINATE, "timestamp-broken")
    stamp = await judged_stamp(
        token["content"], trust, at, lambda digest: compute_tst_digest(one.signer_info, digest)
    )
    if stamp.doubt and stamp.doubt[1] in ("timestamp-broken", *_ENDED):
        return None, stamp.doubt
    if stamp.time > at + skew:
        return None, (Verdict.INDETERMINATE, "timestamp-in-future")
    # A stamp of a stranger proves nothing, and takes nothing from the signature either.
    return (None, None) if stamp.doubt else (stamp.time, None)


def compute_tst_digest(signer: cms.SignerInfo, digest: str) -> bytes:
    """Give the digest of a signature's value, which its timestamp is about (RFC 3161, app. A)."""
    return hashlib.new(digest, signer["signature"].native).digest()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a timestamp says, who said it, and what stands against believing it."""

    time: datetime
    certificate: x509.Certificate
    doubt: Doubt | None


_ENDED = ("timestamp-expired", "timestamp-weak")
_STAMP_DOUBTS = {
    "certificate-expired": "timestamp-expired",
    "algorithm-weak": "timestamp-weak",
    "revocation-unknown": "timestamp-revocation-unknown",
    "revoked": "timestamp-revoked",
    "issuer-revoked": "timestamp-revoked",
}


async def judged_stamp(
    token: cms.SignedData, trust: Trust, at: datetime, imprint: Callable[[str], bytes]
) -> Stamp:
    """Judge a timestamp as of ``at``: who made it, and whether their proof still held then."""
    certificate = extract_signer_cert(token)
    believed = context(trust, at, for_timestamps=True, about=certificate)
    found = await validate_tst_signed_data(token, believed, imprint)
    stamp = TimestampSignatureStatus(**found)
    told: Doubt | None = None
    if not (stamp.intact and stamp.valid):
        told = (Verdict.INDETERMINATE, "timestamp-broken")
    elif not stamp.trusted:
        told = await _why_not(certificate, believed, found["trust_problem_indic"])
    return Stamp(stamp.timestamp, certificate, told)


async def _why_not(
    certificate: x509.Certificate, believed: ValidationContext, problem: object
) -> Doubt:
    if "CRYPTO" in str(problem):
        return Verdict.INDETERMINATE, "timestamp-weak"
    _, doubt = await standing_of(certificate, believed, usage=_STAMPING)
    reason = _STAMP_DOUBTS.get(doubt[1], "untrusted") if doubt else "untrusted"
    return (doubt[0] if doubt else Verdict.INDETERMINATE), reason


def extract_signer_cert(signed: cms.SignedData) -> x509.Certificate:
    """Give the certificate of whoever made a CMS object."""
    certificate: x509.Certificate = extract_certs_for_validation(signed).signer_cert
    return certificate


async def _judge_signer(one: Embedded, trust: Trust, moment: datetime) -> tuple[str, list[Doubt]]:
    believed = context(trust, moment, about=one.signer_cert)
    try:
        found = await cms_basic_validation(
            one.signed_data,
            raw_digest=None if _signs_content(one) else one.compute_digest(),
            validation_context=believed,
            key_usage_settings=_USAGE,
        )
    except (SignatureValidationError, SigningError):
        return "unknown", [(Verdict.INVALID, "cms-malformed")]
    if not found["intact"]:
        return "unknown", [(Verdict.INVALID, "digest-mismatch")]
    if not found["valid"]:
        return "unknown", [(Verdict.INVALID, "signature-mismatch")]
    if found["trust_problem_indic"] is None:
        return "good", []
    if found["validation_path"] is None and "CRYPTO" in str(found["trust_problem_indic"]):
        return "unknown", [(Verdict.INDETERMINATE, "algorithm-weak")]
    status, doubt = await standing_of(one.signer_cert, believed)
    return status, [doubt or (Verdict.INDETERMINATE, "certificate-unfit")]


def _signs_content(one: Embedded) -> bool:
    return bool(one.sig_object.get("/SubFilter") == _ABOUT_A_DIGEST)


async def standing_of(
    certificate: x509.Certificate,
    believed: ValidationContext,
    *,
    usage: KeyUsageConstraints | None = _USAGE,
) -> tuple[str, Doubt | None]:
    """Give the status of a certificate and, unless it is good, what that means for a signature.

    Source  EN 319 102-1, 5.2.6 (X.509 validation): no chain, expired and unknown revocation are
            indeterminate there; a revoked signer we call invalid, as the office must.
    """
    paths = believed.path_builder.async_build_paths_lazy(certificate)
    try:
        await find_valid_path(certificate, paths, validation_context=believed)
        if usage is not None:
            usage.validate(certificate)
    except RevokedError as error:
        reason = "revoked" if error.is_ee_cert else "issuer-revoked"
        return "revoked", (Verdict.INVALID, reason)
    except (ValidationError, PathBuildingError) as error:
        status, reason = next(
            (told for family, told in _DOUBTS.items() if isinstance(error, family)),
            ("untrusted", "untrusted"),
        )
        if isinstance(error, InvalidCertificateError) and certificate.self_signed != "no":
            status, reason = "untrusted", "untrusted"  # nobody but themselves says who they are
        return status, (Verdict.INDETERMINATE, reason)
    return "good", None


async def _judge_timestamp(one: Embedded, trust: Trust, at: datetime) -> Standing:
    doubts: list[Doubt] = []
    if one.sig_object.get("/SubFilter") != "/ETSI.RFC3161":
        doubts.append((Verdict.INDETERMINATE, "format-unsupported"))
    stamp = await judged_stamp(one.signed_data, trust, at, one.compute_digest)
    if stamp.doubt:
        broken = stamp.doubt[1] == "timestamp-broken"
        doubts.append((Verdict.INVALID, "digest-mismatch") if broken else stamp.doubt)
    return await _standing(
        one.signer_cert,
        time=stamp.time,
        source="claimed" if stamp.doubt else "timestamp",
        status=_status(stamp.doubt),
        doubts=tuple(doubts),
        believed=_with_others(one, context(trust, at, for_timestamps=True, about=one.signer_cert)),
    )


def _status(doubt: Doubt | None) -> str:
    """Give the status of a timestamp's certificate, by what stands against it."""
    words = {
        "timestamp-expired": "expired",
        "timestamp-revoked": "revoked",
        "timestamp-revocation-unknown": "unknown",
        "timestamp-weak": "unknown",
    }
    return words.get(doubt[1], "untrusted") if doubt else "good"
