"""What is printed of plans and files: plan, inventory of documents, and both lists of a hand-in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from drafting.books import PrintedBook
from records.audit import AuditEvent
from records.case_file import CaseFile, FilePlan, retention_of
from records.document import Direction, Document
from records.person import Person
from workflow.case_files import FileView, file_view
from workflow.file_plan import plan_of
from workflow.office import Office
from workflow.registers import printed_as

PLAN = (
    ("Số và ký hiệu hồ sơ", 12.0),
    ("Tên đề mục và tiêu đề hồ sơ", 48.0),
    ("Thời hạn bảo quản", 12.0),
    ("Người lập hồ sơ", 16.0),
    ("Ghi chú", 12.0),
)
"""Danh mục hồ sơ (Decree 30/2020, Annex V, I)."""

INVENTORY = (
    ("STT", 5.0),
    ("Số, ký hiệu văn bản", 14.0),
    ("Ngày tháng năm văn bản", 11.0),
    ("Tên loại và trích yếu nội dung văn bản", 36.0),
    ("Tác giả văn bản", 16.0),
    ("Tờ số/ Trang số", 8.0),
    ("Ghi chú", 10.0),
)
"""Mục lục văn bản trong hồ sơ (Decree 30/2020, Annex V, III)."""

HAND_IN = (
    ("STT", 5.0),
    ("Số, ký hiệu hồ sơ", 14.0),
    ("Tiêu đề hồ sơ", 40.0),
    ("Thời gian tài liệu", 15.0),
    ("Thời hạn bảo quản", 10.0),
    ("Số tờ/ Số trang", 8.0),
    ("Ghi chú", 8.0),
)
"""Mục lục hồ sơ nộp lưu; the list of files kept for good has no term in it (Annex V, II)."""

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def print_plan(office: Office, year: int, form: str, *, by: Person) -> bytes:
    """Give the plan of a year as ``pdf``, ``docx`` or ``xlsx``."""
    plan = plan_of(office, year, by=by)
    with office.database.reading() as unit:
        names = unit.people.names()
    for_good = sum(1 for one in plan.files if not one.years)
    issued = f"{plan.issued_on:%d/%m/%Y}" if plan.issued_on else "chưa ban hành"
    book = _book(
        office,
        "Danh mục hồ sơ",
        year,
        PLAN,
        _plan_rows(plan, names),
        by=by,
        lines=(("Năm", str(year)), ("Ban hành ngày", issued)),
        closing=(
            (
                f"Bản danh mục này có {len(plan.files)} hồ sơ, bao gồm: {for_good} hồ sơ bảo quản "
                f"vĩnh viễn; {len(plan.files) - for_good} hồ sơ bảo quản có thời hạn."
            ),
        ),
    )
    return _printed(office, book, form, {"plan": str(year)}, by)


def print_inventory(office: Office, id: str, form: str, *, by: Person) -> bytes:
    """Give the inventory of the documents in a file, those this person may know of."""
    seen = file_view(office, id, by=by)
    return _printed(office, inventory_of(office, seen, by), form, {"file": id}, by)


def inventory_of(office: Office, seen: FileView, by: Person) -> PrintedBook:
    """Give the inventory of a file as a table to be printed."""
    file = seen.file
    return _book(
        office,
        "Mục lục văn bản trong hồ sơ",
        file.year,
        INVENTORY,
        tuple(_inventory_rows(office, seen)),
        by=by,
        lines=(
            ("Số và ký hiệu hồ sơ", file.notation),
            ("Tiêu đề hồ sơ", file.title),
            ("Thời hạn bảo quản", retention_of(file.years)),
        ),
        closing=(f"Hồ sơ có {len(seen.filed)} văn bản, {seen.pages} trang.",),
    )


def list_book(
    office: Office,
    seen: Sequence[FileView],
    made_on: date,
    *,
    for_good: bool,
    by: Person,
) -> PrintedBook:
    """Give one of the two lists of files handed in: those kept for good, or those for a term."""
    chosen = [one for one in seen if (one.file.years == 0) is for_good]
    columns = tuple(one for one in HAND_IN if not (for_good and one[0] == "Thời hạn bảo quản"))
    rows = [_hand_in_row(n, one, for_good=for_good) for n, one in enumerate(chosen, 1)]
    kept = "vĩnh viễn" if for_good else "có thời hạn"
    return _book(
        office,
        f"Mục lục hồ sơ, tài liệu nộp lưu (bảo quản {kept})",
        made_on.year,
        columns,
        tuple(rows),
        by=by,
        lines=(("Ngày lập", f"{made_on:%d/%m/%Y}"),),
        closing=(f"Mục lục này gồm {len(rows)} hồ sơ, bảo quản {kept}.",),
    )


def author_of(office: Office, document: Document) -> str:
    """Give whose document it is: the issuer's name, or the office's own."""
    return document.source.organ or (
        "" if document.direction is Direction.INCOMING else office.organ.name
    )


def code_of(document: Document) -> str:
    """Give the number and symbol that stand on a document itself."""
    if document.direction is Direction.INCOMING:
        return document.source.number
    return str(document.number or "")


def _plan_rows(plan: FilePlan, names: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    heading = subheading = ""
    large = small = 0
    for one in plan.files:
        if one.heading != heading:
            heading, subheading, large, small = one.heading, "", large + 1, 0
            numeral = ROMAN[large - 1] if large <= len(ROMAN) else str(large)
            rows.append(("", f"{numeral}. {heading.upper()}", "", "", ""))
        if one.subheading != subheading:
            subheading, small = one.subheading, small + 1
            rows.append(("", f"{small}. {subheading}", "", "", ""))
        owner = names.get(one.owner, one.owner)
        rows.append((one.notation, one.title, retention_of(one.years), owner, one.note))
    return tuple(rows)


def _inventory_rows(office: Office, seen: FileView) -> Iterable[tuple[str, ...]]:
    page = 1
    for n, one in enumerate(seen.filed, 1):
        document = one.document
        pages = document.latest.pages
        last = page + max(pages, 1) - 1
        name = office.forms[document.type].name if document.type in office.forms else ""
        yield (
            str(n),
            code_of(document),
            f"{one.on:%d/%m/%Y}",
            f"{name} {document.subject}".strip(),
            author_of(office, document),
            str(page) if last == page else f"{page}-{last}",
            "",
        )
        page = last + 1


def _hand_in_row(n: int, seen: FileView, *, for_good: bool) -> tuple[str, ...]:
    file = seen.file
    days = [one.on for one in seen.filed] or [file.opened_on]
    span = f"{min(days):%d/%m/%Y} - {max(days):%d/%m/%Y}"
    term = () if for_good else (retention_of(file.years),)
    return (str(n), file.notation, file.title, span, *term, str(seen.pages), file.note)


def _book(  # noqa: PLR0913 - what stands on a printed table
    office: Office,
    title: str,
    year: int,
    columns: tuple[tuple[str, float], ...],
    rows: tuple[tuple[str, ...], ...],
    *,
    by: Person,
    lines: tuple[tuple[str, str], ...],
    closing: tuple[str, ...],
) -> PrintedBook:
    at = office.clock().astimezone(office.zone)
    return PrintedBook(
        title=title,
        office=office.letterhead_of(year),
        year=year,
        columns=columns,
        rows=rows,
        printed_at=at.strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
        lines=lines,
        closing=closing,
    )


def _printed(
    office: Office, book: PrintedBook, form: str, facts: Mapping[str, str], by: Person
) -> bytes:
    printed = printed_as(office, book, form)
    with office.database.unit() as unit:
        told = {**facts, "form": form}
        unit.audit.append(AuditEvent("register:printed", by.id, office.clock(), "", told))
    return printed


def print_list(  # noqa: PLR0913 - which half of which list, how, for whom
    office: Office,
    files: Sequence[CaseFile],
    made_on: date,
    *,
    for_good: bool,
    form: str,
    by: Person,
) -> bytes:
    """Give one half of a hand-in printed, of the files this person may open."""
    seen = [file_view(office, one.id, by=by) for one in files]
    book = list_book(office, seen, made_on, for_good=for_good, by=by)
    return _printed(office, book, form, {"list": "permanent" if for_good else "term"}, by)
