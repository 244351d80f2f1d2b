"""What later revisions did to a signed file: who made each, and whether its signers allowed it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

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
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from records.signature import Verdict
from signing.certificates import called
from signing.embedded import Embedded, Foreign
from signing.trust import Trust

_TAIL = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TAIL_LENGTH = 128  # bytes; what a tail needs, and a little room for white space

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


@dataclass(frozen=True, slots=True)
class Chain:
    """A file with all its signatures, first to last, and what they are judged by."""

    reader: PdfFileReader
    pdf: bytes
    signed: tuple[Embedded, ...]
    foreign: tuple[Foreign, ...]  # signatures nobody here can judge
    trust: Trust  # with the validation data the file itself carries
    at: datetime  # the moment of judging, or of the timestamp that proves what is judged
    levels: tuple[ModificationLevel, ...]  # how far each revision changed the one before it

    @property
    def last_revision(self) -> int:
        """Give the number of the newest revision, 0 is the first."""
        return int(self.reader.xrefs.total_revisions) - 1

    def signatures_in(self, revision: int) -> list[Embedded]:
        """Give the signatures that can be judged and were made in a revision."""
        return [one for one in self.signed if one.signed_revision == revision]

    def signers_of(self, revision: int) -> list[str]:
        """Give the names of whoever signed a revision, "" for one that cannot be read."""
        names = [name_of(one) for one in self.signatures_in(revision)]
        return names + ["" for one in self.foreign if one.signed_revision == revision]

    def faults(self) -> Iterator[tuple[Verdict, str]]:
        """Give what is wrong with the file as a whole.

        Source  ISA attacks of Mladenov et al. (CCS 2019): the file must end as its last
                signature says, since readers rebuild what they find after it.
        """
        tail = _TAIL.search(self.pdf[-_TAIL_LENGTH:])
        if tail is None or int(tail[1]) != self.reader.last_startxref:
            yield Verdict.INVALID, "tail"
        if any(self.unsigned_filling()):
            yield Verdict.INDETERMINATE, "unsigned-changes"
        elif not self.signers_of(self.last_revision):
            yield Verdict.INDETERMINATE, "unsigned-validation-data"

    def unsigned_filling(self) -> Iterator[bool]:
        """Give, for each unsigned revision after a signature, whether it did more than prove."""
        for revision in range(first_of(self.signed, self.foreign) + 1, self.last_revision + 1):
            if not self.signers_of(revision):
                yield self.change_in(revision) is not ModificationLevel.LTA_UPDATES

    def change_in(self, revision: int) -> ModificationLevel:
        """Give how far one revision changed the one before it."""
        return self.levels[revision]

    def answered(self, revision: int) -> bool:
        """Tell whether somebody with a name signed what a revision did, then or later."""
        signed = [one for one in self.signed if one.sig_object_type != "/DocTimeStamp"]
        signers: tuple[Embedded | Foreign, ...] = (*signed, *self.foreign)
        return any(one.signed_revision >= revision for one in signers)


def first_of(signed: tuple[Embedded, ...], foreign: tuple[Foreign, ...]) -> int:
    """Give the revision of the first signature; what was done before it, its signer has seen."""
    every: tuple[Embedded | Foreign, ...] = (*signed, *foreign)
    return min((one.signed_revision for one in every), default=0)


def levels_of(reader: PdfFileReader, first: int) -> tuple[ModificationLevel, ...]:
    """Give how far each revision after the ``first`` signature changed the one before it."""
    later = range(first + 1, int(reader.xrefs.total_revisions))
    untold = [ModificationLevel.NONE] * (first + 1)
    return (*untold, *(_level(reader, revision) for revision in later))


def _level(reader: PdfFileReader, revision: int) -> ModificationLevel:
    try:
        found = POLICY.apply(
            reader.get_historical_resolver(revision - 1),
            reader.get_historical_resolver(revision),
        )
    except Exception:  # noqa: BLE001 - what cannot be followed is more than was allowed
        return ModificationLevel.OTHER
    return max(found.modification_level, ModificationLevel.LTA_UPDATES)


def look_for_changes(one: Embedded) -> None:
    """Let the vendor say what came after a signature; what it cannot follow is suspicious."""
    EmbeddedPdfSignature.compute_integrity_info(one, skip_diff=True)
    try:
        one.diff_result = one.evaluate_modifications(POLICY)
    except Exception:  # noqa: BLE001 - as above
        one.diff_result = SuspiciousModification("cannot be followed")


def attributed(chain: Chain, one: Embedded) -> Iterator[tuple[str, str]]:
    """Give every later change with who signed the revision that made it, "" where nobody did."""
    for revision in range(one.signed_revision + 1, chain.last_revision + 1):
        signers = chain.signers_of(revision)
        who = ", ".join(filter(None, signers))
        level = chain.change_in(revision)
        if level is ModificationLevel.OTHER:
            yield "other", who
        elif level is ModificationLevel.FORM_FILLING and _filled_in(chain, revision):
            yield "form-filling", who
        for each in chain.signatures_in(revision):
            stamps = each.sig_object_type == "/DocTimeStamp"
            yield "timestamp" if stamps else "signature", name_of(each)
        if not signers and level is ModificationLevel.LTA_UPDATES:
            yield "validation-data", ""


def name_of(one: Embedded) -> str:
    """Give what the signer is called in their certificate, "" where there is none."""
    return called(one.signer_cert.subject) if one.named else ""


def _filled_in(chain: Chain, revision: int) -> bool:
    before = _fields(chain.reader.get_historical_resolver(revision - 1))
    after = _fields(chain.reader.get_historical_resolver(revision))
    return any(
        str(field.get("/V")) != str(before[name].get("/V") if name in before else None)
        for name, field in after.items()
        if field.get("/FT") != "/Sig"
    )


def changes(chain: Chain, one: Embedded) -> Iterator[tuple[Verdict, str]]:
    """Give what later revisions did that this signature's signer did not allow."""
    if one.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return
    if any(_locked_and_changed(chain, one)):
        yield Verdict.INVALID, "locked-field-changed"
    found = one.diff_result
    if isinstance(found, SuspiciousModification):
        yield _beyond(chain, one)
        return
    if not isinstance(found, DiffResult):
        raise TypeError("changes were not looked at")
    if one.docmdp_level is not None and found.modification_level.value > one.docmdp_level.value:
        yield _beyond(chain, one)
    elif any(_refilled(chain, one, name) for name in sorted(found.changed_form_fields)):
        yield Verdict.INDETERMINATE, "field-changed"


def _beyond(chain: Chain, one: Embedded) -> tuple[Verdict, str]:
    """Give what it means that more was done than a signature allows.

    Somebody with a name who signed what was changed answers for it: whose page it is, a person
    must decide. So it is with every certified document that clerk and seal sign after its leader.
    """
    more = list(_changed_more(chain, one))
    if not all(chain.answered(revision) for revision in more):
        certified = one.docmdp_level is not None
        return Verdict.INVALID, "forbidden-changes" if certified else "changed-after-signing"
    filled = all(chain.change_in(n) is ModificationLevel.FORM_FILLING for n in more)
    return Verdict.INDETERMINATE, "signed-after-lock" if filled else "changed-after-signing"


def _changed_more(chain: Chain, one: Embedded) -> Iterator[int]:
    """Give the later revisions that did more than add what proves the signatures."""
    for revision in range(one.signed_revision + 1, chain.last_revision + 1):
        if chain.change_in(revision) is not ModificationLevel.LTA_UPDATES:
            yield revision


def _locked_and_changed(chain: Chain, one: Embedded) -> Iterator[bool]:
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


def _redrawn(chain: Chain, one: Embedded, field: generic.DictionaryObject) -> bool:
    look = field.get("/AP")
    drawn = look.raw_get("/N") if isinstance(look, generic.DictionaryObject) else None
    if not isinstance(drawn, generic.IndirectObject):
        return False
    return bool(chain.reader.xrefs.get_last_change(drawn.reference) > one.signed_revision)


def _refilled(chain: Chain, one: Embedded, name: str) -> bool:
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


def later(chain: Chain, one: Embedded) -> Iterator[str]:
    """Give in words what came after a signature, in order."""
    if isinstance(one.diff_result, SuspiciousModification):
        yield "other"
    elif one.diff_result and one.diff_result.changed_form_fields - _signature_names(chain.reader):
        yield "form-filling"
    for revision in range(one.signed_revision + 1, chain.last_revision + 1):
        for signer in chain.signatures_in(revision):
            yield "timestamp" if signer.sig_object_type == "/DocTimeStamp" else "signature"
        unsigned = not chain.signers_of(revision)
        if unsigned and chain.change_in(revision) is ModificationLevel.LTA_UPDATES:
            yield "validation-data"
