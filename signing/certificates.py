"""Whether a signature's mathematics holds and its signer is somebody the office believes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    cms_basic_validation,
    collect_timing_info,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
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
from signing.trust import Trust

_SUBFILTERS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_USAGE = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})
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


def context(trust: Trust, at: datetime, *, for_timestamps: bool = False) -> ValidationContext:
    """Give the vendor's view of whom to believe at a moment: our roots, our lists, no network.

    A list issued after that moment counts too: it knows more, and names the day of revocation.
    """
    return ValidationContext(
        trust_roots=[
            x509.Certificate.load(root)
            for root in (trust.tsa_roots if for_timestamps else trust.roots)
        ],
        other_certs=[x509.Certificate.load(der) for der in trust.intermediates],
        crls=list(trust.crls),
        moment=at,
        allow_fetching=False,
        revocation_mode="require",
        retroactive_revinfo=True,
    )


async def judge_cms(
    one: EmbeddedPdfSignature, trust: Trust, at: datetime, *, skew: timedelta
) -> Standing:
    """Judge the CMS object of a signature, at the time its timestamp proves or else at ``at``.

    Source  EN 319 102-1, 5.3 (basic signatures) and 5.5 (with time).
    """
    if one.sig_object_type == "/DocTimeStamp":
        return await _judge_timestamp(one, trust, at)
    doubts: list[Doubt] = []
    if one.sig_object.get("/SubFilter") not in _SUBFILTERS:
        doubts.append((Verdict.INDETERMINATE, "format-unsupported"))
    proven, doubt = await _proven_time(one, trust, at, skew)
    doubts += [doubt] if doubt else []
    status, found = await _judge_signer(one, trust, proven or at)
    return _standing(
        one.signer_cert,
        time=proven or one.self_reported_timestamp,
        source="timestamp" if proven else "claimed",
        status=status,
        doubts=(*doubts, *found),
    )


def _standing(
    certificate: x509.Certificate,
    *,
    time: datetime | None,
    source: str,
    status: str,
    doubts: tuple[Doubt, ...],
) -> Standing:
    return Standing(
        signer=_called(certificate.subject),
        issuer=_called(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        time=time if time and time.tzinfo else None,
        time_source=source if time and time.tzinfo else "",
        certificate_status=status,
        doubts=doubts,
    )


def _called(name: x509.Name) -> str:
    parts = name.native
    called = parts.get("common_name") or parts.get("organization_name") or name.human_friendly
    return str(called[-1] if isinstance(called, list) else called)


async def _proven_time(
    one: EmbeddedPdfSignature, trust: Trust, at: datetime, skew: timedelta
) -> tuple[datetime | None, Doubt | None]:
    timing = await collect_timing_info(
        one.signer_info,
        context(trust, at, for_timestamps=True),
        raw_digest=one.compute_digest,
    )
    stamp: TimestampSignatureStatus | None = timing.get("timestamp_validity")
    if stamp is None:
        return None, None
    if not (stamp.intact and stamp.valid):
        return None, (Verdict.INDETERMINATE, "timestamp-broken")
    if stamp.timestamp > at + skew:
        return None, (Verdict.INDETERMINATE, "timestamp-in-future")
    # A stamp of a stranger proves nothing, and takes nothing from the signature either.
    return (stamp.timestamp, None) if stamp.trusted else (None, None)


async def _judge_signer(
    one: EmbeddedPdfSignature, trust: Trust, moment: datetime
) -> tuple[str, list[Doubt]]:
    believed = context(trust, moment)
    try:
        found = await cms_basic_validation(
            one.signed_data,
            raw_digest=one.compute_digest(),
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


async def standing_of(
    certificate: x509.Certificate, believed: ValidationContext
) -> tuple[str, Doubt | None]:
    """Give the status of a certificate and, unless it is good, what that means for a signature.

    Source  EN 319 102-1, 5.2.6 (X.509 validation): no chain, expired and unknown revocation are
            indeterminate there; a revoked signer we call invalid, as the office must.
    """
    paths = believed.path_builder.async_build_paths_lazy(certificate)
    try:
        await find_valid_path(certificate, paths, validation_context=believed)
        _USAGE.validate(certificate)
    except RevokedError as error:
        reason = "revoked" if error.is_ee_cert else "issuer-revoked"
        return "revoked", (Verdict.INVALID, reason)
    except (ValidationError, PathBuildingError) as error:
        status, reason = next(
            (told for family, told in _DOUBTS.items() if isinstance(error, family)),
            ("untrusted", "untrusted"),
        )
        return status, (Verdict.INDETERMINATE, reason)
    return "good", None


async def _judge_timestamp(one: EmbeddedPdfSignature, trust: Trust, at: datetime) -> Standing:
    doubts: list[Doubt] = []
    if one.sig_object.get("/SubFilter") != "/ETSI.RFC3161":
        doubts.append((Verdict.INDETERMINATE, "format-unsupported"))
    found = await validate_tst_signed_data(
        one.signed_data, context(trust, at, for_timestamps=True), one.compute_digest
    )
    stamp = TimestampSignatureStatus(**found)
    if not (stamp.intact and stamp.valid):
        doubts.append((Verdict.INVALID, "digest-mismatch"))
    elif not stamp.trusted:
        doubts.append((Verdict.INDETERMINATE, "untrusted"))
    return _standing(
        one.signer_cert,
        time=stamp.timestamp,
        source="timestamp" if stamp.trusted else "claimed",
        status="good" if stamp.trusted else "untrusted",
        doubts=tuple(doubts),
    )
