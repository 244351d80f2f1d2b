"""Small papers beside a document: the directive slip, the arrival stamp and the envelope."""

from dataclasses import dataclass

from docx.document import Document
from docx.shared import Mm

from drafting.layout import (
    CENTRE,
    LEFT,
    Hand,
    as_bytes,
    clean,
    first_line,
    frameless_table,
    line_all_round,
    new_paper,
    write,
)

_DOTS = "." * 60


@dataclass(frozen=True, slots=True)
class SlipWords:
    """What stands on a slip."""

    superior: str
    organ: str
    arrival: str = ""  # "05"
    arrived_on: str = ""  # "20/11/2026"
    about: str = ""  # type, number, date and issuer
    subject: str = ""
    code: str = ""
    handler: str = ""
    due: str = ""
    file: str = ""
    recipients: tuple[str, ...] = ()
    address: str = ""
    marks: tuple[str, ...] = ()  # of urgency, and of secrecy on an envelope's own line
    directives: tuple[tuple[str, str, str], ...] = ()  # who, when, what they wrote
    helpers: tuple[tuple[str, str], ...] = ()  # who helps, until when
    informed: tuple[str, ...] = ()  # who shall know
    directed_on: str = ""  # the day of the leader's word
    passed: tuple[tuple[str, str, str, str], ...] = ()  # to whom, until when, on which day, words
    proposals: tuple[tuple[str, str, str], ...] = ()  # who handled it, when, what they propose


def directive_slip(words: SlipWords) -> bytes:
    """Give the slip on which leaders, unit and handler write (Decree 30/2020, Annex IV, VII)."""
    paper = new_paper(title="Phiếu giải quyết văn bản đến", author=words.organ)
    _head(paper, words)
    title = Hand(14, bold=True)
    write(paper.add_paragraph(), "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN", title, align=CENTRE, before=18)
    about = f"{clean(words.about)} về việc {clean(words.subject)}"
    write(paper.add_paragraph(), about, Hand(13, italic=True), align=CENTRE, after=6)
    number = f"Số đến: {words.arrival}; ngày đến: {words.arrived_on}"
    write(paper.add_paragraph(), number, Hand(13), align=LEFT, before=6)
    for heading, asked in (
        ("1. Ý kiến của lãnh đạo cơ quan", _of_leader(words)),
        ("2. Ý kiến của lãnh đạo đơn vị", _of_unit(words)),
        ("3. Đề xuất của người giải quyết", _of_handler(words)),
    ):
        write(paper.add_paragraph(), heading, Hand(13, bold=True), align=LEFT, before=12)
        for line in asked:
            write(paper.add_paragraph(), clean(line), Hand(13), align=LEFT, before=6)
    return as_bytes(paper)


def _of_leader(words: SlipWords) -> tuple[str, ...]:
    helpers = ", ".join(who for who, _ in words.helpers)
    return (
        f"Đơn vị, cá nhân chủ trì: {words.handler or _DOTS}",
        f"Đơn vị, cá nhân phối hợp: {helpers or _DOTS}",
        f"Thời hạn giải quyết: {words.due or _DOTS}",
        *(f"Thời hạn của {who}: {due}" for who, due in words.helpers if due),
        *((f"Để biết: {', '.join(words.informed)}",) if words.informed else ()),
        *(f"{who}, {when}: {told}" for who, when, told in words.directives),
        f"Ngày cho ý kiến phân phối, giải quyết: {words.directed_on or _DOTS}",
    )


def _of_unit(words: SlipWords) -> tuple[str, ...]:
    lines: list[str] = []
    for who, due, on, told in words.passed or (("", "", "", ""),):
        lines += [f"Giao cho cá nhân: {who or _DOTS}", f"Thời hạn giải quyết: {due or _DOTS}"]
        lines += [f"Ý kiến: {told}"] if told else []
        lines += [f"Ngày cho ý kiến: {on or _DOTS}"]
    return tuple(lines)


def _of_handler(words: SlipWords) -> tuple[str, ...]:
    told = [f"{who}: {what}" for who, _, what in words.proposals] or [_DOTS, _DOTS]
    on = words.proposals[-1][1] if words.proposals else _DOTS
    return (*told, f"Ngày đề xuất: {on}")


def arrival_stamp(words: SlipWords) -> bytes:
    """Give the stamp ĐẾN, 35 by 50 mm, as a slip to be printed on paper that came."""
    paper = new_paper(title="Dấu đến", author=words.organ)
    table = frameless_table(paper, (Mm(50),), 3)
    line_all_round(table)
    for row, height in zip(table.rows, (9, 15, 11), strict=True):
        row.height = Mm(height)
    name, body, foot = (row.cells[0] for row in table.rows)
    write(first_line(name), clean(words.organ).upper(), Hand(8, bold=True), align=CENTRE)
    write(first_line(body), f"ĐẾN   Số: {words.arrival}", Hand(11, bold=True), align=LEFT)
    write(body.add_paragraph(), f"Ngày: {words.arrived_on}", Hand(10), align=LEFT)
    write(first_line(foot), f"Chuyển: {clean(words.handler)}", Hand(9), align=LEFT)
    write(foot.add_paragraph(), f"Số và ký hiệu HS: {clean(words.file)}", Hand(9), align=LEFT)
    return as_bytes(paper)


def envelope(words: SlipWords) -> bytes:
    """Give the face of an envelope for each recipient (Decree 30/2020, Annex IV)."""
    paper = new_paper(title="Bì văn bản", author=words.organ, landscape=True)
    for n, recipient in enumerate(words.recipients or ("",)):
        if n:
            paper.add_page_break()  # type: ignore[no-untyped-call] # docx leaves it untyped
        _head(paper, words)
        if words.address:
            write(paper.add_paragraph(), clean(words.address), Hand(12), align=LEFT)
        write(paper.add_paragraph(), f"Số: {clean(words.code)}", Hand(13), align=LEFT, before=12)
        for mark in words.marks:
            hand = Hand(14, bold=True, red=True)
            write(paper.add_paragraph(), clean(mark).upper(), hand, align=LEFT, before=6)
        told = f"Kính gửi: {clean(recipient)}"
        write(paper.add_paragraph(), told, Hand(18, bold=True), align=CENTRE, before=90)
    return as_bytes(paper)


def _head(paper: Document, words: SlipWords) -> None:
    if words.superior:
        write(paper.add_paragraph(), clean(words.superior).upper(), Hand(12), align=LEFT)
    write(paper.add_paragraph(), clean(words.organ).upper(), Hand(12, bold=True), align=LEFT)
