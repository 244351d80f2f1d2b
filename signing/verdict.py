"""What can be said of a PDF's signatures: the closed chain, with every doubt told by name."""

import io
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.status import SignatureCoverageLevel

from records.errors import Unreadable
from records.signature import SignatureVerdict, ValidationReport, Verdict
from signing.at_once import at_once
from signing.certificates import judge_cms
from signing.chain import (
    Chain,
    attributed,
    changes,
    first_of,
    later,
    levels_of,
    look_for_changes,
)
from signing.embedded import Embedded, find, gap_is_contents
from signing.fields import AGENCY, COPY, LEADER
from signing.haste import hasten
from signing.material import borne, enclosed
from signing.trust import Trust

_HEADER_LENGTH = 1024  # bytes in which "%PDF-" must appear (ISO 32000-1, Annex H.3)
_SKEW = timedelta(minutes=5)  # how far a timestamp authority's clock may be ahead of ours
_UNPROVEN = {"byte-range", "coverage", "format-unsupported", "timestamp-in-future"}
_WORST_FIRST = (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.VALID)

_COVERED = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)


def quieten() -> None:
    """Keep the vendor from logging a stack trace for each signature that is not valid."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def is_pdf(content: bytes) -> bool:
    """Tell whether these bytes claim to be a PDF."""
    return b"%PDF-" in content[:_HEADER_LENGTH]


def judge(pdf: bytes, *, trust: Trust, at: datetime) -> ValidationReport:
    """Say what can be said of every signature in ``pdf``; never ask the network.

    Takes   trust: whom to believe, and nobody else; at: aware, the moment of judging.
    Gives   VALID only if every signature is: parsed by a strict reader, intact, of a trusted and
            unrevoked signer at its proven time, and the last covers the whole file.
    Raises  Unreadable: these bytes are not a PDF at all. Everything else is a verdict.
    Source  EN 319 102-1, 5; ISO 32000-2, 12.8; the closed chain of ``docs/security``.
    """
    if not is_pdf(pdf):
        raise Unreadable("file.not-pdf")
    quieten()
    hasten()
    try:
        found = _judge_strictly(pdf, trust, at)
    except Exception:  # noqa: BLE001 - hostile bytes break a parser in any way; no way is valid
        found = _judge_leniently(pdf, trust, at)
    return replace(found, trust=trust.lists)


def _judge_strictly(pdf: bytes, trust: Trust, at: datetime) -> ValidationReport:
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    if reader.encrypted:
        return ValidationReport(Verdict.INDETERMINATE, ("encrypted",), ())
    if reader.xrefs.hybrid_xrefs_present:
        raise ValueError("hybrid cross references hide objects from some readers")
    return _report(pdf, reader, trust, at)


def _judge_leniently(pdf: bytes, trust: Trust, at: datetime) -> ValidationReport:
    """Look once more at what a strict reader refuses; it is not called valid in any case."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if reader.encrypted:
            return ValidationReport(Verdict.INDETERMINATE, ("encrypted",), ())
        found = _report(pdf, reader, trust, at)
        hybrid = reader.xrefs.hybrid_xrefs_present
    except Exception:  # noqa: BLE001 - as above
        return ValidationReport(Verdict.INVALID, ("damaged",), ())
    if not found.signatures and found.verdict is not Verdict.INVALID:
        return found
    if hybrid:
        reason = "hybrid-references"
    else:
        reason = "damaged" if found.verdict is Verdict.INVALID else "not-strict"
    verdict = _worst((found.verdict, Verdict.INDETERMINATE))
    return ValidationReport(verdict, (*found.reasons, reason), found.signatures)


def _report(pdf: bytes, reader: PdfFileReader, trust: Trust, at: datetime) -> ValidationReport:
    known = enclosed(reader, trust)
    found = find(reader, known.intermediates)
    if not (found.signed or found.foreign or found.unreadable):
        gone = ("signature-removed",) if found.removed else ()
        return ValidationReport(Verdict.INDETERMINATE, ("no-signature", *gone), ())
    levels = levels_of(reader, first_of(found.signed, found.foreign))
    chain = Chain(reader, pdf, found.signed, found.foreign, known, at, levels)
    verdicts = _all_judged(chain)
    verdicts += tuple(
        _unread(one.name, Verdict.INDETERMINATE, "format-unsupported") for one in found.foreign
    )
    verdicts += tuple(_unparsable(name) for name in found.unreadable)
    faults = list(chain.faults())
    faults += [(Verdict.INDETERMINATE, "signature-removed")] if found.removed else []
    worst = _worst([*(one.verdict for one in verdicts), *(verdict for verdict, _ in faults)])
    told = [reason for _, reason in faults]
    told += [reason for one in verdicts for reason in one.reasons]
    return ValidationReport(worst, tuple(dict.fromkeys(told)), verdicts)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=_WORST_FIRST.index)


def _unparsable(field: str) -> SignatureVerdict:
    return _unread(field, Verdict.INVALID, "unparsable")


def _unread(field: str, verdict: Verdict, reason: str) -> SignatureVerdict:
    return SignatureVerdict(
        field=field,
        signer="",
        issuer="",
        serial="",
        time=None,
        time_source="",
        covers="unclear",
        later_changes=(),
        certificate_status="unknown",
        verdict=verdict,
        reasons=(reason,),
    )


def _all_judged(chain: Chain) -> tuple[SignatureVerdict, ...]:
    """Judge every signature, last to first: a believed timestamp proves all that was before it.

    Source  EN 319 102-1, 5.6: past signatures are judged at the time of the timestamp over them.
    """
    found: list[SignatureVerdict] = []
    at, proven = chain.at, None
    for one in reversed(chain.signed):
        told = _judged(replace(chain, at=at), one, proven)
        found.insert(0, told)
        stamps = one.sig_object_type == "/DocTimeStamp" and told.time_source == "timestamp"
        if stamps and told.time and not _UNPROVEN & set(told.reasons):
            at = proven = min(told.time, at)
    return tuple(found)


def _judged(chain: Chain, one: Embedded, proven: datetime | None) -> SignatureVerdict:
    try:
        return _judge_one(chain, one, proven)
    except Exception:  # noqa: BLE001 - a forged structure may break the parser in any way
        return _unparsable(str(one.fq_name))


def _judge_one(chain: Chain, one: Embedded, proven: datetime | None) -> SignatureVerdict:
    look_for_changes(one)
    trust = borne(one, chain.trust)
    standing = at_once(judge_cms(one, trust, chain.at, skew=_SKEW, proven=proven))
    doubts = [*_structure(chain, one), *changes(chain, one), *standing.doubts]
    reasons = tuple(dict.fromkeys(reason for _, reason in doubts))
    return SignatureVerdict(
        field=str(one.fq_name),
        signer=standing.signer,
        issuer=standing.issuer,
        serial=standing.serial,
        time=standing.time.astimezone(UTC) if standing.time else None,
        time_source=standing.time_source,
        covers=_coverage(chain, one),
        later_changes=tuple(dict.fromkeys(later(chain, one))),
        certificate_status=standing.certificate_status,
        verdict=_worst([Verdict.VALID, *(verdict for verdict, _ in doubts)]),
        reasons=reasons,
        organization=standing.organization,
        title=standing.title,
        valid_from=standing.valid_from,
        valid_to=standing.valid_to,
        chain=standing.chain,
        status_source=standing.status_source,
        status_at=standing.status_at,
        role=role_of(one),
        revision=one.signed_revision + 1,
        length=int(one.byte_range[2]) + int(one.byte_range[3]),
        attributed=tuple(dict.fromkeys(attributed(chain, one))),
        kind="timestamp" if one.sig_object_type == "/DocTimeStamp" else "signature",
    )


def role_of(one: Embedded) -> str:
    """Give what a signature is for, where its field says so (Decree 30/2020, Annex I)."""
    if one.sig_object_type == "/DocTimeStamp":
        return "timestamp"
    name = str(one.fq_name)
    return next((role for begins, role in _ROLES.items() if name.startswith(begins)), "")


_ROLES = {
    LEADER: "leader",
    AGENCY: "agency",
    COPY: "copy",
    "SaoLuc": "copy",
    "TrichSao": "copy",
    "PhuLuc": "annex",
    "KyNhay": "initials",
}


def _coverage(chain: Chain, one: Embedded) -> str:
    if _covers_file(chain.pdf, one):
        return "whole-file"
    return "revision" if one.coverage is SignatureCoverageLevel.ENTIRE_REVISION else "unclear"


def _structure(chain: Chain, one: Embedded) -> Iterator[tuple[Verdict, str]]:
    """Give what is wrong with how a signature sits in its file.

    Source  ISO 32000-2, 12.8.1: ByteRange covers everything but the value of Contents.
    """
    if not gap_is_contents(chain.pdf, one):
        yield Verdict.INVALID, "byte-range"
    last = one.signed_revision == chain.last_revision
    whole = _covers_file(chain.pdf, one)
    if whole is not last or one.coverage not in _COVERED:
        yield Verdict.INVALID, "coverage"


def _covers_file(pdf: bytes, one: Embedded) -> bool:
    """Tell whether nothing but white space follows what is signed."""
    if one.coverage is SignatureCoverageLevel.ENTIRE_REVISION:
        return not pdf[int(one.byte_range[2]) + int(one.byte_range[3]) :].strip()
    return one.coverage is SignatureCoverageLevel.ENTIRE_FILE
