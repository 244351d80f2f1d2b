"""A road laid out for drawing: boxes one below the other, and arrows between them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from records.route import Title, Who


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


@dataclass(frozen=True, slots=True)
class Words:
    """What a drawing says, in the language of whoever looks at it."""

    title: Callable[[Title], str]
    who: Callable[[tuple[Who, ...]], str]
    wanted: str  # "%d of %d must agree", with both numbers to be filled in
    agreed: str
    declined: str
    otherwise: str  # the last turn of a choice


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said about a picture."""

    title: str
    here: str  # "đang ở đây"
    key: str = "road"  # makes ids of this picture its own on a page
