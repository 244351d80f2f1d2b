"""The books beside the registers: by post, by hand, kept copies, and how incoming ones fare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drafting.books import PrintedBook
from identity.reading import READ_ALL
from records.assignment import Part
from records.audit import AuditEvent
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Refused
from records.ledger import Ledger, Line
from records.person import Person, Role
from storage.unit import Unit
from workflow.charges import Charge, laid
from workflow.followed import due_of, leader_of, named, parts_of
from workflow.mandates import may_know
from workflow.office import Office
from workflow.registers import printed_as
from workflow.replies import numbers_of
from workflow.road import standing

LONGEST_CELL = 200
"""How many characters a cell may have."""

REMARK = ("remark", "Ghi chú", 9.0)

OPEN_LEDGERS = (
    Ledger(
        "buu-dien",
        "Sổ gửi văn bản đi bưu điện",
        (
            ("on", "Ngày chuyển", 9),
            ("code", "Số, ký hiệu văn bản", 14),
            ("recipient", "Nơi nhận văn bản", 26),
            ("envelopes", "Số lượng bì", 8),
            ("received_by", "Ký nhận và dấu bưu điện", 16),
            REMARK,
        ),
        ("recipient", "envelopes", "remark"),
    ),
    Ledger(
        "chuyen-giao",
        "Sổ chuyển giao văn bản",
        (
            ("on", "Ngày chuyển", 9),
            ("code", "Số, ký hiệu văn bản", 14),
            ("subject", "Tên loại và trích yếu nội dung văn bản", 30),
            ("recipient", "Đơn vị hoặc người nhận", 18),
            ("received_by", "Ký nhận", 10),
            REMARK,
        ),
        ("recipient", "remark"),
    ),
    Ledger(
        "ban-luu",
        "Sổ sử dụng bản lưu",
        (
            ("on", "Ngày tháng", 8),
            ("user", "Họ và tên người sử dụng", 14),
            ("coded", "Số, ký hiệu, ngày tháng văn bản", 14),
            ("subject", "Tên loại và trích yếu nội dung văn bản", 24),
            ("file", "Số và ký hiệu hồ sơ", 9),
            ("received_by", "Ký nhận", 7),
            ("back", "Ngày trả", 8),
            ("allowed_by", "Người cho phép sử dụng", 11),
            REMARK,
        ),
        ("user", "file", "allowed_by", "remark"),
        later="back",
    ),
    Ledger(
        "giai-quyet",
        "Sổ theo dõi giải quyết văn bản đến",
        (
            ("code", "Số đến", 6),
            ("about", "Tên loại, số, ký hiệu, ngày tháng và cơ quan ban hành văn bản", 32),
            ("handler", "Đơn vị hoặc người nhận", 14),
            ("due", "Thời hạn giải quyết", 9),
            ("progress", "Tiến độ giải quyết", 12),
            ("reply", "Số, ký hiệu văn bản trả lời", 12),
            REMARK,
        ),
    ),
)

BESIDE = "-mat"
"""What the book of secret documents beside another one is called after it."""

LEDGERS = (
    *OPEN_LEDGERS,
    *(
        replace(one, id=f"{one.id}{BESIDE}", name=f"{one.name} (mật)", classified=True)
        for one in OPEN_LEDGERS
        if one.asks
    ),
)
"""Secret documents have books of their own: a gap in a common one would tell of them."""
"""The columns are those of Decree 30/2020, Annex IV, in its order."""


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """One year of a ledger as one person may see it."""

    ledger: Ledger
    year: int
    years: tuple[int, ...]
    rows: tuple[tuple[int, str, tuple[str, ...]], ...]  # line, id of the document, cells


def ledger_of(id: str) -> Ledger:
    """Give a ledger by its id. Raises NotFound."""
    found = next((one for one in LEDGERS if one.id == id), None)
    if found is None:
        raise NotFound("register.unknown")
    return found


def open_ledger(office: Office, id: str, year: int | None, *, by: Person) -> OpenLedger:
    """Give one year of a ledger: the lines of documents that this person may know of.

    Raises  NotFound: no such ledger. NotAllowed: ledgers are not theirs to open.
    """
    ledger = ledger_of(id)
    if not by.roles & READ_ALL:
        raise NotAllowed("register.not-yours")
    chosen = year or office.today().year
    with office.database.reading() as unit:
        rows = _written(office, unit, ledger, chosen, by)
        if not ledger.asks:
            rows = _followed(office, unit, ledger, chosen, by)
        years = {*_years(unit, ledger, by), office.today().year}
        if not ledger.asks:
            years |= {year for book, year in unit.registers.kept() if book in _incoming(office)}
    return OpenLedger(ledger, chosen, tuple(sorted(years, reverse=True)), tuple(rows))


def write_line(
    office: Office, id: str, document: str, cells: Mapping[str, str], *, by: Person
) -> Line:
    """Write a line of a document into a ledger, of a secret one into the book beside it.

    Raises  NotFound: no such ledger or document. NotAllowed: no clerk. Refused: a cell is not
            asked for, too long, or the first one is missing. Outrun: somebody wrote that line.
    """
    ledger = ledger_of(id)
    if Role.REGISTRY_CLERK not in by.roles or not ledger.asks:
        raise NotAllowed("ledger.not-yours")
    told = {key: " ".join(value.split()) for key, value in cells.items() if value.strip()}
    unknown = set(told) - set(ledger.asks)
    if unknown:
        raise Refused("draft.field-unknown", field=min(unknown))
    if ledger.asks[0] not in told:
        titles = {key: title for key, title, _ in ledger.columns}
        raise Refused("draft.field-missing", field=ledger.asks[0], label=titles[ledger.asks[0]])
    if any(len(value) > LONGEST_CELL for value in told.values()):
        raise Refused("casefile.too-long", limit=LONGEST_CELL)
    on = office.today()
    with office.database.unit() as unit:
        found = standing(office, unit, document, by).document
        kept = _book_of(ledger, found)
        n = unit.ledgers.next(kept, on.year)
        line = Line(kept, on.year, n, on, found.id, by.id, told)
        unit.ledgers.write(line, found)
        facts = {"ledger": kept, "line": f"{on.year}/{n}"}
        unit.audit.append(AuditEvent("ledger:written", by.id, office.clock(), found.id, facts))
    return line


def give_back(office: Office, id: str, year: int, n: int, *, by: Person) -> None:
    """Write today into a line whose document came back.

    Raises  NotFound: no such line. NotAllowed: no clerk. Refused: it came back before.
    """
    ledger = ledger_of(id)
    if Role.REGISTRY_CLERK not in by.roles or not ledger.later:
        raise NotAllowed("ledger.not-yours")
    if not 1 <= year <= office.today().year:
        raise NotFound("ledger.unknown-line")
    with office.database.unit() as unit:
        line = unit.ledgers.get(id, year, n)
        document = unit.documents.get(line.document)
        if not may_know(unit, document, by):
            raise NotFound("ledger.unknown-line")
        if line.cells.get(ledger.later):
            raise Refused("ledger.came-back")
        unit.ledgers.add(line, document, {ledger.later: f"{office.today():%d/%m/%Y}"})
        facts = {"ledger": id, "line": f"{year}/{n}"}
        unit.audit.append(AuditEvent("ledger:written", by.id, office.clock(), document.id, facts))


def print_ledger(office: Office, id: str, year: int | None, form: str, *, by: Person) -> bytes:
    """Give a ledger printed as ``pdf``, ``docx`` or ``xlsx``; the printing is logged."""
    opened = open_ledger(office, id, year, by=by)
    at = office.clock()
    book = PrintedBook(
        title=opened.ledger.name,
        office=office.letterhead_of(opened.year),
        year=opened.year,
        columns=tuple((title, width) for _, title, width in opened.ledger.columns),
        rows=tuple(cells for _, _, cells in opened.rows),
        printed_at=at.astimezone(office.zone).strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
        lines=(("Năm", str(opened.year)), ("Quyển số", "………")),
    )
    printed = printed_as(office, book, form)
    with office.database.unit() as unit:
        facts = {"book": id, "year": str(opened.year), "form": form}
        unit.audit.append(AuditEvent("register:printed", by.id, at, "", facts))
    return printed


def _book_of(ledger: Ledger, document: Document) -> str:
    own = ledger.id.removesuffix(BESIDE)
    return own if document.classification is Classification.NONE else f"{own}{BESIDE}"


def _years(unit: Unit, ledger: Ledger, by: Person) -> set[int]:
    """Give the years of a ledger; of secret documents those alone that this person may know of."""
    years = set(unit.ledgers.years(ledger.id))
    if not ledger.classified:
        return years
    documents = {
        year: {line.document for line in unit.ledgers.lines(ledger.id, year)} for year in years
    }
    return {
        year
        for year, lines in documents.items()
        if any(may_know(unit, unit.documents.get(one), by) for one in lines)
    }


def _incoming(office: Office) -> set[str]:
    return {one.id for one in office.books if one.direction is Direction.INCOMING}


def _written(
    office: Office, unit: Unit, ledger: Ledger, year: int, by: Person
) -> list[tuple[int, str, tuple[str, ...]]]:
    rows = []
    for line in unit.ledgers.lines(ledger.id, year):
        document = unit.documents.get(line.document)
        if not may_know(unit, document, by):
            continue
        told = {**_said(office, document), **line.cells, "on": f"{line.on:%d/%m/%Y}"}
        rows.append((line.n, line.document, _cells(ledger, told)))
    return rows


def _followed(
    office: Office, unit: Unit, ledger: Ledger, year: int, by: Person
) -> list[tuple[int, str, tuple[str, ...]]]:
    """Give how every incoming document of a year fares, in the order of their numbers."""
    rows: list[tuple[int, str, tuple[str, ...]]] = []
    for book in sorted(_incoming(office)):
        for entry in unit.registers.entries(book, year):
            document = unit.documents.get(entry.document)
            if may_know(unit, document, by):
                told = {
                    **_said(office, document),
                    "code": entry.number.code,
                    "handler": entry.columns.get("handler", ""),
                    **_fares(office, unit, document, by),
                }
                rows.append((entry.number.serial, document.id, _cells(ledger, told)))
    return rows


def _fares(office: Office, unit: Unit, document: Document, by: Person) -> dict[str, str]:
    """Give how far an incoming document has come: who has it, until when, and what answers it."""
    at = standing(office, unit, document.id, by, whole=True)
    parts = laid(unit, at)
    names = unit.people.names({one.assignment.person for one in parts}) if parts else {}
    units = {one.id: one.name for one in unit.people.units()} if parts else {}
    leader = leader_of(parts, names, units)
    helpers = [named(one.assignment, names, units) for one in parts_of(parts, Part.COLLABORATOR)]
    told = {
        "due": due_of(office, parts, document.due_on),
        "progress": _progress(office, at.state.title.vi, parts),
        "reply": ", ".join(
            numbers_of(unit, (one.assignment.reply for one in parts), by=by).values()
        ),
        "remark": "; ".join(
            f"{names.get(one.assignment.person, '')} xin gia hạn đến"
            f" {one.assignment.asked_until.astimezone(office.zone):%d/%m/%Y}"
            for one in parts
            if one.assignment.asked_until
        ),
    }
    if leader:
        told["handler"] = f"{leader}; phối hợp: {', '.join(helpers)}" if helpers else leader
    return told


def _progress(office: Office, state: str, parts: Sequence[Charge]) -> str:
    leads = [one for one in parts_of(parts, Part.LEAD) if one.assignment.open]
    far = f" ({leads[-1].assignment.percent}%)" if leads and leads[-1].assignment.percent else ""
    late = ", quá hạn" if leads and leads[-1].step.overdue(office.clock()) else ""
    return f"{state}{far}{late}"


def _cells(ledger: Ledger, told: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(told.get(id, "") for id, _, _ in ledger.columns)


def _said(office: Office, document: Document) -> dict[str, str]:
    form = office.forms.get(document.type)
    top = document.classification is Classification.TOP_SECRET
    kind = form.name if form else document.type
    subject = kind if top else f"{kind} {document.subject}"
    incoming = document.direction is Direction.INCOMING
    code = document.source.number if incoming else str(document.number or "")
    on = document.source.on if incoming else (document.number.on if document.number else None)
    dated = f"{code}, {on:%d/%m/%Y}" if on else code
    issuer = document.source.organ if incoming else office.organ.name
    return {
        "code": code,
        "subject": subject,
        "coded": dated,
        "about": ", ".join(one for one in (kind, dated, issuer) if one),
    }
