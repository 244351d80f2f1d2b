"""Minutes: who gave what to whom, on paper that both sign."""

from dataclasses import dataclass

from docx.document import Document
from docx.shared import Mm

from drafting.layout import (
    CENTRE,
    JUSTIFIED,
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
from drafting.letterhead import MOTTO, NATION

_LEFT, _RIGHT = Mm(64), Mm(96)
_WIDTH = 160  # millimetres between the margins


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a handing over."""

    label: str  # "Bên giao"
    name: str
    title: str
    told: str = ""  # what stands where they sign: when they confirmed it in the system


@dataclass(frozen=True, slots=True)
class Minutes:
    """What stands on minutes of a handing over."""

    superior: str
    organ: str
    place: str
    title: str  # "Bàn giao con dấu"
    opening: str
    parties: tuple[Party, ...]
    body: tuple[str, ...]
    columns: tuple[tuple[str, float], ...] = ()  # heading and relative width
    rows: tuple[tuple[str, ...], ...] = ()  # as long as ``columns``
    closing: tuple[str, ...] = ()


def minutes_docx(told: Minutes) -> bytes:
    """Give minutes as DOCX on A4: the head of a document, the parties, what passed, both names."""
    paper = new_paper(title=f"Biên bản: {told.title}", author=told.organ)
    _head(paper, told)
    write(paper.add_paragraph(), "BIÊN BẢN", Hand(14, bold=True), align=CENTRE, before=18)
    write(paper.add_paragraph(), clean(told.title), Hand(14, bold=True), align=CENTRE, after=12)
    _line(paper, told.opening)
    for party in told.parties:
        _line(paper, f"{party.label}: {party.name}, {party.title}.")
    for line in told.body:
        _line(paper, line)
    if told.columns:
        _table(paper, told)
    for line in told.closing:
        _line(paper, line)
    _signed(paper, told)
    return as_bytes(paper)


def _line(paper: Document, words: str) -> None:
    write(paper.add_paragraph(), clean(words), Hand(13), align=JUSTIFIED, before=6)


def _head(paper: Document, told: Minutes) -> None:
    left, right = frameless_table(paper, (_LEFT, _RIGHT), 1).rows[0].cells
    if told.superior:
        write(first_line(left), clean(told.superior).upper(), Hand(12), align=CENTRE)
    organ = clean(told.organ).upper()
    line = left.add_paragraph() if told.superior else first_line(left)
    write(line, organ, Hand(12, bold=True), align=CENTRE)
    width = min(text_width(organ, Hand(12, bold=True)), _LEFT.pt)
    rule(left.add_paragraph(), within=_LEFT, width=width * 0.42)
    write(first_line(right), NATION, Hand(12, bold=True), align=CENTRE)
    hand = Hand(13, bold=True)
    write(right.add_paragraph(), MOTTO, hand, align=CENTRE)
    rule(right.add_paragraph(), within=_RIGHT, width=text_width(MOTTO, hand))
    write(right.add_paragraph(), clean(told.place), Hand(13, italic=True), align=CENTRE, before=4)


def _table(paper: Document, told: Minutes) -> None:
    total = sum(width for _, width in told.columns)
    widths = tuple(Mm(_WIDTH * width / total) for _, width in told.columns)
    paper.add_paragraph()
    table = frameless_table(paper, widths, 1 + len(told.rows))
    line_all_round(table)
    repeat_row(table.rows[0])
    heads = tuple(name for name, _ in told.columns)
    for n, (row, words) in enumerate(zip(table.rows, (heads, *told.rows), strict=True)):
        keep_row_whole(row)
        for cell, word in zip(row.cells, words, strict=True):
            align = LEFT if n else CENTRE
            line = write(first_line(cell), clean(word), Hand(12, bold=not n), align=align)
            line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(1)


def _signed(paper: Document, told: Minutes) -> None:
    paper.add_paragraph()
    width = Mm(_WIDTH / len(told.parties))
    table = frameless_table(paper, (width,) * len(told.parties), 1)
    keep_row_whole(table.rows[0])
    for cell, party in zip(table.rows[0].cells, told.parties, strict=True):
        bold = Hand(13, bold=True)
        write(first_line(cell), clean(party.label).upper(), bold, align=CENTRE, before=12)
        write(cell.add_paragraph(), clean(party.told), Hand(11, italic=True), align=CENTRE)
        write(cell.add_paragraph(), clean(party.name), bold, align=CENTRE, before=60)
