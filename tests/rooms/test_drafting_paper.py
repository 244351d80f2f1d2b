"""Paper made, drawn and read: LibreOffice, PDFium and qpdf at work behind the locked door."""

import io
import shutil
import socket
import subprocess
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import page as page_validation
import pypdfium2  # type: ignore[import-untyped] # it ships no type information
import pytest
from PIL import Image

import drafting
import records
from config.directory import read_forms
from drafting.books import PrintedBook, book_docx
from drafting.convert import Converter
from drafting.forms import DraftText, draft_text, make_docx
from drafting.reader import PdfReader
from drafting.sandbox import OFFICE_TASK, Limits, Sandbox
from drafting.sniff import sniff
from drafting.words import words_of
from records.document import Media, Urgency
from records.errors import Refused, Unavailable, Unreadable
from records.paper import Box, DateStyle, NumberStyle, Placement

CONFIG = Path(__file__).parents[2] / "config" / "document_types.yaml"
FORMS = read_forms(CONFIG)
VOWELS = "aăâeêioôơuưy"
LETTERS = [
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in VOWELS
    for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
]
ALPHABET = LETTERS + [letter.upper() for letter in LETTERS] + ["đ", "Đ"]
PDF_PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Resources<<>>%s>>"
ANSWERS = {
    "bases": "Căn cứ Luật Công đoàn ngày 27 tháng 11 năm 2024;\nCăn cứ Điều lệ Công đoàn Việt Nam;",
    "body": "Một việc cần làm ngay trong tháng.\nHai việc cần làm trong năm.",
    "articles": "Một",
    "addressees": "Liên đoàn Lao động tỉnh Quảng Ninh",
    "recipients": "Như Điều 2\nThường trực LĐLĐ thành phố",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(warm={OFFICE_TASK: 2, "drafting.pdf_task": 1}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def converter(sandbox: Sandbox) -> Converter:
    return Converter(sandbox)


@pytest.fixture(scope="module")
def reader(sandbox: Sandbox) -> PdfReader:
    return PdfReader(sandbox)


def draft_of(type: str) -> DraftText:
    form = FORMS[type]
    answers = {
        field.key: ANSWERS.get(field.key, "2026-11-20" if field.kind == "date" else "Phòng họp")
        for field in form.fields
        if field.key not in ("authority", "opening")
    }
    return draft_text(
        form,
        answers,
        subject="Về việc thành lập Ban Chỉ đạo chuyển đổi số",
        organ="Liên đoàn Lao động thành phố Uông Bí",
        superior="Liên đoàn Lao động tỉnh Quảng Ninh",
        place="Thành phố Hồ Chí Minh" if type == "KH" else "Uông Bí",
        notation=f"{form.abbreviation or 'LĐLĐ'}-{'LĐLĐ' if form.abbreviation else 'VP'}",
        unit_notation="VP",
        signer_name="Nguyễn Thị Hồng Hạnh",
        capacity=("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
        urgency=Urgency.URGENT if type == "TB" else Urgency.NORMAL,
    )


@pytest.fixture(scope="module")
def decision_pdf(converter: Converter) -> bytes:
    return converter.pdf(make_docx(draft_of("QĐ")))


def answer_of(*words: str | Path) -> bytes:
    """Give what a foreign program says of a file of ours."""
    return subprocess.run(words, capture_output=True, check=True).stdout  # noqa: S603 - our words


WRONG_LENGTH = "a stream /Length does not match its raw content length"


def failures(pdf: bytes) -> list[str]:
    report = page_validation.validate_pdf_bytes(pdf, profile="pdfa-2b")
    found = [failure.message for failure in report.failures]
    # Packed content whose last byte is a CR: the validator takes it into the end of line behind it.
    for _ in range(min(found.count(WRONG_LENGTH), pdf.count(b"\r\nendstream"))):
        found.remove(WRONG_LENGTH)
    return found


def pdf_of(*objects: str, catalog: str = "") -> bytes:
    """Give a PDF with one page and some objects more, numbered from 4."""
    page, more = (objects[0], objects[1:]) if objects else ("", ())
    bodies = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        PDF_PAGE % page,
        *more,
    ]
    content, places = b"%PDF-1.7\n", []
    for n, body in enumerate(bodies, 1):
        places.append(len(content))
        content += f"{n} 0 obj{body}endobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(bodies) + 1
    return (
        content
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
            f"startxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


def glyph_boxes(pdf: bytes) -> Iterator[tuple[int, str, tuple[float, float, float, float]]]:
    document = pypdfium2.PdfDocument(pdf)
    for n in range(len(document)):
        text = document[n].get_textpage()
        whole = text.get_text_range()
        for i in range(text.count_chars()):
            if i < len(whole) and not whole[i].isspace():
                yield n, whole[i], text.get_charbox(i)
    document.close()


def require_free(pdf: bytes, *boxes: Box | None) -> None:
    for box in boxes:
        assert box is not None
        assert box.x0 < box.x1
        assert box.y0 < box.y1
        for n, letter, (x0, y0, x1, y1) in glyph_boxes(pdf):
            apart = x1 <= box.x0 or x0 >= box.x1 or y1 <= box.y0 or y0 >= box.y1
            assert n != box.page or apart, f"{letter!r} stands in the way"


# ── DOCX to PDF ──────────────────────────────────────────────────────────────────────────


def types_to_try() -> list[str]:
    """Give one type of every template and set of fields, and those the office uses daily."""
    seen = {(form.template, form.fields): type for type, form in reversed(FORMS.items())}
    return sorted({*seen.values(), "QĐ", "NQ", "TB", "BC", "TTr", "KH", "công văn", "GM"})


@pytest.mark.parametrize("type", types_to_try())
def test_every_form_becomes_pdf_a_with_room_for_number_date_and_signature(
    type: str, converter: Converter, reader: PdfReader
) -> None:
    draft = draft_of(type)

    pdf = converter.pdf(make_docx(draft))

    assert failures(pdf) == []
    reader.inspect(pdf)
    places = reader.placement(pdf)
    assert places.anchored == {"number", "date", "signature"}
    assert places.number_style is NumberStyle.SERIAL
    assert places.printed_notation == draft.notation
    assert places.date_style is DateStyle.PARTS
    assert places.year is not None
    assert places.year.x0 + 26 <= 595 - 20 / 25.4 * 72  # four figures end before the margin
    require_free(pdf, places.number, places.day, places.month, places.year, places.signature)
    assert places.number.x1 - places.number.x0 >= 26  # four figures of 13 points
    assert places.signature.y1 - places.signature.y0 >= 70
    words = " ".join(" ".join(reader.reading(pdf).texts).split())
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
    assert f"/{draft.notation}" in words
    assert "Nguyễn Thị Hồng Hạnh" in words


def test_every_vietnamese_letter_survives_in_every_style(
    converter: Converter, reader: PdfReader, tmp_path: Path
) -> None:
    document = docx.Document()
    for bold, italic in ((False, False), (True, False), (False, True), (True, True)):
        for start in range(0, len(ALPHABET), 30):
            run = document.add_paragraph().add_run(" ".join(ALPHABET[start : start + 30]))
            run.font.name, run.bold, run.italic = "Times New Roman", bold, italic
    file = io.BytesIO()
    document.save(file)

    pdf = converter.pdf(file.getvalue())

    expected = ALPHABET * 4
    assert " ".join(reader.reading(pdf).texts).split() == expected
    (tmp_path / "a.pdf").write_bytes(pdf)
    told = answer_of("/usr/bin/pdftotext", tmp_path / "a.pdf", "-")
    assert "".join(told.decode().split()) == "".join(expected)
    fonts = answer_of("/usr/bin/pdffonts", tmp_path / "a.pdf")
    rows = fonts.decode().splitlines()[2:]
    assert {row.split()[0].partition("+")[2] for row in rows} == {
        "LiberationSerif",
        "LiberationSerif-Bold",
        "LiberationSerif-Italic",
        "LiberationSerif-BoldItalic",
    }
    assert all(row.split()[-5] == "yes" for row in rows)  # embedded


def test_a_long_document_is_numbered_from_its_second_page(
    converter: Converter, reader: PdfReader
) -> None:
    draft = replace(
        draft_of("BC"), body=("Nội dung báo cáo kết quả hoạt động công đoàn. " * 12,) * 12
    )

    texts = reader.reading(converter.pdf(make_docx(draft))).texts

    assert len(texts) >= 3
    assert "1" not in texts[0].split()
    assert texts[1].split()[0] == "2"
    assert texts[2].split()[0] == "3"


def test_a_signature_block_is_never_torn_from_its_text(
    converter: Converter, reader: PdfReader
) -> None:
    for lines in (20, 22, 24):
        draft = replace(
            draft_of("TB"), bases=(), body=(*("Dòng chữ." for _ in range(lines)), "Cuối")
        )
        *_, last = reader.reading(converter.pdf(make_docx(draft))).texts
        for words in ("Cuối./.", "CHỦ TỊCH", "Nguyễn Thị Hồng Hạnh", "Lưu: VT, VP."):
            assert words in last


def test_a_register_becomes_pdf_a_with_its_head_on_every_page(
    converter: Converter, reader: PdfReader
) -> None:
    book = PrintedBook(
        title="Sổ đăng ký văn bản đi",
        office=("LĐLĐ tỉnh Quảng Ninh", "LĐLĐ thành phố Uông Bí"),
        year=2026,
        columns=tuple((f"Cột {n}", 1.0) for n in range(1, 11)),
        rows=tuple((f"{n:02d}/QĐ-LĐLĐ", *("x",) * 9) for n in range(1, 71)),
        printed_at="20/11/2026 14:05",
        printed_by="Trần Văn Thư",
    )

    pdf = converter.pdf(book_docx(book))

    assert failures(pdf) == []
    cover, *pages = reader.reading(pdf).texts
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI" in cover
    assert len(pages) >= 2
    assert all("Cột 10" in text for text in pages)
    assert "70/QĐ-LĐLĐ" in pages[-1]


def test_a_linked_picture_is_never_fetched(converter: Converter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)
        heard: list[bytes] = []

        def listen() -> None:
            while True:
                try:
                    with listener.accept()[0] as caller:
                        heard.append(caller.recv(100))
                except TimeoutError:
                    if done.is_set():
                        return

        done = threading.Event()
        listening = threading.Thread(target=listen)
        listening.start()
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as control:
            control.sendall(b"control")
        content = with_linked_picture(f"http://127.0.0.1:{port}/a.png")
        assert sniff(content) is Media.DOCX

        converter.pdf(content)

        done.set()
        listening.join()
    assert heard == [b"control"]


def with_linked_picture(target: str) -> bytes:
    """Give a DOCX whose one picture lies elsewhere."""
    picture, file = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(picture, "PNG")
    document = docx.Document()
    document.add_picture(io.BytesIO(picture.getvalue()))
    document.save(file)
    made = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(made, "w") as out:
        for name in source.namelist():
            part = source.read(name)
            if name == "word/_rels/document.xml.rels":
                part = part.replace(
                    b'Target="media/image1.png"',
                    f'Target="{target}" TargetMode="External"'.encode(),
                )
                assert target.encode() in part
            if name == "word/document.xml":
                part = part.replace(b"r:embed=", b"r:link=")
            if not name.startswith("word/media/"):
                out.writestr(name, part)
    return made.getvalue()


def test_what_is_no_docx_is_not_converted(converter: Converter) -> None:
    for content, rule in (
        (b"<html>Quyet dinh</html>", "file.unknown"),
        (b"PK\x03\x04 and then nothing", "file.damaged"),
        (b"", "file.empty"),
        (pdf_of(), "convert.failed"),
        (with_broken_text(), "convert.failed"),
    ):
        with pytest.raises(Unreadable) as caught:
            converter.pdf(content)
        assert caught.value.rule == rule


def with_broken_text() -> bytes:
    """Give a DOCX whose outside is whole and whose text ends in the middle."""
    source, made = io.BytesIO(make_docx(draft_of("QĐ"))), io.BytesIO()
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(made, "w") as out:
        for name in whole.namelist():
            part = whole.read(name)
            out.writestr(name, part[: len(part) // 2] if name == "word/document.xml" else part)
    return made.getvalue()


def test_a_conversion_out_of_time_says_so() -> None:
    with (
        Sandbox(limits={OFFICE_TASK: Limits(memory=4 * 1024**3, wall=0.05)}) as hurried,
        pytest.raises(Unreadable) as caught,
    ):
        Converter(hurried).pdf(make_docx(draft_of("QĐ")))
    assert caught.value.rule == "file.too-slow"


def test_a_machine_without_libreoffice_says_so(tmp_path: Path) -> None:
    for room in (records, drafting):
        source = Path(str(room.__file__)).parent
        shutil.copytree(source, tmp_path / source.name)
    task = tmp_path / "drafting" / "office_task.py"
    task.write_text(task.read_text().replace("/usr/bin/soffice", "/usr/bin/no-soffice"))

    with Sandbox(root=tmp_path) as sandbox, pytest.raises(Unavailable) as caught:
        Converter(sandbox).pdf(make_docx(draft_of("QĐ")))
    assert caught.value.rule == "convert.unavailable"


class Hostile:
    """An isolation whose reader was taken over by the document."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        assert task
        assert isinstance(content, bytes)
        assert isinstance(options, dict)
        return self.answer


@pytest.mark.parametrize(
    "answer", [b"", b"MZ", b"<html>", b"%PDF-1.7 cut", b'{"pages": 1}', b"[1]"]
)
def test_answers_of_a_reader_taken_over_are_not_believed(answer: bytes) -> None:
    with pytest.raises(Unreadable):
        Converter(Hostile(answer)).pdf(b"")
    reader = PdfReader(Hostile(answer))
    for ask in (reader.reading, reader.placement, lambda pdf: reader.page_png(pdf, 1)):
        with pytest.raises(Unreadable):
            ask(b"")


# ── reading PDFs ─────────────────────────────────────────────────────────────────────────


def test_a_page_becomes_a_small_picture(decision_pdf: bytes, reader: PdfReader) -> None:
    picture = reader.page_png(decision_pdf, 1, width=800)

    shown = Image.open(io.BytesIO(picture))
    assert shown.format == "PNG"
    assert shown.width == 800
    assert len(picture) < 150_000
    assert shown.convert("L").getextrema() == (0, 255)


def test_fields_and_signature_pictures_are_drawn(reader: PdfReader) -> None:
    pdf = pdf_of(
        "/Annots[4 0 R]",
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Ky)/F 4/Rect[50 50 150 150]/P 3 0 R"
        "/AP<</N 5 0 R>>>>",
        "<</Type/XObject/Subtype/Form/BBox[0 0 100 100]/Length 30>>stream\n"
        "1 0 0 rg 0 0 100 100 re f      \nendstream ",
        catalog="/AcroForm<</Fields[4 0 R]/SigFlags 3>>",
    )

    shown = Image.open(io.BytesIO(reader.page_png(pdf, 1, width=300))).convert("RGB")

    assert shown.getpixel((100, 200)) == (255, 0, 0)
    assert shown.getpixel((10, 10)) == (255, 255, 255)


def test_a_page_that_is_not_there_is_not_drawn(decision_pdf: bytes, reader: PdfReader) -> None:
    for n in (0, 99):
        with pytest.raises(Unreadable) as caught:
            reader.page_png(decision_pdf, n)
        assert caught.value.rule == "file.no-such-page"


def test_a_quiet_pdf_passes(reader: PdfReader) -> None:
    reader.inspect(pdf_of())
    reader.inspect(pdf_of("", "(/JavaScript in words /JS)"))


@pytest.mark.parametrize(
    ("objects", "catalog", "feature"),
    [
        (("",), "/OpenAction<</S/JavaScript/JS(app.alert)>>", "javascript"),
        (("",), "/OpenAction<</S/Java#53cript/J#53(app.alert)>>", "javascript"),
        (("/AA<</O<</S/Launch/F(cmd)>>>>",), "", "launch"),
        (("", "<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream "), "", "embedded-file"),
        (("",), "/AcroForm<</XFA(x)/Fields[]>>", "xfa"),
        (("/Annots[<</Subtype/RichMedia/Rect[0 0 9 9]>>]",), "", "rich-media"),
        (("/AA<</O<</S/SubmitForm/F(http)>>>>",), "", "submit-form"),
    ],
)
def test_what_is_alive_in_a_pdf_is_refused(
    objects: tuple[str, ...], catalog: str, feature: str, reader: PdfReader
) -> None:
    with pytest.raises(Unreadable) as caught:
        reader.inspect(pdf_of(*objects, catalog=catalog))

    assert (caught.value.rule, caught.value.facts) == ("file.active", {"feature": feature})


def test_what_is_hidden_in_a_compressed_object_is_found(reader: PdfReader, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of("", catalog="/OpenAction<</S/JavaScript/JS(x)>>"))
    qpdf(tmp_path, "--object-streams=generate", "--compress-streams=y")
    packed = (tmp_path / "b.pdf").read_bytes()
    assert b"JavaScript" not in packed

    with pytest.raises(Unreadable, match="javascript"):
        reader.inspect(packed)


def qpdf(folder: Path, *words: str) -> None:
    answer_of("/usr/bin/qpdf", *words, folder / "a.pdf", folder / "b.pdf")


def test_encrypted_and_damaged_files_are_named_so(reader: PdfReader, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of())
    for user in ("secret", ""):
        qpdf(tmp_path, "--encrypt", user, "owner", "256", "--")
        locked = (tmp_path / "b.pdf").read_bytes()
        for ask in (reader.inspect, reader.reading):
            with pytest.raises(Unreadable) as caught:
                ask(locked)
            assert caught.value.rule == "file.encrypted"
        with pytest.raises(Unreadable, match=r"file\.encrypted"):
            sniff(locked)
    with pytest.raises(Unreadable) as caught:
        reader.inspect(b"%PDF-1.7\nnothing\n%%EOF")
    assert caught.value.rule == "file.damaged"


def test_a_file_of_too_many_pages_is_refused(reader: PdfReader) -> None:
    kids = "3 0 R " * 5_001
    pdf = pdf_of().replace(b"/Kids[3 0 R]/Count 1", f"/Kids[{kids}]/Count 5001".encode())

    with pytest.raises(Unreadable) as caught:
        reader.inspect(pdf)
    assert caught.value.rule == "file.too-many-pages"


def test_a_pdf_without_anchors_gets_default_places(reader: PdfReader) -> None:
    pdf = pdf_of()

    places: Placement = reader.placement(pdf)

    assert places.anchored == frozenset()
    assert places.number_style is NumberStyle.WHOLE
    assert places.date_style is DateStyle.WHOLE
    assert places.month is None
    for box in (places.number, places.day, places.signature, places.seal):
        assert 0 <= box.x0 < box.x1 <= 300
        assert 0 <= box.y0 < box.y1 <= 300


def test_a_number_typed_by_the_drafter_is_refused(converter: Converter, reader: PdfReader) -> None:
    document = docx.Document()
    document.add_paragraph("Số: 12/QĐ-LĐLĐ")
    file = io.BytesIO()
    document.save(file)

    with pytest.raises(Refused) as caught:
        reader.placement(converter.pdf(file.getvalue()))
    assert caught.value.rule == "paper.numbered"


# ── words ────────────────────────────────────────────────────────────────────────────────


def test_the_words_of_a_docx_and_of_its_pdf_are_the_same(
    decision_pdf: bytes, reader: PdfReader, sandbox: Sandbox
) -> None:
    docx_words = words_of(make_docx(draft_of("QĐ")), Media.DOCX, reader=reader, isolate=sandbox)
    pdf_words = words_of(decision_pdf, Media.PDF, reader=reader, isolate=sandbox)

    def counted(text: str) -> list[str]:
        return sorted(text.split())

    # PDFium shows the frame of gap characters as nothing; the page number is on no first page.
    assert set(counted(pdf_words)) <= {*counted(docx_words), "Số:", "ngày", "tháng", "năm"}
    assert "Điều 1. Một việc cần làm ngay trong tháng." in docx_words


def test_words_typed_with_separate_marks_come_out_composed(
    reader: PdfReader, sandbox: Sandbox
) -> None:
    document = docx.Document()
    document.add_paragraph(unicodedata.normalize("NFD", "Liên đoàn Lao động"))
    document.add_table(1, 1).cell(0, 0).text = "trong bảng"
    document.sections[0].footer.paragraphs[0].text = "chân trang"
    file = io.BytesIO()
    document.save(file)

    words = words_of(file.getvalue(), Media.DOCX, reader=reader, isolate=sandbox)

    assert words.splitlines() == ["Liên đoàn Lao động", "trong bảng", "chân trang"]


def test_a_damaged_docx_has_no_words(reader: PdfReader, sandbox: Sandbox) -> None:
    with pytest.raises(Unreadable) as caught:
        words_of(b"PK\x03\x04nothing", Media.DOCX, reader=reader, isolate=sandbox)
    assert caught.value.rule == "file.damaged"


def test_a_print_bears_its_words_on_every_page_and_shows_the_rest_as_before(
    reader: PdfReader, decision_pdf: bytes
) -> None:
    printed = reader.printed(
        decision_pdf, "Bản in · 05/QĐ-LĐLĐ · Nguyễn Thị Hồng Ánh · 20/11/2026 09:00"
    )

    before, after = reader.reading(decision_pdf), reader.reading(printed)

    assert after.pages == before.pages
    for old, new in zip(before.texts, after.texts, strict=True):
        assert "Bản in · 05/QĐ-LĐLĐ · Nguyễn Thị Hồng Ánh · 20/11/2026 09:00" in new
        assert all(line in new for line in old.splitlines() if line.strip())
