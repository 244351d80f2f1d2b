"""The office's forms: what they ask for, and the layout of the DOCX they give."""

import io
import unicodedata
from collections.abc import Iterator
from datetime import date

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from drafting.forms import DraftText, draft_text, make_docx, written_date
from records.document import Circulation, Classification, Urgency
from records.errors import Refused
from records.form import Field, FieldKind, Form

NBSP = "\N{NO-BREAK SPACE}"


def decision(**changes: object) -> DraftText:
    parts: dict[str, object] = {
        "type": "QĐ",
        "type_name": "Quyết định",
        "subject": "Về việc thành lập Ban Chỉ đạo chuyển đổi số",
        "organ": "Liên đoàn Lao động thành phố Uông Bí",
        "superior": "Liên đoàn Lao động tỉnh Quảng Ninh",
        "place": "Uông Bí",
        "notation": "QĐ-LĐLĐ",
        "signer_name": "Nguyễn Thị Hồng Hạnh",
        "capacity": ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
        "bases": ("Căn cứ Luật Công đoàn", "Theo đề nghị của Chánh Văn phòng."),
        "body": ("Thành lập Ban Chỉ đạo.", "Quyết định này có hiệu lực kể từ ngày ký."),
        "recipients": ("Như Điều 2", "- LĐLĐ tỉnh;"),
        "unit_notation": "VP",
    }
    return DraftText(**{**parts, **changes})  # type: ignore[arg-type] # the test's own parts


def opened(draft: DraftText) -> Document:
    return docx.Document(io.BytesIO(make_docx(draft)))


def lines(paper: Document) -> Iterator[Paragraph]:
    """Give every paragraph, those in cells of tables in tables included."""
    for node in paper.element.body.iter(qn("w:p")):
        yield Paragraph(node, paper)


def texts(paper: Document) -> list[str]:
    return [line.text for line in lines(paper) if line.text.strip()]


def line(paper: Document, text: str) -> Paragraph:
    return next(one for one in lines(paper) if one.text == text)


def look(one: Paragraph) -> tuple[float, bool, bool]:
    run = next(run for run in one.runs if run.text.strip())
    assert run.font.size is not None
    return run.font.size.pt, bool(run.bold), bool(run.italic)


# ── answers ──────────────────────────────────────────────────────────────────────────────


LEAVE = Form(
    "GNP",
    "GNP",
    "Giấy nghỉ phép",
    "Leave permit",
    "named",
    (
        Field("bearer", "Họ và tên", "Full name", FieldKind.TEXT, required=True),
        Field("since", "Nghỉ từ", "Leave from", FieldKind.DATE, required=True),
        Field("until", "Đến hết", "Until", FieldKind.DATE),
        Field("body", "Nội dung", "Body", FieldKind.LINES),
    ),
)


def test_a_form_asks_for_what_it_needs() -> None:
    def fill(**answers: str) -> DraftText:
        return draft_text(
            LEAVE,
            answers,
            subject="Nghỉ phép năm",
            organ="LĐLĐ",
            place="Hà Nội",
            notation="GNP-LĐLĐ",
            signer_name="Trần Văn B",
            capacity=("CHỦ TỊCH",),
        )

    whole = {"bearer": "Lê A", "since": "2026-02-05", "until": "2026-03-15", "body": "Một\n\nHai"}

    draft = fill(**whole)

    assert ("Nghỉ từ", "ngày 05 tháng 02 năm 2026") in draft.particulars
    assert ("Đến hết", "ngày 15 tháng 3 năm 2026") in draft.particulars
    assert draft.body == ("Một", "Hai")
    for answers, rule in (
        ({**whole, "bearer": "  "}, "draft.field-missing"),
        ({**whole, "secret": "x"}, "draft.field-unknown"),
        ({**whole, "since": "05/02/2026"}, "draft.date-invalid"),
    ):
        with pytest.raises(Refused) as caught:
            fill(**answers)
        assert caught.value.rule == rule


def test_a_date_has_zeros_where_the_decree_wants_them() -> None:
    assert written_date(date(2022, 3, 9)) == "ngày 09 tháng 3 năm 2022"
    assert written_date(date(2022, 2, 10)) == "ngày 10 tháng 02 năm 2022"
    assert written_date(date(2022, 12, 1)) == "ngày 01 tháng 12 năm 2022"


# ── layout ───────────────────────────────────────────────────────────────────────────────


def test_the_paper_is_a4_with_the_margins_of_the_decree() -> None:
    section = opened(decision()).sections[0]

    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    top, bottom, left, right = (round(margin.mm) for margin in margins if margin is not None)
    assert 20 <= top <= 25
    assert 20 <= bottom <= 25
    assert 30 <= left <= 35
    assert 15 <= right <= 20


def test_every_script_is_set_in_times_new_roman() -> None:
    fonts = opened(decision()).styles["Normal"].element.rPr.find(qn("w:rFonts"))

    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        assert fonts.get(qn(f"w:{script}")) == "Times New Roman"


def test_page_numbers_stand_above_the_text_from_the_second_page() -> None:
    section = opened(decision()).sections[0]

    assert section.different_first_page_header_footer
    header = section.header.paragraphs[0]
    codes = section.header.part.element.iter(qn("w:instrText"))
    assert "PAGE" in "".join(node.text or "" for node in codes)
    assert header.alignment == 1
    assert not section.first_page_header.paragraphs[0].text


def test_a_decision_has_the_words_and_looks_of_the_decree() -> None:
    paper = opened(decision())

    expected: dict[str, tuple[float, bool, bool]] = {
        "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NINH": (12, False, False),
        "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ": (12, True, False),
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (12, True, False),
        "Độc lập - Tự do - Hạnh phúc": (13, True, False),
        "QUYẾT ĐỊNH": (14, True, False),
        "Về việc thành lập Ban Chỉ đạo chuyển đổi số": (14, True, False),
        "BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ": (14, True, False),
        "Căn cứ Luật Công đoàn;": (14, False, True),
        "Theo đề nghị của Chánh Văn phòng.": (14, False, True),
        "QUYẾT ĐỊNH:": (14, True, False),
        "Nơi nhận:": (12, True, True),
        "- Như Điều 2;": (11, False, False),
        "- LĐLĐ tỉnh;": (11, False, False),
        "- Lưu: VT, VP.": (11, False, False),
        "TM. BAN THƯỜNG VỤ": (14, True, False),
        "CHỦ TỊCH": (14, True, False),
        "Nguyễn Thị Hồng Hạnh": (14, True, False),
    }
    assert {text: look(line(paper, text)) for text in expected} == expected
    found = texts(paper)
    assert "Điều 1. Thành lập Ban Chỉ đạo." in found
    assert "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./." in found
    assert [text for text in found if text in expected] == list(expected)


def test_number_and_date_are_left_open_for_the_registry() -> None:
    paper = opened(decision())

    number = next(text for text in texts(paper) if text.startswith("Số:"))
    assert number.endswith("/QĐ-LĐLĐ")
    assert len(number[3 : number.index("/")]) >= 8
    assert not number[3 : number.index("/")].strip()
    place = next(text for text in texts(paper) if text.startswith("Uông"))
    assert place.replace(NBSP, " ").split() == ["Uông", "Bí,", "ngày", "tháng", "năm"]
    assert " " not in place  # the line may not break in a gap
    room = line(paper, place).paragraph_format.right_indent
    assert room is not None
    assert room.pt >= 4 * 13 / 2  # four figures of the year
    assert look(line(paper, place)) == (13, False, True)


def test_articles_already_counted_stay_as_they_are() -> None:
    body = ("Điều 1. Một", "1. Khoản", "Điều 2. Hai./.")

    found = texts(opened(decision(body=body)))

    assert "Điều 1. Một" in found
    assert "1. Khoản" in found
    assert "Điều 2. Hai./." in found


def test_a_resolution_resolves() -> None:
    found = texts(opened(decision(type="NQ", type_name="Nghị quyết", notation="NQ-BCH")))

    assert "NGHỊ QUYẾT" in found
    assert "QUYẾT NGHỊ:" in found


def test_a_letter_has_its_subject_under_the_number_and_no_title() -> None:
    letter = decision(
        type="công văn",
        type_name="Công văn",
        subject="gửi báo cáo",
        notation="LĐLĐ-VP",
        addressees=("Các công đoàn cơ sở", "Ban Tổ chức"),
        recipients=("Thường trực",),
    )
    paper = opened(letter)
    found = texts(paper)

    assert look(line(paper, "V/v gửi báo cáo")) == (12, False, False)
    assert "CÔNG VĂN" not in found
    assert found[found.index("Kính gửi:") :][:3] == [
        "Kính gửi:",
        "- Các công đoàn cơ sở;",
        "- Ban Tổ chức.",
    ]
    assert found[found.index("Nơi nhận:") :][:4] == [
        "Nơi nhận:",
        "- Như trên;",
        "- Thường trực;",
        "- Lưu: VT, VP.",
    ]


def test_one_addressee_stands_beside_the_greeting() -> None:
    draft = decision(type="TTr", type_name="Tờ trình", addressees=("Ban Thường vụ LĐLĐ tỉnh",))

    assert "Kính gửi: Ban Thường vụ LĐLĐ tỉnh" in texts(opened(draft))


def test_an_invitation_says_who_when_and_where() -> None:
    draft = decision(
        type="GM",
        type_name="Giấy mời",
        addressees=("Các đồng chí Ủy viên",),
        body=(),
        particulars=(("Thời gian", "08 giờ 00"), ("Địa điểm", "Phòng họp tầng 3")),
    )
    found = texts(opened(draft))

    assert "GIẤY MỜI" in found
    assert any("trân trọng kính mời: Các đồng chí Ủy viên." in text for text in found)
    assert "Thời gian: 08 giờ 00." in found
    assert "Địa điểm: Phòng họp tầng 3." in found


def test_there_is_room_for_a_signature_of_three_centimetres() -> None:
    name = line(opened(decision()), "Nguyễn Thị Hồng Hạnh")

    assert name.paragraph_format.space_before is not None
    assert name.paragraph_format.space_before.mm >= 30


@pytest.mark.parametrize(
    ("draft", "stamp", "width", "red"),
    [
        (decision(classification=Classification.TOP_SECRET), "TUYỆT MẬT", 0, True),
        (decision(classification=Classification.CONFIDENTIAL), "MẬT", 0, True),
        (decision(urgency=Urgency.IMMEDIATE), "HỎA TỐC", 30, True),
        (decision(urgency=Urgency.VERY_URGENT), "THƯỢNG KHẨN", 40, True),
        (decision(urgency=Urgency.URGENT), "KHẨN", 20, True),
        (decision(circulation=Circulation.INTERNAL), "LƯU HÀNH NỘI BỘ", 0, False),
    ],
)
def test_stamps_are_framed(draft: DraftText, stamp: str, width: float, *, red: bool) -> None:
    paper = opened(draft)
    one = line(paper, stamp)

    cell = one._p.getparent()  # noqa: SLF001 - docx knows no frames
    assert cell is not None
    assert cell.xpath("w:tcPr/w:tcBorders")
    twips = int(str(cell.xpath("string(w:tcPr/w:tcW/@w:w)")))
    assert not width or abs(twips / 1440 * 25.4 - width) < 0.5
    colour = one.runs[0].font.color.rgb
    assert (str(colour) == "FF0000") is red


def test_an_ordinary_document_has_no_stamp() -> None:
    assert not {"MẬT", "KHẨN"} & set(texts(opened(decision())))


def test_words_are_composed_and_freed_of_what_paper_cannot_hold() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Hồng Hạnh") + "\x00\x0b\ufffe"

    assert "Nguyễn Thị Hồng Hạnh" in texts(opened(decision(signer_name=name)))


def test_the_file_says_nothing_of_what_made_it() -> None:
    core = opened(decision()).core_properties

    assert core.author == "Liên đoàn Lao động thành phố Uông Bí"
    assert not core.comments
    assert core.created is None
