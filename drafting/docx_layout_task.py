"""What is done with a DOCX inside the sandbox to see how it is set: pages, lines and letters."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from lxml import etree

from drafting.archive import open_zip, read_xml
from drafting.docx_margins import sections_of
from drafting.docx_marks import Marks
from drafting.docx_styles import Styles, W, fonts_of, holds, last, points, styles_of, value
from records.errors import Unreadable

_LARGEST_PART = 100_000_000  # bytes
_MOST = 20_000  # paragraphs that are looked at
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ALIGNS = {"center": "centre", "both": "justified", "distribute": "justified"}
_ALIGNS |= {"right": "right", "end": "right"}
_TAB = 36.0  # points: where a line begins that begins with a tab
_NOT_WORDS = (f"{W}drawing", f"{W}pict", f"{W}fldChar", f"{W}fldSimple", f"{W}sym", f"{W}object")


def answer(content: bytes, options: dict[str, object]) -> bytes:  # noqa: ARG001 - the task's form
    """Give sections and lines as one JSON object.

    Raises  Unreadable: file.damaged and the other faults of a ZIP.
    Source  ECMA-376 part 1, 17.3 (paragraphs and runs), 17.6 (sections).
    """
    with open_zip(content) as archive:
        names = set(archive.namelist())
        if "word/document.xml" not in names:
            raise Unreadable("file.damaged")
        root = read_xml(archive, "word/document.xml", limit=_LARGEST_PART)
        styles = styles_of(
            _part(archive, "word/styles.xml"), _part(archive, "word/theme/theme1.xml")
        )
        told = {
            "sections": sections_of(root, archive, styles),
            "lines": lines_of(root, styles, Marks(_part(archive, "word/numbering.xml"))),
        }
    return json.dumps(told).encode()


def _part(archive: ZipFile, name: str) -> etree._Element | None:
    return read_xml(archive, name) if name in archive.namelist() else None


def paragraphs_of(root: etree._Element) -> list[etree._Element]:
    """Give the paragraphs of a text in the order they stand; a picture's second form aside."""
    found = (one for one in root.iter(f"{W}p") if next(one.iterancestors(_FALLBACK), None) is None)
    return [one for one, _ in zip(found, range(_MOST), strict=False)]


def lines_of(root: etree._Element, styles: Styles, marks: Marks) -> list[dict[str, Any]]:
    """Give every paragraph with words, cut where it is broken."""
    found: list[dict[str, Any]] = []
    tables = {table: n for n, table in enumerate(root.iter(f"{W}tbl"))}
    paragraphs = paragraphs_of(root)
    n = 0
    for at, paragraph in enumerate(paragraphs):
        parts = styles.paragraphs(paragraph)
        pieces = list(_pieces(paragraph, styles))
        mark = marks.mark(last_number(parts, "numId"), last_number(parts, "ilvl"))
        if not any(piece.words for piece in pieces):
            continue
        n += 1
        shape = _shape(parts) | {"cells": _cells(paragraph, tables), "n": n, "at": at}
        shape["ruled"] = _ruled(paragraph, paragraphs[at + 1 : at + 2], parts)
        shape["whole"] = len([piece for piece in pieces if piece.words]) == 1
        shape["plain"] = not mark and next(paragraph.iter(*_NOT_WORDS), None) is None
        for piece in pieces:
            if piece.words:
                words = f"{mark} {piece.words}" if mark else piece.words
                tabbed = {"first": _TAB} if piece.tabbed and not shape["first"] else {}
                found.append({**shape, **tabbed, "text": words, "runs": piece.runs})
                mark = ""
    return found


def last_number(parts: list[etree._Element], name: str) -> str:
    """Give the list, or the level in it, that a paragraph belongs to."""
    told = (part.find(f"{W}numPr/{W}{name}") for part in reversed(parts))
    return next((value(one) for one in told if one is not None), "")


# ── letters ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Piece:
    runs: list[list[Any]]  # text, size, bold, italic, fonts, colour
    tabbed: bool = False

    @property
    def words(self) -> str:
        text = unicodedata.normalize("NFC", "".join(run[0] for run in self.runs))
        return re.sub(r"\s+", " ", text).strip()


def _pieces(paragraph: etree._Element, styles: Styles) -> Iterator[_Piece]:
    piece = _Piece([])
    for run in paragraph.iter(f"{W}r"):
        if next(run.iterancestors(f"{W}p"), None) is not paragraph:
            continue
        parts = styles.letters(paragraph, run)
        if holds(parts, "vanish"):
            continue
        look = _look(parts, styles)
        for node in run:
            if node.tag in (f"{W}br", f"{W}cr"):
                yield piece
                piece = _Piece([])
            elif text := _text(node, upper=holds(parts, "caps")):
                piece.tabbed |= text == "\t" and not piece.words
                _add(piece, text, look)
    yield piece


def _add(piece: _Piece, text: str, look: list[Any]) -> None:
    if piece.runs and piece.runs[-1][1:] == look:
        piece.runs[-1][0] += text
    else:
        piece.runs.append([text, *look])


def _text(node: etree._Element, *, upper: bool) -> str:
    if node.tag == f"{W}t":
        text = node.text or ""
        return text.upper() if upper else text
    return {f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}.get(str(node.tag), "")


def _look(parts: list[etree._Element], styles: Styles) -> list[Any]:
    colour = last(parts, "color").upper()
    return [
        points(last(parts, "sz"), 2) or 10.0,  # ECMA-376 part 1, 17.3.2.38: ten where none is told
        holds(parts, "b"),
        holds(parts, "i"),
        sorted(set(fonts_of(parts, styles))),
        "" if colour == "AUTO" else colour,
    ]


# ── the shape of a paragraph ─────────────────────────────────────────────────────────────


def _shape(parts: list[etree._Element]) -> dict[str, Any]:
    spaced = points(last(parts, "spacing", "line"))
    rule = last(parts, "spacing", "lineRule")
    hanging = points(last(parts, "ind", "hanging"))
    exact = spaced if rule == "exact" else 0.0
    return {
        "align": _ALIGNS.get(last(parts, "jc"), "left"),
        "first": -hanging or points(last(parts, "ind", "firstLine")),
        "left": points(last(parts, "ind", "left")) or points(last(parts, "ind", "start")),
        "before": points(last(parts, "spacing", "before")),
        "after": points(last(parts, "spacing", "after")),
        "spacing": spaced / 12 if spaced and rule in ("", "auto") else 1.0,
        "exact": exact,
    }


def _cells(paragraph: etree._Element, tables: dict[etree._Element, int]) -> list[list[int]]:
    found: list[list[int]] = []
    for cell in paragraph.iterancestors(f"{W}tc"):
        row = next(cell.iterancestors(f"{W}tr"))
        table = next(row.iterancestors(f"{W}tbl"))
        place = [tables[table], _before(row, f"{W}tr"), _before(cell, f"{W}tc")]
        found.insert(0, place)
    return found


def _before(node: etree._Element, tag: str) -> int:
    return sum(1 for _ in node.itersiblings(tag, preceding=True))


def _ruled(
    paragraph: etree._Element, following: list[etree._Element], parts: list[etree._Element]
) -> bool:
    """Tell whether a line is drawn under a paragraph: its border, or a drawing with it."""
    borders = [(parts, "bottom"), *(([p], "top") for one in following for p in one.iter(f"{W}pPr"))]
    if any(
        value(part.find(f"{W}pBdr/{W}{side}")) not in ("", "nil", "none")
        for some, side in borders
        for part in some
    ):
        return True
    drawn = (f"{W}drawing", f"{W}pict")
    underlined = any(value(one) not in ("", "none") for one in paragraph.iter(f"{W}u"))
    return underlined or any(
        next(one.iter(*drawn), None) is not None for one in (paragraph, *following)
    )
