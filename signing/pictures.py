"""Pictures in a PDF: a PNG encoded once, then put into as many files as are signed."""

import io
import zlib
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from records.errors import Broken
from signing.fonts import deflated


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a PDF takes it: colours and transparency apart, both deflated."""

    width: int  # pixels
    height: int  # pixels
    colours: bytes  # RGB, 8 bits each, deflated
    cover: bytes  # 255 where the picture hides the page, 0 where it is not; deflated


def encode(png: bytes) -> Picture:
    """Encode a PNG with transparency.

    Raises  Broken: a picture of the office's own that cannot be read.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            picture = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Broken("sign.picture-unreadable") from error
    return Picture(
        width=picture.width,
        height=picture.height,
        colours=zlib.compress(picture.convert("RGB").tobytes(), 9),
        cover=zlib.compress(picture.getchannel("A").tobytes(), 9),
    )


def draw(
    picture: Picture, writer: BasePdfFileWriter, *, width: float, height: float
) -> generic.IndirectObject:
    """Put a picture into a PDF and give a form that shows it whole, centred, undistorted.

    Takes   width, height: of the form, in points.
    """
    scale = min(width / picture.width, height / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    left, low = (width - wide) / 2, (height - high) / 2
    content = f"q {wide:.3f} 0 0 {high:.3f} {left:.3f} {low:.3f} cm /Picture Do Q"
    resources = generic.DictionaryObject(
        {
            pdf_name("/XObject"): generic.DictionaryObject(
                {pdf_name("/Picture"): _image(picture, writer)}
            )
        }
    )
    return form(writer, content, resources, width=width, height=height)


def form(
    writer: BasePdfFileWriter,
    content: str,
    resources: generic.DictionaryObject,
    *,
    width: float,
    height: float,
) -> generic.IndirectObject:
    """Put a form XObject into a PDF and give its reference.

    Takes   content: its drawing operators; width, height: of its box, in points.
    """
    box = [generic.FloatObject(f"{side:.3f}") for side in (0, 0, width, height)]
    return writer.add_object(
        generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject(box),
                pdf_name("/Resources"): resources,
            },
            stream_data=content.encode("ascii"),
        )
    )


def _image(picture: Picture, writer: BasePdfFileWriter) -> generic.IndirectObject:
    cover = writer.add_object(_pixels(picture, picture.cover, "/DeviceGray"))
    image = _pixels(picture, picture.colours, "/DeviceRGB")
    image[pdf_name("/SMask")] = cover
    return writer.add_object(image)


def _pixels(picture: Picture, content: bytes, space: str) -> generic.StreamObject:
    return deflated(
        content,
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Image"),
            pdf_name("/Width"): generic.NumberObject(picture.width),
            pdf_name("/Height"): generic.NumberObject(picture.height),
            pdf_name("/ColorSpace"): pdf_name(space),
            pdf_name("/BitsPerComponent"): generic.NumberObject(8),
        },
    )
