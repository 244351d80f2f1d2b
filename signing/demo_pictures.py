"""Pictures for the demonstration office: handwritten-like signatures and a round seal, drawn."""

import hashlib
import io
import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BLUE = (16, 44, 168)
RED = (200, 16, 24)
SEAL_MILLIMETRES = 36
_SEAL_PIXELS = 512
_FINER = 3  # drawn this much larger, then reduced, so that edges are smooth


def draw_signature(person: str) -> bytes:
    """Give a PNG, blue on nothing, that looks handwritten; the same for the same ``person``."""
    width, height = 840 * _FINER, 360 * _FINER
    ink = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(ink)
    whim = random.Random(hashlib.sha256(person.encode()).digest())  # noqa: S311 - a drawing, no secret
    _write_loops(pen, whim, width, height)
    _write_flourish(pen, whim, width, height)
    return _coloured(ink, BLUE, dots_per_inch=300)


def _write_loops(pen: ImageDraw.ImageDraw, whim: random.Random, width: int, height: int) -> None:
    loops = whim.uniform(4.5, 7.5)
    swing, lean = whim.uniform(0.045, 0.075), whim.uniform(0.15, 0.45)
    phase = whim.uniform(0, math.tau)
    for step in range(4000):
        t = step / 4000
        rise = math.sin(math.tau * loops * t) * (0.34 - 0.2 * t)
        rise += 0.06 * math.sin(math.tau * loops * 2.3 * t + phase)
        x = 0.1 + 0.74 * t + swing * math.cos(math.tau * loops * t) + lean * rise * 0.25
        y = 0.46 - rise * 0.82
        thick = (0.006 + 0.007 * (0.5 + 0.5 * math.sin(math.tau * loops * t + 1.1))) * height
        _touch(pen, x * width, y * height, thick)


def _write_flourish(pen: ImageDraw.ImageDraw, whim: random.Random, width: int, height: int) -> None:
    bend, tilt = whim.uniform(0.03, 0.08), whim.uniform(-0.1, -0.03)
    for step in range(2500):
        t = step / 2500
        x = 0.14 + 0.74 * t
        y = 0.8 + tilt * t + bend * math.sin(math.tau * t * 0.9)
        _touch(pen, x * width, y * height, (0.004 + 0.009 * math.sin(math.pi * t)) * height)


def _touch(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def draw_seal(office: str, *, font: Path) -> bytes:
    """Give a PNG, red on nothing, of a seal of 36 mm that says it is a sample.

    Takes   office: the name that goes round the rim; font: a bold face with Vietnamese letters.
    """
    side = _SEAL_PIXELS * _FINER
    ink = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(ink)
    _ring(pen, side, outer=0.498, thick=0.014)
    _ring(pen, side, outer=0.472, thick=0.005)
    _ring(pen, side, outer=0.318, thick=0.007)
    _rim(ink, office.upper(), font, radius=0.395 * side)
    _star(pen, side / 2, side * 0.46, 0.17 * side)
    below = ImageFont.truetype(str(font), int(side * 0.075))
    pen.text((side / 2, side * 0.705), "MẪU", font=below, fill=255, anchor="mm")
    dots_per_inch = round(_SEAL_PIXELS / (SEAL_MILLIMETRES / 25.4))
    return _coloured(ink, RED, dots_per_inch=dots_per_inch)


def _ring(pen: ImageDraw.ImageDraw, side: int, *, outer: float, thick: float) -> None:
    near, far = side * (0.5 - outer), side * (0.5 + outer)
    pen.ellipse((near, near, far, far), outline=255, width=int(side * thick))


def _rim(ink: Image.Image, words: str, font: Path, *, radius: float) -> None:
    """Set ``words`` along the rim, leaving the bottom free for a star."""
    side = ink.width
    face, advance = _fitting(words, font, room=radius * math.radians(300), largest=side * 0.085)
    angle = -sum(advance) / radius / 2
    for letter, step in zip(words, advance, strict=True):
        angle += step / radius / 2
        _set_letter(ink, letter, face, radius, angle)
        angle += step / radius / 2
    _star(ImageDraw.Draw(ink), side / 2, side / 2 + radius, side * 0.03)


def _fitting(
    words: str, font: Path, *, room: float, largest: float
) -> tuple[ImageFont.FreeTypeFont, list[float]]:
    size = largest
    while True:
        face = ImageFont.truetype(str(font), int(size))
        advance = [face.getlength(letter) + size * 0.1 for letter in words]
        if sum(advance) <= room or size < 12:  # noqa: PLR2004 - smaller than this nobody reads
            return face, advance
        size *= 0.94


def _set_letter(
    ink: Image.Image, letter: str, face: ImageFont.FreeTypeFont, radius: float, angle: float
) -> None:
    cell = int(face.size * 2.4)
    one = Image.new("L", (cell, cell), 0)
    ImageDraw.Draw(one).text(
        (cell / 2, cell / 2 + face.size * 0.34), letter, font=face, fill=255, anchor="ms"
    )
    turned = one.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
    x = ink.width / 2 + radius * math.sin(angle) - cell / 2
    y = ink.height / 2 - radius * math.cos(angle) - cell / 2
    ink.paste(255, (round(x), round(y)), turned)


def _star(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.pi * corner / 5
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    pen.polygon(points, fill=255)


def _coloured(ink: Image.Image, colour: tuple[int, int, int], *, dots_per_inch: int) -> bytes:
    small = ink.resize((ink.width // _FINER, ink.height // _FINER), Image.Resampling.LANCZOS)
    picture = Image.new("RGB", small.size, colour)
    # Sixteen shades of edge look the same as 256 and make a file of a quarter.
    picture.putalpha(small.point([shade // 17 * 17 for shade in range(256)]))
    png = io.BytesIO()
    picture.save(png, "PNG", dpi=(dots_per_inch, dots_per_inch), optimize=True)
    return png.getvalue()
