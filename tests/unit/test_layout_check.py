"""Papers held against Decree 30/2020: clean ones stay clean, every planted mistake is found."""

# ruff: noqa: SLF001 - what is planted lies deeper than docx goes

import copy
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from hypothesis import given, settings
from hypothesis import strategies as st

from config.directory import read_forms
from drafting.decree import flaws_of, mended, repairs_of
from drafting.decree_rules import RULES
from drafting.docx_layout_task import answer as read_layout
from drafting.docx_repair_task import answer as repair
from drafting.forms import draft_text, make_docx
from drafting.layout_reading import layout_of
from records.document import Circulation, Classification, Urgency
from records.form import FieldKind
from records.isolation import Isolation
from records.layout import Expected, Flaw, Layout, Line, Run, Severity
from tests.decree_papers import (
    MOTTO,
    NATION,
    PAPERS,
    Paper,
    as_bytes,
    build,
    line,
    lines,
    retyped,
)

ROOT = Path(__file__).parents[2]
FORMS = read_forms(ROOT / "config" / "document_types.yaml")
DECISION, PLAN, LETTER, RULES_PAPER = (
    "1.2 quyết định",
    "1.4 kế hoạch",
    "1.5 công văn",
    "1.4 quy chế có chương",
)
REPORT, REQUEST = "1.4 báo cáo", "1.4 tờ trình nhiều nơi nhận"
LEFT = WD_ALIGN_PARAGRAPH.LEFT


def here(task: str, content: bytes, *, options: dict[str, object]) -> bytes:
    """Do a task in this process: these bytes are our own."""
    return {"drafting.docx_layout_task": read_layout, "drafting.docx_repair_task": repair}[task](
        content, options
    )


ISOLATE: Isolation = here


def found(content: bytes, expected: Expected) -> tuple[Flaw, ...]:
    return flaws_of(layout_of(content, ISOLATE), expected)


@dataclass(frozen=True)
class Planted:
    """A paper with one mistake in it, and what was found there."""

    paper: Paper
    rule: str
    content: bytes
    layout: Layout
    flaws: tuple[Flaw, ...]


@pytest.fixture(scope="module")
def planted() -> list[Planted]:
    clean = {name: as_bytes(build(PAPERS[name])) for name in {name for name, _, _ in PLANTED}}
    made = []
    for name, rule, plant in PLANTED:
        document = docx.Document(io.BytesIO(clean[name]))
        plant(document)
        content = as_bytes(document)
        layout = layout_of(content, ISOLATE)
        flaws = flaws_of(layout, PAPERS[name].knows)
        made.append(Planted(PAPERS[name], rule, content, layout, flaws))
    return made


# ── what is planted ──────────────────────────────────────────────────────────────────────


def says(old: str, new: str) -> Callable[[Document], None]:
    return lambda made: retyped(made, old, new)


def looks(words: str, **about: object) -> Callable[[Document], None]:
    """Give what sets the letters of one paragraph otherwise."""

    def set_letters(made: Document) -> None:
        for run in line(made, words).runs:
            for name, value in about.items():
                if name in ("bold", "italic"):
                    setattr(run, name, value)
                elif name == "colour":
                    run.font.color.rgb = RGBColor.from_string(str(value))
                else:
                    setattr(run.font, name, value)

    return set_letters


def lies(words: str, **about: object) -> Callable[[Document], None]:
    """Give what sets one paragraph otherwise."""

    def set_paragraph(made: Document) -> None:
        paragraph = line(made, words)
        for name, value in about.items():
            if name == "alignment":
                paragraph.alignment = value  # type: ignore[assignment]  # of docx's own kind
            else:
                setattr(paragraph.paragraph_format, name, value)

    return set_paragraph


def lacks(*words: str) -> Callable[[Document], None]:
    def take_away(made: Document) -> None:
        for one in words:
            paragraph = line(made, one)
            for node in list(paragraph._p):
                if node.tag != qn("w:pPr"):
                    paragraph._p.remove(node)

    return take_away


def page(**about: object) -> Callable[[Document], None]:
    def set_page(made: Document) -> None:
        for name, value in about.items():
            setattr(made.sections[0], name, value)

    return set_page


def unruled(words: str) -> Callable[[Document], None]:
    def take_line(made: Document) -> None:
        shape = line(made, words)._p.pPr
        assert shape is not None
        for border in shape.findall(qn("w:pBdr")):
            shape.remove(border)

    return take_line


def numbered_below(made: Document) -> None:
    section = made.sections[0]
    field = section.header.paragraphs[0]._p.find(qn("w:fldSimple"))
    section.footer.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    section.footer.paragraphs[0]._p.append(field)


def numbered_on_page_one(made: Document) -> None:
    made.sections[0].different_first_page_header_footer = False


def without_numbers(made: Document) -> None:
    header = made.sections[0].header.paragraphs[0]._p
    for number in header.findall(qn("w:fldSimple")):
        header.remove(number)


def small_number(made: Document) -> None:
    run = made.sections[0].header.paragraphs[0]._p.find(qn("w:fldSimple")).find(qn("w:r"))
    shape, size = OxmlElement("w:rPr"), OxmlElement("w:sz")
    size.set(qn("w:val"), "20")
    shape.append(size)
    run.insert(0, shape)


def landscape(made: Document) -> None:
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)


def added(after: str, text: str) -> Callable[[Document], None]:
    """Give what puts one more paragraph, like the one it follows."""

    def add(made: Document) -> None:
        paragraph = line(made, after)
        twin = copy.deepcopy(paragraph._p)
        paragraph._p.addnext(twin)
        more = Paragraph(twin, made)
        for n, run in enumerate(more.runs):
            run.text = text if n == 0 else ""

    return add


def lettered_by_word(made: Document) -> None:
    """Let Word letter the points: it knows a, b, c, d, e, f and no đ."""
    numbering = made.part.numbering_part.element
    abstract = numbering.find(qn("w:abstractNum"))
    twin = copy.deepcopy(abstract)
    twin.set(qn("w:abstractNumId"), "77")
    level = twin.find(qn("w:lvl"))
    level.find(qn("w:numFmt")).set(qn("w:val"), "lowerLetter")
    level.find(qn("w:lvlText")).set(qn("w:val"), "%1)")
    abstract.addprevious(twin)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "77")
    of = OxmlElement("w:abstractNumId")
    of.set(qn("w:val"), "77")
    number.append(of)
    numbering.append(number)
    for one in lines(made):
        if re.match(r"[a-zđ]\) ", one.text):
            for run in one.runs:
                run.text = re.sub(r"^[a-zđ]\) ", "", run.text)
            shape: Any = one._p.get_or_add_pPr()
            listed = shape.get_or_add_numPr()
            listed.get_or_add_numId().val = 77
            listed.get_or_add_ilvl().val = 0


Plant = tuple[str, str, Callable[[Document], None]]  # the paper, what must be found, what is done

PLANTED: Sequence[Plant] = [
    # the page
    (DECISION, "layout.paper", page(page_width=Mm(216), page_height=Mm(279))),
    (PLAN, "layout.landscape", landscape),
    (DECISION, "layout.margin", page(left_margin=Mm(25))),
    (DECISION, "layout.margin", page(right_margin=Mm(25.4))),
    (LETTER, "layout.margin", page(top_margin=Mm(10))),
    (PLAN, "layout.margin", page(bottom_margin=Mm(31))),
    (PLAN, "layout.page-number-missing", without_numbers),
    (PLAN, "layout.page-number-place", numbered_below),
    (PLAN, "layout.page-number-first", numbered_on_page_one),
    (PLAN, "layout.page-number-look", small_number),
    (DECISION, "layout.font", looks("Điều 2", name="Arial")),
    (LETTER, "layout.font", looks("Trân trọng", name=".VnTime")),
    (PLAN, "layout.colour", looks("MỤC ĐÍCH", colour="0000FF")),
    (LETTER, "layout.sizes-together", looks("ngày 10", size=Pt(14))),
    # the head
    (DECISION, "layout.nation-missing", lacks(NATION)),
    (DECISION, "layout.nation-words", says("CỘNG HÒA XÃ HỘI", "CỘNG HOÀ XÃ HỘI")),
    (LETTER, "layout.nation-words", says("CHỦ NGHĨA", "CHỦ NGHIÃ")),
    (DECISION, "layout.nation-look", looks(NATION, bold=False)),
    (DECISION, "layout.nation-look", says(NATION, "Cộng hòa xã hội chủ nghĩa Việt Nam")),
    (DECISION, "layout.motto-missing", lacks(MOTTO)),
    (DECISION, "layout.motto-words", says(MOTTO, "Độc lập-Tự do-Hạnh phúc")),
    (LETTER, "layout.motto-words", says(MOTTO, "Độc lập - Tự Do - Hạnh Phúc")),
    (DECISION, "layout.motto-look", looks(MOTTO, italic=True)),
    (DECISION, "layout.motto-line", unruled(MOTTO)),
    (DECISION, "layout.organ-missing", lacks("TỈNH QUẢNG NINH", "LIÊN ĐOÀN", "THÀNH PHỐ UÔNG BÍ")),
    (DECISION, "layout.organ-look", looks("THÀNH PHỐ UÔNG BÍ", bold=False)),
    (DECISION, "layout.organ-line", unruled("THÀNH PHỐ UÔNG BÍ")),
    (DECISION, "layout.organ-words", says("THÀNH PHỐ UÔNG BÍ", "HUYỆN ĐÔNG TRIỀU")),
    (DECISION, "layout.superior-look", looks("TỈNH QUẢNG NINH", bold=True)),
    (DECISION, "layout.superior-words", says("TỈNH QUẢNG NINH", "THÀNH PHỐ HẢI PHÒNG")),
    (DECISION, "layout.number-missing", lacks("Số: 05")),
    (DECISION, "layout.number-form", says("Số: 05/QĐ-LĐLĐ", "Số 05/QĐ-LĐLĐ")),
    (DECISION, "layout.number-form", says("05/QĐ-LĐLĐ", "05 / QĐ - LĐLĐ")),
    (DECISION, "layout.number-form", says("05/QĐ-LĐLĐ", "05-QĐ/LĐLĐ")),
    (LETTER, "layout.number-form", says("15/LĐLĐ-VP", "15/lđlđ-vp")),
    (DECISION, "layout.number-zero", says("Số: 05", "Số: 5")),
    (LETTER, "layout.number-cv", says("15/LĐLĐ-VP", "15/CV-LĐLĐ")),
    (DECISION, "layout.number-type", says("QĐ-LĐLĐ", "TB-LĐLĐ")),
    (REQUEST, "layout.number-type", says("TTr-LĐLĐ", "TTR-LĐLĐ")),
    (DECISION, "layout.number-symbol", says("QĐ-LĐLĐ", "QĐ-CĐUB")),
    (DECISION, "layout.number-look", looks("Số: 05", bold=True)),
    (DECISION, "layout.date-missing", lacks("ngày 09")),
    (DECISION, "layout.date-form", says("ngày 09 tháng 3 năm 2026", "09/3/2026")),
    (DECISION, "layout.date-form", says("Uông Bí, ngày", "Uông Bí ngày")),
    (DECISION, "layout.date-zero", says("ngày 09", "ngày 9")),
    (DECISION, "layout.date-zero", says("tháng 3", "tháng 03")),
    (LETTER, "layout.date-zero", says("tháng 02", "tháng 2")),
    (DECISION, "layout.date-look", looks("ngày 09", italic=False)),
    (DECISION, "layout.type-missing", lacks("QUYẾT ĐỊNH")),
    (PLAN, "layout.type-other", says("KẾ HOẠCH", "THÔNG BÁO")),
    (LETTER, "layout.type-misplaced", added("ngày 10", "CÔNG VĂN")),
    (PLAN, "layout.type-look", says("KẾ HOẠCH", "Kế hoạch")),
    (PLAN, "layout.type-look", lies("KẾ HOẠCH", alignment=LEFT)),
    (DECISION, "layout.subject-missing", lacks("Về việc thành lập")),
    (
        DECISION,
        "layout.subject-differs",
        says("thành lập Ban Chỉ đạo", "khen thưởng tập thể, cá nhân"),
    ),
    (DECISION, "layout.subject-look", looks("Về việc thành lập", bold=False)),
    (LETTER, "layout.matter-missing", lacks("V/v")),
    (PLAN, "layout.matter-misplaced", added("Số: 12", "V/v tổ chức Tháng Công nhân")),
    (LETTER, "layout.matter-form", says("V/v rà", "V/v: rà")),
    (LETTER, "layout.matter-form", says("cán bộ công đoàn", "cán bộ công đoàn.")),
    (LETTER, "layout.matter-look", looks("V/v", bold=True, italic=True)),
    # the text
    (DECISION, "layout.authority-missing", lacks("BAN THƯỜNG VỤ LIÊN ĐOÀN")),
    (DECISION, "layout.formula-missing", lacks("QUYẾT ĐỊNH:")),
    (DECISION, "layout.formula-look", says("QUYẾT ĐỊNH:", "Quyết định:")),
    (DECISION, "layout.basis-missing", lacks("Căn cứ Luật", "Căn cứ Điều lệ", "Theo đề nghị")),
    (DECISION, "layout.basis-look", looks("Căn cứ Luật", italic=False)),
    (DECISION, "layout.basis-end", says("Công đoàn Việt Nam;", "Công đoàn Việt Nam,")),
    (DECISION, "layout.basis-end", says("Chánh Văn phòng.", "Chánh Văn phòng;")),
    (PLAN, "layout.body-size", looks("Nâng cao nhận thức", size=Pt(12))),
    (PLAN, "layout.body-sizes", looks("Nâng cao nhận thức", size=Pt(13))),
    (PLAN, "layout.body-align", lies("Nâng cao nhận thức", alignment=LEFT)),
    (PLAN, "layout.body-indent", lies("Nâng cao nhận thức", first_line_indent=Mm(0))),
    (PLAN, "layout.body-gap", lies("Các cấp công đoàn", space_before=Pt(2))),
    (PLAN, "layout.body-spacing", lies("Nâng cao nhận thức", line_spacing=2.0)),
    (PLAN, "layout.body-spacing", lies("Nâng cao nhận thức", line_spacing=Pt(12))),
    (PLAN, "layout.body-look", looks("Các công đoàn cơ sở căn cứ", italic=True)),
    (DECISION, "layout.article-form", says("Điều 2. ", "Điều 2: ")),
    (DECISION, "layout.article-order", says("Điều 3", "Điều 4")),
    (DECISION, "layout.heading-look", looks("Điều 2", bold=False)),
    (RULES_PAPER, "layout.heading-numerals", says("Chương II", "Chương 2")),
    (RULES_PAPER, "layout.heading-numerals", says("Mục 1", "Mục I")),
    (PLAN, "layout.point-order", says("đ) Vận động", "e) Vận động")),
    (PLAN, "layout.point-order", says("g) Báo cáo", "f) Báo cáo")),
    (PLAN, "layout.point-order", lettered_by_word),
    (PLAN, "layout.point-form", says("b) Công đoàn", "b. Công đoàn")),
    (PLAN, "layout.point-form", says("2. Các cấp", "2/ Các cấp")),
    (DECISION, "layout.ending", says("kể từ ngày ký./.", "kể từ ngày ký.")),
    (LETTER, "layout.ending", says("Trân trọng./.", "Trân trọng.")),
    (PLAN, "layout.ending-early", says("tỉnh.", "tỉnh./.")),
    # the end
    (DECISION, "layout.signature-missing", lacks("TM. BAN", "CHỦ TỊCH", "Nguyễn Thị")),
    (DECISION, "layout.capacity-form", says("TM. BAN", "TM BAN")),
    (DECISION, "layout.capacity-form", says("TM. BAN", "T/M BAN")),
    ("1.3 quyết định ban hành quy chế", "layout.capacity-form", says("KT. CHỦ", "KT.CHỦ")),
    (DECISION, "layout.capacity-post", lacks("CHỦ TỊCH")),
    (DECISION, "layout.capacity-differs", says("TM. BAN THƯỜNG VỤ", "KT. CHỦ TỊCH")),
    (DECISION, "layout.capacity-look", looks("TM. BAN", bold=False)),
    (DECISION, "layout.signer-title", says("Nguyễn Thị", "ThS. Nguyễn Thị")),
    (LETTER, "layout.signer-title", says("Nguyễn Thị", "Tiến sĩ Nguyễn Thị")),
    (DECISION, "layout.signer-differs", says("Nguyễn Thị Hồng Hạnh", "Trần Văn Khoa")),
    (DECISION, "layout.signer-look", says("Nguyễn Thị Hồng Hạnh", "NGUYỄN THỊ HỒNG HẠNH")),
    (LETTER, "layout.addressee-missing", lacks("Kính gửi")),
    (DECISION, "layout.addressee-misplaced", added("Về việc", "Kính gửi: Các ban")),
    (REPORT, "layout.addressee-look", looks("Kính gửi", bold=True)),
    (REQUEST, "layout.addressee-list", says("Tỉnh ủy;", "Tỉnh ủy,")),
    (PLAN, "layout.recipients-missing", lacks("Nơi nhận")),
    (PLAN, "layout.recipients-look", looks("Nơi nhận", italic=False)),
    (PLAN, "layout.recipients-look", says("Nơi nhận:", "NƠI NHẬN")),
    (PLAN, "layout.recipients-list", says("Ninh;", "Ninh.")),
    (PLAN, "layout.recipients-list-look", looks("- Các công đoàn cơ sở;", size=Pt(12))),
    (LETTER, "layout.recipients-above", says("- Như trên;", "- LĐLĐ tỉnh;")),
    (PLAN, "layout.archive-missing", lacks("- Lưu:")),
    (PLAN, "layout.archive-form", says("- Lưu: VT", "- Lưu VT")),
]

COME_ALONG = {
    # where one mistake makes another that is as true
    "layout.addressee-misplaced": {"layout.addressee-look"},
    "layout.nation-missing": {"layout.organ-words"},
    "layout.nation-words": {"layout.nation-look"},
    "layout.archive-missing": {"layout.recipients-list"},
    "layout.recipients-missing": {"layout.archive-missing"},
    "layout.capacity-post": {"layout.capacity-differs"},
}


# ── the tests ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_of_the_annex_has_nothing_wrong(name: str) -> None:
    paper = PAPERS[name]

    assert found(as_bytes(build(paper)), paper.knows) == ()


def test_every_planted_mistake_is_found_and_nothing_else(planted: list[Planted]) -> None:
    rules = [{flaw.rule for flaw in one.flaws} for one in planted]
    missed = [one for one, told in zip(planted, rules, strict=True) if one.rule not in told]
    alarms = [
        (one.rule, more)
        for one, told in zip(planted, rules, strict=True)
        if (more := told - {one.rule} - COME_ALONG.get(one.rule, set()))
    ]

    print(  # noqa: T201 - the figures are what somebody runs this for
        f"layout: {len(planted) - len(missed)} of {len(planted)} planted mistakes found, "
        f"{len(alarms)} false alarms beside them, {len(PAPERS)} clean papers without one"
    )
    assert len(planted) >= 100
    assert [(one.rule, one.flaws) for one in missed] == []
    assert alarms == []


def test_a_mistake_of_every_rule_is_planted() -> None:
    assert set(RULES) - {rule for _, rule, _ in PLANTED} == set()


def test_every_rule_speaks_in_both_languages() -> None:
    told = yaml.safe_load((ROOT / "web" / "layout_rules.yaml").read_text("utf-8"))

    assert set(told["rules"]) == set(RULES)


def test_what_can_be_mended_is_gone_when_it_is_mended(planted: list[Planted]) -> None:
    by_rule = {
        one.rule: one
        for one in planted
        if any(flaw.rule == one.rule and flaw.fixable for flaw in one.flaws)
    }
    for rule, one in by_rule.items():
        repairs = repairs_of(one.layout, one.paper.knows, ())

        left = found(mended(one.content, repairs, ISOLATE), one.paper.knows)

        assert [flaw.rule for flaw in left if flaw.fixable] == [], rule
        assert rule not in {flaw.rule for flaw in left}
    assert len(by_rule) >= 45


def test_a_repair_leaves_every_other_word_as_it_was() -> None:
    paper = PAPERS[DECISION]
    made = build(paper)
    retyped(made, "kể từ ngày ký./.", "kể từ ngày ký.")
    retyped(made, "ngày 09", "ngày 9")
    content = as_bytes(made)
    layout = layout_of(content, ISOLATE)
    repairs = repairs_of(layout, paper.knows, ())

    after = layout_of(mended(content, repairs, ISOLATE), ISOLATE)

    changed = [
        (one.text, other.text)
        for one, other in zip(layout.lines, after.lines, strict=True)
        if one.text != other.text
    ]
    assert [new for _, new in changed] == [
        "Uông Bí, ngày 09 tháng 3 năm 2026",
        (
            "Điều 3. Văn phòng, các ban và các ông, bà có tên tại Điều 1 chịu trách nhiệm thi "
            "hành Quyết định này kể từ ngày ký./."
        ),
    ]


def test_only_the_rules_that_were_named_are_mended() -> None:
    paper = PAPERS[DECISION]
    made = build(paper)
    page(left_margin=Mm(10))(made)
    retyped(made, "ngày 09", "ngày 9")
    content = as_bytes(made)

    repairs = repairs_of(layout_of(content, ISOLATE), paper.knows, {"layout.margin"})
    left = found(mended(content, repairs, ISOLATE), paper.knows)

    assert [one.rule for one in left] == ["layout.date-zero"]


def test_a_flaw_tells_its_line_its_weight_and_its_clause() -> None:
    paper = PAPERS[DECISION]
    made = build(paper)
    retyped(made, "ngày 09", "ngày 9")

    (flaw,) = found(as_bytes(made), paper.knows)

    assert flaw.words == "Uông Bí, ngày 9 tháng 3 năm 2026"
    assert [one.text for one in lines(made) if one.text][flaw.n - 1] == flaw.words
    assert (flaw.severity, flaw.clause) == (Severity.ERROR, "PL I, II.4")
    assert flaw.facts == {"expected": "Uông Bí, ngày 09 tháng 3 năm 2026"}


ANSWERS: tuple[dict[str, str], ...] = (
    {"body": ""},
    {
        "addressees": "Ban Tổ chức\nVăn phòng\nỦy ban Kiểm tra",
        "body": f"Điều 1. Giao {'các ban ' * 20}\na) Một việc;\nb) Hai việc.\nĐiều 2. Thi hành",
    },
)


WORDS = st.sampled_from(
    [
        *(NATION, MOTTO, "Số:", "Số: /", "/-", "ngày tháng năm", "QUYẾT ĐỊNH", "V/v", "Kính gửi:"),
        *("./.", "Nơi nhận:", "- Lưu", "TM", "TM. ", "TS.", "a)", "f)", "Điều 0", "Mục X"),
        f"Điều {'9' * 5000}",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1) | WORDS, st.booleans()), max_size=12))
def test_no_words_whatever_they_are_break_the_check(told: list[tuple[str, bool]]) -> None:
    texts = [(" ".join(text.split()) or "x", bold) for text, bold in told]
    made = Layout(
        (),
        tuple(
            Line(n, n, text, (Run(text, 14.0, bold, not bold, frozenset({"Arial"})),))
            for n, (text, bold) in enumerate(texts, 1)
        ),
    )

    for paper in (PAPERS[DECISION], PAPERS[LETTER], PAPERS[PLAN]):
        assert flaws_of(made, paper.knows)
        assert repairs_of(made, paper.knows, ()) is not None


@pytest.mark.parametrize("type", FORMS)
def test_the_offices_own_forms_have_nothing_wrong(type: str) -> None:
    form = FORMS[type]
    usual = {
        "bases": "Căn cứ Luật Công đoàn ngày 27 tháng 11 năm 2024\nCăn cứ Điều lệ Công đoàn",
        "body": "Việc thứ nhất cần làm ngay trong tháng.\nViệc thứ hai cần làm trong năm.",
        "addressees": "Liên đoàn Lao động tỉnh Quảng Ninh",
        "recipients": "Như Điều 2\nThường trực LĐLĐ thành phố",
    }
    for more in ANSWERS:
        answers = {
            one.key: {**usual, **more}.get(
                one.key, "2026-11-20" if one.kind is FieldKind.DATE else ""
            )
            for one in form.fields
        }
        draft = draft_text(
            form,
            answers,
            subject="Về việc thành lập Ban Chỉ đạo chuyển đổi số",
            organ="Liên đoàn Lao động thành phố Uông Bí",
            superior="Liên đoàn Lao động tỉnh Quảng Ninh",
            place="Uông Bí",
            notation=f"{form.abbreviation}-LĐLĐ" if form.abbreviation else "LĐLĐ-VP",
            unit_notation="VP",
            signer_name="Nguyễn Thị Hồng Hạnh",
            capacity=("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
            urgency=Urgency.IMMEDIATE if more["body"] else Urgency.NORMAL,
            classification=Classification.SECRET if more["body"] else Classification.NONE,
            circulation=Circulation.INTERNAL if more["body"] else Circulation.NONE,
        )
        knows = Paper(type, form.template).knows
        expected = Expected(
            **{
                **{
                    name: getattr(knows, name)
                    for name in ("organ", "superior", "signer", "capacity")
                },
                "type": type,
                "abbreviation": form.abbreviation,
                "type_name": form.name,
                "type_names": frozenset(one.name for one in FORMS.values()),
                "template": form.template,
                "addressed": any(one.key == "addressees" for one in form.fields),
                "notation": draft.notation,
                "subject": draft.subject,
                "pages": 2,
            }
        )

        flaws = found(make_docx(draft), expected)

        assert [(one.rule, one.words) for one in flaws] == [], more
