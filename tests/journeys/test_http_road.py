"""The acceptance road over HTTP: a draft, a DOCX and a PDF, each from first desk to archive."""

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH

from bench.papers import minimal_pdf
from bench.running import Caller, Part, Running, multipart

DPI = 100
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
PARTNER = "H49.90.2"
TABLE = "Họ tên,Chức vụ\nTrần Thị Bưởi,Tổ trưởng\n".encode()

Json = dict[str, Any]
Begin = Callable[[Caller], Json]
T = TypeVar("T")


def draft(caller: Caller) -> Json:
    body = {
        "type": "QĐ",
        "subject": "Về việc bổ nhiệm đồng chí Lò Văn Thóc",
        "bases": "Căn cứ Luật Công đoàn;\nCăn cứ Điều lệ Công đoàn Việt Nam.",
        "body": ["Bổ nhiệm đồng chí Lò Văn Thóc.", "Quyết định có hiệu lực kể từ ngày ký."],
        "recipients": [PARTNER],
    }
    begun: Json = caller.post("/drafts", body).must(201).told
    return begun


def docx_of_ours(caller: Caller) -> Json:
    """Bring a decision somebody wrote at home, with gaps where the registry writes."""
    on = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    written = docx.Document()
    written.add_paragraph("LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ DEMO")
    written.add_paragraph("Số:         /QĐ-LĐLĐ")
    written.add_paragraph(f"Demo, ngày      tháng      năm {on.year}").alignment = RIGHT
    written.add_heading("QUYẾT ĐỊNH", 1)
    written.add_paragraph("Về việc bổ nhiệm đồng chí Giàng A Páo giữ chức Phó Trưởng ban")
    for n in range(1, 30):
        written.add_paragraph(f"Điều {n}. Nội dung của điều thứ {n}, dài vừa đủ để sang trang sau.")
    written.add_paragraph("TM. BAN THƯỜNG VỤ")
    written.add_paragraph("CHỦ TỊCH")
    for _ in range(4):
        written.add_paragraph("")
    written.add_paragraph("Phạm Thị Thu Hường")
    content = io.BytesIO()
    written.save(content)
    return _brought(caller, content.getvalue(), "Bổ nhiệm đồng chí Giàng A Páo")


def pdf_without_anchors(caller: Caller) -> Json:
    """Bring a PDF that says nowhere where number, date or signature go, with an annex."""
    return _brought(
        caller,
        minimal_pdf("A paper from elsewhere", "without any of our words"),
        "Bổ nhiệm đồng chí Sùng Thị Mỷ",
        Part("attachments", "danh sách kèm theo.csv", TABLE),
    )


def _brought(caller: Caller, content: bytes, subject: str, *attachments: Part) -> Json:
    brought = caller.bring(content, *attachments, subject=subject, recipients=[PARTNER])
    begun: Json = brought.must(201).told
    return begun


@dataclass(frozen=True)
class Walked:
    """A document that went the whole road, and what was seen on the way."""

    office: Running
    id: str
    subject: str
    placement: Json
    shown: bytes  # what the leader saw
    signed: bytes
    sealed: bytes
    number: str
    issued_on: str
    attachments: tuple[bytes, ...]
    received: Json  # by the partner, as its clerk sees it
    received_content: bytes
    fates: tuple[str, ...]  # the states of the sending, one after another
    archived: Json
    package: bytes

    def by(self, person: str) -> Caller:
        return self.office.by(person)


BEGINNINGS: dict[str, Begin] = {
    "draft": draft,
    "docx": docx_of_ours,
    "pdf": pdf_without_anchors,
}


@pytest.fixture(scope="module", params=list(BEGINNINGS))
def walked(request: pytest.FixtureRequest, served: Running, partner: Running) -> Walked:
    """Give a document after its whole road, walked once for all that is asked of it."""
    begun = BEGINNINGS[request.param](served.by("chuyenvien"))
    id = begun["id"]
    served.by("chuyenvien").act("submit", id)
    served.by("truongban").act("approve", id, comment="Đồng ý nội dung")
    served.by("chanhvanphong").act("approve", id)
    placement = served.by("chutich").get(f"/documents/{id}/placement").must(200).told
    shown = bytes_of(served.by("chutich"), id)
    served.by("chutich").act("sign", id)
    signed = bytes_of(served.by("vanthu"), id)
    # Only approving and signing name the bytes: from then on the signature holds them.
    seen = served.by("vanthu").act("number", id, revision="")
    again = served.by("vanthu").act("seal", id, revision="")  # the same act's other name
    assert (again["number"], again["version"]) == (seen["number"], seen["version"])
    sealed = bytes_of(served.by("vanthu"), id)
    _send(served.by("vanthu"), id, through_action=request.param == "draft")
    arrived = _until(lambda: _arrival(partner.by("vanthu"), begun["subject"]))
    received = partner.by("vanthu").see(arrived["document_id"])
    received_content = bytes_of(partner.by("vanthu"), received["id"], revision="1")
    fates = [_until(lambda: _fate(served, id, "arrived"))]
    partner.by("vanthu").act("number", received["id"])
    fates.append(_until(lambda: _fate(served, id, "accepted")))
    archived = served.by("luutru").act("archive", id)
    return Walked(
        office=served,
        id=id,
        subject=begun["subject"],
        placement=placement,
        shown=shown,
        signed=signed,
        sealed=sealed,
        number=seen["number"],
        issued_on=seen["issued_on"],
        attachments=tuple(
            served.by("vanthu").get(f"/documents/{id}/attachments/{one['n']}").must(200).content
            for one in begun["attachments"]
        ),
        received=received,
        received_content=received_content,
        fates=tuple(fates),
        archived=archived,
        package=served.by("luutru").get(f"/documents/{id}/package").must(200).content,
    )


def bytes_of(caller: Caller, id: str, revision: str = "") -> bytes:
    """Give the bytes of a revision."""
    return caller.get(f"/documents/{id}/content?revision={revision}").must(200).content


def _send(clerk: Caller, id: str, *, through_action: bool) -> None:
    """Send a sealed document through either of the two doors there are."""
    if through_action:
        assert clerk.act("dispatch", id, recipients=[PARTNER])["state"] == "dispatched"
        return
    sent = clerk.post(f"/documents/{id}/dispatches", {"recipients": [PARTNER]}).must(202).told
    assert [one["recipient"] for one in sent["items"]] == [PARTNER]


def _arrival(clerk: Caller, subject: str) -> Json | None:
    items = clerk.get("/tasks").must(200).told["items"]
    return next((one for one in items if one["subject"] == subject), None)


def _fate(served: Running, id: str, wanted: str) -> str:
    (one,) = served.by("vanthu").get(f"/documents/{id}/dispatches").must(200).told["items"]
    return wanted if one["state"] == wanted else ""


def _until(look: Callable[[], T | None], patience: float = 40.0) -> T:
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found


def test_it_passes_every_step_and_ends_in_the_archive(walked: Walked) -> None:
    assert walked.archived["state"] == "archived"
    assert walked.archived["actions"] == []
    done = [(one["closed_by"], one["action"]) for one in walked.archived["steps"]]
    assert done == [
        ("chuyenvien", "submit"),
        ("truongban", "approve"),
        ("chanhvanphong", "approve"),
        ("chutich", "sign"),
        ("vanthu", "seal"),
        ("vanthu", "dispatch"),
        ("luutru", "archive"),
    ]


def test_every_earlier_byte_stays_in_its_place(walked: Walked) -> None:
    assert walked.shown.startswith(b"%PDF-")
    assert walked.signed.startswith(walked.shown)
    assert walked.sealed.startswith(walked.signed)
    assert len(walked.shown) < len(walked.signed) < len(walked.sealed)


def test_poppler_finds_both_signatures_valid(walked: Walked, tmp_path: Path) -> None:
    for content, fields in (
        (walked.signed, {"KyLanhDao"}),
        (walked.sealed, {"KyLanhDao", "KyCoQuan"}),
    ):
        told = _told("pdfsig", str(_file(tmp_path, content)))
        signed = [one for one in told.split("Signature #") if "is not signed" not in one][1:]
        assert {re.findall(r"Field Name: (\S+)", one)[0] for one in signed} == fields
        assert all("Signature Validation: Signature is Valid." in one for one in signed)
    assert "Total document signed" in signed[-1]


def test_our_own_verdict_is_valid(walked: Walked) -> None:
    told = walked.by("vanthu").get(f"/documents/{walked.id}/validation").must(200).told

    assert (told["verdict"], told["reasons"]) == ("valid", [])
    assert [(one["verdict"], one["time_source"]) for one in told["signatures"]] == [
        ("valid", "timestamp"),
        ("valid", "timestamp"),
    ]
    assert [one["signer"] for one in told["signatures"]] == [
        "Phạm Thị Thu Hường",
        "LĐLĐ thành phố Demo",
    ]


def test_one_changed_byte_is_no_longer_valid(walked: Walked) -> None:
    at = len(walked.shown) // 2
    forged = walked.sealed[:at] + bytes([walked.sealed[at] ^ 1]) + walked.sealed[at + 1 :]

    media, body = multipart({}, [Part("file", "tep.pdf", forged)])
    answer = walked.by("vanthu").call("POST", "/api/v1/validations", body, media=media)

    assert answer.status == 422 or answer.told["verdict"] == "invalid"


def test_number_and_date_stand_where_they_were_foretold(walked: Walked, tmp_path: Path) -> None:
    file = _file(tmp_path, walked.sealed)
    where, on = walked.placement, date.fromisoformat(walked.issued_on)
    code, notation = walked.number.split("/", 1)
    filled = {
        "serial": code,
        "symbol": f"{code}/{notation}",
        "whole": f"Số: {code}/{notation}",
    }
    assert _words(file, where["number"]) == filled[where["number_style"]]
    if where["date_style"] == "whole":
        assert f"ngày {on:%d} tháng {on:%m} năm {on:%Y}" in _words(file, where["day"])
    else:
        assert _words(file, where["day"]) == f"{on:%d}"
        assert _words(file, where["month"]) == f"{on:%m}"
        assert where["year"] is None or _words(file, where["year"]) == f"{on:%Y}"
    page = where["number"]["page"] + 1
    told = _told("pdftotext", "-f", str(page), "-l", str(page), "-layout", str(file), "-")
    assert f"Số:{walked.number}" in re.sub(r"\s+", "", told)


def test_the_signature_is_seen_in_blue_and_the_seal_in_red(walked: Walked, tmp_path: Path) -> None:
    where = walked.placement
    shown, signed, sealed = (
        _file(tmp_path, content) for content in (walked.shown, walked.signed, walked.sealed)
    )

    assert _blue(shown, where["signature"]) == 0
    assert _blue(signed, where["signature"]) > 50
    assert _blue(sealed, where["signature"]) > 50
    assert _red(signed, where["seal"]) == 0
    assert _red(sealed, where["seal"]) > 200


def test_a_form_is_filled_at_its_own_words(walked: Walked) -> None:
    anchored = set(walked.placement["anchored"])

    if "Giàng A Páo" in walked.subject or "Lò Văn Thóc" in walked.subject:
        assert anchored == {"number", "date", "signature"}
    else:
        assert anchored == set()


def test_the_partner_receives_the_very_bytes(walked: Walked) -> None:
    assert walked.received_content == walked.sealed
    assert walked.received["direction"] == "incoming"
    assert walked.received["source_number"] == walked.number
    assert walked.received["source_date"] == walked.issued_on
    assert walked.received["source_organ"] == "LĐLĐ thành phố Demo"
    assert [one["digest"] for one in walked.received["attachments"]] == [
        one["digest"] for one in walked.archived["attachments"]
    ]
    assert [one["name"] for one in walked.received["attachments"]] == [
        one["name"] for one in walked.archived["attachments"]
    ]


def test_the_sender_hears_how_the_document_fares(walked: Walked) -> None:
    assert walked.fates == ("arrived", "accepted")


def test_attachments_come_back_as_they_were_brought(walked: Walked) -> None:
    brought = (TABLE,) if "Sùng Thị Mỷ" in walked.subject else ()

    assert walked.attachments == brought


def test_the_package_is_a_whole_bag(walked: Walked, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(walked.package)) as archive:
        archive.extractall(tmp_path)
    (bag,) = tmp_path.iterdir()
    _told(sys.executable, "-W", "ignore", "-m", "bagit", "--validate", str(bag))

    payload = bag / "data"
    kept = {path.read_bytes() for path in payload.rglob("*") if path.is_file()}
    assert {walked.shown, walked.signed, walked.sealed, *walked.attachments} <= kept
    assert json.loads((payload / "metadata.json").read_text())["number"] == walked.number
    assert json.loads((payload / "validation.json").read_text())["verdict"] == "valid"
    events = [one["event"] for one in json.loads((payload / "history.json").read_text())]
    assert events[-1] == "document:delivered" or "document:sealed" in events


def test_it_is_found_without_diacritics(walked: Walked) -> None:
    name = walked.subject.rsplit(" ", 3)[-3:]
    plain = {"Lò Văn Thóc": "lo van thoc", "Giàng A Páo": "giang a pao"}
    words = plain.get(" ".join(name), "sung thi my")

    assert walked.id in _found(walked, f"bo nhiem {words}")
    assert walked.id in _found(walked, "bo nhiem")


def test_it_is_found_by_its_number(walked: Walked) -> None:
    assert _found(walked, walked.number)[0] == walked.id
    assert walked.id in _found(walked, f"so:{walked.number}")


def test_its_history_tells_who_did_what(walked: Walked) -> None:
    lines = walked.by("kiemtra").get(f"/documents/{walked.id}/history").must(200).told["items"]

    acts = [(one["actor"], one["action"]) for one in lines if one["action"]]
    assert acts == [
        ("chuyenvien", "submit"),
        ("truongban", "approve"),
        ("chanhvanphong", "approve"),
        ("chutich", "sign"),
        ("vanthu", "seal"),
        ("vanthu", "dispatch"),
        ("luutru", "archive"),
    ]
    assert [one["comment"] for one in lines if one["actor"] == "truongban"] == ["Đồng ý nội dung"]


def test_it_stands_in_the_register(walked: Walked) -> None:
    entries = walked.by("vanthu").get("/registers/van-ban-di").must(200).told["items"]

    (entry,) = [one for one in entries if one["document"] == walked.id]
    assert entry["number"] == walked.number
    assert entry["columns"]["recipients"] == "LĐLĐ tỉnh Mẫu"
    assert entry["columns"]["sent_on"]
    for form in ("pdf", "xlsx", "docx"):
        printed = walked.by("vanthu").get(f"/registers/van-ban-di?format={form}").must(200)
        assert printed.content.startswith(b"%PDF" if form == "pdf" else b"PK")


def test_the_log_holds_after_it(walked: Walked) -> None:
    told = walked.by("kiemtra").get("/audit/verify").must(200).told

    assert told["holds"] is True
    assert told["faults"] == []


def _found(walked: Walked, words: str) -> list[str]:
    """Give the ids an inspector finds, once the index has caught up with the archive."""

    def look() -> list[str]:
        told = walked.by("kiemtra").get(f"/search?limit=200&q={quote(words)}").must(200).told
        ids = [one["id"] for one in told["hits"]]
        return ids if walked.id in ids else []

    return _until(look)


def _file(folder: Path, content: bytes) -> Path:
    file = folder / f"{len(content)}.pdf"
    file.write_bytes(content)
    return file


def _told(*command: str) -> str:
    return _run(*command).decode()


def _run(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    return done.stdout


def _words(file: Path, box: Json) -> str:
    """Give the words that poppler finds inside a box told in PDF points."""
    left, top, width, height = _window(file, box, 72)
    page = str(box["page"] + 1)
    window = ["-x", left, "-y", top, "-W", width, "-H", height]
    told = _told("pdftotext", "-r", "72", "-f", page, "-l", page, *map(str, window), str(file), "-")
    return " ".join(told.split())


def _window(file: Path, box: Json, dpi: int) -> tuple[int, int, int, int]:
    """Give left, top, width and height of a box in pixels, the page's top left being 0, 0."""
    page = box["page"] + 1
    told = _told("pdfinfo", "-f", str(page), "-l", str(page), str(file))
    tall = float(re.findall(r"size:\s+[\d.]+ x ([\d.]+)", told)[0])
    scale = dpi / 72
    left, right = box["x0"] * scale, box["x1"] * scale
    top, bottom = (tall - box["y1"]) * scale, (tall - box["y0"]) * scale
    return int(left), int(top), int(right - left) + 1, int(bottom - top) + 1


def _blue(file: Path, box: Json) -> int:
    return sum(b > r + 50 and b > g + 30 for r, g, b in _pixels(file, box))


def _red(file: Path, box: Json) -> int:
    return sum(r > g + 80 and r > b + 80 for r, g, b in _pixels(file, box))


def _pixels(file: Path, box: Json) -> list[tuple[int, int, int]]:
    """Give the pixels inside a box as poppler draws the page."""
    left, top, width, height = _window(file, box, DPI)
    page = str(box["page"] + 1)
    window = ["-x", left, "-y", top, "-W", width, "-H", height]
    drawn = _run("pdftoppm", "-r", str(DPI), "-f", page, "-l", page, *map(str, window), str(file))
    # A binary PPM: P6, width and height, 255, each behind a blank, then three bytes a pixel.
    pixels = drawn.split(maxsplit=3)[3].split(b"\n", 1)[1]
    return list(zip(pixels[0::3], pixels[1::3], pixels[2::3], strict=True))
