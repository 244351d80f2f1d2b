"""A mark on every page that is printed: whose print it is, of what, when; set as text, in grey."""

import ctypes
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped] # it ships no type information
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped] # neither does its raw side

from drafting.watermark import face

_SIZE = 8.0  # points
_EDGE = 14.0  # points from the lower and the left edge: below anything Decree 30 puts there
_INK = 110  # of 255


def mark_pages(pdf: pypdfium2.PdfDocument, words: str) -> None:
    """Set ``words`` along the lower edge of each page, whichever way the page lies.

    Raises  Unavailable: no font with Vietnamese letters is installed.
    """
    font = _font(pdf, Path(face()).read_bytes())
    for n in range(len(pdf)):
        page = pdf[n]
        left, low, _, _ = page.get_cropbox()
        line = pdfium_c.FPDFPageObj_CreateTextObj(pdf, font, _SIZE)
        pdfium_c.FPDFText_SetText(line, _wide(words))
        pdfium_c.FPDFPageObj_SetFillColor(line, _INK, _INK, _INK, 255)
        pdfium_c.FPDFPageObj_Transform(line, 1, 0, 0, 1, left + _EDGE, low + _EDGE)
        pdfium_c.FPDFPage_InsertObject(page, line)
        pdfium_c.FPDFPage_GenerateContent(page)
        page.close()


def _font(pdf: pypdfium2.PdfDocument, face: bytes) -> object:
    data = (ctypes.c_uint8 * len(face)).from_buffer_copy(face)
    return pdfium_c.FPDFText_LoadFont(pdf, data, len(face), pdfium_c.FPDF_FONT_TRUETYPE, 1)


def _wide(words: str) -> ctypes.Array[ctypes.c_ushort]:
    """Give words as PDFium reads them: UTF-16, little end first, closed by a zero."""
    told = words.encode("utf-16-le") + b"\0\0"
    return (ctypes.c_ushort * (len(told) // 2)).from_buffer_copy(told)
