"""What is done with a DOCX inside the sandbox to mend how it is set; its words stay its own."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.section import Section, _BaseHeaderFooter
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from drafting.archive import open_zip
from drafting.docx_layout_task import paragraphs_of
from drafting.layout import number_pages, set_font
from records.errors import Unreadable

_ALIGNS = {"centre": WD_ALIGN_PARAGRAPH.CENTER, "justified": WD_ALIGN_PARAGRAPH.JUSTIFY}
_PAGE = re.compile(r"\bPAGE\b")
_DASHES = " -+•\N{EN DASH}"
_SIGNS = " \t\N{NO-BREAK SPACE}.;,:/"


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give the DOCX with each repair made in its place.

    Takes   options: ``repairs``, as ``drafting.decree`` gives them.
    Raises  Unreadable: file.damaged and the other faults of a ZIP.
    """
    open_zip(content).close()
    try:
        paper = docx.Document(io.BytesIO(content))
    except Exception as error:  # a hostile package raises a dozen kinds of error
        raise Unreadable("file.damaged") from error
    body = cast("Any", paper.element)
    paragraphs = [Paragraph(cast("Any", one), paper) for one in paragraphs_of(body)]
    for repair in cast("list[dict[str, Any]]", options["repairs"]):
        if "at" in repair:
            _LINES[repair["do"]](paragraphs[repair["at"]], repair)
        else:
            _PAGES[repair["do"]](paper, repair)
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


# ── lines ────────────────────────────────────────────────────────────────────────────────


def _look(paragraph: Paragraph, told: dict[str, Any]) -> None:
    for run in _runs(paragraph):
        if "size" in told:
            run.font.size = Pt(told["size"])
        if "bold" in told:
            run.bold = told["bold"]
        if "italic" in told:
            run.italic = told["italic"]
        if "font" in told:
            set_font(run)
        if "colour" in told:
            run.font.color.rgb = RGBColor.from_string(told["colour"])
        if told.get("upper"):
            for text in run._r.iter(qn("w:t")):  # noqa: SLF001 - docx would drop tabs and breaks
                text.text = (text.text or "").upper()
    if "align" in told:
        paragraph.alignment = _ALIGNS[told["align"]]


def _shape(paragraph: Paragraph, told: dict[str, Any]) -> None:
    shape = paragraph.paragraph_format
    if "align" in told:
        paragraph.alignment = _ALIGNS[told["align"]]
    if "first" in told:
        shape.first_line_indent = Pt(told["first"])
    if "before" in told:
        shape.space_before = Pt(told["before"])
    if "spacing" in told:
        shape.line_spacing = float(told["spacing"])


def _say(paragraph: Paragraph, told: dict[str, Any]) -> None:
    texts = _texts(paragraph)
    for n, text in enumerate(texts):
        _write(text, told["text"] if n == 0 else "")


def _end(paragraph: Paragraph, told: dict[str, Any]) -> None:
    """Take signs and blanks from the end, over as many runs as they stand in, and put ours."""
    for text in reversed(_texts(paragraph)):
        bare = (text.text or "").rstrip(_SIGNS)
        if bare:
            _write(text, bare + told["text"])
            return
        _write(text, "")


def _dash(paragraph: Paragraph, _: dict[str, Any]) -> None:
    texts = _texts(paragraph)
    if texts:
        _write(texts[0], f"- {(texts[0].text or '').lstrip(_DASHES)}")


_LINES: dict[str, Callable[[Paragraph, dict[str, Any]], None]] = {
    "look": _look,
    "shape": _shape,
    "say": _say,
    "end": _end,
    "dash": _dash,
}


def _runs(paragraph: Paragraph) -> Iterator[Run]:
    """Give every run of a paragraph itself, those in links and changes too."""
    for node in paragraph._p.iter(qn("w:r")):  # noqa: SLF001 - docx knows only the outermost
        if next(node.iterancestors(qn("w:p")), None) is paragraph._p:  # noqa: SLF001 - as above
            yield Run(cast("Any", node), paragraph)


def _texts(paragraph: Paragraph) -> list[Any]:
    return [text for run in _runs(paragraph) for text in run._r.iter(qn("w:t"))]  # noqa: SLF001 - docx gives copies


def _write(node: Any, text: str) -> None:
    node.text = text
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


# ── pages ────────────────────────────────────────────────────────────────────────────────


def _paper(paper: Document, told: dict[str, Any]) -> None:
    section = paper.sections[told["section"]]
    wide = (section.page_width or 0) > (section.page_height or 0)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    sides = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    section.page_width, section.page_height = sides


def _margin(paper: Document, told: dict[str, Any]) -> None:
    setattr(paper.sections[told["section"]], f"{told['side']}_margin", Mm(told["to"]))


def _page_numbers(paper: Document, _: dict[str, Any]) -> None:
    """Take every page number away, and put one in the middle of the top margin after page one."""
    for n, section in enumerate(paper.sections):
        for part in _margins_of(section):
            if not part.is_linked_to_previous:
                _forget_numbers(part)
        if n == 0:
            number_pages(section)
        elif not section.header.is_linked_to_previous:
            number_pages(section, titled=section.different_first_page_header_footer)


def _margins_of(section: Section) -> tuple[_BaseHeaderFooter, ...]:
    heads = (section.header, section.first_page_header, section.even_page_header)
    return (*heads, section.footer, section.first_page_footer, section.even_page_footer)


def _forget_numbers(part: _BaseHeaderFooter) -> None:
    root = part.part.element
    for paragraph in list(root.iter(qn("w:p"))):
        codes = [one.text or "" for one in paragraph.iter(qn("w:instrText"))]
        codes += [one.get(qn("w:instr"), "") for one in paragraph.iter(qn("w:fldSimple"))]
        if any(_PAGE.search(code) for code in codes):
            for node in list(paragraph):
                if node.tag != qn("w:pPr"):
                    paragraph.remove(node)


_PAGES: dict[str, Callable[[Document, dict[str, Any]], None]] = {
    "paper": _paper,
    "margin": _margin,
    "page-numbers": _page_numbers,
}
