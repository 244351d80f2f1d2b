"""Lines above a picture: in what capacity somebody signed whose name is not on the page."""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from signing.fonts import Face
from signing.pictures import Picture, draw, form

SIZE = 9.0  # points: smaller than the page's own print, and legible
LEADING = 1.2  # of a line's size
ROOM = 0.5  # of the height, at most


def captioned(  # noqa: PLR0913 - what is drawn, with which letters, how large
    picture: Picture,
    lines: tuple[str, ...],
    face: Face,
    font: generic.IndirectObject,
    writer: BasePdfFileWriter,
    *,
    width: float,
    height: float,
) -> generic.IndirectObject:
    """Put a picture and the lines above it into a PDF and give a form that shows both.

    Takes   width, height: of the form, in points.
    """
    told = ["".join(letter for letter in line if letter in face.glyphs) for line in lines]
    widest = max(face.width(line) for line in told)
    size = min(SIZE, width / widest, height * ROOM / (len(told) * LEADING))
    below = height - size * LEADING * len(told)
    drawn = draw(picture, writer, width=width, height=below)
    resources = generic.DictionaryObject(
        {
            pdf_name("/XObject"): generic.DictionaryObject({pdf_name("/Signature"): drawn}),
            pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): font}),
        }
    )
    content = "q /Signature Do Q " + " ".join(
        _line(face, line, size, width, height - size * LEADING * (n + 1))
        for n, line in enumerate(told)
    )
    return form(writer, content, resources, width=width, height=height)


def _line(face: Face, line: str, size: float, width: float, foot: float) -> str:
    x = (width - face.width(line) * size) / 2
    y = foot - face.descent / 1000 * size
    return f"q BT /F {size:.2f} Tf 0 g {x:.2f} {y:.2f} Td <{face.codes(line)}> Tj ET Q"
