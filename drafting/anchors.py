"""Where on a page the words stand that number, date and signature belong to."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from records.paper import Box, seal_beside

MM = 72 / 25.4  # points
_INK = (150.0, 85.0)  # points: a signature's usual width and height
_LEAST_INK = (90.0, 42.0)
_INITIALS = (34.0, 15.0)  # points: no larger than the print beside them
_PAD = 1.0  # points between a gap's words and what is written into it
_LEAST_NUMBER, _LEAST_DATE = 18.0, 13.0  # points: three and two figures of 13 points
_LEAST_SYMBOL = 60.0  # points: "05/QĐ-LĐLĐ" a little smaller than 13 points
_WHOLE_NUMBER = (170.0, 16.0)
_WHOLE_DATE = (200.0, 16.0)
_NUMBER_COVER, _DATE_COVER = 105.0, 165.0  # points: "Số: 05/QĐ-LĐLĐ" and a whole date, of 13
_LETTERHEAD = 0.45  # of the page's height, from its top

_FILL = " .…_"  # what stands in a gap that is to be filled in
_NUMBER = re.compile(
    rf"(?<!\w)S[ốỐ] ?:(?P<gap>[{_FILL}]*)(?P<figures>\d*)"
    r"(?P<symbol> ?/ ?\w[\w&.]*(?: ?- ?[\w&.]+)*)?"
)
_DATE = re.compile(
    rf"(?<!\w)ngày(?P<d>[{_FILL}]*)(?P<day>\d*)(?P<d2>[{_FILL}]*)"
    rf"tháng(?P<m>[{_FILL}]*)(?P<month>\d*)(?P<m2>[{_FILL}]*)"
    rf"năm(?P<y>[{_FILL}]*)(?P<year>\d*)",
    re.IGNORECASE,
)
_CITES = re.compile(r"^\W*(?:căn cứ|theo|xét|thực hiện|kèm theo|ban hành)", re.IGNORECASE)
_CAPACITY = re.compile(r"^(?:TM|KT|TL|TUQ|Q)\. ?\w|^[TK]/[ML T]")
_TITLES = re.compile(
    r"(?<!\w)(?:CHỦ TỊCH|GIÁM ĐỐC|BÍ THƯ|THỦ TRƯỞNG|CHÁNH VĂN PHÒNG|CHÁNH THANH TRA|CHỦ NHIỆM"
    r"|(?:TRƯỞNG|PHÓ) (?:BAN|PHÒNG|ĐOÀN)|(?:HIỆU|CỤC|VỤ|BỘ|VIỆN|CHI CỤC|TỔNG CỤC|THỨ) TRƯỞNG"
    r"|TRƯỞNG (?:BAN|PHÒNG|KHOA|BỘ MÔN|ĐOÀN|TRẠM)|ỦY VIÊN|UỶ VIÊN|TỔNG THƯ KÝ|NGƯỜI ĐỨNG ĐẦU)"
)
_NAME = re.compile(r"^[^\W\d_]+(?:[ '\u2019-][^\W\d_]+){1,6}$")

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter where it stands; a combining mark may come alone, after its letter."""

    letter: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PageGlyphs:
    """The visible page and every letter on it."""

    n: int  # 0 is the first
    x0: float
    y0: float
    x1: float
    y1: float
    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        """Give the page's width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Give the page's height in points."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class _Line:
    """Letters that stand side by side; wherever there is room between two, one space."""

    text: str
    spots: tuple[Glyph, ...]  # as long as ``text``

    @property
    def box(self) -> Rectangle:
        return (
            min(spot.x0 for spot in self.spots),
            min(spot.y0 for spot in self.spots),
            max(spot.x1 for spot in self.spots),
            max(spot.y1 for spot in self.spots),
        )


@dataclass(frozen=True, slots=True)
class _Block:
    """A signature block: the lines of capacity and post, and the name under them, if printed."""

    capacity: tuple[_Line, ...]
    name: _Line | None


class _NoPlace(Exception):
    """The page cannot take what the registry is to write."""

    def __init__(self, rule: str, **facts: str) -> None:
        super().__init__(rule)
        self.rule, self.facts = rule, facts


def placement_of(
    glyphs: Callable[[int], PageGlyphs], pages: int, *, searched: int
) -> dict[str, object]:
    """Give the placement of a document, or the rule that refuses it, ready for JSON.

    Takes   glyphs: gives a page's letters; searched: how many pages to look through backwards.
    Source  Decree 30/2020, Annex I: where cells 3, 4, 7 and 8 stand.
    """
    first = glyphs(0)
    try:
        found: dict[str, object] = {**_number(first), **_date(first)}
    except _NoPlace as error:
        return {"refused": error.rule, "facts": error.facts}
    anchored = [name for name in ("number", "date") if found.pop(f"{name}_anchored")]
    covers = [name for name in ("number", "date") if found.pop(f"{name}_covers")]
    page, ink, printed = _signature(glyphs, pages, searched)
    if printed:
        anchored.append("signature")
    crowded = [name for name in ("number", "date") if found.pop(f"{name}_crowded")]
    if not printed and _on_print(page, ink):
        crowded.append("signature")
    found["signature"] = [page.n, *ink]
    found["initials"] = [page.n, *_initials_place(page, ink)]
    found["seal"] = [page.n, *_seal(page, ink)]
    sheets = [glyphs(n) for n in sorted({0, page.n, pages - 1})]
    seen = [[one.n, one.x0, one.y0, one.x1, one.y1] for one in sheets]
    return {**found, "anchored": anchored, "covers": covers, "crowded": crowded, "sheets": seen}


# ── number ───────────────────────────────────────────────────────────────────────────────


def _number(page: PageGlyphs) -> dict[str, object]:
    for line in _letterhead(page):
        found = _NUMBER.search(line.text)
        if found and line.spots[found.start()].x0 < page.x0 + page.width / 2:
            if found["figures"]:
                raise _NoPlace("paper.numbered", printed=found[0])
            box, style = _number_gap(page, line, found)
            covers = _dotted(found["gap"])
            if box[2] - box[0] < (_LEAST_NUMBER if style == "serial" else _LEAST_SYMBOL):
                covers, style, box = True, "whole", _over(page, line, found, _NUMBER_COVER)
            notation = (found["symbol"] or "").replace(" ", "").removeprefix("/")
            return {
                "number": [page.n, *box],
                "number_style": style,
                "number_anchored": True,
                "number_covers": covers,
                "number_crowded": False,
                "printed_notation": notation,
            }
    box = _free(page, left=page.x0 + 30 * MM, size=_WHOLE_NUMBER)
    return {
        "number": [page.n, *box],
        "number_style": "whole",
        "number_anchored": False,
        "number_covers": False,
        "number_crowded": _on_print(page, box),
        "printed_notation": "",
    }


def _number_gap(page: PageGlyphs, line: _Line, found: re.Match[str]) -> tuple[Rectangle, str]:
    colon = line.spots[found.start("gap") - 1]
    if found["symbol"]:
        slash = line.spots[line.text.index("/", found.start("symbol"))]
        return _gap(colon, slash.x0), "serial"
    return _gap(colon, _next_ink(page, line, found.end(), colon.x1 + 120)), "symbol"


def _over(page: PageGlyphs, line: _Line, found: re.Match[str], width: float) -> Rectangle:
    """Give the place of printed words that are to be written anew, with room for what is longer."""
    printed = line.spots[found.start() : found.end()]
    left, right = printed[0].x0 - _PAD, printed[-1].x1 + _PAD
    furthest = _next_ink(page, line, found.end(), max(right, left + width))
    return (
        left,
        min(spot.y0 for spot in printed) - _PAD,
        max(right, furthest - _PAD),
        max(spot.y1 for spot in printed) + _PAD,
    )


def _next_ink(page: PageGlyphs, line: _Line, start: int, furthest: float) -> float:
    """Give where the next letter of the line begins, or the furthest one may write."""
    later = [spot.x0 for spot, letter in zip(line.spots, line.text, strict=True) if letter != " "]
    done = sum(letter != " " for letter in line.text[:start])
    return min(later[done] if done < len(later) else page.x1, furthest, page.x1 - 10)


def _gap(before: Glyph, until: float) -> Rectangle:
    return (before.x1 + _PAD, before.y0, until - _PAD, before.y1)


# ── date ─────────────────────────────────────────────────────────────────────────────────


def _date(page: PageGlyphs) -> dict[str, object]:
    for line in _letterhead(page):
        for found in _DATE.finditer(line.text):
            at = line.spots[found.start()].x0
            if at > page.x0 + 0.4 * page.width and not _CITES.match(line.text):
                return _date_gaps(page, line, found)
    box = _free(page, left=page.x1 - 20 * MM - _WHOLE_DATE[0], size=_WHOLE_DATE)
    return {
        "day": [page.n, *box],
        "month": None,
        "year": None,
        "date_style": "whole",
        "printed_year": None,
        "date_anchored": False,
        "date_covers": False,
        "date_crowded": _on_print(page, box),
    }


def _date_gaps(page: PageGlyphs, line: _Line, found: re.Match[str]) -> dict[str, object]:
    if found["day"] or found["month"] or len(found["year"]) not in {0, 4}:
        return _date_anew(page, line, found)
    word_before = {part: line.spots[found.start(part) - 1] for part in ("d", "m", "y")}
    day = _gap(word_before["d"], line.spots[found.end("d2")].x0)
    month = _gap(word_before["m"], line.spots[found.end("m2")].x0)
    year = None
    if not found["year"]:
        after = _next_ink(page, line, found.end("y"), word_before["y"].x1 + 40)
        year = _gap(word_before["y"], after)
    if any(gap[2] - gap[0] < _LEAST_DATE for gap in (day, month, year) if gap is not None):
        return _date_anew(page, line, found)
    return {
        "day": [page.n, *day],
        "month": [page.n, *month],
        "year": None if year is None else [page.n, *year],
        "date_style": "parts",
        "printed_year": int(found["year"]) if found["year"] else None,
        "date_anchored": True,
        "date_covers": any(_dotted(found[part]) for part in ("d", "m", "y")),
        "date_crowded": False,
    }


def _dotted(gap: str) -> bool:
    """Tell whether a gap is drawn in dots, which would show through what is written there."""
    return any(letter in gap for letter in ".…_")


def _date_anew(page: PageGlyphs, line: _Line, found: re.Match[str]) -> dict[str, object]:
    """Write the whole date over a typed one: the registry gives it (Decree 30/2020, art. 15)."""
    return {
        "day": [page.n, *_over(page, line, found, _DATE_COVER)],
        "month": None,
        "year": None,
        "date_style": "whole",
        "printed_year": None,
        "date_anchored": True,
        "date_covers": True,
        "date_crowded": False,
    }


# ── signature and seal ───────────────────────────────────────────────────────────────────


def _signature(
    glyphs: Callable[[int], PageGlyphs], pages: int, searched: int
) -> tuple[PageGlyphs, Rectangle, bool]:
    """Give the page, the place of the signature, and whether it stands at printed words."""
    for n in range(pages - 1, max(pages - 1 - searched, -1), -1):
        page = glyphs(n)
        block = _signature_block(page)
        if block is not None:
            return page, _ink_place(page, block), True
    last = glyphs(pages - 1)
    leftish = _signature_block(last, anywhere=True)
    if leftish is not None and leftish.name is not None:
        return last, _ink_place(last, leftish), True
    left = last.x1 - 20 * MM - _INK[0]
    under = [g.y0 for g in last.glyphs if g.x1 > left]
    top = min([*under, last.y1 - 60]) - 6
    bottom = max(top - _INK[1], last.y0 + 20 * MM)
    return last, (left, bottom, left + _INK[0], bottom + _INK[1]), False


def _signature_block(page: PageGlyphs, *, anywhere: bool = False) -> _Block | None:
    """Give the lowest signature block of a page, in its right half unless it may be anywhere."""
    column = [
        part
        for line in _lines(page.glyphs)
        for part in _parts(line)
        if anywhere
        or (
            part.box[0] > page.x0 + 0.38 * page.width
            and (part.box[0] + part.box[2]) / 2 > page.x0 + 0.48 * page.width
        )
    ]
    blocks: list[_Block] = []
    i = 0
    while i < len(column):
        if not _is_capacity(column[i].text):
            i += 1
            continue
        end = i + 1
        while end < len(column) and _goes_on(column[end - 1], column[end]):
            end += 1
        name = column[end] if end < len(column) and _is_name(column[end].text) else None
        blocks.append(_Block(tuple(column[i:end]), name))
        i = end
    whole = [block for block in blocks if block.name is not None] or blocks
    return whole[-1] if whole else None


def _is_capacity(text: str) -> bool:
    return bool(_CAPACITY.match(text)) or (text == text.upper() and bool(_TITLES.search(text)))


def _goes_on(above: _Line, below: _Line) -> bool:
    """Tell whether a line of capitals belongs to the lines of capacity right above it."""
    near = above.box[1] - below.box[3] < (above.box[3] - above.box[1])
    return near and below.text == below.text.upper() and not below.text.isdigit()


def _is_name(text: str) -> bool:
    return bool(_NAME.match(text)) and all(word[0].isupper() for word in text.split())


def _ink_place(page: PageGlyphs, block: _Block) -> Rectangle:
    """Give the place between post and name, beside whatever stands in the left column."""
    boxes = [line.box for line in block.capacity]
    top = min(box[1] for box in boxes) - 2
    bottom = block.name.box[3] + 2 if block.name else top - _INK[1]
    bottom = max(bottom, page.y0 + 5)
    if top - bottom < _LEAST_INK[1]:  # ink may cross print where the drafter left no room
        middle = (top + bottom) / 2
        top, bottom = middle + _LEAST_INK[1] / 2, middle - _LEAST_INK[1] / 2
    elif top - bottom > _INK[1] + 25:
        middle = (top + bottom) / 2
        top, bottom = middle + _INK[1] / 2, middle - _INK[1] / 2
    around = [*boxes, block.name.box] if block.name else boxes
    centre = sum((box[0] + box[2]) / 2 for box in around) / len(around)
    beside = [g.x1 for g in page.glyphs if g.y0 < top and g.y1 > bottom and g.x1 < centre]
    left = max([*beside, page.x0]) + 4
    half = min(_INK[0] / 2, max(centre - left, _LEAST_INK[0] / 2), page.x1 - 5 - centre)
    return (centre - half, bottom, centre + half, top)


def _initials_place(page: PageGlyphs, ink: Rectangle) -> Rectangle:
    """Give a small place behind the end of the text, "./.", else beside the signature.

    Initials are office practice, not the decree's: where they stand is nobody's rule.
    """
    for line in reversed(list(_lines(page.glyphs))):
        end = line.text.rfind("./.")
        if end < 0:
            continue
        last = line.spots[end + 2]
        box = (last.x1 + 4, last.y0 - 1, last.x1 + 4 + _INITIALS[0], last.y0 - 1 + _INITIALS[1])
        if box[2] < page.x1 - 5 and not _on_print(page, box):
            return box
    left = min(ink[2] + 4, page.x1 - 5 - _INITIALS[0])
    return (left, ink[3] - _INITIALS[1], left + _INITIALS[0], ink[3])


def _seal(page: PageGlyphs, ink: Rectangle) -> Rectangle:
    """Give a square of 36 mm whose right edge lies a third into the signature."""
    seal = seal_beside(Box(page.n, *ink), Box(page.n, page.x0, page.y0, page.x1, page.y1))
    return (seal.x0, seal.y0, seal.x1, seal.y1)


def _on_print(page: PageGlyphs, box: Rectangle) -> bool:
    """Tell whether letters stand where something would be written."""
    x0, y0, x1, y1 = box
    return any(g.x0 < x1 and g.x1 > x0 and g.y0 < y1 and g.y1 > y0 for g in page.glyphs)


# ── letters to lines ─────────────────────────────────────────────────────────────────────


def pieces(page: PageGlyphs) -> Iterator[tuple[str, float]]:
    """Give every piece of a line that stands by itself, and its height on the page, 1 at the top.

    Letters that are spread, as in a stamp, stay together.
    """
    for line in _lines(page.glyphs):
        for part in _parts(line):
            if part.text.strip():
                _, y0, _, y1 = part.box
                yield part.text.strip(), ((y0 + y1) / 2 - page.y0) / max(page.height, 1.0)


def _letterhead(page: PageGlyphs) -> list[_Line]:
    floor = page.y1 - _LETTERHEAD * page.height
    return list(_lines([glyph for glyph in page.glyphs if glyph.y0 > floor]))


def _lines(glyphs: Sequence[Glyph]) -> Iterator[_Line]:
    """Give lines from top to bottom; letters of two columns at one height share a line."""
    row: list[Glyph] = []
    for glyph in sorted(_composed(glyphs), key=lambda g: -(g.y0 + g.y1)):
        if row and (glyph.y0 + glyph.y1) / 2 < row[0].y0 + 0.25 * (row[0].y1 - row[0].y0):
            yield _line(row)
            row = []
        row.append(glyph)
    if row:
        yield _line(row)


def _composed(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Give letters in NFC: a letter and the marks that follow it are one."""
    whole: list[Glyph] = []
    for glyph in glyphs:
        if whole and unicodedata.combining(glyph.letter):
            base = whole[-1]
            letter = unicodedata.normalize("NFC", base.letter + glyph.letter)
            whole[-1] = Glyph(letter, base.x0, base.y0, base.x1, base.y1)
        else:
            whole.append(glyph)
    return [glyph for glyph in whole if glyph.x1 > glyph.x0]


def _line(row: list[Glyph]) -> _Line:
    row = sorted(row, key=lambda g: g.x0)
    text, spots = row[0].letter[:1], [row[0]]
    for before, glyph in pairwise(row):
        if glyph.x0 - before.x1 > 0.12 * (glyph.y1 - glyph.y0):
            text += " "
            spots.append(Glyph(" ", before.x1, before.y0, glyph.x0, before.y1))
        text += unicodedata.normalize("NFC", glyph.letter)[:1]
        spots.append(glyph)
    return _Line(text, tuple(spots))


def _parts(line: _Line) -> Iterator[_Line]:
    """Give the line's pieces where a gap wider than a letter is high parts them."""
    start = 0
    for i, (letter, spot) in enumerate(zip(line.text, line.spots, strict=True)):
        if letter == " " and spot.x1 - spot.x0 > spot.y1 - spot.y0:
            yield _Line(line.text[start:i], line.spots[start:i])
            start = i + 1
    yield _Line(line.text[start:], line.spots[start:])


def _free(page: PageGlyphs, *, left: float, size: tuple[float, float]) -> Rectangle:
    """Give the highest place without letters in the upper part of a page."""
    left = max(left, page.x0)
    right = min(left + size[0], page.x1)
    top = page.y1 - 12 * MM
    while top > page.y1 - _LETTERHEAD * page.height:
        bottom = top - size[1]
        if not _on_print(page, (left, bottom, right, top)):
            return (left, bottom, right, top)
        top -= 4
    top = page.y1 - 3 * MM
    return (left, top - size[1], right, top)
