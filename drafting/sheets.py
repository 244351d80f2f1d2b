"""Rows of words as CSV or XLSX, in which nothing is ever computed, whatever a cell begins with."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from drafting.layout import FONT, clean

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def sheet_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Give a table as CSV in UTF-8, with the mark by which spreadsheets know it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([harmless(clean(words)) for words in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def sheet_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Give a table as XLSX, its head staying in sight."""
    workbook = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = workbook.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, words, bold=True) for words in head])
    for row in rows:
        sheet.append([_text(sheet, words) for words in row])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def harmless(words: str) -> str:
    """Give words that no spreadsheet computes: an apostrophe stands before what it could."""
    return f"'{words}" if words.lstrip(" ").startswith(FORMULA) else words


def _text(sheet: WriteOnlyWorksheet, words: str, *, bold: bool = False) -> Cell:
    words = clean(words)
    cell: Cell = WriteOnlyCell(sheet, value=words)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.font = Font(name=FONT, bold=bold)
    cell.quotePrefix = words.lstrip(" ").startswith(FORMULA)
    return cell
