"""Stamps of secrecy are found wherever they stand, and words that only contain them are none."""

import io
import json
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml

from bench.papers import minimal_pdf
from config.directory import read_forms
from drafting import docx_task
from drafting.convert import Converter
from drafting.forms import draft_text, make_docx
from drafting.reader import PdfReader, head
from drafting.sandbox import Sandbox
from exchange.secrecy import field_mark, name_mark, stamp_of
from records.document import Classification, Urgency
from records.form import FieldKind, Form
from records.paper import Head

FORMS = read_forms(Path(__file__).parents[2] / "config" / "document_types.yaml")
CONFIDENTIAL, SECRET, TOP = (
    Classification.CONFIDENTIAL,
    Classification.SECRET,
    Classification.TOP_SECRET,
)
SUBJECTS = (
    "Về việc ban hành Quy chế BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Quy chế bảo mật, đổi MẬT KHẨU và mật mã",
    "Danh mục bí mật nhà nước độ Tuyệt mật, Tối mật, Mật",
)


def marked(found: Head) -> Classification | None:
    marks = [stamp_of(found.lines), *(field_mark(*one) for one in found.fields)]
    return max((one for one in marks if one), key=lambda one: one.rank, default=None)


def paper(form: Form, of: Classification, subject: str) -> bytes:
    said = {FieldKind.DATE: "2026-11-20"}
    words = "Bảo mật hệ thống; đổi mật khẩu; bảo vệ bí mật nhà nước"
    text = draft_text(
        form,
        {one.key: said.get(one.kind, words) for one in form.fields},
        subject=subject,
        organ="LIÊN ĐOÀN LAO ĐỘNG",
        superior="LIÊN ĐOÀN LAO ĐỘNG TỈNH",
        place="Uông Bí",
        notation="QĐ-LĐLĐ",
        unit_notation="TC",
        signer_name="Phạm Thị Thu Hường",
        capacity=("CHỦ TỊCH",),
        classification=of,
        urgency=Urgency.NORMAL,
    )
    return make_docx(text)


def head_of(content: bytes) -> Head:
    return head(docx_task.answer(content, {"act": "head"}))


def test_none_of_the_offices_forms_is_taken_for_secret_and_each_stamp_is_seen() -> None:
    found = {
        (id, of): marked(head_of(paper(form, of, SUBJECTS[n % 3])))
        for n, (id, form) in enumerate(FORMS.items())
        for of in Classification
    }

    assert len(found) == 29 * 4
    wrong = {key: seen for key, seen in found.items() if (seen or Classification.NONE) != key[1]}
    assert wrong == {}


@pytest.mark.parametrize("type", ["QĐ", "công văn"])
def test_the_same_holds_for_their_pdf(sandbox: Sandbox, type: str) -> None:
    reader, converter = PdfReader(sandbox), Converter(sandbox)
    for of in (Classification.NONE, SECRET):
        pdf = converter.pdf(paper(FORMS[type], of, SUBJECTS[0]))

        assert (marked(reader.head(pdf)) or Classification.NONE) == of


@pytest.mark.parametrize(
    ("line", "of"),
    [
        ("MẬT", CONFIDENTIAL),
        ("  [ MẬT ]", CONFIDENTIAL),
        ("M Ậ T", CONFIDENTIAL),
        ("TỐI MẬT", SECRET),
        ("T Ố I   M Ậ T", SECRET),
        ("TUYỆT MẬT", TOP),
        ("TUYỆTMẬT", None),
        ("Tối mật", SECRET),
        ("Độ mật: Tuyệt mật", TOP),
        ("Mức độ mật: Mật.", CONFIDENTIAL),
        ("Kế hoạch (TỐI MẬT)", SECRET),
        ("TèI MËT", SECRET),  # shows as TỐI MẬT in .VnTimeH
        ("TUYEÄT MAÄT", TOP),  # and so in VNI-Times
        ("TOI MAT", SECRET),
        ("mật", None),
        ("bí mật", None),
        ("Độ mật: Thường", None),
        ("Độ mật: Mật / Tối mật / Tuyệt mật", None),
        ("DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT", None),
        ("HỘI THẢO NUÔI ONG LẤY MẬT", None),
        ("MẬT KHẨU", None),
    ],
)
def test_a_stamp_is_a_line_of_its_own(line: str, of: Classification | None) -> None:
    assert stamp_of([line]) is of
    assert stamp_of([unicodedata.normalize("NFD", line)]) is of


def test_a_title_that_goes_on_in_the_next_line_is_no_stamp() -> None:
    assert stamp_of(["QUY CHẾ BẢO VỆ BÍ", "MẬT", "NHÀ NƯỚC"]) is None
    assert stamp_of(["DANH MỤC ĐỘ", "TỐI MẬT"]) is None
    assert stamp_of(["Mật", "Tối mật", "Tuyệt mật"]) is None  # a choice is offered
    assert stamp_of(["Số: 12/KH", "MẬT", "TỐI MẬT"]) is SECRET


@pytest.mark.parametrize(
    ("name", "value", "of"),
    [
        ("keywords", "kế hoạch; Mật", CONFIDENTIAL),
        ("Keywords", "TUYỆT MẬT", TOP),
        ("title", "[TỐI MẬT] Kế hoạch", SECRET),
        ("Độ mật", "B", SECRET),
        ("Classification", "Secret", SECRET),
        ("Classification", "Internal", None),
        ("Name", "TopSecret", TOP),
        ("Name", "Approved", None),
        ("title", "Quy chế bảo mật", None),
        ("keywords", "bảo mật, mật khẩu", None),
    ],
)
def test_properties_of_a_file_may_name_a_class(
    name: str, value: str, of: Classification | None
) -> None:
    assert field_mark(name, value) is of


@pytest.mark.parametrize(
    ("name", "of"),
    [("12-KH-TUYỆT_MẬT.pdf", TOP), ("KH (MẬT).docx", CONFIDENTIAL), ("BAO_MAT.pdf", None)],
)
def test_a_files_name_may_say_it(name: str, of: Classification | None) -> None:
    assert name_mark(name) is of


def _first(paper: docx.document.Document) -> None:
    paper.add_paragraph("TỐI MẬT")


def _header(paper: docx.document.Document) -> None:
    paper.sections[0].header.paragraphs[0].text = "TỐI MẬT"


def _cell(paper: docx.document.Document) -> None:
    paper.add_table(1, 2).cell(0, 0).paragraphs[0].add_run("Số: 1/KH\nTỐI MẬT")


def _tabbed(paper: docx.document.Document) -> None:
    paper.add_paragraph("TỐI MẬT\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")


def _keywords(paper: docx.document.Document) -> None:
    paper.core_properties.keywords = "kế hoạch, Tối mật"


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _box(paper: docx.document.Document) -> None:
    for _ in range(40):
        paper.add_paragraph("Nội dung")
    paper.paragraphs[-1].add_run()._r.append(  # noqa: SLF001 - docx writes no text boxes
        parse_xml(
            f'<w:pict xmlns:w="{W}" xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox>'
            "<w:txbxContent><w:p><w:r><w:t>TỐI MẬT</w:t></w:r></w:p></w:txbxContent>"
            "</v:textbox></v:shape></w:pict>"
        )
    )


def _lettering(paper: docx.document.Document) -> None:
    paper.sections[0].header.paragraphs[0].add_run()._r.append(  # noqa: SLF001 - nor WordArt
        parse_xml(
            f'<w:pict xmlns:w="{W}" xmlns:v="urn:schemas-microsoft-com:vml"><v:shape>'
            '<v:textpath string="TỐI MẬT"/></v:shape></w:pict>'
        )
    )


@pytest.mark.parametrize(
    "plant",
    [_first, _header, _cell, _tabbed, _keywords, _box, _lettering],
    ids=lambda one: one.__name__,
)
def test_wherever_a_docx_bears_it_it_is_seen(
    plant: Callable[[docx.document.Document], None],
) -> None:
    written = docx.Document()
    plant(written)
    written.add_paragraph("Văn bản nhắc đến bí mật, bảo mật và mật khẩu.")
    packed = io.BytesIO()
    written.save(packed)

    assert marked(head_of(packed.getvalue())) is SECRET


INFO = b"7 0 obj\n<< /Keywords (a, TUYET MAT) >>\nendobj\nxref\n0 7"
STAMP = b"/Annots [<< /Type /Annot /Subtype /Stamp /Rect [50 50 90 90] /Name /TopSecret /F 4 >>]"
XMP = "<x:xmpmeta><rdf:li>TUYỆT MẬT</rdf:li></x:xmpmeta>\n%%EOF"


@pytest.mark.parametrize(
    "planted",
    [
        {b"(nothing) Tj": b"(TUYET MAT) Tj"},
        {b"xref\n0 7": INFO, b"/Root 1 0 R": b"/Root 1 0 R /Info 7 0 R"},
        {b"/Contents 4 0 R": b"/Contents 4 0 R %s" % STAMP},
        {b"%%EOF": XMP.encode()},
    ],
    ids=["line", "keywords", "stamp", "xmp"],
)
def test_wherever_a_pdf_bears_it_it_is_seen(
    sandbox: Sandbox, planted: Mapping[bytes, bytes]
) -> None:
    pdf = minimal_pdf("nothing")
    assert marked(PdfReader(sandbox).head(pdf)) is None
    for before, after in planted.items():
        pdf = pdf.replace(before, after, 1)

    assert marked(PdfReader(sandbox).head(pdf)) is TOP


def test_running_words_at_the_head_are_none() -> None:
    written = docx.Document()
    written.add_paragraph("Tài liệu có độ mật được bảo quản riêng; người giữ mật không tiết lộ.")
    written.add_paragraph("1. Mật ong rừng là đặc sản của huyện.")
    packed = io.BytesIO()
    written.save(packed)

    assert marked(head_of(packed.getvalue())) is None
    assert json.loads(docx_task.answer(packed.getvalue(), {}))  # and its words are read as ever
