"""What a reader sees: an issued decision, made by a word processor, looked at by two renderers."""

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import page
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from PIL import Image

from records.paper import Box, DateStyle, NumberStyle, Placement
from records.signature import Verdict
from signing.fields import SEAL_POINTS
from tests.rooms.test_signing_office import ISSUED, NOW, ScratchOffice, one_office, ran

_DPI = 150


@pytest.fixture(scope="module")
def office() -> ScratchOffice:
    return one_office()


@pytest.fixture(scope="module")
def decision(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a decision as PDF/A-2b, with gaps for number, day and month."""
    folder = tmp_path_factory.mktemp("decision")
    _decision().save(str(folder / "qd.docx"))
    wish = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'
    subprocess.run(  # noqa: S603 - a program of the machine, on a file of our own
        [
            "/usr/bin/soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", wish, "--outdir", str(folder)),
            str(folder / "qd.docx"),
        ],
        check=True,
        capture_output=True,
    )
    return (folder / "qd.pdf").read_bytes()


def _decision() -> Paper:
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    normal = paper.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = "Times New Roman", Pt(13)
    head = paper.add_table(rows=1, cols=2)
    _cell(head.cell(0, 0), ["LIÊN ĐOÀN LAO ĐỘNG", "Số:         /QĐ-LĐLĐ"])
    _cell(head.cell(0, 1), ["Độc lập - Tự do - Hạnh phúc", "ngày         tháng         năm 2026"])
    paper.add_paragraph("Điều 1. Công nhận các ông, bà có tên sau đây.")
    foot = paper.add_table(rows=1, cols=2)
    _cell(foot.cell(0, 1), ["CHỦ TỊCH", *[""] * 5, "Nguyễn Văn An"])
    return paper


def _cell(cell: _Cell, words: list[str]) -> None:
    for at, line in enumerate(words):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(line)


@pytest.fixture(scope="module")
def placement(decision: bytes) -> Placement:
    document = pypdfium2.PdfDocument(decision)
    number, symbol = _found(document, "Số:"), _found(document, "/QĐ")
    day, month, year = (_found(document, word) for word in ("ngày", "tháng", "năm"))
    post, name = _found(document, "CHỦ TỊCH"), _found(document, "Nguyễn Văn An")
    document.close()
    middle = (name.x0 + name.x1) / 2
    signature = Box(0, middle - 70, name.y1, middle + 70, post.y0)
    right, half = signature.x0 + 140 / 3, (signature.y0 + signature.y1) / 2
    return Placement(
        number=Box(0, number.x1, number.y0, symbol.x0, number.y1),
        number_style=NumberStyle.SERIAL,
        day=Box(0, day.x1, day.y0, month.x0, day.y1),
        month=Box(0, month.x1, month.y0, year.x0, month.y1),
        year=None,
        date_style=DateStyle.PARTS,
        signature=signature,
        seal=Box(0, right - SEAL_POINTS, half - SEAL_POINTS / 2, right, half + SEAL_POINTS / 2),
        printed_year=2026,
    )


def _found(document: pypdfium2.PdfDocument, words: str) -> Box:
    text = document[0].get_textpage()
    hit = text.search(words, match_case=True).get_next()
    assert hit is not None, words
    boxes = [text.get_charbox(at, loose=True) for at in range(hit[0], hit[0] + hit[1])]
    left, low, right, high = zip(*boxes, strict=True)
    return Box(0, min(left), min(low), max(right), max(high))


@pytest.fixture(scope="module")
def signed(office: ScratchOffice, decision: bytes, placement: Placement) -> bytes:
    return office.press.sign(
        decision, placement=placement, person="chutich", at=NOW, reason="Ký ban hành"
    )


@pytest.fixture(scope="module")
def sealed(office: ScratchOffice, signed: bytes, placement: Placement) -> bytes:
    return office.press.seal(
        signed, placement=placement, number="05", notation="QĐ-LĐLĐ", on=ISSUED, at=NOW
    )


def by_poppler(pdf: bytes, folder: Path) -> Image.Image:
    (folder / "a.pdf").write_bytes(pdf)
    wish = ("-r", str(_DPI), "-png", "-singlefile")
    ran("pdftoppm", *wish, str(folder / "a.pdf"), str(folder / "a"))
    return Image.open(folder / "a.png").convert("RGB")


def by_pdfium(pdf: bytes, _: Path) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    drawn = document[0].render(scale=_DPI / 72, may_draw_forms=True)
    picture: Image.Image = drawn.to_pil().convert("RGB")
    document.close()
    return picture


Render = Callable[[bytes, Path], Image.Image]
RENDERERS = pytest.mark.parametrize("render", [by_poppler, by_pdfium])


def cropped(picture: Image.Image, box: Box) -> Image.Image:
    """Give the part of a rendered page that a box covers."""
    scale = _DPI / 72
    return picture.crop(
        (
            int(box.x0 * scale),
            int(picture.height - box.y1 * scale),
            int(box.x1 * scale),
            int(picture.height - box.y0 * scale),
        )
    )


def share(picture: Image.Image, colour: str) -> float:
    """Give how much of a picture is red, blue or black."""
    wanted: Callable[[int, int, int], bool] = {
        "red": lambda r, g, b: r > 150 and g < 110 and b < 110,
        "blue": lambda r, g, b: b > 120 and r < 110 and g < 120,
        "black": lambda r, g, b: max(r, g, b) < 110,
    }[colour]
    raw = picture.tobytes()
    hits = sum(wanted(*raw[at : at + 3]) for at in range(0, len(raw), 3))
    return hits / (picture.width * picture.height)


@RENDERERS
def test_number_and_date_are_seen_where_they_belong(
    render: Render, sealed: bytes, signed: bytes, placement: Placement, tmp_path: Path
) -> None:
    before, after = render(signed, tmp_path), render(sealed, tmp_path)
    for box in (placement.number, placement.day, placement.month):
        assert box is not None
        assert share(cropped(before, box), "black") == 0
        assert 0.03 < share(cropped(after, box), "black") < 0.4


@RENDERERS
def test_the_red_seal_covers_a_third_of_the_blue_signature(
    render: Render, sealed: bytes, placement: Placement, tmp_path: Path
) -> None:
    picture = render(sealed, tmp_path)
    ink, seal = placement.signature, placement.seal
    third = ink.x0 + (ink.x1 - ink.x0) / 3
    assert share(cropped(picture, replace(ink, x1=third)), "red") > 0.02
    assert share(cropped(picture, replace(ink, x0=third + 1)), "red") == 0
    assert share(cropped(picture, replace(ink, x0=third)), "blue") > 0.02
    assert share(cropped(picture, replace(seal, x1=seal.x0 + 20)), "red") > 0.02


@RENDERERS
def test_the_seal_is_printed_in_its_real_size(
    render: Render, sealed: bytes, placement: Placement, tmp_path: Path
) -> None:
    around = replace(placement.seal, x0=placement.seal.x0 - 20, x1=placement.seal.x1 + 20)
    picture = cropped(render(sealed, tmp_path), around)
    columns = [
        x
        for x in range(picture.width)
        if share(picture.crop((x, 0, x + 1, picture.height)), "red") > 0
    ]
    millimetres = (columns[-1] - columns[0] + 1) / _DPI * 25.4
    assert millimetres == pytest.approx(36, abs=0.5)


@RENDERERS
def test_an_unnumbered_document_looks_as_it_did(
    render: Render, office: ScratchOffice, decision: bytes, placement: Placement, tmp_path: Path
) -> None:
    prepared = office.press.prepare(decision, placement)
    assert render(prepared, tmp_path).tobytes() == render(decision, tmp_path).tobytes()


def test_a_reader_finds_number_and_date_among_the_words(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    words = ran("pdftotext", "-layout", str(tmp_path / "sealed.pdf"), "-").split()
    assert "05" in words
    assert " ".join(words).find("ngày 20 tháng 11 năm 2026") > 0


def test_the_archive_form_is_kept_after_the_leaders_signature(
    office: ScratchOffice, decision: bytes, signed: bytes, placement: Placement
) -> None:
    for pdf in (decision, office.press.prepare(decision, placement), signed):
        told = page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_A_2B)
        assert told.is_compliant, [f"{f.rule_id}: {f.message}" for f in told.failures]


def test_after_the_seal_the_archive_form_lacks_only_what_two_signatures_cannot_have(
    sealed: bytes,
) -> None:
    told = page.validate_pdf_bytes(sealed, profile=page.ValidationProfile.PDF_A_2B)
    assert {"ByteRange" in failure.message for failure in told.failures} == {True}


def test_the_processors_document_is_valid_with_both_signatures(
    office: ScratchOffice, sealed: bytes, tmp_path: Path
) -> None:
    report = office.press.validate(sealed, at=NOW + timedelta(days=1))
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    assert ran("pdfsig", "-nocert", str(tmp_path / "sealed.pdf")).count("Signature is Valid.") == 2


def test_a_signed_document_grows_by_less_than_a_quarter_of_a_megabyte(
    decision: bytes, sealed: bytes
) -> None:
    assert len(sealed) - len(decision) < 250_000
    assert io.BytesIO(sealed).read(8) == decision[:8]
