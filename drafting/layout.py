"""Pieces of a page: letters, paragraphs, rules and frames as Decree 30/2020 draws them."""

import io
import re
import unicodedata
from dataclasses import dataclass
from typing import cast

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT = "Times New Roman"
NBSP = "\N{NO-BREAK SPACE}"
RED = RGBColor(0xFF, 0x00, 0x00)
CENTRE, JUSTIFIED, LEFT = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
    WD_ALIGN_PARAGRAPH.LEFT,
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Hand:
    """How letters look."""

    size: float  # points
    bold: bool = False
    italic: bool = False
    red: bool = False


def clean(text: str) -> str:
    """Give text as it can be printed: NFC, one line, nothing a word processor cannot hold."""
    text = _UNPRINTABLE.sub("", unicodedata.normalize("NFC", text))
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def new_paper(*, title: str, author: str, landscape: bool = False) -> Document:
    """Give an empty A4 document in the office's font, numbered from its second page.

    Source  Decree 30/2020, Annex I, part I: paper, margins, font and page numbers.
    """
    document = docx.Document()
    _name_it(document, title=title, author=author)
    _set_default_font(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin, section.right_margin = Mm(20), Mm(15)
    number_pages(section)
    return document


def as_bytes(document: Document) -> bytes:
    """Give the whole file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def write(  # noqa: PLR0913 - the choices of a paragraph, all by name
    paragraph: Paragraph,
    text: str,
    hand: Hand,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    """Put text at the end of a paragraph and set the paragraph's place; distances in points."""
    letters(paragraph, text, hand)
    if align is not None:
        paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    paragraph.paragraph_format.space_after = Pt(after)
    return paragraph


def letters(paragraph: Paragraph, text: str, hand: Hand) -> Run:
    """Put text at the end of a paragraph."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(hand.size), hand.bold, hand.italic
    if hand.red:
        run.font.color.rgb = RED
    return run


def first_line(cell: _Cell) -> Paragraph:
    """Give the empty paragraph every new cell begins with."""
    return cast("Paragraph", cell.paragraphs[0])


def rule(paragraph: Paragraph, *, within: Length, width: float) -> None:
    """Make an empty paragraph a thin centred line.

    Takes   within: the width of the column; width: of the line, in points.
    """
    borders = _child(paragraph._p.get_or_add_pPr(), "w:pBdr")  # noqa: SLF001 - docx has no borders
    _border(borders, "top")
    side = max((within.pt - width) / 2, 0)
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Pt(side)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(3), Pt(0), Pt(4)
    letters(paragraph, "", Hand(2))


def text_width(text: str, hand: Hand) -> float:
    """Give about how wide a text is, in points, in the widths of Times New Roman."""
    wide = sum(_LETTER_WIDTHS.get(_kind_of(letter), 0.5) for letter in text)
    return wide * hand.size * (1.06 if hand.bold else 1.0)


def frameless_table(parent: Document | _Cell, widths: tuple[Length, ...], rows: int) -> Table:
    """Give a table without lines or inner margins, its columns as wide as told."""
    width = Mm(sum(one.mm for one in widths))
    if isinstance(parent, _Cell):
        table = parent.add_table(rows, len(widths))
    else:
        table = parent.add_table(rows, len(widths))
        table.style = None
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _fix_widths(table, width, widths)
    return table


def keep_row_whole(row: _Row) -> None:
    """Never let a page end inside this row."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - docx has no such


def repeat_row(row: _Row) -> None:
    """Print this row again at the top of every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - docx has no such


def framed(cell: _Cell, text: str, hand: Hand, *, width: Length, height: Length) -> None:
    """Put a text in a single frame of a given size, centred in the cell."""
    table = frameless_table(cell, (width,), 1)
    row = table.rows[0]
    row.height, row.height_rule = height, WD_ROW_HEIGHT_RULE.EXACTLY
    inner = row.cells[0]
    properties = inner._tc.get_or_add_tcPr()  # noqa: SLF001 - docx has no cell borders
    borders = _child(properties, "w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        _border(borders, side, colour=str(RED) if hand.red else "000000", eighths=8)
    _child(properties, "w:vAlign").set(qn("w:val"), "center")
    write(first_line(inner), text, hand, align=CENTRE)
    gap = cell.paragraphs[-1]  # a cell must not end in a table
    gap.paragraph_format.line_spacing = Pt(4)
    letters(gap, "", Hand(2))


def line_all_round(table: Table) -> None:
    """Draw every line of a table."""
    borders = _child(table._tbl.tblPr, "w:tblBorders", before=_AFTER_BORDERS)  # noqa: SLF001 - docx has no table borders
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _border(borders, side, eighths=4)


def _fix_widths(table: Table, width: Length, widths: tuple[Length, ...]) -> None:
    properties = table._tbl.tblPr  # noqa: SLF001 - docx has no cell margins and keeps its own width
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    size = _child(properties, "w:tblW", before=("w:jc", *_AFTER_BORDERS))
    size.set(qn("w:w"), str(round(width.pt * 20)))
    size.set(qn("w:type"), "dxa")
    margins = _child(properties, "w:tblCellMar", before=("w:tblLook",))
    for side in ("left", "right"):
        margin = _child(margins, f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
    for column, one in zip(table.columns, widths, strict=True):
        column.width = one
        for cell in column.cells:
            cell.width = one


def number_pages(section: Section, *, titled: bool = True) -> None:
    """Put the page number into the middle of the top margin, but not on the first page.

    Takes   titled: whether the section's first page is one without a number.
    """
    section.different_first_page_header_footer = titled
    empty = (one for one in section.header.paragraphs if not one.text and len(one._p) < 2)  # noqa: PLR2004, SLF001 - its shape at most
    paragraph = next(empty, None) or section.header.add_paragraph()
    for old in paragraph._p.findall(qn("w:pPr")):  # noqa: SLF001 - docx cannot forget a shape
        paragraph._p.remove(old)  # noqa: SLF001 - as above
    paragraph.alignment = CENTRE
    for part, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("", "2"), ("end", "")):
        run = letters(paragraph, "", Hand(13))
        set_font(run)
        if part:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), part)
        else:
            mark = OxmlElement("w:instrText" if "PAGE" in text else "w:t")
            mark.text = text
        run._r.append(mark)  # noqa: SLF001 - docx has no fields


def set_font(run: Run) -> None:
    """Set letters in the office's font, whatever script they are of."""
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - docx sets two scripts of four
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)


def _set_default_font(document: Document) -> None:
    normal = document.styles["Normal"]
    properties = normal.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    language = _child(properties, "w:lang")
    for script in ("val", "eastAsia"):
        language.set(qn(f"w:{script}"), "vi-VN")
    normal.font.size = Pt(14)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    header = document.styles["Header"]
    header.font.name, header.font.size = FONT, Pt(13)


def _name_it(document: Document, *, title: str, author: str) -> None:
    """Say what it is and whose; forget what the empty template says of itself."""
    core = document.core_properties
    core.title, core.author, core.language = title[:255], author[:255], "vi-VN"
    core.comments = core.last_modified_by = core.keywords = ""
    root = core._element  # noqa: SLF001 - docx cannot leave a moment out
    for moment in ("dcterms:created", "dcterms:modified"):
        for old in root.findall(qn(moment)):
            root.remove(old)


def _child(parent: BaseOxmlElement, name: str, *, before: tuple[str, ...] = ()) -> BaseOxmlElement:
    """Add an element in the place its schema wants it: ahead of all those named."""
    child = cast("BaseOxmlElement", OxmlElement(name))
    after = next((one for one in parent if one.tag in {qn(tag) for tag in before}), None)
    if after is None:
        parent.append(child)
    else:
        after.addprevious(child)
    return child


_AFTER_BORDERS = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")  # in CT_TblPr


def _border(
    borders: BaseOxmlElement, side: str, *, colour: str = "000000", eighths: int = 6
) -> None:
    border = _child(borders, f"w:{side}")
    border.set(qn("w:val"), "single")
    border.set(qn("w:sz"), str(eighths))  # eighths of a point
    border.set(qn("w:space"), "0")
    border.set(qn("w:color"), colour)


def _kind_of(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    if base in "iljtfrI.,;:'/-()":
        return "narrow"
    if base in "mwMW":
        return "wide"
    if base.isspace():
        return "space"
    return "upper" if base.isupper() else "lower"


_LETTER_WIDTHS = {"narrow": 0.31, "wide": 0.82, "space": 0.25, "upper": 0.69, "lower": 0.48}
