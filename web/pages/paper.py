"""Where number, date, signature and seal will stand, as boxes to draw over a page's picture."""

from collections.abc import Iterator
from dataclasses import dataclass

from records.document import Document, Origin
from records.paper import Box, Placement

A4 = (595.276, 841.89)
"""Width and height of the paper of the office, in points (Decree 30/2020, Annex I)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on a page: points from the upper left, as pictures are drawn."""

    part: str  # number, date, signature or seal
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with what will stand on it."""

    n: int  # 1 is the first
    width: float  # points
    height: float
    marks: tuple[Mark, ...]


def sheets_of(document: Document, places: Placement, pages: int) -> tuple[Sheet, ...]:
    """Give the first and the last page and every page between that something is put on."""
    boxes = list(_missing(document, places))
    wanted = sorted({0, pages - 1, *(box.page for _, box in boxes)})
    width, height = A4
    return tuple(
        Sheet(
            n=page + 1,
            width=width,
            height=height,
            marks=tuple(_mark(part, box, height) for part, box in boxes if box.page == page),
        )
        for page in wanted
        if 0 <= page < pages
    )


def _missing(document: Document, places: Placement) -> Iterator[tuple[str, Box]]:
    """Give what is not yet on the page: a signed one has its signature, a sealed one has all."""
    origin = document.latest.origin
    if origin is Origin.SEALED:
        return
    if origin is not Origin.SIGNED:
        yield "signature", places.signature
    yield "number", places.number
    for box in (places.day, places.month, places.year):
        if box is not None:
            yield "date", box
    yield "seal", places.seal


def _mark(part: str, box: Box, height: float) -> Mark:
    # PDF counts from the lower left corner, pictures from the upper left.
    return Mark(part, box.x0, height - box.y1, box.x1 - box.x0, box.y1 - box.y0)
