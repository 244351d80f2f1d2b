"""How a DOCX is set, as values: what the sandbox tells is foreign, so it is looked at again."""

import json
from collections.abc import Iterable
from typing import Any

from records.errors import Unreadable
from records.isolation import Isolation
from records.layout import Align, Layout, Line, PageNumber, Run, Section

_TASK = "drafting.docx_layout_task"
_LONGEST = 20_000  # letters of a line that are looked at


def layout_of(docx: bytes, isolate: Isolation) -> Layout:
    """Give the pages and lines of a DOCX.

    Raises  Unreadable: file.damaged and the other faults of a ZIP; file.too-slow;
            file.reader-failed. Unavailable: sandbox.unavailable, sandbox.busy.
    """
    told = isolate(_TASK, docx, options={})
    try:
        whole = json.loads(told)
        return Layout(
            sections=tuple(_section(one) for one in whole["sections"]),
            lines=tuple(_line(one) for one in whole["lines"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Unreadable("file.reader-failed") from error


def _section(told: dict[str, Any]) -> Section:
    names = ("width", "height", "top", "bottom", "left", "right")
    measures = {name: float(told[name]) for name in names}
    numbers = tuple(
        PageNumber(
            bool(one["top"]),
            bool(one["first"]),
            Align(one["align"]),
            float(one["size"]),
            bool(one["upright"]),
        )
        for one in told["numbers"]
    )
    return Section(**measures, titled=bool(told["titled"]), numbers=numbers)


def _line(told: dict[str, Any]) -> Line:
    names = ("first", "left", "before", "after", "spacing", "exact")
    return Line(
        n=int(told["n"]),
        at=int(told["at"]),
        text=str(told["text"])[:_LONGEST],
        runs=tuple(_runs(told["runs"])),
        align=Align(told["align"]),
        cells=tuple((int(table), int(row), int(cell)) for table, row, cell in told["cells"]),
        ruled=bool(told["ruled"]),
        whole=bool(told["whole"]),
        plain=bool(told["plain"]),
        **{name: float(told[name]) for name in names},
    )


def _runs(told: Iterable[Any]) -> Iterable[Run]:
    for text, size, bold, italic, fonts, colour in told:
        named = frozenset(str(font) for font in fonts)
        yield Run(str(text), float(size), bool(bold), bool(italic), named, str(colour))
