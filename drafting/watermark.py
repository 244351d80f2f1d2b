"""Words across the picture of a page, in its very pixels: who looked, when, at what class."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from records.errors import Unavailable

_FONTS = Path("/usr/share/fonts")
_FACES = ("LiberationSans-Bold.ttf", "DejaVuSans-Bold.ttf")  # both have every Vietnamese letter
_INK = 96  # grey of the words
_STRENGTH = 0.3  # how much of it is seen: print stays black on it, and it stays seen on print
_ANGLE = 30  # degrees
_LETTERS = 46  # of these sizes fit across a page
_SMALLEST = 7  # pixels


def marked(picture: Image.Image, words: str) -> Image.Image:
    """Give the picture with ``words`` across all of it, over and over.

    Raises  Unavailable: no font with Vietnamese letters is installed.
    """
    size = max(_SMALLEST, picture.width // _LETTERS)
    around = int((picture.width**2 + picture.height**2) ** 0.5) + size
    mask = Image.new("L", (around, around))
    drawn, font = ImageDraw.Draw(mask), ImageFont.truetype(face(), size)
    line = f"{words}   ·   "
    step = max(1, int(drawn.textlength(line, font=font)))
    for n, y in enumerate(range(0, around, size * 5)):
        for x in range(-(n % 2) * step // 2, around, step):
            drawn.text((x, y), line, fill=int(255 * _STRENGTH), font=font)
    turned = mask.rotate(_ANGLE, resample=Image.Resampling.BICUBIC)
    left, top = (around - picture.width) // 2, (around - picture.height) // 2
    over = turned.crop((left, top, left + picture.width, top + picture.height))
    return Image.composite(Image.new("RGB", picture.size, (_INK,) * 3), picture, over)


@lru_cache(1)
def face() -> str:
    """Give where a font with every Vietnamese letter lies. Raises Unavailable: nowhere."""
    for name in _FACES:
        found = next(_FONTS.rglob(name), None)
        if found:
            return str(found)
    raise Unavailable("font.missing", style="bold")
