"""The page and its letters held against Decree 30/2020: paper, margins, page numbers, font."""

from drafting.decree_parts import fold
from drafting.decree_rules import Findings
from records.layout import Align, Layout, Line, PageNumber, Section

FONT = "Times New Roman"
_PAPER = (210.0, 297.0)  # millimetres: A4
_MARGINS = {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
_SLACK = 0.5  # millimetres: what word processors round
_NUMBERS = (13, 14)  # points
_STAMPS = frozenset({"khan", "thuong khan", "hoa toc", "mat", "toi mat", "tuyet mat"})
_BLACK = frozenset({"", "000000"})


def check_page(layout: Layout, told: Findings) -> None:
    """Tell what of paper, margins, page numbers and letters is not as it must be.

    Source  Decree 30/2020, Annex I, part I.
    """
    for n, section in enumerate(layout.sections, 1):
        _paper(section, n, told)
        _margins(section, n, told)
    _page_numbers(layout, told)
    for line in layout.lines:
        _letters(line, told)


def _paper(section: Section, n: int, told: Findings) -> None:
    sides = sorted((section.width, section.height))
    if any(abs(side - wanted) > 1 for side, wanted in zip(sides, _PAPER, strict=True)):
        repair = {"do": "paper", "section": n - 1}
        facts = {"width": f"{section.width:.0f}", "height": f"{section.height:.0f}"}
        told.tell("layout.paper", None, (repair,), **facts)
    elif section.width > section.height:
        told.tell("layout.landscape")


def _margins(section: Section, n: int, told: Findings) -> None:
    if section.width > section.height:
        return  # which side is bound is for people to say
    for side, (least, most) in _MARGINS.items():
        found = getattr(section, side)
        if not least - _SLACK <= found <= most + _SLACK:
            wanted = least if found < least else most
            repair = {"do": "margin", "section": n - 1, "side": side, "to": wanted}
            facts = {"side": side, "found": f"{found:.1f}", "least": str(least), "most": str(most)}
            told.tell("layout.margin", None, (repair,), **facts)


def _page_numbers(layout: Layout, told: Findings) -> None:
    repairs = ({"do": "page-numbers"},)
    numbers = [one for section in layout.sections for one in section.numbers]
    later = [one for one in numbers if not one.first]
    if not later:
        if told.expected.pages > 1:
            told.tell("layout.page-number-missing", None, repairs)
    elif not all(one.top and one.align is Align.CENTRE for one in later):
        told.tell("layout.page-number-place", None, repairs)
    elif not all(_looks_well(one) for one in later):
        told.tell("layout.page-number-look", None, repairs)
    first = layout.sections[0] if layout.sections else None
    if first is not None and first.numbers and (not first.titled or _on_first(first)):
        told.tell("layout.page-number-first", None, repairs)


def _looks_well(number: PageNumber) -> bool:
    return number.upright and _NUMBERS[0] <= number.size <= _NUMBERS[1]


def _on_first(section: Section) -> bool:
    return any(one.first for one in section.numbers)


def _letters(line: Line, told: Findings) -> None:
    runs = [run for run in line.runs if run.text.strip()]
    strange = sorted({font for run in runs for font in run.fonts} - {FONT, ""})
    if strange:
        repair = {"do": "look", "at": line.at, "font": FONT}
        told.tell("layout.font", line, (repair,), found=", ".join(strange))
    coloured = {run.colour for run in runs} - _BLACK
    if coloured and fold(line.text) not in _STAMPS:
        repair = {"do": "look", "at": line.at, "colour": "000000"}
        told.tell("layout.colour", line, (repair,), found=", ".join(sorted(coloured)))
