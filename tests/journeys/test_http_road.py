"""The acceptance road over HTTP: a draft, a DOCX and a PDF, each from first desk to archive."""

import io
import re
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import docx
import pytest

from bench.running import Caller, Part, Running

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DPI = 100
PARTNER = "H49.90.2"
TABLE = "Họ tên,Chức vụ\nTrần Thị Bưởi,Tổ trưởng\n".encode()

Json = dict[str, Any]
Begin = Callable[[Caller], Json]


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
    """Bring a decision somebody wrote at home, with its anchors where they happened to put them."""
    written = docx.Document()
    written.add_paragraph("LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ DEMO")
    written.add_paragraph("Số:         /QĐ-LĐLĐ")
    written.add_paragraph("Demo, ngày      tháng      năm 2026")
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


def minimal_pdf(*lines: str) -> bytes:
    """Give a PDF 1.4 of one page with these lines, all of it written here."""
    shown = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 14 Tf 72 700 Td {shown} ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for n, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    begun = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(written) + b"startxref\n%d\n%%%%EOF\n" % begun


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
    seen = served.by("vanthu").act("seal", id)
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


def _until[T](look: Callable[[], T | None], patience: float = 40.0) -> T:
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)
    return found
