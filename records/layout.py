"""How a text is set on its pages, and what of that is not as the law wants it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Align(StrEnum):
    """Where the lines of a paragraph begin and end."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    JUSTIFIED = "justified"


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that look alike."""

    text: str
    size: float  # points
    bold: bool
    italic: bool
    fonts: frozenset[str]  # of its plain and of its accented letters
    colour: str = ""  # six hex digits, "" for what is printed black by itself


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph with words in it, or one piece of it between two breaks."""

    n: int  # 1, 2, 3 … among the paragraphs with words, in the order they are read
    at: int  # which paragraph of the file it is, from 0, empty ones counted
    text: str  # NFC, one blank between two words, the mark of a list ahead of them
    runs: tuple[Run, ...]
    align: Align = Align.LEFT
    first: float = 0.0  # points the first line begins further in; negative: further out
    left: float = 0.0  # points
    before: float = 0.0  # points
    after: float = 0.0  # points
    spacing: float = 1.0  # lines, where ``exact`` says nothing
    exact: float = 0.0  # points from line to line, 0 where the letters decide
    cells: tuple[tuple[int, int, int], ...] = ()  # (table, row, column), the outermost first
    ruled: bool = False  # a line is drawn under it
    whole: bool = True  # it is all of its paragraph
    plain: bool = True  # nothing in it but letters: no picture, field or list mark

    @property
    def size(self) -> float:
        """Give the size of most of its letters, in points."""
        found: dict[float, int] = {}
        for run in self.runs:
            found[run.size] = found.get(run.size, 0) + len(run.text.strip())
        return max(found, key=lambda size: found[size], default=0.0)

    @property
    def sizes(self) -> frozenset[float]:
        """Give every size in it, blanks aside."""
        return frozenset(run.size for run in self.runs if run.text.strip())

    @property
    def bold(self) -> bool | None:
        """Tell whether all of its letters are bold, None where some are."""
        return _all({run.bold for run in self.runs if run.text.strip()})

    @property
    def italic(self) -> bool | None:
        """Tell whether all of its letters are italic, None where some are."""
        return _all({run.italic for run in self.runs if run.text.strip()})


def _all(found: set[bool]) -> bool | None:
    return found == {True} if len(found) < 2 else None  # noqa: PLR2004 - yes and no


@dataclass(frozen=True, slots=True)
class PageNumber:
    """A page number as it stands in a margin."""

    top: bool  # in the top margin, not the bottom one
    first: bool  # on the first page only, where that one has margins of its own
    align: Align
    size: float  # points
    upright: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that have their size and margins in common, in millimetres."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    titled: bool  # its first page has margins with words of their own
    numbers: tuple[PageNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole text as it is set."""

    sections: tuple[Section, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the office knows of a draft before it looks at it; "" and () where it knows nothing."""

    type: str  # abbreviation, or the name where there is none
    abbreviation: str = ""
    type_name: str = ""  # Quyết định
    type_names: frozenset[str] = frozenset()  # of every type
    template: str = "named"  # decision, resolution, letter, invitation or named
    addressed: bool = False  # it may be written to somebody: Kính gửi
    notation: str = ""  # the symbol after the number
    subject: str = ""
    organ: str = ""
    superior: str = ""
    signer: str = ""
    capacity: tuple[str, ...] = ()
    pages: int = 0  # once printed


class Severity(StrEnum):
    """How much a flaw weighs."""

    ERROR = "error"  # the law says otherwise
    WARNING = "warning"  # the law leaves room, or only a person can tell


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is not as it must be, and where."""

    rule: str  # layout.margin
    severity: Severity
    clause: str  # of Decree 30/2020, as people cite it
    fixable: bool  # it can be mended without a person
    n: int = 0  # of the line, 0 for the page itself
    words: str = ""  # of the line, shortened
    facts: Mapping[str, str] = field(default_factory=dict)


class Strictness(StrEnum):
    """What errors of layout mean for a submission."""

    WARN = "warn"  # they are shown
    BLOCK = "block"  # nothing is submitted with one
    OFF = "off"  # nobody looks: a type that is not set by the Decree
