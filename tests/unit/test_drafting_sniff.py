"""What a file is: told by its content, refused before anything of it is unpacked."""

import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drafting.archive import ZipLimits
from drafting.sniff import attachment_media, sniff
from records.document import Media
from records.errors import Unreadable

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
OOXML = "application/vnd.openxmlformats-officedocument"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letter(text: str = "Độc lập - Tự do - Hạnh phúc") -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def changed(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Give a ZIP with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zipped(parts)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def with_relationship(kind: str, target: str, *, external: bool = True) -> bytes:
    def change(parts: dict[str, bytes]) -> None:
        mode = ' TargetMode="External"' if external else ""
        one = f'<Relationship Id="rIdX" Type="{REL}/{kind}" Target="{target}"{mode}/>'
        rels = parts["word/_rels/document.xml.rels"].decode()
        end = "</Relationships>"
        parts["word/_rels/document.xml.rels"] = rels.replace(end, one + end).encode()

    return changed(letter(), change)


def rule_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        sniff(content)
    return caught.value.rule


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, kind)
    return file.getvalue()


def test_a_document_is_what_its_content_says() -> None:
    assert sniff(PDF) is Media.PDF
    assert sniff(letter()) is Media.DOCX


def test_nothing_is_no_document() -> None:
    assert rule_of(b"") == "file.empty"


def test_a_file_over_the_limit_is_told_the_limit() -> None:
    with pytest.raises(Unreadable) as caught:
        sniff(PDF + bytes(100), limit=100)
    assert (caught.value.rule, caught.value.facts) == ("file.too-large", {"limit": 100})


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Quyet dinh</body></html>",  # renamed .doc
        b"{\\rtf1 Quyet dinh}",
        b"MZ\x90\x00" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"junk before %PDF-1.7 %%EOF",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),  # an old .doc
        zipped({"readme.txt": b"x"}),
        "Quyết định".encode(),
    ],
)
def test_what_only_claims_to_be_a_document_is_unknown(content: bytes) -> None:
    assert rule_of(content) == "file.unknown"


def test_a_spreadsheet_is_no_document_but_may_be_attached() -> None:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)

    assert rule_of(file.getvalue()) == "file.unknown"
    assert attachment_media(file.getvalue(), "a.xlsx") == f"{OOXML}.spreadsheetml.sheet"


def test_encrypted_files_are_named_so() -> None:
    package = "EncryptedPackage".encode("utf-16-le")
    assert rule_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + package) == "file.encrypted"
    assert rule_of(PDF.replace(b"/Root", b"/Encrypt 5 0 R/Root")) == "file.encrypted"
    flagged = bytearray(letter())
    at = flagged.index(b"PK\x01\x02")
    flagged[at + 8] |= 1
    assert rule_of(bytes(flagged)) == "file.encrypted"


def test_macros_are_refused_by_part_and_by_type() -> None:
    def part(parts: dict[str, bytes]) -> None:
        parts["word/VbaProject.bin"] = b"x"

    def kind(parts: dict[str, bytes]) -> None:
        types = parts["[Content_Types].xml"].decode()
        plain = f"{OOXML}.wordprocessingml.document.main+xml"
        enabled = "application/vnd.ms-word.document.macroEnabled.main+xml"
        parts["[Content_Types].xml"] = types.replace(plain, enabled).encode()

    assert rule_of(changed(letter(), part)) == "file.macros"
    assert rule_of(changed(letter(), kind)) == "file.macros"


def test_what_would_be_fetched_or_started_is_refused() -> None:
    assert rule_of(with_relationship("attachedTemplate", "http://a/x.dotm")) == "file.external"
    assert rule_of(with_relationship("frame", "http://a/x.html")) == "file.external"
    assert rule_of(with_relationship("oleObject", "e/o.bin", external=False)) == "file.active"
    assert rule_of(with_relationship("aFChunk", "x.html", external=False)) == "file.active"


def test_links_and_linked_pictures_may_stay() -> None:
    assert sniff(with_relationship("hyperlink", "https://congdoan.vn")) is Media.DOCX
    assert sniff(with_relationship("image", "http://a/x.png")) is Media.DOCX


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml", "_rels/.rels"])
def test_a_document_type_in_a_part_is_refused(part: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        entity = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        head, _, rest = parts[part].partition(b"?>")
        parts[part] = head + b"?>" + entity + rest

    assert rule_of(changed(letter(), change)) == "file.damaged"


def test_a_bomb_is_seen_before_it_is_unpacked() -> None:
    zeros = changed(letter(), lambda parts: parts.update({"word/a.bin": bytes(30_000_000)}))
    many = zipped({f"{n}": b"" for n in range(5_001)})

    assert rule_of(zeros) == "file.zip-bomb"
    assert rule_of(many) == "file.zip-bomb"
    with pytest.raises(Unreadable, match=r"file\.zip-bomb"):
        sniff(letter(), zip_limits=ZipLimits(unpacked=1_000))


def test_a_zip_that_lies_about_its_sizes_is_never_unpacked_further() -> None:
    """The sizes in the directory are what bounds reading, whatever the packed part holds."""
    content = bytearray(letter())
    at = content.rindex(b"[Content_Types].xml") - 46
    struct.pack_into("<L", content, at + 24, 10)

    assert rule_of(bytes(content)) == "file.damaged"


def test_names_that_leave_their_folder_are_refused() -> None:
    def climb(name: str) -> Callable[[dict[str, bytes]], None]:
        return lambda parts: parts.update({name: b"x"})

    for name in ("../../etc/cron.d/x", "/etc/x", "..\\x"):
        assert rule_of(changed(letter(), climb(name))) == "file.damaged"


def test_a_cut_file_is_damaged() -> None:
    assert rule_of(letter()[:-100]) == "file.damaged"
    assert rule_of(PDF[:-10]) == "file.damaged"


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (PDF, "a.exe", "application/pdf"),
        (letter(), "a.pdf", f"{OOXML}.wordprocessingml.document"),
        (picture("PNG"), "a", "image/png"),
        (picture("JPEG"), "a", "image/jpeg"),
        (picture("TIFF"), "a", "image/tiff"),
        ("Danh sách đoàn viên\n1. Trần Văn A\n".encode(), "a.txt", "text/plain"),
        ("họ tên;năm sinh\nTrần Văn A;1980\n".encode(), "a.csv", "text/csv"),
        (b"\xef\xbb\xbfmot", "a.csv", "text/plain"),
        (zipped({"a.txt": b"x"}), "a", "application/zip"),
        (
            zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"x"}),
            "a.odt",
            "application/vnd.oasis.opendocument.text",
        ),
    ],
)
def test_an_attachment_is_what_its_content_says(content: bytes, name: str, media: str) -> None:
    assert attachment_media(content, name) == media


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(100),
        b"\x7fELF" + bytes(100),
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><p>x",
        b"  <html><script>alert(1)</script>",
        b"hello <script src=x></script>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<svg onload=alert(1)>",
        b"\xff\xfeh\x00i\x00",
        b"GIF89a" + bytes(20),
        zipped({"META-INF/MANIFEST.MF": b"x"}),
    ],
)
def test_programs_and_pages_are_not_attached(content: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        attachment_media(content, "a.txt")
    assert caught.value.rule == "file.unknown"


def test_a_sheet_with_scripts_is_not_attached() -> None:
    media = b"application/vnd.oasis.opendocument.spreadsheet"
    with pytest.raises(Unreadable) as caught:
        attachment_media(zipped({"mimetype": media, "Basic/script-lc.xml": b"x"}), "a.ods")
    assert caught.value.rule == "file.macros"


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf"]))
def test_any_bytes_are_known_or_refused(tail: bytes, head: bytes) -> None:
    for look in (sniff, lambda content: attachment_media(content, "a")):
        with suppress(Unreadable):
            look(head + tail)


@settings(deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_damaged_letter_is_known_or_refused(place: int, value: int) -> None:
    content = bytearray(letter("x"))
    content[place % len(content)] = value
    with suppress(Unreadable):
        sniff(bytes(content))
