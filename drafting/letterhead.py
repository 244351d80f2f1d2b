"""The head of a document: the nation, the agency, number, place and date, stamps."""

import re

from docx.document import Document
from docx.shared import Length, Mm, Pt
from docx.table import _Cell

from drafting.draft import DraftText
from drafting.layout import (
    CENTRE,
    NBSP,
    Hand,
    clean,
    first_line,
    framed,
    frameless_table,
    rule,
    text_width,
    write,
)
from records.document import Circulation, Classification, Urgency

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
SECRECY = {
    Classification.CONFIDENTIAL: "MẬT",
    Classification.SECRET: "TỐI MẬT",
    Classification.TOP_SECRET: "TUYỆT MẬT",
}
URGENCY = {
    Urgency.URGENT: ("KHẨN", Mm(20)),
    Urgency.VERY_URGENT: ("THƯỢNG KHẨN", Mm(40)),
    Urgency.IMMEDIATE: ("HỎA TỐC", Mm(30)),
}
CIRCULATION = {
    Circulation.INTERNAL: "LƯU HÀNH NỘI BỘ",
    Circulation.RETURN: "XEM XONG TRẢ LẠI",
}
_TEXT = 160  # millimetres between the margins
_RIGHT_LEAST, _RIGHT_MOST = 96, 108  # millimetres: the nation's name needs the first
_NUMBER_GAP = NBSP * 11  # 36 points at size 13: room for five figures
_YEAR_ROOM = Pt(30)  # four figures; spaces at the end of a line would count for nothing
_LONG_PLACE = 15  # letters; beyond it the gaps shrink to what the figures need
_STAMP = Hand(13, bold=True, red=True)


def add_letterhead(document: Document, draft: DraftText) -> None:
    """Set cells 1 to 4, a letter's subject (5b) and the stamps (10a, 10b, 11).

    Source  Decree 30/2020, Annex I, part II: 1-4, 5b, 10, 11; page layout in part IV.
    """
    wide = text_width(_date_line(draft), Hand(13)) * 25.4 / 72 + _YEAR_ROOM.mm + 4
    right = min(max(wide, _RIGHT_LEAST), _RIGHT_MOST)  # a long place name needs more room
    table = frameless_table(document, (Mm(_TEXT - right), Mm(right)), 3)
    _agency(table.cell(0, 0), draft, Mm(_TEXT - right))
    _nation(table.cell(0, 1), Mm(right))
    number = f"Số:{_NUMBER_GAP}/{clean(draft.notation)}"
    write(first_line(table.cell(1, 0)), number, Hand(13), align=CENTRE, before=4)
    date = first_line(table.cell(1, 1))
    write(date, _date_line(draft), Hand(13, italic=True), align=CENTRE, before=4)
    date.paragraph_format.right_indent = _YEAR_ROOM
    below = table.cell(2, 0)
    if draft.kind == "letter":
        write(
            first_line(below),
            f"V/v {_matter(clean(draft.subject))}",
            Hand(12),
            align=CENTRE,
            before=6,
            after=4,
        )
    else:
        _thin(below)
    _stamps(below, draft)
    _thin(table.cell(2, 1))


def _matter(subject: str) -> str:
    """Give what a letter is about, without the "Về việc" that "V/v" stands for."""
    matter = re.sub(r"^(?:về việc|v/v)[:\s]+", "", subject, flags=re.IGNORECASE)
    return matter[:1].lower() + matter[1:] if matter != subject else subject


def _date_line(draft: DraftText) -> str:
    # No-break spaces: the line must not break in a gap.
    place = clean(draft.place)
    gap = NBSP * (5 if len(place) > _LONG_PLACE else 6)  # 3.25 points each
    return f"{place}, ngày{gap}tháng{gap}năm".replace(" ", NBSP)


def _agency(cell: _Cell, draft: DraftText, within: Length) -> None:
    line = first_line(cell)
    if draft.superior:
        write(line, clean(draft.superior).upper(), Hand(12), align=CENTRE)
        line = cell.add_paragraph()
    hand = Hand(12, bold=True)
    organ = clean(draft.organ).upper()
    write(line, organ, hand, align=CENTRE)
    width = min(text_width(organ, hand), within.pt)
    rule(cell.add_paragraph(), within=within, width=width * 0.42)


def _nation(cell: _Cell, within: Length) -> None:
    write(first_line(cell), NATION, Hand(12, bold=True), align=CENTRE)
    hand = Hand(13, bold=True)
    write(cell.add_paragraph(), MOTTO, hand, align=CENTRE)
    rule(cell.add_paragraph(), within=within, width=text_width(MOTTO, hand))


def _stamps(cell: _Cell, draft: DraftText) -> None:
    if draft.classification in SECRECY:
        text = SECRECY[draft.classification]
        width = Mm(text_width(text, _STAMP) * 25.4 / 72 + 6)
        framed(cell, text, _STAMP, width=width, height=Mm(8))
    if draft.urgency in URGENCY:
        text, width = URGENCY[draft.urgency]
        framed(cell, text, _STAMP, width=width, height=Mm(8))
    if draft.circulation in CIRCULATION:
        mark = CIRCULATION[draft.circulation]
        width = Mm(min(text_width(mark, _STAMP) * 25.4 / 72 + 8, 62))
        framed(cell, mark, Hand(13, bold=True), width=width, height=Mm(8))


def _thin(cell: _Cell) -> None:
    """Let an empty cell take next to no height."""
    line = first_line(cell)
    line.paragraph_format.line_spacing = Pt(4)
    write(line, "", Hand(2))
