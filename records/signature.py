"""What can be said of the signatures in a PDF: three values, and always the reasons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.document import Digest


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
    organization: str = ""  # as the certificate names the signer's
    title: str = ""
    valid_from: datetime | None = None  # aware, UTC; of the certificate
    valid_to: datetime | None = None
    chain: tuple[str, ...] = ()  # names from the signer's issuer up to the believed root
    status_source: str = ""  # what told the certificate's status: "ocsp", "crl" or ""
    status_at: datetime | None = None  # aware; when that was said
    role: str = ""  # "leader", "agency", "copy", "annex", "initials", "timestamp" or ""
    revision: int = 0  # which revision of the file it covers, 1 is the first
    length: int = 0  # bytes of the file that are signed, counted from its beginning
    attributed: tuple[tuple[str, str], ...] = ()  # each later change, and who signed it or ""
    kind: str = "signature"  # or "timestamp", which nobody signed: it proves what was before it


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """The verdict on a whole file and on each of its signatures, first to last."""

    verdict: Verdict
    reasons: tuple[str, ...]  # "no-signature", "unsigned-changes", "damaged" …
    signatures: tuple[SignatureVerdict, ...]
    trust: tuple[tuple[str, str], ...] = ()  # name and version of each trust list that was used


@dataclass(frozen=True, slots=True)
class Intake:
    """What was found of a document's signatures when it came in; the report itself is a file."""

    document: str
    revision: Digest  # the bytes that were judged
    report: Digest  # of the report as JSON, kept with the document's files
    verdict: Verdict
    at: datetime  # aware, UTC
