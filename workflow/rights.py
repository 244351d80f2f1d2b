"""Who may do what on which: what posts, desks and delegations give everybody now, as a table."""

from collections.abc import Iterator
from dataclasses import replace

from drafting.books import PrintedBook, book_docx
from drafting.sheets import sheet_csv, sheet_xlsx
from identity.reading import READ_ALL, classes_of, tokens_of
from records.audit import AuditEvent
from records.document import Document
from records.errors import NotAllowed, Refused
from records.finding import Bounds
from records.person import Person, Role
from storage.unit import Unit
from workflow.mandates import mandates_of, may_know
from workflow.office import Office
from workflow.road import Choice, Standing, mandate_of, offers

MOST = 500
"""How many documents under way one table tells of, the newest first."""

OF_PEOPLE = (
    *("Tài khoản", "Họ tên", "Chức danh", "Hoạt động", "Vai trò, đơn vị", "Mức tiếp cận"),
    *("Đọc mọi văn bản không mật", "Xác thực hai lớp", "Ủy quyền đang nhận"),
)
OF_DOCUMENTS = (
    "Mã văn bản",
    "Số, ký hiệu",
    "Quy trình",
    "Bước",
    "Việc",
    "Tài khoản",
    "Họ tên",
    "Thay mặt",
)


PRINTED = {
    "people": ("BẢNG QUYỀN CỦA NGƯỜI DÙNG", OF_PEOPLE, (14, 20, 16, 9, 26, 12, 12, 12, 18)),
    "documents": ("BẢNG QUYỀN TRÊN VĂN BẢN", OF_DOCUMENTS, (28, 18, 14, 20, 20, 14, 22, 14)),
}
"""Titles, columns and their widths on paper."""


def rights_of_people(office: Office, form: str, *, by: Person) -> bytes:
    """Give everybody's rights as ``csv``, ``xlsx`` or ``pdf``; the taking is logged.

    Raises  NotAllowed: neither inspector nor administrator. Refused: another form.
    """
    if not by.roles & {Role.INSPECTOR, Role.ADMINISTRATOR}:
        raise NotAllowed("rights.not-yours")
    with office.database.reading() as unit:
        rows = [_of_person(office, unit, one) for one in unit.people.all()]
    return _taken(office, "people", form, OF_PEOPLE, rows, by=by)


def rights_on_documents(office: Office, form: str, *, by: Person) -> bytes:
    """Give who may do what on each document under way that an inspector may read.

    Raises  NotAllowed: no inspector. Refused: another form.
    """
    if Role.INSPECTOR not in by.roles:
        raise NotAllowed("rights.not-yours")
    with office.database.reading() as unit:
        bounds = replace(Bounds(), readers=tokens_of(by))
        found = unit.documents.page(bounds, classes_of(by), limit=MOST)
        people = [one for one in unit.people.all() if one.active]
        rows = [row for one in found for row in _on_document(office, unit, one, people)]
    return _taken(office, "documents", form, OF_DOCUMENTS, rows, by=by)


def _of_person(office: Office, unit: Unit, one: Person) -> tuple[str, ...]:
    reads = bool(one.roles & READ_ALL) and Role.ADMINISTRATOR not in one.roles and one.active
    telephone = unit.factors.telephone(one.id)
    factors = ["otp"] if telephone and telephone.confirmed_at else []
    factors += ["passkey"] if unit.factors.devices(one.id) else []
    given = unit.delegations.in_force(office.today())
    stands_in = [f"{each.delegator} ({each.capacity})" for each in given if each.delegate == one.id]
    return (
        one.id,
        one.name,
        one.title,
        "có" if one.active else "không",
        "; ".join(f"{post.role}@{post.unit}" for post in one.posts),
        str(one.clearance),
        "có" if reads else "không",
        " ".join(factors),
        "; ".join(stands_in),
    )


def _on_document(
    office: Office, unit: Unit, document: Document, people: list[Person]
) -> Iterator[tuple[str, ...]]:
    steps = tuple(unit.steps.of(document.id))
    if not any(one.open for one in steps):
        return
    route = office.roads.of(unit, document.definition, document.workflow)
    for person in people:
        mandates = mandates_of(unit, document, person, office.today())
        if not mandates and not may_know(unit, document, person):
            continue
        at = Standing(document, steps, route, mandates)
        for one in offers(unit, at, person):
            mandate = mandate_of(unit, at.on(one.step.n), one.act, person, Choice())
            yield (
                document.id,
                str(document.number or ""),
                document.workflow,
                route.states[one.step.state].title.vi,
                one.act.title.vi,
                person.id,
                person.name,
                mandate.principal.id if mandate else "",
            )


def _taken(  # noqa: PLR0913 - which rows of what, in which form, for whom
    office: Office,
    of: str,
    form: str,
    head: tuple[str, ...],
    rows: list[tuple[str, ...]],
    *,
    by: Person,
) -> bytes:
    if form not in ("csv", "xlsx", "pdf"):
        raise Refused("log.form")
    if form == "pdf":
        content = _printed(office, of, rows, by=by)
    else:
        content = sheet_csv(head, rows) if form == "csv" else sheet_xlsx("Quyền", head, rows)
    facts = {"of": of, "form": form, "rows": str(len(rows))}
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("rights:exported", by.id, office.clock(), "", facts))
    return content


def _printed(office: Office, of: str, rows: list[tuple[str, ...]], *, by: Person) -> bytes:
    at = office.clock().astimezone(office.zone)
    title, head, widths = PRINTED[of]
    printed = PrintedBook(
        title=title,
        office=(office.organ.superior, office.organ.facts.get("letterhead", office.organ.name)),
        year=at.year,
        columns=tuple(zip(head, widths, strict=True)),
        rows=tuple(rows),
        printed_at=at.strftime("%d/%m/%Y %H:%M"),
        printed_by=by.name,
        lines=(("Tại thời điểm", at.strftime("%d/%m/%Y %H:%M")), ("Số dòng", str(len(rows)))),
    )
    return office.converter.pdf(book_docx(printed))
