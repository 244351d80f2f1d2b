"""A seal, a key device or the work of a post changes hands: in a book, and on minutes."""

import io
from datetime import date

import docx
import pytest
from openpyxl import load_workbook

from front.serving import application
from records.document import Classification
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.handing import DeviceHandover, DeviceKind, Outcome, Work
from records.person import Post, Role
from tests.conftest import PASSWORD, House, Opening
from workflow.case_files import FileSaid, file_view, open_file
from workflow.handover import hand_over
from workflow.handover_minutes import handovers, print_handover
from workflow.reserve import reserve
from workflow.seal_book import (
    COLUMNS,
    Handed,
    accept_device,
    hand_device,
    print_device_minutes,
    print_seal_book,
    seal_book,
    withdraw_device,
)
from workflow.verify import verify


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


def _given(
    house: House, by: str, to: str, name: str = "Dấu cơ quan", **about: object
) -> DeviceHandover:
    told = {
        "kind": DeviceKind.SEAL,
        "name": name,
        "receiver": to,
        "condition": "Nguyên vẹn",
        "basis": "15/QĐ-LĐLĐ",
        "basis_on": date(2026, 11, 19),
        "reason": "Văn thư nghỉ phép",
        **about,
    }
    return hand_device(house.office, Handed(**told), by=house.person(by))  # type: ignore[arg-type]  # a test's own words


def test_a_seal_passes_from_hand_to_hand_and_the_book_knows_who_has_it(house: House) -> None:
    with pytest.raises(NotAllowed, match="device.not-yours"):
        _given(house, "luutru", "vanthu")
    one = _given(house, "vanthu", "luutru")
    assert (one.year, one.n) == (2026, 1)
    with pytest.raises(Refused, match="device.pending"):
        _given(house, "vanthu", "chanhvanphong")
    with pytest.raises(NotAllowed, match="device.not-yours"):
        accept_device(house.office, one.id, by=house.person("vanthu"))
    with pytest.raises(NotFound, match="device.unknown"):
        accept_device(house.office, one.id, by=house.person("truongban"))
    assert accept_device(house.office, one.id, by=house.person("luutru")).accepted_at
    with pytest.raises(Outrun, match="device.ended"):
        withdraw_device(house.office, one.id, "Nhầm", by=house.person("vanthu"))
    with pytest.raises(NotAllowed, match="device.not-held"):
        _given(house, "vanthu", "chanhvanphong")

    back = _given(house, "luutru", "vanthu")
    withdraw_device(house.office, back.id, "Chưa xong việc", by=house.person("luutru"))
    back = _given(house, "luutru", "vanthu")
    assert back.n == 3  # what was withdrawn stays in the book
    accept_device(house.office, back.id, by=house.person("vanthu"))
    lines = seal_book(house.office, None, by=house.person("kiemtra")).lines
    assert [(each.n, each.withdrawn) for each in lines] == [(1, ""), (2, "Chưa xong việc"), (3, "")]
    assert seal_book(house.office, None, by=house.person("truongban")).lines == ()
    assert verify(house.office).holds


@pytest.mark.parametrize(
    ("about", "rule"),
    [
        ({"name": " "}, "device.word"),
        ({"condition": ""}, "device.word"),
        ({"basis": ""}, "device.word"),
        ({"reason": "x" * 501}, "device.word"),
        ({"basis_on": date(2026, 11, 21)}, "device.basis-date"),
        ({"receiver": "vanthu"}, "device.receiver"),
        ({"receiver": "quantri"}, "device.receiver"),
        ({"receiver": "nobody"}, "device.receiver"),
    ],
)
def test_what_is_not_whole_is_not_entered(
    house: House, about: dict[str, object], rule: str
) -> None:
    before = len(seal_book(house.office, None, by=house.person("vanthu")).lines)
    with pytest.raises(Refused, match=rule):
        _given(house, **{"by": "vanthu", "to": "luutru", "name": "Dấu khác", **about})  # type: ignore[arg-type]  # likewise
    assert len(seal_book(house.office, None, by=house.person("vanthu")).lines) == before


def test_book_and_minutes_are_printed_with_every_word(house: House) -> None:
    one = _given(
        house,
        "vanthu",
        "phochutich",
        "Token ký số cơ quan",
        kind=DeviceKind.KEY_DEVICE,
        number="VG-0042",
    )
    clerk = house.person("vanthu")
    minutes = _words(print_device_minutes(house.office, one.id, "docx", by=clerk))
    for told in (
        *("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BIÊN BẢN"),
        *("Bàn giao thiết bị lưu khóa bí mật", "ngày 20 tháng 11 năm 2026"),
        *("Bên giao: Đỗ Thúy Ngà, Văn thư.", "Bên nhận: Vũ Đình Khải, Phó Chủ tịch."),
        *("Căn cứ 15/QĐ-LĐLĐ ngày 19/11/2026", "VG-0042", "Nguyên vẹn"),
        *("(Giao trên hệ thống lúc 09:00 ngày 20/11/2026)", "(Chưa xác nhận trên hệ thống)"),
    ):
        assert told in minutes, told
    accept_device(house.office, one.id, by=house.person("phochutich"))
    pdf = print_device_minutes(house.office, one.id, "pdf", by=house.person("phochutich"))
    text = " ".join(house.office.reader.reading(pdf).texts)
    assert "Nhận trên hệ thống lúc 09:00" in " ".join(text.split())
    sheet = load_workbook(
        io.BytesIO(print_seal_book(house.office, 2026, "xlsx", by=clerk))
    ).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [title for _, title, _ in COLUMNS]
    assert "Token" in str([cell.value for row in sheet.iter_rows() for cell in row])
    with pytest.raises(NotAllowed, match="register.not-yours"):
        print_seal_book(house.office, 2026, "pdf", by=house.person("truongban"))
    with pytest.raises(NotFound, match="device.unknown"):
        print_device_minutes(house.office, one.id, "pdf", by=house.person("truongban"))
    with pytest.raises(Refused, match="slip.form"):
        print_device_minutes(house.office, one.id, "xlsx", by=clerk)


def test_the_report_of_work_handed_over_is_kept_and_printed_for_whom_it_names(
    house: House,
) -> None:
    plain = house.act(house.drafted(subject="Kế hoạch năm tới"), "submit", "chuyenvien")
    secret = house.drafted(subject="Chuyện kín", classification=Classification.SECRET)
    secret = house.act(secret, "submit", "chuyenvien")
    admin, head = house.person("quantri"), Post(Role.UNIT_HEAD, "ban-to-chuc")
    report = hand_over(house.office, "truongban", "phochutich", [head], by=admin)

    assert handovers(house.office, by=house.person("truongban"))[0] == [report]
    assert handovers(house.office, by=admin)[0] == [report]
    assert handovers(house.office, by=house.person("luutru"))[0] == []
    told = _words(print_handover(house.office, report.id, "docx", by=house.person("phochutich")))
    for words in (
        *("Bàn giao công việc", "Bên giao: Trần Quốc Đạt", "Bên nhận: Vũ Đình Khải"),
        *("Lãnh đạo đơn vị, Ban Tổ chức", "Kế hoạch năm tới", "Kiểm tra nội dung", "Đã chuyển"),
        f"Văn bản mật, mã {secret.id}",
    ):
        assert words in told, words
    assert "Chuyện kín" not in told
    seen = _words(print_handover(house.office, report.id, "docx", by=admin))
    assert plain.id in seen  # an administrator reads no document
    assert "Kế hoạch năm tới" not in seen
    with pytest.raises(NotFound, match="handover.unknown"):
        print_handover(house.office, report.id, "pdf", by=house.person("luutru"))


def test_files_and_held_numbers_pass_too_and_a_seal_only_by_minutes(house: House) -> None:
    leaver, admin = house.person("luutru"), house.person("quantri")
    plain = open_file(house.office, FileSaid("11.HC", "Hồ sơ thi đua", 10), by=leaver)
    said = FileSaid("12.HC", "Hồ sơ kín", classification=Classification.TOP_SECRET)
    secret = open_file(house.office, said, by=leaver)
    clerk = house.person("vanthu")
    held = reserve(
        *(house.office, "van-ban-di", "TB"),
        reason="Chờ ký",
        until=date(2026, 12, 1),
        holder="luutru",
        by=clerk,
    )
    seal = _given(house, "vanthu", "luutru", "Dấu lưu trữ")
    accept_device(house.office, seal.id, by=leaver)

    report = hand_over(house.office, "luutru", "chuyenvien", (), by=admin)

    told = {one.document: (one.what, one.outcome, one.why) for one in report.lines}
    assert told[plain.id] == (Work.FILE, Outcome.PASSED, "")
    assert told[secret.id] == (Work.FILE, Outcome.STUCK, "handover.clearance")
    assert told[held.id] == (Work.NUMBER, Outcome.PASSED, "")
    assert told[seal.id] == (Work.DEVICE, Outcome.STUCK, "device.still-held")
    heir = house.person("chuyenvien")
    assert file_view(house.office, plain.id, by=heir).keeps
    with pytest.raises(NotFound):
        file_view(house.office, secret.id, by=heir)
    with house.office.database.reading() as unit:
        assert unit.reservations.get(held.id).holder == "chuyenvien"
        assert unit.case_files.get(secret.id).owner == "luutru"
    minutes = _words(print_handover(house.office, report.id, "docx", by=heir))
    for words in (
        *("Hồ sơ 11.HC: Hồ sơ thi đua", f"Số giữ {held.number}", "Dấu lưu trữ"),
        "phải bàn giao bằng biên bản riêng",
    ):
        assert words in minutes, words
    assert "Hồ sơ kín" not in minutes


def test_pages_and_api_hand_over_accept_and_print(house: House) -> None:
    app = application(house.office, house.settings)
    clerk, receiver = app.test_client(), app.test_client()
    for client, name in ((clerk, "vanthu"), (receiver, "chanhvanphong")):
        client.post("/login", data={"username": name, "password": PASSWORD})
    page = clerk.get("/devices").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    form = {
        "csrf": csrf,
        "kind": "seal",
        "name": "Dấu Văn phòng",
        "receiver": "chanhvanphong",
        "condition": "Tốt",
        "reason": "Đi công tác",
        "basis": "",
        "basis_on": "2026-11-19",
    }
    refused = clerk.post("/devices", data=form)
    assert (refused.status_code, "Đi công tác" in refused.text) == (422, True)
    assert clerk.post("/devices", data={**form, "basis": "16/QĐ-LĐLĐ"}).status_code == 303
    page = receiver.get("/devices").text
    assert "Tôi đã nhận" in page
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    accept = page.split('action="/devices/')[1].split('"')[0]
    assert receiver.post(f"/devices/{accept}", data={"csrf": csrf}).status_code == 303
    told = receiver.get("/api/v1/devices/handovers").get_json()["items"][-1]
    assert (told["name"], told["accepted_at"] is not None) == ("Dấu Văn phòng", True)
    printed = receiver.get(f"/api/v1/devices/handovers/{told['id']}/minutes?format=docx")
    assert "Dấu Văn phòng" in _words(printed.data)
    assert receiver.get("/hand-overs").status_code == 200
    assert receiver.get("/api/v1/hand-overs").get_json()["items"] == []


def _words(printed: bytes) -> str:
    paper = docx.Document(io.BytesIO(printed))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in paper.paragraphs), *cells])
