"""The text of a draft held against Decree 30/2020: bases, headings, clauses, points, paragraphs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from drafting.decree_parts import Parts
from drafting.decree_rules import Findings, Look, end
from records.layout import Align, Line

_BASIS = Look((13, 14), italic=True)
_STRONG = Look((13, 14), bold=True, upper=True, align=Align.CENTRE)
_SIZES = (13, 14)
_INDENTS = (28.35, 36.0)  # points: one centimetre, or 1.27
_GAP = 6  # points
_SPACING = (1.0, 1.5)  # lines
_EXACT = (1.05, 1.8)  # points from line to line, by those of the letters
_SLACK = 1.5  # points
_ONE_LINE = 80  # letters that fill a line
_LONG = 150  # letters that make a paragraph, not a heading
_POINTS = "abcdđeghiklmnopqrstuvxy"
_POINT = re.compile(r"([a-zđ])(\)|[./])\s")
_CLAUSE = re.compile(r"\d{1,2}[)/]\s")
_ARTICLE = re.compile(r"Điều (\d{1,4})([a-zđ]?)(\.?)(.?)")
_CITED = re.compile(r"Điều \d+[a-zđ]?(?:,| (?:của|và|Luật|Nghị|Quyết|Thông))")
_HEADING = re.compile(r"(?:Phần|Chương|Mục|Tiểu mục|PHẦN|CHƯƠNG|MỤC|TIỂU MỤC) ([IVXLC]+|\d+)\b")
_OUTLINE = re.compile(r"(?:[IVX]+|[A-Z])\.\s")


def check_text(parts: Parts, told: Findings) -> None:
    """Tell what of bases and text is not as it must be. Source  Decree 30/2020, Annex I, II.6."""
    _resolving(parts, told)
    for n, line in enumerate(parts.bases, 1):
        told.look("layout.basis-look", line, _BASIS)
        sign = "." if n == len(parts.bases) else ";"
        if line.text[-1] != sign:
            told.tell("layout.basis-end", line, end(line, sign), sign=sign)
    check_paragraphs(parts, told)
    _ending(parts, told)


def check_paragraphs(parts: Parts, told: Findings) -> None:
    """Tell what of the paragraphs of the text alone is not as it must be."""
    body = parts.body
    usual = _usual(body)
    for line in body:
        _sizes(line, usual, told)
        _paragraph(line, told)
    for one, other in pairwise(body):
        if one.after + other.before < _GAP - 0.1 and Align.CENTRE not in (one.align, other.align):
            repair = {"do": "shape", "at": other.at, "before": max(_GAP - one.after, 0)}
            told.tell("layout.body-gap", other, (repair,), found=f"{one.after + other.before:g}")
    _headings(body, told)
    _points(body, told)


def _resolving(parts: Parts, told: Findings) -> None:
    formulas = {"decision": "QUYẾT ĐỊNH:", "resolution": "QUYẾT NGHỊ:"}
    wanted = formulas.get(told.expected.template)
    if wanted is None:
        return
    if not parts.authority:
        told.tell("layout.authority-missing")
    if not parts.bases:
        told.tell("layout.basis-missing")
    if parts.formula is None:
        told.tell("layout.formula-missing", expected=wanted)
        return
    if parts.formula.text.upper() != wanted:
        told.tell("layout.formula-look", parts.formula, end(parts.formula, ":"), wrong="sign")
    told.look("layout.formula-look", parts.formula, _STRONG)


# ── paragraphs ───────────────────────────────────────────────────────────────────────────


def _paragraph(line: Line, told: Findings) -> None:
    _spacing(line, told)
    if _heads(line):
        return
    long = len(line.text) > _ONE_LINE
    if line.align is Align.RIGHT or (long and line.align is not Align.JUSTIFIED):
        repair = {"do": "shape", "at": line.at, "align": Align.JUSTIFIED}
        told.tell("layout.body-align", line, (repair,))
    indented = any(abs(line.first - one) <= _SLACK for one in _INDENTS)
    if long and not indented and line.left < _SLACK:
        repair = {"do": "shape", "at": line.at, "first": _INDENTS[1]}
        told.tell("layout.body-indent", line, (repair,), found=f"{line.first * 25.4 / 72:.1f}")
    plain = not line.bold and (not line.italic or line.text.startswith("("))
    if len(line.text) > _LONG and not plain:
        repair = {"do": "look", "at": line.at, "bold": False, "italic": False}
        told.tell("layout.body-look", line, (repair,))


def _spacing(line: Line, told: Findings) -> None:
    (least, most), (low, high) = _SPACING, _EXACT
    if line.exact and line.size:
        well = low * line.size <= line.exact <= high * line.size
    else:
        well = least - 0.01 <= line.spacing <= most + 0.01
    if not well:
        spacing = 1.0 if not line.exact and line.spacing < least else most
        repair = {"do": "shape", "at": line.at, "spacing": 1.15 if line.exact else spacing}
        found = f"{line.exact:g} pt" if line.exact else f"{line.spacing:.2f}"
        told.tell("layout.body-spacing", line, (repair,), found=found)


def _heads(line: Line) -> bool:
    """Tell whether a line is a heading, which stands as it likes."""
    short = len(line.text) <= _LONG and (line.bold or line.align is Align.CENTRE)
    return bool(short or _HEADING.match(line.text))


def _usual(body: Sequence[Line]) -> float:
    """Give the size most of a text is set in, among those it may be."""
    letters: Counter[float] = Counter()
    for line in body:
        letters[min(max(line.size, _SIZES[0]), _SIZES[1])] += len(line.text)
    return letters.most_common(1)[0][0] if letters else _SIZES[1]


def _sizes(line: Line, usual: float, told: Findings) -> None:
    """Tell where letters are too small or too large, or not as large as the rest of the text."""
    least, most = _SIZES
    repair = {"do": "look", "at": line.at, "size": usual}
    if any(not least <= size <= most for size in line.sizes):
        told.tell("layout.body-size", line, (repair,), found=f"{line.size:g}")
    elif line.size != usual:
        told.tell("layout.body-sizes", line, (repair,), wanted=f"{usual:g}")


# ── headings, clauses and points ─────────────────────────────────────────────────────────


def _headings(body: Sequence[Line], told: Findings) -> None:
    expected = 1
    for line in body:
        heading = _HEADING.match(line.text)
        if heading:
            roman = line.text.casefold().startswith(("phần", "chương"))
            if heading[1].isdecimal() is roman:
                told.tell("layout.heading-numerals", line)
        article = None if _CITED.match(line.text) else _ARTICLE.match(line.text)
        if article is None:
            continue
        if article[3] != "." or article[4] not in (" ", ""):
            told.tell("layout.article-form", line)
        if int(article[1]) != expected and not article[2]:
            told.tell("layout.article-order", line, found=article[1], expected=str(expected))
        expected = int(article[1]) + 1
        if line.runs and not line.runs[0].bold:
            told.tell("layout.heading-look", line)


def _points(body: Sequence[Line], told: Findings) -> None:
    """Points are lettered a, b, c, d, đ, e, g …, in the order of the Vietnamese alphabet."""
    last = ""
    for line in body:
        point = _POINT.match(line.text)
        if point is None:
            if _CLAUSE.match(line.text):
                told.tell("layout.point-form", line)
            if _restarts(line):
                last = ""
            continue
        if point[2] != ")":
            told.tell("layout.point-form", line)
        wanted = _next(last)
        if point[1] not in ("a", wanted):
            told.tell("layout.point-order", line, found=f"{point[1]})", expected=f"{wanted})")
        last = point[1]


def _next(last: str) -> str:
    at = _POINTS.find(last) + 1 if last else 0
    if at == 0 and last:  # a letter no point may have: f, j, w, z
        at = sum(1 for one in _POINTS if one < last and one != "đ") + 1
    return _POINTS[min(at, len(_POINTS) - 1)]


def _restarts(line: Line) -> bool:
    numbered = re.match(r"(?:\d+\.|Điều \d|[IVX]+\.)", line.text) is not None
    return numbered or _HEADING.match(line.text) is not None


# ── how it ends ──────────────────────────────────────────────────────────────────────────


def _ending(parts: Parts, told: Findings) -> None:
    if not parts.body:
        return
    final = parts.body[-1]
    if not parts.tabled and not final.text.endswith("./."):
        told.tell("layout.ending", final, end(final, "./."))
    for line in _early(parts.body):
        told.tell("layout.ending-early", line, end(line, "."))


def _early(body: Sequence[Line]) -> Iterator[Line]:
    return (line for line in body[:-1] if line.text.endswith("./."))
