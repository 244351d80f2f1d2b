"""A PDF that came back from a signer's own service: what exactly it adds to the one handed out."""

import io
from collections.abc import Iterator

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from records.errors import Refused
from records.paper import Box
from records.signing import Returned
from signing.chain import FIELD_RULES, POLICY
from signing.verdict import quieten

# The first signature of a file tells readers that it may only be added to from now on.
_ADDING = StandardDiffPolicy(
    global_rules=POLICY.global_rules,
    form_rule=FormUpdatingRule(
        field_rules=FIELD_RULES,
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
    ),
)
_DEEP = 6  # forms within forms, deeper than any appearance
_FEW = 400  # objects of one appearance


def returned_of(handed: bytes, returned: bytes) -> Returned:
    """Give what the signer's service added: one signature, and what it filled in.

    Takes   handed, returned: whole files; the second was made by somebody's computer.
    Raises  Refused: service.other-file, it does not begin with the file that was handed out;
            service.damaged, it cannot be read, or not in one way only; service.not-signed, it has
            no new signature, or more than one; service.changed, more than a signature and text
            fields changed; service.certified, nobody could sign after it.
    Source  ISO 32000-2, 7.5.6 (incremental updates) and 12.8.2 (what a signature allows).
    """
    if not returned.startswith(handed) or len(returned) == len(handed):
        raise Refused("service.other-file")
    quieten()
    try:
        before = PdfFileReader(io.BytesIO(handed), strict=True)
        after = PdfFileReader(io.BytesIO(returned), strict=True)
        return _compared(before, after)
    except Refused:
        raise
    except Exception as error:
        raise Refused("service.damaged") from error


def _compared(before: PdfFileReader, after: PdfFileReader) -> Returned:
    if after.encrypted or after.xrefs.hybrid_xrefs_present:
        raise Refused("service.damaged")
    known = {str(name) for name, _, _ in enumerate_sig_fields(before, filled_status=True)}
    new = [one for name, one in _signatures(after) if name not in known]
    signed = [one for one in new if one.sig_object_type != "/DocTimeStamp"]
    revision = int(before.xrefs.total_revisions)
    if len(signed) != 1 or signed[0].signed_revision != revision:
        raise Refused("service.not-signed")
    (one,) = signed
    one.compute_integrity_info(diff_policy=POLICY)
    if one.docmdp_level is not None or "/Perms" in after.root:
        raise Refused("service.certified")
    _require_additions(after, revision)
    texts = dict(_filled(before, after))
    return Returned(
        field=str(one.fq_name),
        certificate=bytes(one.signer_cert.dump()),
        box=_box(after, one.sig_field),
        filled=texts,
        locked=frozenset(name for name in texts if one.fieldmdp and one.fieldmdp.is_locked(name)),
        pictured=_pictured(one.sig_field.get("/AP")),
    )


def _signatures(reader: PdfFileReader) -> Iterator[tuple[str, EmbeddedPdfSignature]]:
    for name, _, field in enumerate_sig_fields(reader, filled_status=True):
        yield str(name), EmbeddedPdfSignature(reader, field, name)


def _require_additions(after: PdfFileReader, revision: int) -> None:
    """Raise Refused unless the new revisions only sign and fill, and then only prove."""
    for n in range(revision, int(after.xrefs.total_revisions)):
        try:
            found = _ADDING.apply(
                after.get_historical_resolver(n - 1), after.get_historical_resolver(n)
            )
        except SuspiciousModification as changed:
            raise Refused("service.changed") from changed
        if isinstance(found, SuspiciousModification):
            raise Refused("service.changed")
        most = ModificationLevel.FORM_FILLING if n == revision else ModificationLevel.LTA_UPDATES
        if found.modification_level.value > most.value:
            raise Refused("service.changed")


def _filled(before: PdfFileReader, after: PdfFileReader) -> Iterator[tuple[str, str]]:
    """Give the text fields that say or show something else than before."""
    then = dict(_texts(before))
    for name, field in _texts(after):
        was = then.get(name)
        said = str(field.get("/V", ""))
        if was is None or said != str(was.get("/V", "")) or _look(field) != _look(was):
            yield name, said


def _texts(reader: PdfFileReader) -> Iterator[tuple[str, generic.DictionaryObject]]:
    try:
        fields = reader.root["/AcroForm"]["/Fields"]
    except KeyError:
        return
    for at in range(len(fields)):
        if fields[at].get("/FT") != "/Sig":
            yield str(fields[at].get("/T")), fields[at]


def _look(field: generic.DictionaryObject) -> bytes:
    drawn = field["/AP"]["/N"] if "/AP" in field else None
    return bytes(drawn.data) if isinstance(drawn, generic.StreamObject) else b""


def _box(reader: PdfFileReader, field: generic.DictionaryObject) -> Box | None:
    """Give where a field is seen. Raises LookupError: it lies on no page."""
    x0, y0, x1, y1 = (float(side) for side in field["/Rect"])
    if abs(x1 - x0) < 1 or abs(y1 - y0) < 1:
        return None
    own = field.raw_get("/P").reference
    for n in range(int(reader.root["/Pages"]["/Count"])):
        if reader.find_page_for_modification(n)[0].reference == own:
            return Box(n, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    raise LookupError("a field on no page")


def _pictured(look: generic.DictionaryObject | None) -> bool:
    """Tell whether an appearance draws a picture, however deep in it."""
    waiting = [(look["/N"], 0)] if look is not None else []
    for done, (drawn, depth) in enumerate(waiting):
        if depth > _DEEP or done > _FEW:
            raise ValueError("an appearance without end")
        if drawn.get("/Subtype") == "/Image":
            return True
        inner = drawn.get("/Resources", {}).get("/XObject", {})
        waiting += [(inner[name], depth + 1) for name in list(inner)]
    return False
