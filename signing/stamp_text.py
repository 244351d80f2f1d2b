"""The text-only mark of copies and annexes: at the top right of the first page, no picture."""

from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from records.errors import Refused
from signing.fields import named, show
from signing.fonts import Face, embed
from signing.pictures import form

SIZE = 10.0  # points: Decree 30/2020, Annex I, part II, 7 and 14
_LEADING = 12.0  # points from line to line
_RIGHT, _TOP = 42.5, 22.0  # points: 15 mm from the right edge, 8 mm from the upper
_WIDEST = 255.0  # points


def moment_text(at: datetime) -> str:
    """Give day and time as the decree's templates 2.2 and 3.2 write them, with the zone."""
    offset = at.strftime("%z")
    return f"{at:%d/%m/%Y}; {at:%H:%M:%S} {offset[:3]}:{offset[3:5]}"


def annex_text(number: str, at: datetime) -> str:
    """Give what an annex in a file of its own bears: the document's number and symbol."""
    return f"Số: {number}; {moment_text(at)}"


def copy_text(kind: str, organ: str, at: datetime) -> str:
    """Give what an electronic copy bears: its form and the copying agency."""
    return f"{kind}; {organ}; {moment_text(at)}"


def put_mark(
    writer: IncrementalPdfFileWriter, name: str, text: str, face: Face, *, label: str
) -> str:
    """Add a signature field with this text at the top right of page 1 and give its name.

    Source  Decree 30/2020, Annex I, part II, 7 and 14 (no picture, upright black, size 10).
    """
    lines = _lines(text, face)
    width = max(face.width(line) for line in lines) * SIZE + 2
    height = len(lines) * _LEADING + 2
    right, top = _corner(writer)
    upper = _below_others(writer, right - _RIGHT - _WIDEST, top - _TOP)
    box = (right - _RIGHT - width, upper - height, right - _RIGHT, upper)
    append_signature_field(
        writer,
        SigFieldSpec(name, on_page=0, box=box, readable_field_name=label),  # type: ignore[arg-type]  # the vendor rounds parts of points itself
    )
    font = embed(face, writer)
    drawn = "".join(
        f"1 0 0 1 0 {height - (n + 1) * _LEADING + 3:.2f} Tm <{face.codes(line)}> Tj "
        for n, line in enumerate(lines)
    )
    fonts = generic.DictionaryObject(
        {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): font})}
    )
    look = form(writer, f"q BT /F {SIZE:g} Tf 0 g {drawn}ET Q", fonts, width=width, height=height)
    show(writer, named(writer)[name], look)
    return name


def _lines(text: str, face: Face) -> list[str]:
    unprintable = [letter for letter in text if letter not in face.glyphs]
    if unprintable:
        raise Refused("number.unprintable", sign=unprintable[0])
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if face.width(longer) * SIZE <= _WIDEST or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _below_others(writer: IncrementalPdfFileWriter, left: float, upper: float) -> float:
    """Give where the mark's upper side goes: under the marks that stand in that corner already."""
    for reference in sorted(named(writer).values(), key=lambda one: one.idnum):
        sides = reference.get_object().get("/Rect")
        if sides is None:
            continue
        x0, y0, x1, y1 = (float(side) for side in sides)
        if x1 > x0 and x1 > left and y0 < upper <= y1 + _LEADING:
            upper = y0 - 2
    return upper


def _corner(writer: IncrementalPdfFileWriter) -> tuple[float, float]:
    page = writer.find_page_for_modification(0)[0].get_object()
    box = None
    while box is None:
        box = page.get("/CropBox") or page.get("/MediaBox")
        page = page.get("/Parent")
    x0, y0, x1, y1 = (float(side) for side in box)
    return max(x0, x1), max(y0, y1)
