"""The books beside the registers, and the slips of a document, with every legal column."""

import io
from datetime import date

import docx
import pytest
from openpyxl import load_workbook

from records.document import Classification, Direction, Document, Source, Urgency
from records.errors import NotAllowed, NotFound, Refused
from tests.conftest import House
from workflow.begin import Particulars
from workflow.classify import classify
from workflow.ledgers import LEDGERS, give_back, open_ledger, print_ledger, write_line
from workflow.receive import receive
from workflow.road import Choice
from workflow.slips import print_slip

LEGAL = {
    "buu-dien": 6,
    "chuyen-giao": 6,
    "ban-luu": 9,
    "giai-quyet": 7,
}  # Decree 30/2020, Annex IV; the book of handing over is the office's own


def arrived(
    house: House, paper: bytes, of: Classification = Classification.NONE, word: str = "họp"
) -> Document:
    source = Source(number="12/GM", organ="UBND tỉnh", on=date(2026, 11, 3))
    said = Particulars(
        Direction.INCOMING,
        "công văn",
        f"Mời {word}",
        of,
        urgency=Urgency.URGENT,
        source=source,
        due_on=date(2026, 12, 1),
    )
    return receive(house.office, said, paper, by=house.person("vanthu")).document


def test_every_ledger_prints_every_legal_column_also_when_empty(house: House) -> None:
    for ledger in LEDGERS:
        assert len(ledger.columns) == LEGAL[ledger.id.removesuffix("-mat")]
        printed = print_ledger(house.office, ledger.id, None, "xlsx", by=house.person("kiemtra"))
        sheet = load_workbook(io.BytesIO(printed)).worksheets[0]
        titles = [cell.value for cell in sheet[2]]
        assert titles == [title for _, title, _ in ledger.columns]


def test_a_line_is_written_once_counted_and_a_kept_copy_comes_back(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    document = house.act(arrived(house, paper), "number", "vanthu")
    for user in ("Lê Văn An", "Trần Bình"):
        write_line(house.office, "ban-luu", document.id, {"user": user}, by=clerk)
    give_back(house.office, "ban-luu", 2026, 2, by=clerk)

    opened = open_ledger(house.office, "ban-luu", None, by=clerk)
    assert [(n, cells[1], cells[6]) for n, _, cells in opened.rows] == [
        (1, "Lê Văn An", ""),
        (2, "Trần Bình", "20/11/2026"),
    ]
    assert opened.rows[0][2][2:4] == ("12/GM, 03/11/2026", "Công văn Mời họp")
    with pytest.raises(Refused, match="ledger.came-back"):
        give_back(house.office, "ban-luu", 2026, 2, by=clerk)
    for year, n in ((2026, 3), (2025, 1), (10**30, 1)):
        with pytest.raises(NotFound, match="ledger.unknown-line"):
            give_back(house.office, "ban-luu", year, n, by=clerk)
    for cells, rule in (
        ({}, "draft.field-missing"),
        ({"user": "A", "code": "x"}, "draft.field-unknown"),
        ({"user": "x" * 201}, "casefile.too-long"),
    ):
        with pytest.raises(Refused, match=rule):
            write_line(house.office, "ban-luu", document.id, cells, by=clerk)
    for ledger, who in (("ban-luu", "luutru"), ("giai-quyet", "vanthu")):
        with pytest.raises(NotAllowed, match="ledger.not-yours"):
            write_line(house.office, ledger, document.id, {"user": "A"}, by=house.person(who))
    with pytest.raises(NotAllowed, match="register.not-yours"):
        open_ledger(house.office, "ban-luu", None, by=house.person("chuyenvien"))


def test_the_book_that_follows_up_tells_how_far_each_arrival_has_come(
    house: House, paper: bytes
) -> None:
    document = house.act(arrived(house, paper), "number", "vanthu")
    house.act(document, "assign", "chutich", to="chuyenvien", comment="Chủ trì")

    [(_, id, cells)] = open_ledger(house.office, "giai-quyet", 2026, by=house.person("luutru")).rows

    assert id == document.id
    assert cells[:5] == (
        "01",
        "Công văn, 12/GM, 03/11/2026, UBND tỉnh",
        "Nguyễn Thị Hồng Ánh",
        "01/12/2026",
        "Đang giải quyết",
    )


def test_a_secret_documents_line_lies_shut_and_is_nothing_to_others(
    house: House, paper: bytes
) -> None:
    clerk = house.person("vanthu")
    secret = arrived(house, paper, Classification.SECRET, "đỗquyênrừng")
    write_line(house.office, "chuyen-giao", secret.id, {"recipient": "bắcthang"}, by=clerk)

    assert open_ledger(house.office, "chuyen-giao", None, by=clerk).rows == ()
    assert len(open_ledger(house.office, "chuyen-giao-mat", None, by=clerk).rows) == 1
    for name in ("kiemtra", "luutru", "chutich"):
        opened = open_ledger(house.office, "chuyen-giao-mat", None, by=house.person(name))
        assert (opened.rows, opened.years) == ((), (2026,))
    with house.office.database.reading() as unit:
        [row] = unit.connection.exec_driver_sql("SELECT * FROM ledger_line").all()
    assert "bắcthang" not in str(row)


def test_a_secret_documents_line_leaves_no_gap_in_the_common_book(
    house: House, paper: bytes
) -> None:
    clerk, inspector = house.person("vanthu"), house.person("kiemtra")
    secret = arrived(house, paper, Classification.SECRET)
    write_line(house.office, "ban-luu", secret.id, {"user": "Ai"}, by=clerk)
    write_line(house.office, "ban-luu", arrived(house, paper).id, {"user": "Bình"}, by=clerk)
    give_back(house.office, "ban-luu-mat", 2026, 1, by=clerk)

    opened = open_ledger(house.office, "ban-luu", None, by=inspector)
    assert [(n, cells[1]) for n, _, cells in opened.rows] == [(1, "Bình")]
    [(_, _, cells)] = open_ledger(house.office, "ban-luu-mat", None, by=clerk).rows
    assert cells[6] == "20/11/2026"


def test_a_line_is_shut_when_its_documents_class_is_raised(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    document = arrived(house, paper)
    write_line(house.office, "chuyen-giao", document.id, {"recipient": "bắcthang"}, by=clerk)

    classify(
        house.office,
        document.id,
        Classification.SECRET,
        Choice(comment="Có nội dung mật"),
        by=clerk,
    )

    with house.office.database.reading() as unit:
        [row] = unit.connection.exec_driver_sql("SELECT * FROM ledger_line").all()
    assert "bắcthang" not in str(row)
    [(_, _, cells)] = open_ledger(house.office, "chuyen-giao", None, by=clerk).rows
    assert cells[3] == "bắcthang"
    inspector = house.person("kiemtra")
    assert open_ledger(house.office, "chuyen-giao", None, by=inspector).rows == ()


def test_slips_say_what_the_law_wants_on_them(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    waiting = arrived(house, paper)
    with pytest.raises(Refused, match="number.unknown"):
        print_slip(house.office, waiting.id, "dau-den", "docx", by=clerk)
    document = house.act(waiting, "number", "vanthu")
    house.act(document, "assign", "chutich", to="chuyenvien", comment="Khẩn trương")

    slip = _docx(print_slip(house.office, document.id, "giai-quyet", "docx", by=clerk))
    for told in (
        "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN",
        "1. Ý kiến của lãnh đạo cơ quan",
        "chủ trì: Nguyễn Thị Hồng Ánh",
        "Thời hạn giải quyết: 01/12/2026",
        "Phạm Thị Thu Hường, 20/11/2026: Khẩn trương",
        "2. Ý kiến của lãnh đạo đơn vị",
        "3. Đề xuất của người giải quyết",
    ):
        assert told in slip
    stamp = _docx(print_slip(house.office, document.id, "dau-den", "docx", by=clerk))
    for told in ("ĐẾN   Số: 01", "Ngày: 20/11/2026", "Chuyển: Nguyễn Thị Hồng Ánh", "HS:"):
        assert told in stamp
    sealed = house.sealed(type="TB")
    words = " ".join(
        house.office.reader.reading(
            print_slip(house.office, sealed.id, "bi", "pdf", by=clerk)
        ).texts
    )
    for told in ("Số: 01/TB-LĐLĐ", "Kính gửi: LĐLĐ tỉnh Mẫu"):
        assert told in words
    for id, kind in ((document.id, "bi"), (sealed.id, "dau-den"), (sealed.id, "x")):
        with pytest.raises(NotFound, match="slip.unknown"):
            print_slip(house.office, id, kind, "pdf", by=clerk)
    with pytest.raises(Refused, match="slip.form"):
        print_slip(house.office, sealed.id, "bi", "xlsx", by=clerk)


def _docx(printed: bytes) -> str:
    paper = docx.Document(io.BytesIO(printed))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])
