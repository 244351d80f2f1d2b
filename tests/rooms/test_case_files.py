"""Plans and case files: opened, filled without copying, closed, handed in, exported."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import docx
import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from records.case_file import CaseFile, FilePlan, FileState, PlannedFile
from records.document import Classification, Direction, Document, Source
from records.errors import NotAllowed, NotFound, Outrun, Refused, Unreadable
from records.person import Person
from storage import tables as t
from tests.conftest import House
from workflow.begin import Particulars
from workflow.case_files import (
    FileSaid,
    close_file,
    file_view,
    files_seen,
    open_file,
    open_planned,
    put_in,
    reopen_file,
    take_out,
)
from workflow.file_export import export_file
from workflow.file_plan import PlanLine, bring_plan, issue_plan, plan_of, settle_plan
from workflow.file_prints import print_inventory, print_plan
from workflow.hand_in import (
    falling_due,
    hand_in,
    list_view,
    lists,
    notice_due,
    print_hand_in,
    settle,
)
from workflow.look import history, view
from workflow.permit import confirm, propose_file
from workflow.receive import receive

TITLES = ("Đề mục", "Tiểu mục", "Số và ký hiệu", "Tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập")
ROWS = (
    ("Tổ chức cán bộ", "", "", "Hồ sơ bổ nhiệm cán bộ", "Vĩnh viễn", "chuyenvien"),
    ("", "", "", "Hồ sơ nghỉ phép", "2 năm", "Nguyễn Thị Hồng Ánh"),
    ("Hành chính", "Văn thư", "03.HC", "Hồ sơ sử dụng con dấu", "20", "vanthu"),
)


def csv_of(*rows: tuple[str, ...], mark: str = ";") -> bytes:
    return "\n".join(mark.join(row) for row in (TITLES, *rows)).encode("utf-8-sig")


def xlsx_of(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    for row in (TITLES, *rows):
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


YAML = """# Danh mục hồ sơ
files:
  - {heading: Tổ chức cán bộ, title: Hồ sơ bổ nhiệm cán bộ, retention: Vĩnh viễn, owner: chuyenvien}
  - {title: Hồ sơ nghỉ phép, retention: 2, owner: chuyenvien}
  - heading: Hành chính
    subheading: Văn thư
    notation: 03.HC
    title: Hồ sơ sử dụng con dấu
    retention: 20 năm
    owner: vanthu
""".encode()


def planned(house: House, content: bytes = b"", seen: int = 0) -> FilePlan:
    brought = content or csv_of(*ROWS)
    plan = bring_plan(house.office, 2026, brought, seen=seen, by=house.person("luutru"))
    issue_plan(house.office, 2026, by=house.person("chutich"))
    return plan


def arrived(
    house: House,
    paper: bytes,
    number: str,
    on: date,
    classification: Classification = Classification.NONE,
) -> Document:
    source = Source(number=number, organ="UBND tỉnh", on=on)
    said = Particulars(
        Direction.INCOMING, "công văn", f"Việc {number}", classification, source=source
    )
    return receive(house.office, said, paper + number.encode(), by=house.person("vanthu")).document


def finished(house: House, paper: bytes, number: str, on: date) -> Document:
    document = house.act(arrived(house, paper, number, on), "number", "vanthu")
    document = house.act(document, "assign", "chutich", to="chuyenvien", comment="Chủ trì")
    document = house.act(document, "complete", "chuyenvien", comment="Đã xong")
    return house.act(document, "close", "chutich")


def opened(
    house: House, notation: str = "09.X", by: str = "chuyenvien", **about: object
) -> CaseFile:
    said = FileSaid(notation=notation, title="Hồ sơ thử", **about)  # type: ignore[arg-type]  # told
    return open_file(house.office, said, by=house.person(by))


def test_a_plan_is_brought_as_csv_xlsx_or_yaml_and_comes_out_the_same(house: House) -> None:
    plans: list[tuple[PlannedFile, ...]] = []
    for content in (csv_of(*ROWS), csv_of(*ROWS, mark=","), xlsx_of(*ROWS), YAML):
        plans.append(planned(house, content, seen=len(plans)).files)
    assert plans[0] == plans[1] == plans[2] == plans[3]
    assert [(one.notation, one.years, one.owner) for one in plans[0]] == [
        ("01.TCCB", 0, "chuyenvien"),
        ("02.TCCB", 2, "chuyenvien"),
        ("03.HC", 20, "vanthu"),
    ]
    printed = print_plan(house.office, 2026, "xlsx", by=house.person("chuyenvien"))
    sheet = load_workbook(io.BytesIO(printed)).worksheets[0]
    cells = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells[1] == [
        "Số và ký hiệu hồ sơ",
        "Tên đề mục và tiêu đề hồ sơ",
        "Thời hạn bảo quản",
        "Người lập hồ sơ",
        "Ghi chú",
    ]
    assert [row[1] for row in cells[2:8]] == [
        "I. TỔ CHỨC CÁN BỘ",
        "Hồ sơ bổ nhiệm cán bộ",
        "Hồ sơ nghỉ phép",
        "II. HÀNH CHÍNH",
        "1. Văn thư",
        "Hồ sơ sử dụng con dấu",
    ]
    assert cells[8][0].endswith(
        "có 3 hồ sơ, bao gồm: 1 hồ sơ bảo quản vĩnh viễn; 2 hồ sơ bảo quản có thời hạn."
    )


FAULTS = {
    "no title": (("A", "", "", "", "5", "vanthu"), "plan.title", {"line": 5}),
    "no retention": (("A", "", "", "x", "lâu", ""), "plan.retention", {"line": 5, "told": "lâu"}),
    "too many years": (("A", "", "", "x", "101", ""), "plan.retention", {"line": 5, "told": "101"}),
    "nobody": (("A", "", "", "x", "5", "ai"), "plan.owner", {"line": 5, "owner": "ai"}),
    "too long": (("A", "", "", "x" * 501, "5", ""), "plan.too-long", {"line": 5, "limit": 500}),
    "twice": (
        ("A", "", "03.HC", "x", "5", ""),
        "plan.double",
        {"line": 5, "notation": "03.HC", "other": 4},
    ),
}


def test_every_fault_of_a_plan_is_told_with_its_line_and_nothing_is_kept(house: House) -> None:
    archivist = house.person("luutru")
    for told, (row, rule, facts) in FAULTS.items():
        with pytest.raises(Refused, match=rule) as refusal:
            bring_plan(house.office, 2026, csv_of(*ROWS, row), seen=0, by=archivist)
        assert refusal.value.facts == facts, told
    for content, rule in (
        (b"a,b\n1,2\n", "plan.columns"),
        (csv_of(), "plan.empty"),
        (b"\xff\xfe\x00", "file.unknown"),
        (b"PK\x03\x04 no workbook", "file.damaged"),
        (b"- [", "file.damaged"),
        (b"- words\n", "file.unknown"),
    ):
        with pytest.raises((Refused, Unreadable), match=rule):
            bring_plan(house.office, 2026, content, seen=0, by=archivist)
    assert plan_of(house.office, 2026, by=archivist) == FilePlan(2026, 0)


def test_a_plan_is_written_by_its_keepers_issued_by_the_head_and_never_overwritten_unseen(
    house: House,
) -> None:
    line = PlanLine(1, heading="A", title="Hồ sơ", retention="10", owner="chuyenvien")
    for name in ("chuyenvien", "truongban", "chutich", "kiemtra", "quantri"):
        with pytest.raises(NotAllowed, match="plan.not-yours"):
            settle_plan(house.office, 2026, [line], seen=0, by=house.person(name))
    with pytest.raises(NotFound, match="plan.unknown"):
        issue_plan(house.office, 2026, by=house.person("chutich"))
    with pytest.raises(NotFound, match="plan.unknown"):
        plan_of(house.office, 10**12, by=house.person("chutich"))
    settle_plan(house.office, 2026, [line], seen=0, by=house.person("luutru"))
    for seen in (0, 2):
        with pytest.raises(Outrun, match="plan.outrun"):
            settle_plan(house.office, 2026, [line], seen=seen, by=house.person("vanthu"))
    officer = house.person("chuyenvien")
    with pytest.raises(Refused, match="plan.not-issued"):
        open_planned(house.office, 2026, "01.A", by=officer)
    with pytest.raises(NotAllowed, match="plan.not-yours"):
        issue_plan(house.office, 2026, by=house.person("luutru"))
    issue_plan(house.office, 2026, by=house.person("chutich"))

    with pytest.raises(NotAllowed, match="casefile.not-yours"):
        open_planned(house.office, 2026, "01.A", by=house.person("truongban"))
    with pytest.raises(NotFound, match="plan.no-such-file"):
        open_planned(house.office, 2026, "99.A", by=officer)
    file = open_planned(house.office, 2026, "01.A", by=officer)
    assert (file.years, file.owner, file.planned, file.unit) == (
        10,
        officer.id,
        True,
        "ban-to-chuc",
    )
    with pytest.raises(Refused, match="casefile.taken"):
        open_planned(house.office, 2026, "01.A", by=officer)
    other = PlanLine(1, heading="B", title="Khác", retention="10")
    with pytest.raises(Refused, match="plan.in-use"):
        settle_plan(house.office, 2026, [other], seen=1, by=house.person("vanthu"))


def test_one_document_lies_in_many_files_and_is_not_copied(house: House, paper: bytes) -> None:
    officer, clerk = house.person("chuyenvien"), house.person("vanthu")
    document = arrived(house, paper, "01/QĐ", date(2026, 11, 2))
    mine, theirs = opened(house, "01.A", by="vanthu"), opened(house, "02.B", by="luutru")
    archivist = house.person("luutru")
    before = _rows(house, t.revision), len(list(house.office.contents.blobs))

    put_in(house.office, mine.id, [document.id], by=clerk)
    put_in(house.office, theirs.id, [document.id], by=archivist)

    assert [one.id for one in view(house.office, document.id, by=clerk).files] == [
        mine.id,
        theirs.id,
    ]
    assert (_rows(house, t.revision), len(list(house.office.contents.blobs))) == before
    with pytest.raises(Refused, match="casefile.holds-it"):
        put_in(house.office, mine.id, [document.id], by=clerk)
    told = [one["event"] for one in history(house.office, document.id, by=clerk)]
    assert told.count("file:filled") == 2
    take_out(house.office, mine.id, document.id, by=clerk)
    assert file_view(house.office, mine.id, by=clerk).filed == ()
    assert view(house.office, document.id, by=clerk).document.id == document.id
    with pytest.raises(NotFound, match="document.unknown"):
        take_out(house.office, mine.id, document.id, by=clerk)
    # A file gives nobody a document that was not theirs to read.
    with pytest.raises(NotFound, match="document.unknown"):
        put_in(house.office, opened(house, "03.C").id, [document.id], by=officer)
    _admit(house, theirs.id, "chuyenvien", by=archivist)
    seen = file_view(house.office, theirs.id, by=officer)
    assert (seen.filed, seen.pages) == ((), 0)


def _admit(house: House, file: str, name: str, *, by: Person) -> None:
    made = propose_file(house.office, file, name, grants=True, by=by)
    confirm(house.office, made, by=house.person("chutich"))


def _rows(house: House, table: object) -> int:
    with house.office.database.reading() as unit:
        count = select(func.count()).select_from(table)  # type: ignore[arg-type]  # a table
        return int(unit.connection.execute(count).scalar_one())


def test_a_file_closes_when_its_work_is_done_and_opens_again_with_a_reason(
    house: House, paper: bytes
) -> None:
    clerk, today = house.person("vanthu"), date(2026, 11, 20)
    file = opened(house, by="vanthu")
    with pytest.raises(Refused, match="casefile.empty"):
        close_file(house.office, file.id, today, by=clerk)
    waiting = arrived(house, paper, "07/BC", date(2026, 11, 2))
    put_in(house.office, file.id, [waiting.id], by=clerk)
    with pytest.raises(Refused, match="casefile.unfinished") as refusal:
        close_file(house.office, file.id, today, by=clerk)
    assert refusal.value.facts == {"document": "07/BC"}
    take_out(house.office, file.id, waiting.id, by=clerk)
    done = finished(house, paper, "08/BC", date(2026, 11, 3))
    put_in(house.office, file.id, [done.id], by=clerk)
    part = open_file(house.office, FileSaid("09.X-1", "Phần một", parent=file.id), by=clerk)
    with pytest.raises(Refused, match="casefile.part-open"):
        close_file(house.office, file.id, today, by=clerk)
    with pytest.raises(Refused, match="casefile.part-of-part"):
        open_file(house.office, FileSaid("09.X-2", "Phần", parent=part.id), by=clerk)
    put_in(house.office, part.id, [done.id], by=clerk)
    close_file(house.office, part.id, today, by=clerk)
    for wrong in (None, date(2026, 11, 19), date(2026, 11, 21)):
        with pytest.raises(Refused, match="casefile.ended"):
            close_file(house.office, file.id, wrong, by=clerk)
    with pytest.raises(NotAllowed, match="casefile.not-yours"):
        close_file(house.office, file.id, today, by=house.person("chutich"))

    closed = close_file(house.office, file.id, today, by=clerk)

    assert (closed.state, closed.due_on) == (FileState.CLOSED, date(2027, 11, 20))
    attempts: tuple[Callable[[], CaseFile], ...] = (
        lambda: put_in(house.office, file.id, [waiting.id], by=clerk),
        lambda: take_out(house.office, file.id, done.id, by=clerk),
        lambda: close_file(house.office, file.id, today, by=clerk),
    )
    for refused in attempts:
        with pytest.raises(Refused, match="casefile.closed"):
            refused()
    with pytest.raises(Refused, match="comment.required"):
        reopen_file(house.office, file.id, " ", by=clerk)
    assert reopen_file(house.office, file.id, "Bổ sung", by=clerk).state is FileState.OPEN
    with pytest.raises(Outrun, match="casefile.not-closed"):
        reopen_file(house.office, file.id, "Nữa", by=clerk)


def test_an_inventory_tells_every_document_in_the_order_of_dates(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    file = opened(house, by="vanthu")
    late = arrived(house, paper, "09/BC", date(2026, 11, 9))
    early = arrived(house, paper, "02/BC", date(2026, 10, 2))
    put_in(house.office, file.id, [late.id, early.id], by=clerk)

    for form in ("xlsx", "docx", "pdf"):
        printed = print_inventory(house.office, file.id, form, by=clerk)
        told = _flat(_words(house, printed, form))
        for title in ("Số, ký hiệu văn bản", "Tác giả văn bản", "Tờ số/ Trang số", "Ghi chú"):
            assert _flat(title) in told, form
        assert told.index("02/BC") < told.index("09/BC")
        assert _flat("Hồ sơ có 2 văn bản, 2 trang.") in told
    with pytest.raises(Refused, match="register.form"):
        print_inventory(house.office, file.id, "odt", by=clerk)


def _words(house: House, printed: bytes, form: str) -> str:
    if form == "pdf":
        return "".join(house.office.reader.reading(printed).texts)
    if form == "docx":
        paper = docx.Document(io.BytesIO(printed))
        cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
        return "".join([*cells, *(one.text for one in paper.paragraphs)])
    sheet = load_workbook(io.BytesIO(printed)).worksheets[0]
    return "".join(str(cell or "") for row in sheet.iter_rows(values_only=True) for cell in row)


def _flat(words: str) -> str:
    return "".join(words.split())


def test_an_export_is_one_pdf_in_order_with_metadata_and_every_original(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    file = opened(house, by="vanthu")
    numbered = house.act(arrived(house, paper, "09/BC", date(2026, 11, 9)), "number", "vanthu")
    early = arrived(house, paper, "02/BC", date(2026, 10, 2))
    put_in(house.office, file.id, [numbered.id, early.id], by=clerk)

    with zipfile.ZipFile(io.BytesIO(export_file(house.office, file.id, by=clerk))) as packed:
        files = {name.partition("/data/")[2]: packed.read(name) for name in packed.namelist()}

    for n, document in ((1, early), (2, numbered)):
        original = house.office.contents.get(document, document.latest.digest)
        assert files[f"van-ban/{n:03d}.pdf"] == original
    reading = house.office.reader.reading(files["ho-so.pdf"])
    assert "Mục lục" in " ".join(reading.texts[0].split()).replace("MỤC LỤC", "Mục lục")
    assert [("Giấy này" in " ".join(one.split())) for one in reading.texts[-2:]] == [True, True]
    root = etree.fromstring(files["metadata.xml"])
    assert [one.tag for one in root] == [
        *("FileCode", "Title", "Maintenance", "Rights", "Creator", "Language"),
        *("StartDate", "DocTotal", "PageTotal", "Documents"),
    ]
    assert [one.text for one in root.iterfind("FileCode/*")] == ["H49.90.1", "2026", "09.X"]
    assert root.findtext("Maintenance") == "10 năm"
    assert [one.findtext("CodeNumber") for one in root.iterfind("Documents/*")] == ["02", "09"]
    assert [one.findtext("DocOrdinal") for one in root.iterfind("Documents/*")] == ["1", "2"]
    assert root.findtext("Documents/Document[2]/ArrivalNumber") == "1"
    assert root.findtext("Documents/Document[2]/IssuedDate") == "09/11/2026"


def closed(house: House, document: Document, notation: str, years: int) -> CaseFile:
    clerk = house.person("vanthu")
    file = opened(house, notation, by="vanthu", years=years)
    put_in(house.office, file.id, [document.id], by=clerk)
    return close_file(house.office, file.id, house.office.today(), by=clerk)


def test_files_are_handed_in_on_two_lists_and_noticed_thirty_days_before(
    house: House, paper: bytes
) -> None:
    clerk, archivist = house.person("vanthu"), house.person("luutru")
    document = finished(house, paper, "05/BC", date(2026, 11, 5))
    good = closed(house, document, "01.A", 0)
    term = closed(house, document, "02.A", 20)
    short = closed(house, document, "03.A", 2)
    still = opened(house, "04.A", by="vanthu")
    for file, rule in ((short, "handin.short"), (still, "handin.open")):
        with pytest.raises(Refused, match=rule):
            hand_in(house.office, [good.id, file.id], by=clerk)
    with pytest.raises(Refused, match="handin.empty"):
        hand_in(house.office, [], by=clerk)
    assert lists(house.office, by=clerk) == []

    house.clock.pass_by(timedelta(days=334))  # 2027-10-20: one day too early
    assert falling_due(house.office, files_seen(house.office, by=clerk)) == []
    assert notice_due(house.office) == 0
    house.clock.pass_by(timedelta(days=1))
    due = falling_due(house.office, files_seen(house.office, by=clerk))
    assert {one.notation for one in due} == {"01.A", "02.A"}
    assert [notice_due(house.office), notice_due(house.office)] == [2, 0]

    made = hand_in(house.office, [good.id, term.id], by=clerk)
    with pytest.raises(Outrun, match="handin.listed"):
        hand_in(house.office, [good.id], by=clerk)
    halves = {
        half: _flat(
            _words(house, print_hand_in(house.office, made.list.id, half, "docx", by=clerk), "docx")
        )
        for half in ("permanent", "term")
    }
    assert "01.A" in halves["permanent"]
    assert "02.A" not in halves["permanent"]
    assert _flat("Thời hạn bảo quản") not in halves["permanent"]
    assert "02.A" in halves["term"]
    assert _flat("20 năm") in halves["term"]
    assert "01.A" not in halves["term"]
    with pytest.raises(NotAllowed, match="handin.not-yours"):
        settle(house.office, made.list.id, None, by=clerk)
    with pytest.raises(Refused, match="comment.required"):
        settle(house.office, made.list.id, "", by=archivist)
    settle(house.office, made.list.id, "Thiếu mục lục", by=archivist)
    assert file_view(house.office, good.id, by=clerk).file.state is FileState.CLOSED
    again = hand_in(house.office, [good.id, term.id], by=clerk)
    settle(house.office, again.list.id, None, by=archivist)
    assert file_view(house.office, good.id, by=clerk).file.state is FileState.ACCEPTED
    with pytest.raises(Outrun, match="handin.settled"):
        settle(house.office, again.list.id, None, by=archivist)
    with pytest.raises(Outrun, match="casefile.not-closed"):
        reopen_file(house.office, good.id, "Sửa", by=clerk)


SECRET = "đỗquyênrừng"  # noqa: S105 - a word to look for


def test_a_secret_document_is_nothing_to_the_uncleared_in_a_file_and_its_counts(
    house: House, paper: bytes
) -> None:
    clerk, inspector = house.person("vanthu"), house.person("kiemtra")
    file = opened(house, by="vanthu")
    plain = arrived(house, paper, "01/BC", date(2026, 11, 1))
    said = Particulars(Direction.INCOMING, "công văn", f"Về {SECRET}", Classification.SECRET)
    secret = receive(house.office, said, paper + b"2", by=clerk).document
    put_in(house.office, file.id, [plain.id, secret.id], by=clerk)

    assert len(file_view(house.office, file.id, by=clerk).filed) == 2
    seen = file_view(house.office, file.id, by=inspector)
    assert [one.document.id for one in seen.filed] == [plain.id]
    assert seen.pages == 1
    told = _words(house, print_inventory(house.office, file.id, "docx", by=inspector), "docx")
    assert SECRET not in told
    assert "Hồ sơ có 1 văn bản, 1 trang." in told
    with zipfile.ZipFile(io.BytesIO(export_file(house.office, file.id, by=inspector))) as packed:
        xml = packed.read(f"{file.id}/data/metadata.xml").decode()
        assert "<DocTotal>1</DocTotal>" in xml
        assert SECRET not in xml


def test_a_secret_files_words_lie_shut_and_only_its_own_people_know_of_it(house: House) -> None:
    file = open_file(
        house.office,
        FileSaid("01.M", f"Hồ sơ {SECRET}", classification=Classification.SECRET, note=SECRET),
        by=house.person("chuyenvien"),
    )
    for name in ("truongban", "chutich", "vanthu", "luutru", "kiemtra", "quantri"):
        assert files_seen(house.office, by=house.person(name)) == [], name
        with pytest.raises(NotFound, match="casefile.unknown"):
            file_view(house.office, file.id, by=house.person(name))
        with pytest.raises(NotFound, match="casefile.unknown"):
            hand_in(house.office, [file.id], by=house.person(name))
    officer = house.person("chuyenvien")
    with pytest.raises(Refused, match="assignee.unknown"):
        _admit(house, file.id, "kiemtra", by=officer)
    _admit(house, file.id, "truongban", by=officer)
    assert file_view(house.office, file.id, by=house.person("truongban")).file.title == (
        f"Hồ sơ {SECRET}"
    )
    with pytest.raises(Refused, match="secrecy.clearance"):
        opened(house, "02.M", classification=Classification.TOP_SECRET)
    with pytest.raises(Refused, match="casefile.part-more-open"):
        open_file(house.office, FileSaid("03.M", "Phần", parent=file.id), by=officer)
    with house.office.database.reading() as unit:
        for table in ("case_file", "audit", "filed", "file_reader"):
            rows = unit.connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - ours
            assert SECRET not in str(rows), table
    with pytest.raises(DBAPIError), house.office.database.engine.begin() as raw:
        raw.execute(text("UPDATE case_file SET title = 'x'"))
    with pytest.raises(NotFound, match="handin.unknown"):
        list_view(house.office, file.id, by=house.person("luutru"))
