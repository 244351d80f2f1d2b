"""A register on paper or as a table: cover, every column the law asks for, every row."""

import io
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from drafting.layout import (
    CENTRE,
    FONT,
    LEFT,
    Hand,
    as_bytes,
    clean,
    first_line,
    frameless_table,
    keep_row_whole,
    line_all_round,
    new_paper,
    repeat_row,
    rule,
    text_width,
    write,
)
from drafting.plain_table import FORMULA

_WIDTH = Mm(262)  # between the margins of landscape A4


@dataclass(frozen=True, slots=True)
class PrintedBook:
    """A register as it is printed, bound and kept.

    Source  Decree 30/2020, art. 16 and 22, Annex IV: cover fields and least columns.
    """

    title: str  # "SỔ ĐĂNG KÝ VĂN BẢN ĐI"
    office: tuple[str, ...]  # the superior agency first, the office's own name last
    year: int
    columns: tuple[tuple[str, float], ...]  # label and relative width, in their legal order
    rows: tuple[tuple[str, ...], ...]  # as long as ``columns``
    printed_at: str  # "20/11/2026 14:05"
    printed_by: str
    period: tuple[str, str] = ("", "")  # first and last day in this book, as printed
    numbers: tuple[str, str] = ("", "")  # first and last number in this book
    volume: str = ""  # which volume of the year
    lines: tuple[tuple[str, str], ...] = ()  # of the cover, where the form has others
    closing: tuple[str, ...] = ()  # what stands below the table: totals, who signs

    @property
    def cover(self) -> tuple[tuple[str, str], ...]:
        """Give the lines of the cover, blank where nothing is known yet."""
        if self.lines:
            return self.lines
        since, until = (one or "……………" for one in self.period)
        first, last = (one or "………" for one in self.numbers)
        return (
            ("Năm", str(self.year)),
            ("Từ ngày", f"{since} đến ngày {until}"),
            ("Từ số", f"{first} đến số {last}"),
            ("Quyển số", self.volume or "………"),
        )


# ── on paper ─────────────────────────────────────────────────────────────────────────────


def book_docx(book: PrintedBook) -> bytes:
    """Give a register as DOCX, landscape A4: a cover, then the table with its head on each page.

    Raises  ValueError: a row has not as many cells as there are columns.
    """
    _require_whole_rows(book)
    paper = new_paper(title=book.title, author=" - ".join(book.office), landscape=True)
    _cover(paper, book)
    _table(paper, book)
    _printed(paper, book)
    return as_bytes(paper)


def _cover(paper: Document, book: PrintedBook) -> None:
    for n, name in enumerate(book.office, 1):
        hand = Hand(14, bold=n == len(book.office))
        write(paper.add_paragraph(), clean(name).upper(), hand, align=CENTRE)
    if book.office:
        width = text_width(clean(book.office[-1]).upper(), Hand(14, bold=True))
        rule(paper.add_paragraph(), within=_WIDTH, width=width * 0.42)
    title = Hand(24, bold=True)
    write(paper.add_paragraph(), clean(book.title).upper(), title, align=CENTRE, before=110)
    for label, words in book.cover:
        write(paper.add_paragraph(), f"{label}: {words}", Hand(14), align=CENTRE, before=8)
    paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _table(paper: Document, book: PrintedBook) -> None:
    total = sum(width for _, width in book.columns)
    widths = tuple(Mm(_WIDTH.mm * width / total) for _, width in book.columns)
    table = frameless_table(paper, widths, 2)
    line_all_round(table)
    for cell, (label, _) in zip(table.rows[0].cells, book.columns, strict=True):
        _cell_line(cell, clean(label), Hand(11, bold=True), CENTRE)
    for n, cell in enumerate(table.rows[1].cells, 1):
        _cell_line(cell, f"({n})", Hand(10, italic=True), CENTRE)
    for row in table.rows:
        repeat_row(row)
        keep_row_whole(row)
    _add_rows(table, book.rows or (("",) * len(book.columns),))


def _add_rows(table: Table, rows: tuple[tuple[str, ...], ...]) -> None:
    """Add rows as copies of one, which is ten times as fast as building each."""
    row = table.add_row()  # type: ignore[no-untyped-call] # docx leaves it untyped
    keep_row_whole(row)
    for cell in row.cells:
        _cell_line(cell, "-", Hand(11), LEFT)
    pattern = row._tr  # noqa: SLF001 - docx copies no rows
    for words in rows:
        copy = deepcopy(pattern)
        for text, word in zip(copy.iter(qn("w:t")), words, strict=True):
            text.text = clean(word)
        pattern.addprevious(copy)
    pattern.getparent().remove(pattern)


def _cell_line(cell: _Cell, words: str, hand: Hand, align: WD_ALIGN_PARAGRAPH) -> None:
    line = write(first_line(cell), words, hand, align=align)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(1)


def _printed(paper: Document, book: PrintedBook) -> None:
    for told in book.closing:
        write(paper.add_paragraph(), clean(told), Hand(13), align=LEFT, before=6)
    words = f"In từ hệ thống lúc {clean(book.printed_at)}, người in: {clean(book.printed_by)}."
    line = write(paper.add_paragraph(), words, Hand(11, italic=True), align=LEFT, before=6)
    line.paragraph_format.line_spacing = Pt(14)


# ── as a table for a computer ────────────────────────────────────────────────────────────


def book_xlsx(book: PrintedBook) -> bytes:
    """Give a register as XLSX; nothing in it is ever computed, whatever a cell begins with.

    Raises  ValueError: a row has not as many cells as there are columns.
    """
    _require_whole_rows(book)
    workbook = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = workbook.create_sheet("Sổ")
    total = sum(width for _, width in book.columns)
    for n, (_, width) in enumerate(book.columns, 1):
        cast("Any", sheet).column_dimensions[get_column_letter(n)].width = 150 * width / total
    sheet.append([_text_cell(sheet, f"{book.title} - {book.year}", bold=True)])
    sheet.append([_text_cell(sheet, label, bold=True) for label, _ in book.columns])
    for row in book.rows:
        sheet.append([_text_cell(sheet, words) for words in row])
    for told in book.closing:
        sheet.append([_text_cell(sheet, told)])
    printed = f"In từ hệ thống lúc {book.printed_at}, người in: {book.printed_by}."
    sheet.append([_text_cell(sheet, printed)])
    sheet.freeze_panes = "A3"
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _text_cell(sheet: WriteOnlyWorksheet, words: str, *, bold: bool = False) -> Cell:
    """Give a cell that holds text and is typed as text, quoted where a formula could begin."""
    words = clean(words)
    cell: Cell = WriteOnlyCell(sheet, value=words)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.font = Font(name=FONT, size=12, bold=bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    side = Side(style="thin")
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    if words.startswith(FORMULA):
        cell.quotePrefix = True
    return cell


def _require_whole_rows(book: PrintedBook) -> None:
    if any(len(row) != len(book.columns) for row in book.rows):
        raise ValueError("a row has not as many cells as there are columns")
