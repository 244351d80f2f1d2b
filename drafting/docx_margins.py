"""The pages of a DOCX: their size, their margins, and the page numbers in those."""

import re
from typing import Any
from zipfile import ZipFile

from lxml import etree

from drafting.archive import read_xml
from drafting.docx_styles import Styles, W, holds, last, points, value

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MM = 1440 / 25.4  # twentieths of a point in a millimetre
_MARGINS = ("top", "bottom", "left", "right")
_ALIGNS = {"center": "centre", "right": "right", "end": "right", "outside": "right"}
_PAGE = re.compile(r"\bPAGE\b")
_MOST = 50  # sections that are looked at


def sections_of(root: etree._Element, archive: ZipFile, styles: Styles) -> list[dict[str, Any]]:
    """Give every section's measures in millimetres, and where its page numbers stand.

    Source  ECMA-376 part 1, 17.6 (sections), 17.10 (headers and footers).
    """
    parts = _relations(archive)
    found: list[dict[str, Any]] = []
    named: dict[tuple[bool, str], list[dict[str, Any]]] = {}  # a section has what the last one had
    for section, _ in zip(root.iter(f"{W}sectPr"), range(_MOST), strict=False):
        size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        for reference in section.iter(f"{W}headerReference", f"{W}footerReference"):
            top = reference.tag == f"{W}headerReference"
            part = parts.get(reference.get(f"{_R}id", ""), "")
            named[top, value(reference, "type")] = _numbers(archive, part, styles)
        titled = holds([section], "titlePg")
        found.append(
            {
                "width": points(value(size, "w"), _MM) or 210.0,
                "height": points(value(size, "h"), _MM) or 297.0,
                **{side: points(value(margin, side), _MM) for side in _MARGINS},
                "titled": titled,
                "numbers": [
                    {"top": top, "first": kind == "first", **one}
                    for (top, kind), numbers in named.items()
                    for one in numbers
                    if kind != "first" or titled
                ],
            }
        )
    return found


def _relations(archive: ZipFile) -> dict[str, str]:
    name = "word/_rels/document.xml.rels"
    if name not in archive.namelist():
        return {}
    found = {}
    for one in read_xml(archive, name):
        target = one.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"word/{target}"
        if part in archive.namelist() and part.endswith(".xml"):
            found[one.get("Id", "")] = part
    return found


def _numbers(archive: ZipFile, part: str, styles: Styles) -> list[dict[str, Any]]:
    if not part:
        return []
    return [
        _number(paragraph, styles)
        for paragraph in read_xml(archive, part).iter(f"{W}p")
        if _counts_pages(paragraph)
    ]


def _counts_pages(paragraph: etree._Element) -> bool:
    codes = [one.text or "" for one in paragraph.iter(f"{W}instrText")]
    codes += [value(one, "instr") for one in paragraph.iter(f"{W}fldSimple")]
    return any(_PAGE.search(code) for code in codes)


def _number(paragraph: etree._Element, styles: Styles) -> dict[str, Any]:
    parts = styles.paragraphs(paragraph)
    frame = value(paragraph.find(f"{W}pPr/{W}framePr"), "xAlign")
    align = _ALIGNS.get(frame or last(parts, "jc"), "left")
    if align == "left" and len(paragraph.findall(f"{W}r/{W}tab")) == 1:
        align = "centre"  # the first tab of a header leads to its middle
    if any(value(tab, "alignment") == "center" for tab in paragraph.iter(f"{W}ptab")):
        align = "centre"
    run = next(paragraph.iter(f"{W}r"), paragraph)
    letters = styles.letters(paragraph, run)
    return {
        "align": align,
        "size": points(last(letters, "sz"), 2) or 10.0,
        "upright": not holds(letters, "i"),
    }
