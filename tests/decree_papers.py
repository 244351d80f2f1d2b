"""Papers as Annex III of Decree 30/2020 shows them, built here without the office's own forms."""

# ruff: noqa: SLF001 - docx has no borders and no fields

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from records.layout import Expected

CENTRE, JUSTIFY = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
GAP = "\N{NO-BREAK SPACE}" * 11
NAMES = {
    "NQ": "Nghị quyết",
    "QĐ": "Quyết định",
    "KH": "Kế hoạch",
    "BC": "Báo cáo",
    "TTr": "Tờ trình",
    "TB": "Thông báo",
    "CĐ": "Công điện",
    "GM": "Giấy mời",
    "GGT": "Giấy giới thiệu",
    "BB": "Biên bản",
    "GNP": "Giấy nghỉ phép",
    "QC": "Quy chế",
}
PLAN = (
    (
        "Căn cứ Nghị quyết số 02/NQ-BCH ngày 10 tháng 01 năm 2026, Liên đoàn Lao động thành phố "
        "Uông Bí ban hành Kế hoạch tổ chức Tháng Công nhân năm 2026 như sau:"
    ),
    "I. MỤC ĐÍCH, YÊU CẦU",
    "1. Nâng cao nhận thức của đoàn viên, người lao động về vai trò của giai cấp công nhân.",
    "2. Các cấp công đoàn tổ chức hoạt động thiết thực, tiết kiệm, hướng về cơ sở, trong đó:",
    "a) Công đoàn cơ sở gặp gỡ, đối thoại với người sử dụng lao động;",
    "b) Công đoàn cấp trên thăm hỏi đoàn viên có hoàn cảnh khó khăn;",
    "c) Tuyên truyền về Tháng Công nhân trên các phương tiện thông tin;",
    "d) Tôn vinh công nhân lao động giỏi;",
    "đ) Vận động nguồn lực xã hội chăm lo cho người lao động;",
    "e) Tổng kết, rút kinh nghiệm;",
    "g) Báo cáo kết quả về Liên đoàn Lao động tỉnh.",
    "II. TỔ CHỨC THỰC HIỆN",
    (
        "Các công đoàn cơ sở căn cứ Kế hoạch này xây dựng kế hoạch và tổ chức thực hiện, báo "
        "cáo kết quả về Liên đoàn Lao động thành phố trước ngày 05 tháng 6 năm 2026./."
    ),
)
ARTICLES = (
    (
        "Điều 1. Thành lập Ban Chỉ đạo chuyển đổi số của Liên đoàn Lao động thành phố Uông Bí "
        "gồm các ông, bà có tên trong danh sách kèm theo."
    ),
    "Điều 2. Ban Chỉ đạo có nhiệm vụ:",
    "1. Xây dựng kế hoạch chuyển đổi số hằng năm.",
    "2. Theo dõi, đôn đốc các công đoàn cơ sở theo quy định tại Điều 5 Luật Công đoàn.",
    (
        "Điều 3. Văn phòng, các ban và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi hành "
        "Quyết định này kể từ ngày ký./."
    ),
)
LETTER = (
    (
        "Thực hiện Công văn số 12/LĐLĐ-TC ngày 09 tháng 3 năm 2026 của Liên đoàn Lao động tỉnh "
        "Quảng Ninh về việc rà soát chữ ký số, Liên đoàn Lao động thành phố Uông Bí báo cáo như "
        "sau:"
    ),
    (
        "Căn cứ kết quả rà soát, toàn bộ cán bộ công đoàn chuyên trách đã được cấp chữ ký số và "
        "sử dụng thường xuyên trong trao đổi văn bản điện tử."
    ),
    "Trân trọng./.",
)
BASES = (
    "Căn cứ Luật Công đoàn ngày 27 tháng 11 năm 2024;",
    "Căn cứ Điều lệ Công đoàn Việt Nam;",
    "Theo đề nghị của Chánh Văn phòng.",
)
PLACES = ("- Như Điều 3;", "- LĐLĐ tỉnh Quảng Ninh;", "- Lưu: VT, VP.")


@dataclass
class Paper:
    """One paper to be built: what stands in its cells, and the sizes it is set in."""

    type: str = "QĐ"  # an abbreviation, or công văn
    template: str = "decision"
    number: str = "Số: 05/QĐ-LĐLĐ"
    date: str = "Uông Bí, ngày 09 tháng 3 năm 2026"
    subject: str = "Về việc thành lập Ban Chỉ đạo chuyển đổi số"
    authority: str = "BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ"
    addressees: tuple[str, ...] = ()
    bases: tuple[str, ...] = BASES
    formula: str = "QUYẾT ĐỊNH:"
    body: tuple[str, ...] = ARTICLES
    places: tuple[str, ...] = PLACES
    capacity: tuple[str, ...] = ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH")
    signer: str = "Nguyễn Thị Hồng Hạnh"
    base: int = 12  # points: of the nation's name; the other sizes follow
    text: int = 14
    tables: bool = True  # head and end stand in tables
    expected: Mapping[str, object] = field(default_factory=dict)

    @property
    def knows(self) -> Expected:
        """Give what an office would know of such a draft."""
        abbreviation = self.type if self.type in NAMES else ""
        about: dict[str, object] = {
            "type": self.type,
            "abbreviation": abbreviation,
            "type_name": NAMES.get(self.type, "Công văn"),
            "type_names": frozenset({*NAMES.values(), "Công văn"}),
            "template": self.template,
            "addressed": self.type in ("công văn", "TTr", "BC", "CĐ", "GM"),
            "notation": f"{abbreviation}-LĐLĐ" if abbreviation else "LĐLĐ-VP",
            "subject": self.subject,
            "organ": "Liên đoàn Lao động thành phố Uông Bí",
            "superior": "Liên đoàn Lao động tỉnh Quảng Ninh",
            "signer": "Nguyễn Thị Hồng Hạnh",
            "capacity": ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
            "pages": 2,
        }
        return Expected(**{**about, **self.expected})  # type: ignore[arg-type]  # a test's own parts


def _plan(type: str, **about: object) -> Paper:
    told: dict[str, object] = {
        "type": type,
        "template": "named",
        "number": f"Số: 12/{type}-LĐLĐ",
        "subject": "Tổ chức Tháng Công nhân năm 2026",
        "authority": "",
        "bases": (),
        "formula": "",
        "body": PLAN,
        "places": ("- LĐLĐ tỉnh Quảng Ninh;", "- Các công đoàn cơ sở;", "- Lưu: VT, TC."),
    }
    return Paper(**{**told, **about})  # type: ignore[arg-type]  # a test's own parts


PAPERS: dict[str, Paper] = {
    "1.1 nghị quyết": Paper(
        "NQ",
        "resolution",
        number="Số: 02/NQ-LĐLĐ",
        subject="Về chuyển đổi số trong tổ chức công đoàn",
        formula="QUYẾT NGHỊ:",
        base=13,
        text=14,
    ),
    "1.2 quyết định": Paper(),
    "1.3 quyết định ban hành quy chế": Paper(
        subject="Ban hành Quy chế làm việc của Ban Chấp hành",
        body=(
            "Điều 1. Ban hành kèm theo Quyết định này Quy chế làm việc của Ban Chấp hành.",
            "Điều 2. Quyết định này có hiệu lực kể từ ngày ký./.",
        ),
        capacity=("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        expected={"capacity": ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")},
    ),
    "1.4 kế hoạch": _plan("KH"),
    "1.4 kế hoạch, chữ 13": _plan("KH", text=13),
    "1.4 kế hoạch không dùng bảng": _plan("KH", tables=False),
    "1.4 quy chế có chương": _plan(
        "QC",
        subject="Làm việc của Ban Chấp hành",
        body=(
            "Chương I",
            "QUY ĐỊNH CHUNG",
            "Điều 1. Phạm vi điều chỉnh",
            (
                "Quy chế này quy định nguyên tắc, chế độ trách nhiệm và quan hệ công tác của "
                "Ban Chấp hành, Ban Thường vụ Liên đoàn Lao động thành phố."
            ),
            "Chương II",
            "TRÁCH NHIỆM",
            "Mục 1",
            "BAN CHẤP HÀNH",
            "Điều 2. Trách nhiệm của Ban Chấp hành",
            "1. Lãnh đạo toàn diện hoạt động công đoàn giữa hai kỳ đại hội.",
            "2. Quyết định chương trình công tác hằng năm./.",
        ),
    ),
    "1.4 báo cáo": _plan(
        "BC",
        subject="Kết quả công tác quý I năm 2026",
        addressees=("Liên đoàn Lao động tỉnh Quảng Ninh",),
    ),
    "1.4 tờ trình nhiều nơi nhận": _plan(
        "TTr",
        subject="Về việc mua sắm trang thiết bị",
        addressees=("Ban Thường vụ Tỉnh ủy;", "Liên đoàn Lao động tỉnh."),
    ),
    "1.5 công văn": Paper(
        "công văn",
        "letter",
        number="Số: 15/LĐLĐ-VP",
        date="Uông Bí, ngày 10 tháng 02 năm 2026",
        subject="rà soát chữ ký số của cán bộ công đoàn",
        authority="",
        addressees=("Liên đoàn Lao động tỉnh Quảng Ninh",),
        bases=(),
        formula="",
        body=LETTER,
        places=("- Như trên;", "- Lưu: VT, VP."),
    ),
    "1.5 công văn chưa cấp số": Paper(
        "công văn",
        "letter",
        number="Số:" + GAP + "/LĐLĐ-VP",
        date="Uông Bí, ngày      tháng      năm 2026",
        subject="rà soát chữ ký số của cán bộ công đoàn",
        authority="",
        addressees=("Liên đoàn Lao động tỉnh;", "Văn phòng Thành ủy."),
        bases=(),
        formula="",
        body=LETTER,
        places=("- Như trên;", "- Lưu: VT, VP."),
        base=13,
    ),
    "1.6 công điện": _plan(
        "CĐ",
        subject="Về việc ứng phó với bão số 3",
        addressees=("Các công đoàn cơ sở",),
        body=(
            (
                "Để chủ động ứng phó với bão số 3, Liên đoàn Lao động thành phố yêu cầu các "
                "công đoàn cơ sở trực ban 24/24 giờ và báo cáo tình hình về Văn phòng./."
            ),
        ),
    ),
    "1.7 giấy mời": _plan(
        "GM",
        subject="Dự Hội nghị tổng kết năm 2026",
        body=(
            (
                "Liên đoàn Lao động thành phố Uông Bí trân trọng kính mời: ông Trần Văn A, Chủ "
                "tịch Công đoàn cơ sở Công ty Than Nam Mẫu tới dự Hội nghị tổng kết."
            ),
            "Chủ trì: Đồng chí Chủ tịch Liên đoàn Lao động thành phố.",
            "Thời gian: 08 giờ 00, ngày 20 tháng 12 năm 2026.",
            "Địa điểm: Hội trường Liên đoàn Lao động thành phố./.",
        ),
    ),
    "1.8 giấy giới thiệu": _plan(
        "GGT",
        subject="Đến Sở Nội vụ",
        body=(
            "Giới thiệu: Ông Lê Văn B.",
            "Giấy này có giá trị đến hết ngày 30 tháng 6 năm 2026./.",
        ),
        places=("- Như trên;", "- Lưu: VT."),
    ),
    "1.9 biên bản": _plan(
        "BB",
        subject="Họp Ban Thường vụ tháng 3 năm 2026",
        capacity=("THƯ KÝ",),
        body=(
            "Thời gian bắt đầu: 08 giờ 00, ngày 09 tháng 3 năm 2026.",
            "Địa điểm: Phòng họp số 1.",
            "Cuộc họp kết thúc vào 11 giờ 30, ngày 09 tháng 3 năm 2026./.",
        ),
    ),
    "1.10 giấy nghỉ phép": _plan(
        "GNP",
        subject="Nghỉ phép năm 2026",
        body=("Cấp cho ông Lê Văn B được nghỉ phép từ ngày 01 đến hết ngày 05 tháng 6./.",),
        places=("- Như trên;", "- Lưu: VT."),
    ),
}
"""By number of the template in Annex III: papers in which nothing is wrong."""


def build(paper: Paper) -> Document:
    """Give a paper as somebody sets it in Word: most of its look comes from styles."""
    made = docx.Document()
    style = made.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(paper.text)
    style.element.rPr.rFonts.set(qn("w:cs"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    _page_number(made)
    (_head if paper.tables else _head_in_lines)(made, paper)
    _middle(made, paper)
    (_end if paper.tables else _end_in_lines)(made, paper)
    return made


def as_bytes(made: Document) -> bytes:
    """Give the file."""
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def lines(made: Document) -> list[Paragraph]:
    """Give every paragraph, those in tables too, in the order they stand."""
    return [Paragraph(one, made) for one in made.element.body.iter(qn("w:p"))]


def line(made: Document, words: str) -> Paragraph:
    """Give the first paragraph that has these words in it."""
    return next(one for one in lines(made) if words in one.text)


def _put(  # noqa: PLR0913 - how letters look, all by name
    paragraph: Paragraph,
    text: str,
    size: float,
    *,
    bold: bool = False,
    italic: bool = False,
    centred: bool = True,
) -> Paragraph:
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    if centred:
        paragraph.alignment = CENTRE
    return paragraph


def _rule(paragraph: Paragraph) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    bottom.set(qn("w:val"), "single")
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _page_number(made: Document) -> None:
    section = made.sections[0]
    section.different_first_page_header_footer = True
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = CENTRE
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), r" PAGE \* MERGEFORMAT ")
    paragraph._p.append(simple)
    number = OxmlElement("w:r")
    simple.append(number)
    text = OxmlElement("w:t")
    text.text = "2"
    number.append(text)


def _lines_of(cell: _Cell) -> Callable[[], Paragraph]:
    given = iter([cell.paragraphs[0]])
    return lambda: next(given, None) or cell.add_paragraph()


def _head(made: Document, paper: Paper) -> None:
    table = made.add_table(2, 2)
    left, right = _lines_of(table.cell(0, 0)), _lines_of(table.cell(0, 1))
    base = paper.base
    _put(left(), "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NINH", base)
    _put(left(), "LIÊN ĐOÀN LAO ĐỘNG", base, bold=True)
    _rule(_put(left(), "THÀNH PHỐ UÔNG BÍ", base, bold=True))
    _put(right(), NATION, base, bold=True)
    _rule(_put(right(), MOTTO, base + 1, bold=True))
    below = _lines_of(table.cell(1, 0))
    _put(below(), paper.number, 13)
    if paper.template == "letter":
        _put(below(), f"V/v {paper.subject}", 12)
    _put(table.cell(1, 1).paragraphs[0], paper.date, base + 1, italic=True)


def _head_in_lines(made: Document, paper: Paper) -> None:
    base = paper.base
    _put(made.add_paragraph(), NATION, base, bold=True)
    _rule(_put(made.add_paragraph(), MOTTO, base + 1, bold=True))
    _put(made.add_paragraph(), "LIÊN ĐOÀN LAO ĐỘNG TỈNH QUẢNG NINH", base)
    _rule(_put(made.add_paragraph(), "LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ", base, bold=True))
    _put(made.add_paragraph(), paper.number, 13)
    _put(made.add_paragraph(), paper.date, base + 1, italic=True)


def _middle(made: Document, paper: Paper) -> None:
    size = paper.text
    if paper.template != "letter":
        _put(made.add_paragraph(), NAMES[paper.type].upper(), size, bold=True)
        _rule(_put(made.add_paragraph(), paper.subject, size, bold=True))
    if paper.authority:
        _put(made.add_paragraph(), paper.authority, size, bold=True)
    if len(paper.addressees) == 1:
        _put(made.add_paragraph(), f"Kính gửi: {paper.addressees[0]}", size)
    elif paper.addressees:
        _put(made.add_paragraph(), "Kính gửi:", size, centred=False)
        for name in paper.addressees:
            _put(made.add_paragraph(), f"- {name}", size, centred=False)
    for basis in paper.bases:
        _body(_put(made.add_paragraph(), basis, size, italic=True, centred=False))
    if paper.formula:
        _put(made.add_paragraph(), paper.formula, size, bold=True)
    for text in paper.body:
        _paragraph(made.add_paragraph(), text, size)


def _paragraph(paragraph: Paragraph, text: str, size: float) -> None:
    if text.isupper() or text.startswith(("Chương", "Mục")):
        _put(paragraph, text, size, bold=True)
        return
    article, stop, rest = text.partition(". ")
    headed = text.startswith("Điều")
    if headed:
        _put(paragraph, article + stop, size, bold=True, centred=False)
    _put(_body(paragraph), rest if headed else text, size, centred=False)


def _body(paragraph: Paragraph) -> Paragraph:
    paragraph.alignment = JUSTIFY
    shape = paragraph.paragraph_format
    shape.first_line_indent, shape.space_before, shape.line_spacing = Mm(10), Pt(6), 1.2
    return paragraph


def _end(made: Document, paper: Paper) -> None:
    table = made.add_table(1, 2)
    left, right = _lines_of(table.cell(0, 0)), _lines_of(table.cell(0, 1))
    _put(left(), "Nơi nhận:", 12, bold=True, italic=True, centred=False)
    for place in paper.places:
        _put(left(), place, 11, centred=False)
    for capacity in paper.capacity:
        _put(right(), capacity, paper.text, bold=True)
    for _ in range(4):
        right()
    _put(right(), paper.signer, paper.text, bold=True)


def _end_in_lines(made: Document, paper: Paper) -> None:
    for capacity in paper.capacity:
        _put(made.add_paragraph(), capacity, paper.text, bold=True)
    made.add_paragraph()
    _put(made.add_paragraph(), paper.signer, paper.text, bold=True)
    _put(made.add_paragraph(), "Nơi nhận:", 12, bold=True, italic=True, centred=False)
    for place in paper.places:
        _put(made.add_paragraph(), place, 11, centred=False)


def retyped(made: Document, old: str, new: str) -> None:
    """Type other words in the first paragraph that has the old ones, whatever it looks like."""
    found = line(made, old)
    for run in found.runs:
        if old in run.text:
            run.text = run.text.replace(old, new)
            return
    text = found.text.replace(old, new)
    for n, run in enumerate(found.runs):
        run.text = text if n == 0 else ""
