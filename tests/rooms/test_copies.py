"""Copies and annexes bear text alone at the top right of page 1, exactly as the decree has it."""

import io
import subprocess
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import select

from front.serving import application
from records.document import Attachment, Classification, Direction, Document
from records.errors import Broken, NotAllowed, Outrun, Refused
from records.signature import Verdict
from storage import tables
from tests.conftest import PASSWORD, House
from workflow.begin import Enclosed, Particulars
from workflow.check import check_file
from workflow.classify import classify
from workflow.copy import copy
from workflow.receive import receive
from workflow.registers import open_book
from workflow.road import Choice
from workflow.verify import verify


def arrived(house: House, paper: bytes, **about: Classification) -> Document:
    said = Particulars(
        Direction.INCOMING,
        "công văn",
        "Giấy đến từ nơi khác",
        about.get("classification", Classification.NONE),
    )
    return receive(house.office, said, paper, by=house.person("vanthu")).document


def copied(house: House, document: Document, kind: str, extract: bytes = b"") -> Document:
    return copy(house.office, document.id, kind, extract, Choice(), by=house.person("vanthu"))


def bytes_of(house: House, document: Document, one: Attachment) -> bytes:
    return house.office.contents.get(document, one.digest)


def words_in(pdf: bytes, folder: Path) -> str:
    path = folder / "shown.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(  # noqa: S603 - ours
        ["pdftotext", "-f", "1", "-l", "1", str(path), "-"],  # noqa: S607 - the machine's own
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split())


def require_text_alone_at_the_top_right(pdf: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(pdf))
    field = reader.embedded_regular_signatures[-1].sig_field
    x0, y0, x1, y1 = (float(side) for side in field["/Rect"])
    pages = reader.root["/Pages"]
    first = pages["/Kids"][0]
    assert field.raw_get("/P").reference == pages["/Kids"].raw_get(0).reference
    sheet = first["/MediaBox"] if "/MediaBox" in first else pages["/MediaBox"]
    wide, high = float(sheet[2]), float(sheet[3])
    assert wide - 60 < x1 < wide
    assert x0 > wide / 2
    assert high - 40 < y1 < high
    assert y1 - y0 < 45
    look = field["/AP"]["/N"]
    assert set(look["/Resources"]) == {"/Font"}  # no picture
    assert b"/F 10 Tf 0 g" in look.data  # ten points, black


def test_a_copy_of_a_digitised_paper_says_who_copied_it_and_when(
    house: House, paper: bytes, tmp_path: Path
) -> None:
    document = copied(house, arrived(house, paper), "sao-y")
    first = bytes_of(house, document, document.attachments[-1])

    assert "SAO Y; LĐLĐ thành phố Demo; 20/11/2026; 09:00:00 +07:00" in words_in(first, tmp_path)
    require_text_alone_at_the_top_right(first)
    assert first.startswith(house.office.contents.get(document, document.latest.digest))
    report = check_file(house.office, first)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.role for one in report.signatures] == ["copy"]

    again = copied(house, document, "sao-luc")
    second = bytes_of(house, again, again.attachments[-1])
    assert "SAO LỤC; LĐLĐ thành phố Demo;" in words_in(second, tmp_path)
    assert check_file(house.office, second).verdict is Verdict.VALID

    third = copied(house, again, "trich-sao", extract=paper)
    part = bytes_of(house, third, third.attachments[-1])
    assert "TRÍCH SAO; LĐLĐ thành phố Demo;" in words_in(part, tmp_path)
    assert len(third.attachments) == 3


def test_copies_of_all_forms_share_one_series_a_year(house: House, paper: bytes) -> None:
    clerk = house.person("vanthu")
    document = copied(house, arrived(house, paper), "sao-y")
    document = copied(house, document, "sao-luc")
    other = copied(house, arrived(house, paper), "trich-sao", extract=paper)
    assert [one.name.split(" 2026")[0] for one in document.attachments] == [
        "SAO Y 01-SY-LĐLĐ",
        "SAO LỤC 02-SL-LĐLĐ",
    ]
    assert other.attachments[0].name.startswith("TRÍCH SAO 03-TrS-LĐLĐ")
    entries = open_book(house.office, "ban-sao", 2026, by=clerk).entries
    assert [one.columns["code"] for one in entries] == ["01/SY-LĐLĐ", "02/SL-LĐLĐ", "03/TrS-LĐLĐ"]
    assert verify(house.office).holds

    why = Choice("Theo Quyết định 26/2020")
    classify(house.office, document.id, Classification.SECRET, why, by=clerk)
    with house.office.database.reading() as unit:
        rows = unit.connection.execute(select(tables.copy_entry)).all()
    shut = [row.columns == {} for row in sorted(rows, key=lambda row: row.serial)]
    assert shut == [True, True, False]


def test_what_may_not_be_copied_is_refused_by_name(house: House, paper: bytes) -> None:
    document = arrived(house, paper)
    for kind, extract, rule in (
        ("sao", b"", "copy.kind"),
        ("sao-luc", b"", "copy.no-source"),
        ("trich-sao", b"", "copy.no-extract"),
        ("trich-sao", b"PK\x03\x04", "file.damaged"),
    ):
        with pytest.raises(Refused, match=rule):
            copied(house, document, kind, extract)
    with pytest.raises(NotAllowed, match="copy.not-yours"):
        copy(house.office, document.id, "sao-y", b"", Choice(), by=house.person("chutich"))
    with pytest.raises(Outrun):
        copy(house.office, document.id, "sao-y", b"", Choice(seen=9), by=house.person("vanthu"))
    with pytest.raises(Refused, match="copy.electronic"):
        copied(house, house.sealed(), "sao-y")
    secret = arrived(house, paper, classification=Classification.SECRET)
    with pytest.raises(Refused, match="copy.classified"):
        copied(house, secret, "sao-y")


def test_an_annex_in_a_file_of_its_own_is_signed_with_the_number(
    house: House, paper: bytes, tmp_path: Path
) -> None:
    said = Particulars(
        Direction.OUTGOING, "QĐ", "Có phụ lục riêng", Classification.NONE, recipients=("H49.90.2",)
    )
    document = receive(
        house.office,
        said,
        house.office.contents.get(d := house.drafted(), d.latest.digest),
        attachments=(Enclosed("Phụ lục.pdf", paper), Enclosed("So lieu.docx", d_docx(house, d))),
        by=house.person("chuyenvien"),
    ).document
    document = house.sealed(document)

    annex, other = document.attachments
    signed = bytes_of(house, document, annex)
    assert signed.startswith(paper)
    assert f"Số: {document.number}; 20/11/2026; 09:00:00 +07:00" in words_in(signed, tmp_path)
    require_text_alone_at_the_top_right(signed)
    report = check_file(house.office, signed)
    assert (report.verdict, [one.role for one in report.signatures]) == (Verdict.VALID, ["annex"])
    assert other.digest == d.revisions[0].digest
    with house.office.database.reading() as unit:
        kept = unit.documents.get(document.id)
    assert kept.attachments == document.attachments


def test_nothing_of_a_signed_annex_stays_in_clear_once_it_is_secret(
    house: House, paper: bytes
) -> None:
    said = Particulars(Direction.OUTGOING, "TB", "Có phụ lục rồi thành mật", Classification.NONE)
    plain = house.drafted()
    document = receive(
        house.office,
        said,
        house.office.contents.get(plain, plain.latest.digest),
        attachments=(Enclosed("Phụ lục.pdf", paper),),
        by=house.person("chuyenvien"),
    ).document
    brought = document.attachments[0].digest
    document = house.sealed(document)
    signed = document.attachments[0].digest
    blobs = house.office.contents.blobs
    assert blobs.get(brought)
    assert blobs.get(signed)

    why = Choice("Theo Quyết định 26/2020")
    classify(house.office, document.id, Classification.SECRET, why, by=house.person("vanthu"))
    house.work_off()

    for digest in (brought, signed):
        with pytest.raises(Broken):
            blobs.get(digest)
    assert verify(house.office).holds


def d_docx(house: House, document: Document) -> bytes:
    return house.office.contents.get(document, document.revisions[0].digest)


def test_a_clerk_copies_through_the_doors(house: House, paper: bytes) -> None:
    document = arrived(house, paper)
    doors = application(house.office, house.settings).test_client()
    login = {"username": "vanthu", "password": PASSWORD}
    token = doors.post("/api/v1/tokens", json=login).get_json()["token"]
    told = {"Authorization": f"Bearer {token}"}
    path = f"/api/v1/documents/{document.id}/copies"

    made = doors.post(path, headers=told, data={"kind": "sao-y"})
    assert made.status_code == 201
    assert made.get_json()["attachments"][0]["name"].startswith("SAO Y 01-SY-LĐLĐ 2026")
    wrong = doors.post(path, headers=told, data={"kind": "photo"})
    assert (wrong.status_code, wrong.get_json()["rule"]) == (422, "copy.kind")
    assert "Sao y bản số hóa" in doors.get(f"/documents/{document.id}", headers=told).text
