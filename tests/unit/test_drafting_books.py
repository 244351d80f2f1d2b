"""A register printed: every column, every row, and nothing that computes."""

import io
from dataclasses import replace

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from drafting.books import PrintedBook, book_docx, book_xlsx

COLUMNS = (("Số, ký hiệu", 1.0), ("Ngày tháng", 1.0), ("Trích yếu", 3.0), ("Ghi chú", 1.0))
BOOK = PrintedBook(
    title="Sổ đăng ký văn bản đi",
    office=("Liên đoàn Lao động tỉnh Quảng Ninh", "Liên đoàn Lao động thành phố Uông Bí"),
    year=2026,
    columns=COLUMNS,
    rows=(("01/QĐ-LĐLĐ", "05/01/2026", "Quyết định khen thưởng", ""),),
    printed_at="20/11/2026 14:05",
    printed_by="Trần Văn Thư",
    period=("01/01/2026", "20/11/2026"),
    numbers=("01", "01"),
    volume="1",
)


def test_a_book_has_a_cover_with_every_field() -> None:
    lines = [line.text for line in docx.Document(io.BytesIO(book_docx(BOOK))).paragraphs]

    for expected in (
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NINH",
        "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ",
        "SỔ ĐĂNG KÝ VĂN BẢN ĐI",
        "Năm: 2026",
        "Từ ngày: 01/01/2026 đến ngày 20/11/2026",
        "Từ số: 01 đến số 01",
        "Quyển số: 1",
        "In từ hệ thống lúc 20/11/2026 14:05, người in: Trần Văn Thư.",
    ):
        assert expected in lines


def repeated(paper: Document) -> list[object]:
    """Give the rows printed again on every page."""
    return list(paper.element.body.iter(qn("w:tblHeader")))


def test_a_book_is_landscape_and_repeats_its_head() -> None:
    paper = docx.Document(io.BytesIO(book_docx(BOOK)))

    assert paper.sections[0].orientation == WD_ORIENT.LANDSCAPE
    head, *rest = paper.tables[0].rows
    assert [cell.text for cell in head.cells] == [label for label, _ in COLUMNS]
    assert len(repeated(paper)) == 2
    assert [cell.text for cell in rest[-1].cells] == list(BOOK.rows[0])


def test_an_empty_book_still_shows_its_columns() -> None:
    empty = replace(BOOK, rows=())

    table = docx.Document(io.BytesIO(book_docx(empty))).tables[0]
    sheet = openpyxl.load_workbook(io.BytesIO(book_xlsx(empty))).active

    assert [cell.text for cell in table.rows[0].cells] == [label for label, _ in COLUMNS]
    assert len(table.rows) == 3
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == [label for label, _ in COLUMNS]


def test_no_row_is_lost_in_a_long_book() -> None:
    rows = tuple((f"{n:02d}/QĐ-LĐLĐ", "05/01/2026", "x", "") for n in range(1, 701))
    long = replace(BOOK, rows=rows)

    long_paper = docx.Document(io.BytesIO(book_docx(long)))
    sheet = openpyxl.load_workbook(io.BytesIO(book_xlsx(long))).active

    cells = [node.text for node in long_paper.element.body.iter(qn("w:t"))]
    assert [cell for cell in cells if cell and cell.endswith("/QĐ-LĐLĐ")] == [r[0] for r in rows]
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=3, max_row=702)] == [r[0] for r in rows]


@pytest.mark.parametrize("words", ["=1+1", "+84 203", "-5", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_nothing_in_a_book_is_ever_computed(words: str) -> None:
    book = replace(BOOK, rows=((words, "", "", ""),))

    sheet = openpyxl.load_workbook(io.BytesIO(book_xlsx(book))).active

    assert sheet is not None
    cell = sheet["A3"]
    assert cell.value == words.strip()
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_row_with_a_cell_too_few_is_an_error() -> None:
    book = replace(BOOK, rows=(("01",),))

    for make in (book_docx, book_xlsx):
        with pytest.raises(ValueError, match="cells"):
            make(book)
