"""Where number, date, signature and seal will stand, as boxes to draw over a page's picture."""

from collections.abc import Iterator
from dataclasses import dataclass

from records.document import Document, Origin
from records.paper import Box, Placement


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


def sheets_of(document: Document, places: Placement) -> tuple[Sheet, ...]:
    """Give the first and the last page and every page between that something is put on."""
    boxes = list(_missing(document, places))
    return tuple(
        Sheet(
            n=seen.page + 1,
            width=seen.x1 - seen.x0,
            height=seen.y1 - seen.y0,
            marks=tuple(_mark(part, box, seen) for part, box in boxes if box.page == seen.page),
        )
        for seen in places.sheets
    )


def _missing(document: Document, places: Placement) -> Iterator[tuple[str, Box]]:
    """Give what is not yet on the page: a signed one has its signature, a sealed one has all."""
    origin = document.origin
    if origin is Origin.SEALED:
        return
    if origin is not Origin.SIGNED:
        yield "signature", places.signature
    yield "number", places.number
    for box in (places.day, places.month, places.year):
        if box is not None:
            yield "date", box
    yield "seal", places.seal


def _mark(part: str, box: Box, seen: Box) -> Mark:
    # PDF counts from the lower left corner, pictures from the upper left.
    return Mark(part, box.x0 - seen.x0, seen.y1 - box.y1, box.x1 - box.x0, box.y1 - box.y0)
