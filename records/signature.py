"""What can be said of the signatures in a PDF: three values, and always the reasons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Three-valued: what is not known to be valid is never called so."""

    VALID = "valid"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What was checked of one signature, and what came of it."""

    field: str  # the signature field's name
    signer: str  # common name in the certificate
    issuer: str  # common name of its issuer
    serial: str  # hexadecimal
    time: datetime | None  # aware; when it was signed, by ``time_source``
    time_source: str  # "timestamp", "claimed" or ""
    covers: str  # "whole-file", "revision" or "unclear"
    later_changes: tuple[str, ...]  # what came after it: "form-filling", "signature" …
    certificate_status: str  # "good", "revoked", "expired", "untrusted", "unknown"
    verdict: Verdict
    reasons: tuple[str, ...]  # identifiers, empty when valid
    kind: str = "signature"  # or "timestamp", which nobody signed: it proves what was before it


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The verdict on a whole file and on each of its signatures, first to last."""

    verdict: Verdict
    reasons: tuple[str, ...]  # "no-signature", "unsigned-changes", "damaged" …
    signatures: tuple[SignatureVerdict, ...]
