"""What can be said of a PDF's signatures: the closed chain, with every doubt told by name."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.policies import DEFAULT_DIFF_POLICY
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from records.errors import Unreadable
from records.signature import SignatureVerdict, ValidationReport, Verdict
from signing.at_once import at_once
from signing.certificates import called, judge_cms
from signing.encoding import length_of
from signing.fields import AGENCY, COPY, LEADER
from signing.haste import hasten
from signing.material import enclosed
from signing.trust import Trust

_TAIL = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TAIL_LENGTH = 128  # bytes; what a tail needs, and a little room for white space
_HEADER_LENGTH = 1024  # bytes in which "%PDF-" must appear (ISO 32000-1, Annex H.3)
_SKEW = timedelta(minutes=5)  # how far a timestamp authority's clock may be ahead of ours
_UNPROVEN = {"byte-range", "coverage", "format-unsupported", "timestamp-in-future"}
_WORST_FIRST = (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.VALID)

_COVERED = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)

# The vendor's default also accepts an appearance redrawn in place, which lets a signed number
# be painted over, and which it mistakes for a change when nothing was touched.
FIELD_RULES = [
    SigFieldCreationRule(),
    SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
    GenericFieldModificationRule(allow_in_place_appearance_stream_changes=False),
]
POLICY = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(field_rules=FIELD_RULES),
)


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
        return _judge_strictly(pdf, trust, at)
    except Exception:  # noqa: BLE001 - hostile bytes break a parser in any way; no way is valid
        return _judge_leniently(pdf, trust, at)


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
    reason = "hybrid-references" if hybrid else "damaged"
    verdict = Verdict.INDETERMINATE if hybrid else Verdict.INVALID
    return ValidationReport(
        _worst((found.verdict, verdict)), (*found.reasons, reason), found.signatures
    )


def _report(pdf: bytes, reader: PdfFileReader, trust: Trust, at: datetime) -> ValidationReport:
    signed, unreadable = _embedded(reader)
    if not signed and not unreadable:
        return ValidationReport(Verdict.INDETERMINATE, ("no-signature",), ())
    chain = _Chain(reader, pdf, tuple(signed), enclosed(reader, trust), at)
    verdicts = _all_judged(chain) + tuple(_unparsable(name) for name in unreadable)
    faults = tuple(chain.faults())
    worst = _worst([*(one.verdict for one in verdicts), *(verdict for verdict, _ in faults)])
    told = [reason for _, reason in faults]
    told += [reason for one in verdicts for reason in one.reasons]
    return ValidationReport(worst, tuple(dict.fromkeys(told)), verdicts)


def _embedded(reader: PdfFileReader) -> tuple[list[EmbeddedPdfSignature], list[str]]:
    signed, unreadable = [], []
    for name, _, field in enumerate_sig_fields(reader, filled_status=True):
        try:
            signed.append(EmbeddedPdfSignature(reader, field, name))
        except Exception:  # noqa: BLE001 - a forged structure may break the parser in any way
            unreadable.append(str(name))
    return sorted(signed, key=lambda one: one.signed_revision), sorted(unreadable)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    return min(verdicts, key=_WORST_FIRST.index)


def _unparsable(field: str) -> SignatureVerdict:
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
        verdict=Verdict.INVALID,
        reasons=("unparsable",),
    )


@dataclass(frozen=True, slots=True)
class _Chain:
    """A file with all its signatures, first to last, and what they are judged by."""

    reader: PdfFileReader
    pdf: bytes
    signed: tuple[EmbeddedPdfSignature, ...]
    trust: Trust  # with the validation data the file itself carries
    at: datetime  # the moment of judging, or of the timestamp that proves what is judged

    @property
    def last_revision(self) -> int:
        return int(self.reader.xrefs.total_revisions) - 1

    def signatures_in(self, revision: int) -> list[EmbeddedPdfSignature]:
        return [one for one in self.signed if one.signed_revision == revision]

    def faults(self) -> Iterator[tuple[Verdict, str]]:
        """Give what is wrong with the file as a whole.

        Source  ISA attacks of Mladenov et al. (CCS 2019): the file must end as its last
                signature says, since readers rebuild what they find after it.
        """
        tail = _TAIL.search(self.pdf[-_TAIL_LENGTH:])
        if tail is None or int(tail[1]) != self.reader.last_startxref:
            yield Verdict.INVALID, "tail"
        if not self.signatures_in(self.last_revision) or any(self.unsigned_filling()):
            yield Verdict.INDETERMINATE, "unsigned-changes"

    def unsigned_filling(self) -> Iterator[bool]:
        """Give, for each unsigned revision between signatures, whether it did more than prove."""
        first = self.signed[0].signed_revision if self.signed else self.last_revision
        for revision in range(first + 1, self.last_revision):
            if not self.signatures_in(revision):
                yield self.change_in(revision) is not ModificationLevel.LTA_UPDATES

    def change_in(self, revision: int) -> ModificationLevel:
        """Give how far one revision changed the one before it."""
        try:
            found = POLICY.apply(
                self.reader.get_historical_resolver(revision - 1),
                self.reader.get_historical_resolver(revision),
            )
        except SuspiciousModification:
            return ModificationLevel.OTHER
        return max(found.modification_level, ModificationLevel.LTA_UPDATES)


def _all_judged(chain: _Chain) -> tuple[SignatureVerdict, ...]:
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


def _judged(chain: _Chain, one: EmbeddedPdfSignature, proven: datetime | None) -> SignatureVerdict:
    try:
        return _judge_one(chain, one, proven)
    except Exception:  # noqa: BLE001 - a forged structure may break the parser in any way
        return _unparsable(str(one.fq_name))


def _judge_one(
    chain: _Chain, one: EmbeddedPdfSignature, proven: datetime | None
) -> SignatureVerdict:
    one.compute_integrity_info(diff_policy=POLICY)
    standing = at_once(judge_cms(one, chain.trust, chain.at, skew=_SKEW, proven=proven))
    doubts = [*_structure(chain, one), *_changes(chain, one), *standing.doubts]
    reasons = tuple(dict.fromkeys(reason for _, reason in doubts))
    return SignatureVerdict(
        field=str(one.fq_name),
        signer=standing.signer,
        issuer=standing.issuer,
        serial=standing.serial,
        time=standing.time.astimezone(UTC) if standing.time else None,
        time_source=standing.time_source,
        covers=_coverage(chain, one),
        later_changes=tuple(dict.fromkeys(_later(chain, one))),
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
        attributed=tuple(dict.fromkeys(_attributed(chain, one))),
        kind="timestamp" if one.sig_object_type == "/DocTimeStamp" else "signature",
    )


def role_of(one: EmbeddedPdfSignature) -> str:
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


def _attributed(chain: _Chain, one: EmbeddedPdfSignature) -> Iterator[tuple[str, str]]:
    """Give every later change with who signed the revision that made it, "" where nobody did."""
    for revision in range(one.signed_revision + 1, chain.last_revision + 1):
        signers = [called(each.signer_cert.subject) for each in chain.signatures_in(revision)]
        who = ", ".join(signers)
        level = chain.change_in(revision)
        if level is ModificationLevel.OTHER:
            yield "other", who
        elif level is ModificationLevel.FORM_FILLING and _filled_in(chain, revision):
            yield "form-filling", who
        for each in chain.signatures_in(revision):
            stamps = each.sig_object_type == "/DocTimeStamp"
            yield "timestamp" if stamps else "signature", called(each.signer_cert.subject)
        if not signers and level is ModificationLevel.LTA_UPDATES:
            yield "validation-data", ""


def _filled_in(chain: _Chain, revision: int) -> bool:
    before = _fields(chain.reader.get_historical_resolver(revision - 1))
    after = _fields(chain.reader.get_historical_resolver(revision))
    return any(
        str(field.get("/V")) != str(before[name].get("/V") if name in before else None)
        for name, field in after.items()
        if field.get("/FT") != "/Sig"
    )


def _coverage(chain: _Chain, one: EmbeddedPdfSignature) -> str:
    if _covers_file(chain.pdf, one):
        return "whole-file"
    return "revision" if one.coverage is SignatureCoverageLevel.ENTIRE_REVISION else "unclear"


def _structure(chain: _Chain, one: EmbeddedPdfSignature) -> Iterator[tuple[Verdict, str]]:
    """Give what is wrong with how a signature sits in its file.

    Source  ISO 32000-2, 12.8.1: ByteRange covers everything but the value of Contents.
    """
    if not _gap_is_contents(chain.pdf, one):
        yield Verdict.INVALID, "byte-range"
    last = one.signed_revision == chain.last_revision
    whole = _covers_file(chain.pdf, one)
    if whole is not last or one.coverage not in _COVERED:
        yield Verdict.INVALID, "coverage"


def _covers_file(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    """Tell whether nothing but white space follows what is signed."""
    if one.coverage is SignatureCoverageLevel.ENTIRE_REVISION:
        return not pdf[int(one.byte_range[2]) + int(one.byte_range[3]) :].strip()
    return one.coverage is SignatureCoverageLevel.ENTIRE_FILE


def _gap_is_contents(pdf: bytes, one: EmbeddedPdfSignature) -> bool:
    if len(one.byte_range) != 4 or not all(type(n) is generic.NumberObject for n in one.byte_range):  # noqa: PLR2004 - the standard's four numbers
        return False
    start, length, again, rest = (int(n) for n in one.byte_range)
    gap = pdf[length:again]
    if start != 0 or length <= 0 or again <= length or again + rest > len(pdf):
        return False
    if not re.fullmatch(rb"<[0-9A-Fa-f]+>", gap):
        return False
    return bytes.fromhex(gap[1:-1].decode("ascii")) == one.pkcs7_content and _only_padding(one)


def _only_padding(one: EmbeddedPdfSignature) -> bool:
    """Tell whether nothing but zeros follows the CMS object, where anything could be hidden."""
    content = bytes(one.pkcs7_content)
    length = length_of(content)
    return length <= len(content) and not any(content[length:])


def _changes(chain: _Chain, one: EmbeddedPdfSignature) -> Iterator[tuple[Verdict, str]]:
    """Give what later revisions did that this signature's signer did not allow."""
    if one.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    if any(_locked_and_changed(chain, one)):
        yield Verdict.INVALID, "locked-field-changed"
    found = one.diff_result
    if isinstance(found, DiffResult):
        if one.docmdp_level is not None and found.modification_level.value > one.docmdp_level.value:
            yield Verdict.INVALID, "forbidden-changes"
        elif any(_refilled(chain, one, name) for name in sorted(found.changed_form_fields)):
            yield Verdict.INDETERMINATE, "field-changed"
        return
    if one.docmdp_level is not None:
        yield Verdict.INVALID, "forbidden-changes"
    elif chain.signatures_in(chain.last_revision):
        # Somebody with a name signed what was changed: whose page it is, a person must decide.
        yield Verdict.INDETERMINATE, "changed-after-signing"
    else:
        yield Verdict.INVALID, "changed-after-signing"


def _locked_and_changed(chain: _Chain, one: EmbeddedPdfSignature) -> Iterator[bool]:
    lock = one.fieldmdp
    if lock is None:
        return
    then = _fields(chain.reader.get_historical_resolver(one.signed_revision))
    now = _fields(chain.reader)
    for name, field in then.items():
        if lock.is_locked(name) and field.get("/FT") != "/Sig":
            later = now.get(name)
            yield later is None or _seen(field) != _seen(later)
            yield later is not None and _redrawn(chain, one, later)


def _seen(field: generic.DictionaryObject) -> tuple[object, object]:
    value = field.get("/V")
    look = field.get("/AP")
    drawn = look.raw_get("/N") if isinstance(look, generic.DictionaryObject) else None
    number = drawn.idnum if isinstance(drawn, generic.IndirectObject) else None
    return (None if value is None else str(value)), number


def _redrawn(chain: _Chain, one: EmbeddedPdfSignature, field: generic.DictionaryObject) -> bool:
    look = field.get("/AP")
    drawn = look.raw_get("/N") if isinstance(look, generic.DictionaryObject) else None
    if not isinstance(drawn, generic.IndirectObject):
        return False
    return bool(chain.reader.xrefs.get_last_change(drawn.reference) > one.signed_revision)


def _refilled(chain: _Chain, one: EmbeddedPdfSignature, name: str) -> bool:
    """Tell whether a field that already said something was made to say something else."""
    field = _fields(chain.reader.get_historical_resolver(one.signed_revision)).get(name)
    if field is None:
        return name not in _signature_names(chain.reader)
    return field.get("/FT") != "/Sig" and str(field.get("/V") or "") != ""


def _fields(pdf: PdfFileReader | HistoricalResolver) -> dict[str, generic.DictionaryObject]:
    try:
        top = pdf.root["/AcroForm"]["/Fields"]
    except KeyError:
        return {}
    return dict(_below(top, prefix="", depth=0))


def _below(
    fields: generic.ArrayObject, *, prefix: str, depth: int
) -> Iterator[tuple[str, generic.DictionaryObject]]:
    if depth > 16:  # noqa: PLR2004 - deeper than any form, shallower than the stack
        raise ValueError("a form nested without end")
    for at in range(len(fields)):
        field = fields[at]
        if not isinstance(field, generic.DictionaryObject) or "/T" not in field:
            continue
        name = f"{prefix}{field['/T']}"
        yield name, field
        if "/Kids" in field:
            yield from _below(field["/Kids"], prefix=f"{name}.", depth=depth + 1)


def _signature_names(reader: PdfFileReader) -> set[str]:
    return {name for name, field in _fields(reader).items() if field.get("/FT") == "/Sig"}


def _later(chain: _Chain, one: EmbeddedPdfSignature) -> Iterator[str]:
    """Give in words what came after a signature, in order."""
    if isinstance(one.diff_result, SuspiciousModification):
        yield "other"
    elif one.diff_result and one.diff_result.changed_form_fields - _signature_names(chain.reader):
        yield "form-filling"
    for revision in range(one.signed_revision + 1, chain.last_revision + 1):
        signers = chain.signatures_in(revision)
        for signer in signers:
            yield "timestamp" if signer.sig_object_type == "/DocTimeStamp" else "signature"
        if not signers and chain.change_in(revision) is ModificationLevel.LTA_UPDATES:
            yield "validation-data"
