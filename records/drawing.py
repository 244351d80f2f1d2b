"""A road laid out for drawing: boxes one below the other, and arrows between them."""

from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """What a box stands for."""

    STEP = "step"  # people act here
    END = "end"
    CHOICE = "choice"  # passed by a condition
    PARALLEL = "parallel"  # branches run side by side


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words in a box: an act, a turn or an outcome, and where it leads."""

    words: str
    to: str = ""  # a state, "" where it leads nowhere of its own


@dataclass(frozen=True, slots=True)
class Box:
    """One state, in units of a phone's pixel."""

    name: str
    shape: Shape
    title: tuple[str, ...]  # in lines
    who: tuple[str, ...]
    lines: tuple[Line, ...]
    x: int
    y: int
    width: int
    height: int
    depth: int = 0  # in how many parallel states it lies


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way from a box to another, drawn through ``points``."""

    source: str
    to: str
    points: tuple[tuple[int, int], ...]
    back: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What encloses the branches of a parallel state."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole road."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...]
