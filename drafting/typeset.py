"""A draft set on paper: head, title, bases, body, recipients and signature block."""

import re
from collections.abc import Callable

from docx.document import Document
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from drafting.draft import DraftText
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
    letters,
    new_paper,
    rule,
    text_width,
    write,
)
from drafting.letterhead import add_letterhead

_TEXT = Mm(160)  # between the margins
_BODY = Hand(14)
_STRONG = Hand(14, bold=True)
_SIGNATURE_ROOM = Mm(32)
_HEADING = re.compile(r"^(?:Điều \d+[a-zđ]?\.|(?:Phần|Chương|Mục|Tiểu mục) [IVXLC\d]+\.?)")
_ARTICLE = re.compile(r"^Điều \d")


def make_docx(draft: DraftText) -> bytes:
    """Give a draft as DOCX in the layout of Decree 30/2020; number and date are left blank.

    Source  Decree 30/2020, Annex I (layout) and Annex III (templates 1.1, 1.2, 1.4, 1.5, 1.7).
    """
    paper = new_paper(title=clean(draft.subject), author=clean(draft.organ))
    add_letterhead(paper, draft)
    _BODIES.get(draft.kind, _named)(paper, draft)
    _closing(paper, draft)
    return as_bytes(paper)


# ── bodies, one a template ───────────────────────────────────────────────────────────────


def _named(paper: Document, draft: DraftText) -> None:
    _title(paper, draft)
    _kinh_gui(paper, draft)
    _bases(paper, draft)
    _particulars(paper, draft, final=not any(map(clean, draft.body)))
    _paragraphs(paper, draft.body)


def _letter(paper: Document, draft: DraftText) -> None:
    _kinh_gui(paper, draft)
    _bases(paper, draft)
    _paragraphs(paper, draft.body)


def _decision(paper: Document, draft: DraftText) -> None:
    _resolving(paper, draft, "QUYẾT ĐỊNH:")


def _resolution(paper: Document, draft: DraftText) -> None:
    _resolving(paper, draft, "QUYẾT NGHỊ:")


def _resolving(paper: Document, draft: DraftText, formula: str) -> None:
    _title(paper, draft)
    write(paper.add_paragraph(), _authority(draft), _STRONG, align=CENTRE, before=10, after=6)
    _bases(paper, draft)
    write(paper.add_paragraph(), formula, _STRONG, align=CENTRE, before=10, after=4)
    _paragraphs(paper, _articles(draft.body))


def _invitation(paper: Document, draft: DraftText) -> None:
    _title(paper, draft)
    opening = draft.extra.get("opening") or f"{draft.organ} trân trọng kính mời:"
    guests = [clean(guest).rstrip(";.") for guest in draft.addressees]
    if len(guests) == 1:
        _paragraph(paper, f"{clean(opening)} {guests[0]}.", before=10)
    else:
        _paragraph(paper, clean(opening), before=10)
        _dashes(paper, guests)
    _particulars(paper, draft)
    _paragraphs(paper, draft.body or ("Rất mong quý vị đến dự đúng giờ.",))


_BODIES: dict[str, Callable[[Document, DraftText], None]] = {
    "named": _named,
    "letter": _letter,
    "decision": _decision,
    "resolution": _resolution,
    "invitation": _invitation,
}


# ── pieces ───────────────────────────────────────────────────────────────────────────────


def _title(paper: Document, draft: DraftText) -> None:
    name = clean(draft.type_name).upper()
    write(paper.add_paragraph(), name, _STRONG, align=CENTRE, before=14)
    subject = clean(draft.subject)
    line = write(paper.add_paragraph(), subject, _STRONG, align=CENTRE)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Mm(12)
    width = min(text_width(subject, _STRONG), _TEXT.pt)
    rule(paper.add_paragraph(), within=_TEXT, width=width * 0.42)


def _authority(draft: DraftText) -> str:
    """Give who decides: as told, or the body or post the signer signs for, and the agency."""
    told = clean(draft.extra.get("authority", ""))
    if told:
        return told.upper()
    post = clean(draft.capacity[0] if draft.capacity else "").upper()
    post = re.sub(r"^(?:TM|KT|TL|TUQ|Q)\. ?", "", post)
    organ = clean(draft.organ).upper()
    return post if organ in post else f"{post} {organ}".strip()


def _kinh_gui(paper: Document, draft: DraftText) -> None:
    names = [clean(name).rstrip(";.") for name in draft.addressees]
    if not names:
        return
    line = paper.add_paragraph()
    if len(names) == 1:
        write(line, f"Kính gửi: {names[0]}", _BODY, align=CENTRE, before=12, after=6)
        return
    write(line, "Kính gửi:", _BODY, before=12, after=2)
    line.paragraph_format.left_indent = Mm(35)
    for n, name in enumerate(names, 1):
        item = write(paper.add_paragraph(), f"- {name}{'.' if n == len(names) else ';'}", _BODY)
        item.paragraph_format.left_indent = Mm(55)
        item.paragraph_format.first_line_indent = Mm(-3)
    item.paragraph_format.space_after = Pt(6)


def _bases(paper: Document, draft: DraftText) -> None:
    bases = [clean(basis).rstrip(";.") for basis in draft.bases]
    for n, basis in enumerate(bases, 1):
        line = paper.add_paragraph()
        letters(line, f"{basis}{'.' if n == len(bases) else ';'}", Hand(14, italic=True))
        _set_body(line)


def _articles(body: tuple[str, ...]) -> tuple[str, ...]:
    """Give the body as articles, counted if the drafter did not count them."""
    if any(_ARTICLE.match(clean(text)) for text in body):
        return body
    return tuple(f"Điều {n}. {clean(text)}" for n, text in enumerate(body, 1))


def _paragraphs(paper: Document, body: tuple[str, ...]) -> None:
    texts = [text for text in map(clean, body) if text]
    for n, text in enumerate(texts, 1):
        line = _paragraph(paper, _ended(text) if n == len(texts) else text)
    if texts:
        line.paragraph_format.keep_with_next = True


def _ended(text: str) -> str:
    """Close the last paragraph with the sign that nothing follows."""
    return f"{text.removesuffix('./.').rstrip('.;')}./."


def _paragraph(paper: Document, text: str, *, before: float = 6) -> Paragraph:
    line = paper.add_paragraph()
    heading = _HEADING.match(text)
    if heading:
        letters(line, heading[0], _STRONG)
        text = text[heading.end() :]
    letters(line, text, _BODY)
    _set_body(line, before=before)
    return line


def _set_body(line: Paragraph, *, before: float = 6) -> None:
    line.alignment = JUSTIFIED
    shape = line.paragraph_format
    shape.first_line_indent = Mm(12.7)
    shape.space_before, shape.line_spacing = Pt(before), 1.1
    shape.widow_control = True


def _particulars(paper: Document, draft: DraftText, *, final: bool = False) -> None:
    told = [(clean(label), clean(words)) for label, words in draft.particulars if clean(words)]
    for n, (label, said) in enumerate(told, 1):
        line = paper.add_paragraph()
        letters(line, f"{label}: ", _STRONG)
        words = _ended(said) if final and n == len(told) else said
        letters(line, words if words.endswith((".", ";")) else f"{words}.", _BODY)
        _set_body(line)


def _dashes(paper: Document, names: list[str]) -> None:
    for n, name in enumerate(names, 1):
        _paragraph(paper, f"- {name}{'.' if n == len(names) else ';'}")


# ── the end of the document ──────────────────────────────────────────────────────────────


def _closing(paper: Document, draft: DraftText) -> None:
    gap = paper.add_paragraph()
    gap.paragraph_format.line_spacing = Pt(8)
    gap.paragraph_format.keep_with_next = True
    letters(gap, "", Hand(4))
    table = frameless_table(paper, (Mm(75), Mm(85)), 1)
    keep_row_whole(table.rows[0])
    _recipients(table.cell(0, 0), draft)
    _signature_block(table.cell(0, 1), draft)
    # Word wants a paragraph after a table; a high one would open an empty page.
    last = paper.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)
    letters(last, "", Hand(1))


def _recipients(cell: _Cell, draft: DraftText) -> None:
    write(first_line(cell), "Nơi nhận:", Hand(12, bold=True, italic=True), align=LEFT)
    names = [clean(name).removeprefix("- ").rstrip(";.") for name in draft.recipients]
    if draft.kind == "letter" and not any(name.startswith("Như trên") for name in names):
        names.insert(0, "Như trên")
    kept = ", ".join(filter(None, (draft.extra.get("archive", "VT"), clean(draft.unit_notation))))
    for name in names:
        write(cell.add_paragraph(), f"- {name};", Hand(11), align=LEFT)
    write(cell.add_paragraph(), f"- Lưu: {kept}.", Hand(11), align=LEFT)


def _signature_block(cell: _Cell, draft: DraftText) -> None:
    line = first_line(cell)
    for n, capacity in enumerate(draft.capacity):
        line = cell.add_paragraph() if n else line
        write(line, clean(capacity).upper(), _STRONG, align=CENTRE)
    name = cell.add_paragraph()
    write(name, clean(draft.signer_name), _STRONG, align=CENTRE, before=_SIGNATURE_ROOM.pt)
