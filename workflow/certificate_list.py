"""The register of certificates as a file, and what an issuer says of one in it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from drafting.books import PrintedBook, book_xlsx
from drafting.plain_table import line_csv, table_csv
from records.audit import AuditEvent
from records.errors import Refused
from records.person import Person
from records.signing import Certificate, Holding
from workflow.certificates import look_through, require_keeper, revoke
from workflow.office import Office

COLUMNS = (
    ("Tài khoản", 2.0),
    ("Người giữ", 4.0),
    ("Tên trong chứng thư", 4.0),
    ("Nơi cấp", 4.0),
    ("Số sê-ri", 4.0),
    ("Hiệu lực từ", 2.5),
    ("Hiệu lực đến", 2.5),
    ("Trạng thái", 2.0),
    ("Khóa nằm ở", 3.0),
    ("Khác với hồ sơ", 2.0),
    ("Thu hồi lúc", 2.5),
    ("Lý do thu hồi", 4.0),
    ("Vân tay SHA-256", 6.0),
)
STANDINGS = {
    "good": "Còn hiệu lực",
    "ending": "Sắp hết hạn",
    "ended": "Hết hạn",
    "to-come": "Chưa có hiệu lực",
    "revoked": "Đã thu hồi",
}
DIFFERS = {"name": "họ tên", "organ": "cơ quan", "title": "chức vụ", "email": "thư điện tử"}
AT_ONCE = 1000
REVOKED_THERE = "Nơi cấp đã thu hồi chứng thư (OCSP hoặc danh sách thu hồi)."


def exported(office: Office, form: str, *, words: str, standing: str, by: Person) -> bytes:
    """Give what is looked for in the register as ``csv`` or ``xlsx``; the export is logged.

    Raises  NotAllowed: only an administrator may. Refused: another form, or no such standing.
    """
    require_keeper(by)
    if form not in ("csv", "xlsx"):
        raise Refused("register.form", form=form)
    at = office.clock()
    rows = tuple(_rows(office, words, standing, by))
    with office.database.unit() as unit:
        facts = {"form": form, "rows": str(len(rows))}
        unit.audit.append(AuditEvent("certificate:listed", by.id, at, "", facts))
    if form == "csv":
        return table_csv([label for label, _ in COLUMNS], rows)
    local = at.astimezone(office.zone)
    return book_xlsx(
        PrintedBook(
            title="SỔ CHỨNG THƯ SỐ",
            office=tuple(name for name in (office.organ.superior, office.organ.name) if name),
            year=local.year,
            columns=COLUMNS,
            rows=rows,
            printed_at=f"{local:%d/%m/%Y %H:%M}",
            printed_by=by.name,
        )
    )


def _rows(office: Office, words: str, standing: str, by: Person) -> Iterator[tuple[str, ...]]:
    after = ""
    while True:
        shelf = look_through(
            office, words=words, standing=standing, after=after, limit=AT_ONCE, by=by
        )
        for one in shelf.certificates:
            name = shelf.names.get(one.person, "") if one.person else office.organ.name
            yield _row(office, one, name, shelf.holdings.get(one.person))
        if not (after := shelf.more):
            return


def _row(office: Office, one: Certificate, name: str, held: Holding | None) -> tuple[str, ...]:
    def told(at: datetime | None) -> str:
        return f"{at.astimezone(office.zone):%d/%m/%Y %H:%M}" if at else ""

    return (
        one.person or "(cơ quan)",
        name,
        one.name,
        one.issuer,
        one.serial,
        told(one.not_before),
        told(one.not_after),
        STANDINGS[one.standing(office.clock())],
        kept_on(one, held),
        ", ".join(DIFFERS[each] for each in one.differs.split()),
        told(one.revoked_at),
        one.revoked_why,
        one.fingerprint,
    )


def kept_on(one: Certificate, held: Holding | None) -> str:
    """Give on what a certificate's key lies: as it was told, or as the keeper was settled."""
    if one.kept_on or held is None or held.certificate not in ("", one.fingerprint):
        return one.kept_on
    return f"{held.kind}: {held.keeper}" if held.keeper else str(held.kind)


def csv_line(cells: Iterable[str]) -> str:
    """Give one line of a table in which no spreadsheet computes anything."""
    return line_csv(cells)


def ask_issuer(office: Office, fingerprint: str, *, by: Person) -> tuple[Certificate, str]:
    """Give a certificate with its status as lists and allowed responders have it now.

    One that its issuer revoked is marked so, and stops at once.

    Gives   "good", "revoked", "expired", "untrusted" or "unknown".
    Raises  NotAllowed: only an administrator may. NotFound. Unavailable: nobody answers.
    """
    require_keeper(by)
    with office.database.reading() as unit:
        one = unit.certificates.get(fingerprint)
    status = office.press.lasting.status_of(one.der, office.clock())
    if status == "revoked" and one.revoked_at is None:
        one = revoke(office, fingerprint, REVOKED_THERE, by=by)
    return one, status
