"""The fields of an issued document: made empty before any signature, filled with the seal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    SigFieldSpec,
    append_signature_field,
    enumerate_sig_fields,
)

from records.errors import Refused, Unreadable
from records.paper import Box, DateStyle, Placement
from signing.fonts import Face
from signing.pictures import form

NUMBER, DAY, MONTH, YEAR = "so", "ngay", "thang", "nam"
LEADER, AGENCY, COPY = "KyLanhDao", "KyCoQuan", "SaoY"
SIGNATURES = (LEADER, AGENCY, COPY)
INITIALLED = "KyNhay"
INITIALS = (34.0, 15.0)  # points: wide and high
_BESIDE = ("SaoLuc", "TrichSao", "PhuLuc", INITIALLED, "DauThoiGian")
SEAL_POINTS = 36 / 25.4 * 72  # the seal in its real size: 36 mm
_SIZE = 13.0  # points: number and date line of Decree 30/2020, Annex I
_LABELS = {
    NUMBER: "Số, ký hiệu văn bản",
    DAY: "Ngày ban hành",
    MONTH: "Tháng ban hành",
    YEAR: "Năm ban hành",
    LEADER: "Chữ ký của người có thẩm quyền",
    AGENCY: "Chữ ký số của cơ quan",
    COPY: "Chữ ký sao y",
}
_PRINT, _READ_ONLY = 4, 1
_TALL = 1.6  # a box this many lines high is a cell, not a line of print
# A box around printed letters begins at their font's depth: 0.216 em by its descent (Word), 0.303
# by its bounding box (LibreOffice writes no descent); between the two nobody sees the difference.
_DEPTH = 0.28
_CLOSE = 1.5  # points by which a field may lie beside its place and still be the same field


@dataclass(frozen=True, slots=True)
class Line:
    """What one text field shows."""

    text: str
    slanted: bool  # the date line is italic
    centred: bool
    covering: bool = False  # hides what is printed under it


def places(placement: Placement) -> dict[str, Box]:
    """Give the text fields a placement asks for, by name, in reading order."""
    boxes = {NUMBER: placement.number, DAY: placement.day}
    if placement.date_style is DateStyle.PARTS:
        boxes |= {MONTH: placement.month} if placement.month else {}
        boxes |= {YEAR: placement.year} if placement.year else {}
    return boxes


def exist(pdf: PdfHandler) -> bool:
    """Tell whether the fields of an issued document are there, whoever made them."""
    return {NUMBER, DAY, *SIGNATURES} <= set(named(pdf))


def named(pdf: PdfHandler) -> dict[str, generic.IndirectObject]:
    """Give the top fields of a PDF's form, by name."""
    found: dict[str, generic.IndirectObject] = {}
    for reference in references(pdf):
        name = reference.get_object().get("/T")
        if isinstance(name, str):
            found[str(name)] = reference
    return found


def references(pdf: PdfHandler) -> Iterator[generic.IndirectObject]:
    """Give where the top fields of a PDF's form are, last to first."""
    try:
        fields = pdf.root["/AcroForm"]["/Fields"]
    except KeyError:
        return
    for at in reversed(range(len(fields))):
        reference = fields.raw_get(at)
        if isinstance(reference, generic.IndirectObject):
            yield reference


def leader(turn: int, of: int) -> str:
    """Give the field of the ``turn``-th leader of so many; the last has the block."""
    return LEADER if turn == of else f"{LEADER}{turn}"


def of_last_leader(name: str) -> bool:
    """Tell whether a signature in this field may be that of the leader whose block is printed.

    A service on a leader's own computer names its fields as it likes.
    """
    return name == LEADER or not name.startswith((*SIGNATURES, *_BESIDE))


def initials_box(placement: Placement, n: int, right: float) -> Box:
    """Give where the n-th initials stand, from 1: side by side, then below.

    Takes   right: where the page ends, in points.
    """
    first = placement.initials or placement.signature
    wide, high = INITIALS
    a_row = max(int((right - 5 - first.x0) // (wide + 2)), 1)
    down, across = divmod(n - 1, a_row)
    x, y = first.x0 + across * (wide + 2), first.y0 - down * (high + 1)
    return Box(first.page, x, y, x + wide, y + high)


def free_initials(writer: IncrementalPdfFileWriter, placement: Placement) -> str:
    """Give a field for initials that nobody signed yet, made now where none is left.

    After the first signature only signature fields may still be added, and this is one.
    """
    taken = {str(name): value for name, value, _ in enumerate_sig_fields(writer)}
    n = next(n for n in range(1, len(taken) + 2) if taken.get(f"{INITIALLED}{n}") is None)
    name = f"{INITIALLED}{n}"
    if name not in taken:
        _initials_field(writer, placement, n)
    return name


def _initials_field(writer: IncrementalPdfFileWriter, placement: Placement, n: int) -> None:
    page = (placement.initials or placement.signature).page
    right = next((one.x1 for one in placement.pages if one.page == page), 595.0)
    _signature_field(writer, f"{INITIALLED}{n}", initials_box(placement, n, right))


def make(
    writer: IncrementalPdfFileWriter,
    placement: Placement,
    *,
    leaders: int = 1,
    initials: int = 0,
) -> None:
    """Add the empty fields a placement asks for; the seal's one locks those with text.

    Who signs before the last leader has no block printed for them, and so an invisible field.

    Raises  Unreadable: a field of such a name exists, or a box lies on no page.
    Source  ISO 32000-2, 12.7.5.5 (signature fields and locks), 12.8.2.4 (FieldMDP).
    """
    texts = places(placement)
    if set(named(writer)) & {*_LABELS}:
        raise Unreadable("pdf.not-signable", reason="fields-taken")
    fields = open_form(writer)
    pages = {box.page: _page(writer, box) for box in texts.values()}
    for name, box in texts.items():
        page = pages[box.page]
        field = writer.add_object(_text_field(writer, name, box, page))
        fields.append(field)
        writer.register_annotation(page, field)
    writer.update_container(fields)
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=list(texts))
    for turn in range(1, leaders):
        _signature_field(writer, leader(turn, leaders), None)
    for n in range(1, initials + 1):
        _initials_field(writer, placement, n)
    _signature_field(writer, LEADER, placement.signature)
    _signature_field(writer, AGENCY, real_size(placement.seal), lock=lock)
    _signature_field(writer, COPY, None)


def make_seal(writer: IncrementalPdfFileWriter, box: Box) -> None:
    """Add the agency's empty signature field alone. Raises Unreadable: one is there already."""
    if AGENCY in named(writer):
        raise Unreadable("pdf.not-signable", reason="fields-taken")
    open_form(writer)
    _signature_field(writer, AGENCY, real_size(box))


def check(writer: IncrementalPdfFileWriter, placement: Placement) -> None:
    """Make sure that fields which are already there are ours and lie where they should.

    Raises  Unreadable: somebody made fields of these names that differ from ours.
    """
    expected = places(placement) | {
        LEADER: placement.signature,
        AGENCY: real_size(placement.seal),
    }
    fields = named(writer)
    pages = {box.page: _page(writer, box).reference for box in expected.values()}
    for name, box in expected.items():
        try:
            ours = _same(fields[name].get_object(), box, pages[box.page])
        except (LookupError, TypeError, ValueError, AttributeError):
            ours = False
        if not ours:
            raise Unreadable("pdf.not-signable", reason="fields-differ")


def _same(field: generic.DictionaryObject, box: Box, page: generic.Reference) -> bool:
    known = {"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Ff", "/Rect", "/P", "/DA", "/AP"}
    kind = "/Sig" if field.get("/T") in SIGNATURES else "/Tx"
    if set(field) - known - {"/Lock"} or field.get("/FT") != kind:
        return False
    if page != field.raw_get("/P").reference:
        return False
    sides = (box.x0, box.y0, box.x1, box.y1)
    return all(abs(float(a) - b) <= _CLOSE for a, b in zip(field["/Rect"], sides, strict=True))


def real_size(box: Box) -> Box:
    """Give the square of 36 mm around a box's middle, so that the seal has its real size."""
    x, y, half = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, SEAL_POINTS / 2
    return Box(page=box.page, x0=x - half, y0=y - half, x1=x + half, y1=y + half)


def show(
    writer: IncrementalPdfFileWriter,
    reference: generic.IndirectObject,
    appearance: generic.IndirectObject,
) -> None:
    """Give a field a new appearance, beside and not in place of the one before."""
    field = reference.get_object()
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): appearance})
    writer.mark_update(reference)


def size_of(reference: generic.IndirectObject) -> tuple[float, float]:
    """Give how wide and high a field is, in points."""
    x0, y0, x1, y1 = (float(side) for side in reference.get_object()["/Rect"])
    return abs(x1 - x0), abs(y1 - y0)


def fill(
    writer: IncrementalPdfFileWriter,
    lines: Mapping[str, Line],
    faces: Mapping[bool, Face],
    fonts: Mapping[bool, generic.IndirectObject],
) -> None:
    """Write text into fields: as their value and, with our own letters, as what is seen.

    Takes   faces, fonts: by whether they slant; fonts are embedded in this file.
    """
    there = named(writer)
    for name, line in lines.items():
        there[name].get_object()[pdf_name("/V")] = generic.TextStringObject(line.text)
        width, height = size_of(there[name])
        face, font = faces[line.slanted], fonts[line.slanted]
        show(writer, there[name], written(writer, line, face, font, width=width, height=height))


def written(  # noqa: PLR0913 - what is written, with which letters, how large
    writer: IncrementalPdfFileWriter,
    line: Line,
    face: Face,
    font: generic.IndirectObject,
    *,
    width: float,
    height: float,
) -> generic.IndirectObject:
    """Put a line of text into a PDF and give a form that shows it."""
    drawn = _drawn(line, face, width, height)
    resources = generic.DictionaryObject(
        {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): font})}
    )
    return form(writer, drawn, resources, width=width, height=height)


def _drawn(line: Line, face: Face, width: float, height: float) -> str:
    unprintable = [letter for letter in line.text if letter not in face.glyphs]
    if unprintable:
        raise Refused("number.unprintable", sign=unprintable[0])
    room = (height / (face.top(line.text) + _DEPTH), width / max(face.width(line.text), 0.01))
    size = min(_SIZE, *room)
    x = (width - face.width(line.text) * size) / 2 if line.centred else 0.0
    sheet = f"1 1 1 rg 0 0 {width:.2f} {height:.2f} re f " if line.covering else ""
    return (
        f"/Tx BMC q {sheet}BT /F {size:.2f} Tf 0 g {x:.2f} {_baseline(face, size, height):.2f} Td "
        f"<{face.codes(line.text)}> Tj ET Q EMC"
    )


def _baseline(face: Face, size: float, height: float) -> float:
    """Give where the line stands above the box's lower side; centred in a box much higher."""
    line = (face.ascent - face.descent) / 1000 * size
    return (
        (height - line) / 2 - face.descent / 1000 * size if height > _TALL * line else _DEPTH * size
    )


def open_form(writer: IncrementalPdfFileWriter) -> generic.ArrayObject:
    """Give the fields of a PDF's form, which is made where there is none."""
    root = writer.root
    if "/AcroForm" not in root:
        root[pdf_name("/AcroForm")] = writer.add_object(generic.DictionaryObject())
        writer.update_root()
    acroform = root["/AcroForm"]
    if "/XFA" in acroform:
        raise Unreadable("pdf.not-signable", reason="xfa")
    acroform.pop("/NeedAppearances", None)
    fields = acroform.setdefault(pdf_name("/Fields"), generic.ArrayObject()).get_object()
    writer.update_container(acroform)
    if not isinstance(fields, generic.ArrayObject):
        raise Unreadable("pdf.not-signable", reason="damaged")
    return fields


def _text_field(
    writer: IncrementalPdfFileWriter, name: str, box: Box, page: generic.IndirectObject
) -> generic.DictionaryObject:
    width, height = box.x1 - box.x0, box.y1 - box.y0
    nothing = form(writer, "", generic.DictionaryObject(), width=width, height=height)
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): generic.pdf_string(name),
            pdf_name("/TU"): generic.TextStringObject(_LABELS[name]),
            pdf_name("/F"): generic.NumberObject(_PRINT),
            pdf_name("/Ff"): generic.NumberObject(_READ_ONLY),
            pdf_name("/DA"): generic.pdf_string(f"/F {_SIZE:g} Tf 0 g"),
            pdf_name("/Rect"): _rectangle(box),
            pdf_name("/P"): page,
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): nothing}),
        }
    )


def _signature_field(
    writer: IncrementalPdfFileWriter,
    name: str,
    box: Box | None,
    *,
    lock: FieldMDPSpec | None = None,
) -> None:
    if box is not None:
        _page(writer, box)
    append_signature_field(
        writer,
        SigFieldSpec(
            name,
            on_page=box.page if box else 0,
            box=(box.x0, box.y0, box.x1, box.y1) if box else None,  # type: ignore[arg-type]  # the vendor rounds parts of points itself
            field_mdp_spec=lock,
            readable_field_name=_LABELS.get(name, _LABELS[LEADER]),
        ),
    )


def _rectangle(box: Box) -> generic.ArrayObject:
    sides = (box.x0, box.y0, box.x1, box.y1)
    return generic.ArrayObject(generic.FloatObject(f"{side:.3f}") for side in sides)


def _page(writer: IncrementalPdfFileWriter, box: Box) -> generic.IndirectObject:
    if not 0 <= box.page < int(writer.root["/Pages"]["/Count"]):
        raise Unreadable("pdf.not-signable", reason="no-such-page")
    page = writer.find_page_for_modification(box.page)[0]
    if not isinstance(page, generic.IndirectObject):
        raise Unreadable("pdf.not-signable", reason="damaged")
    return page
