"""Where number, date, signature and seal go, found from letters on a page."""

import unicodedata
from typing import cast

import pytest

from drafting.anchors import MM, Glyph, PageGlyphs, placement_of

WIDTH, HEIGHT = 595.0, 842.0
NBSP = "\N{NO-BREAK SPACE}"
Box = list[float]


def words(text: str, x: float, y: float, *, size: float = 13) -> list[Glyph]:
    """Give a line of letters half as wide as high; white space leaves room, as on paper."""
    glyphs: list[Glyph] = []
    for letter in text:
        if unicodedata.combining(letter):
            before = glyphs[-1]
            glyphs.append(Glyph(letter, before.x0, before.y0, before.x0, before.y1))
            continue
        wide = size * (2.0 if letter == "\t" else 0.25 if letter.isspace() else 0.5)
        if not letter.isspace():
            glyphs.append(Glyph(letter, x, y, x + wide, y + size * 1.1))
        x += wide
    return glyphs


def page(*lines: list[Glyph], n: int = 0) -> PageGlyphs:
    return PageGlyphs(n, 0, 0, WIDTH, HEIGHT, tuple(glyph for line in lines for glyph in line))


def place(*pages: PageGlyphs) -> dict[str, object]:
    return placement_of(lambda n: pages[n], len(pages), searched=100)


def box(found: dict[str, object], name: str) -> Box:
    return cast("Box", found[name])[1:]


def require_free(found: dict[str, object], paper: PageGlyphs, *names: str) -> None:
    for name in names:
        x0, y0, x1, y1 = box(found, name)
        assert x0 < x1
        assert y0 < y1
        assert x0 >= 0
        assert x1 <= WIDTH
        for one in paper.glyphs:
            outside = one.x1 <= x0 or one.x0 >= x1 or one.y1 <= y0 or one.y0 >= y1
            assert outside or one.letter in ".…_", f"{name} lies on {one.letter!r}"


DATE = f"Uông Bí, ngày{NBSP * 7}tháng{NBSP * 7}năm{NBSP * 9}"


@pytest.mark.parametrize(
    "number",
    [
        f"Số:{NBSP * 11}/QĐ-LĐLĐ",
        "Số:           /QĐ-LĐLĐ",
        "Số: \t\t /QĐ-LĐLĐ",
        "Số: …………/QĐ-LĐLĐ",
        "Số: ........../QĐ-LĐLĐ",
        "SỐ:        /QĐ - LĐLĐ",
        unicodedata.normalize("NFD", "Số:           /QĐ-LĐLĐ"),
    ],
)
def test_a_serial_goes_into_the_gap_before_the_slash(number: str) -> None:
    paper = page(words(number, 90, 700), words(DATE, 330, 700))

    found = place(paper)

    assert found["number_style"] == "serial"
    assert found["printed_notation"] == "QĐ-LĐLĐ"
    slash = next(one for one in paper.glyphs if one.letter == "/")
    colon = next(one for one in paper.glyphs if one.letter == ":")
    x0, _, x1, _ = box(found, "number")
    assert colon.x1 <= x0 < x1 <= slash.x0
    require_free(found, paper, "number", "day", "month", "year")


def test_a_number_without_symbol_goes_behind_its_label() -> None:
    paper = page(words("Số:", 90, 700), words(DATE, 330, 700))

    found = place(paper)

    assert found["number_style"] == "symbol"
    x0, _, x1, _ = box(found, "number")
    assert x1 - x0 > 60
    require_free(found, paper, "number")


@pytest.mark.parametrize(
    "text", [DATE, unicodedata.normalize("NFD", DATE), DATE.replace(NBSP, "."), DATE.upper()]
)
def test_a_date_goes_into_its_three_gaps(text: str) -> None:
    paper = page(words("Số:", 90, 700), words(text, 330, 696))

    found = place(paper)

    assert found["date_style"] == "parts"
    assert found["printed_year"] is None
    day, month, year = (box(found, name) for name in ("day", "month", "year"))
    assert day[2] < month[0] < month[2] < year[0]
    require_free(found, paper, "day", "month", "year")


def test_a_printed_year_stays() -> None:
    found = place(page(words("Hà Nội, ngày        tháng        năm 2026", 320, 700)))

    assert found["year"] is None
    assert found["printed_year"] == 2026


def test_a_page_with_a_number_typed_on_it_is_refused() -> None:
    assert place(page(words("Số: 12/QĐ-LĐLĐ", 90, 700)))["refused"] == "paper.numbered"


@pytest.mark.parametrize(
    "line",
    [
        "Hà Nội, ngày 20 tháng 11 năm 2026",
        "Hà Nội, ngày      tháng 11 năm 2026",
        "Hà Nội, ngày tháng năm",
    ],
)
def test_a_date_typed_or_without_room_is_written_anew_over_it(line: str) -> None:
    paper = page(words(line, 320, 700))
    found = place(paper)

    assert found["date_style"] == "whole"
    assert found["covers"] == ["date"]
    covered = box(found, "day")
    typed = [one for one in paper.glyphs if one.x0 >= 320 + line.index("ngày") * 6]
    assert all(covered[0] <= one.x0 and one.x1 <= covered[2] for one in typed)
    assert covered[2] - covered[0] > 150


def test_a_number_without_room_is_written_anew_over_its_symbol() -> None:
    paper = page(words("Số:/QĐ-LĐLĐ", 90, 700))
    found = place(paper)

    assert found["number_style"] == "whole"
    assert found["covers"] == ["number"]
    assert found["printed_notation"] == "QĐ-LĐLĐ"
    covered = box(found, "number")
    assert all(covered[0] <= one.x0 and one.x1 <= covered[2] for one in paper.glyphs)
    assert covered[2] - covered[0] > 100


def test_dates_that_are_only_cited_are_no_place_for_a_date() -> None:
    cited = words("Căn cứ Luật ngày 27 tháng 11 năm 2024 của Quốc hội", 85, 600)
    paper = page(words("Số:", 90, 700), words(DATE, 330, 700), cited)

    found = place(paper)

    assert box(found, "day")[1] > 690
    assert place(page(cited))["date_style"] == "whole"


def signature_page(*capacity: str, name: str = "Nguyễn Văn A", n: int = 0) -> PageGlyphs:
    left = ["Nơi nhận:", "- Như trên;", "- Thường trực LĐLĐ thành phố;", "- Lưu: VT, VP."]
    lines = [words(text, 85, 400 - 14 * i, size=11) for i, text in enumerate(left)]
    lines += [words(text, 370, 400 - 16 * i) for i, text in enumerate(capacity)]
    if name:
        lines.append(words(name, 375, 285))
    return page(*lines, n=n)


@pytest.mark.parametrize(
    "capacity",
    [
        ("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"),
        ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ("TL. BAN THƯỜNG VỤ", "CHÁNH VĂN PHÒNG"),
        ("TUQ. CHỦ TỊCH", "TRƯỞNG BAN TỔ CHỨC"),
        ("Q. CHỦ TỊCH",),
        ("GIÁM ĐỐC",),
    ],
)
def test_a_signature_goes_between_post_and_name(capacity: tuple[str, ...]) -> None:
    paper = signature_page(*capacity)

    found = place(paper)

    assert "signature" in cast("list[str]", found["anchored"])
    x0, y0, x1, y1 = box(found, "signature")
    assert y0 >= 285 + 13
    assert y1 <= 400 - 16 * (len(capacity) - 1)
    assert y1 - y0 > 20 * MM
    assert 370 < (x0 + x1) / 2 < 520
    require_free(found, paper, "signature")


def test_a_name_in_separate_marks_and_wide_spaces_is_a_name() -> None:
    name = unicodedata.normalize("NFD", f"Nguyễn{NBSP}{NBSP}Thị{NBSP}Hạnh")

    found = place(signature_page(unicodedata.normalize("NFD", "KT. CHỦ TỊCH"), name=name))

    assert box(found, "signature")[1] >= 285 + 13


def test_the_signature_stands_on_the_last_page_that_has_a_block() -> None:
    annex = page(words("Phụ lục", 250, 700), n=2)
    first = page(words("Số:", 90, 700), n=0)

    found = place(first, signature_page("CHỦ TỊCH", n=1), annex)

    assert cast("Box", found["signature"])[0] == 1
    assert cast("Box", found["seal"])[0] == 1
    assert cast("Box", found["number"])[0] == 0


def test_a_title_across_the_page_is_no_signature_block() -> None:
    title = words("CHỦ TỊCH LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ UÔNG BÍ", 140, 500)

    assert "signature" not in cast("list[str]", place(page(title))["anchored"])


def test_the_seal_is_36_mm_and_covers_a_third_of_the_signature_from_its_left() -> None:
    found = place(signature_page("TM. BAN THƯỜNG VỤ", "CHỦ TỊCH"))

    x0, y0, x1, y1 = box(found, "seal")
    left, bottom, right, top = box(found, "signature")
    assert x1 - x0 == pytest.approx(36 * MM)
    assert y1 - y0 == pytest.approx(36 * MM)
    assert (x1 - left) / (right - left) == pytest.approx(1 / 3)
    assert x0 < left
    assert (y0 + y1) / 2 == pytest.approx((bottom + top) / 2)


@pytest.mark.parametrize(
    "paper",
    [
        page(),
        page(*(words("chữ " * 20, 85, y) for y in range(60, 780, 20))),
        page(*(words("chữ " * 30, 2, y) for y in range(2, 830, 14))),
    ],
)
def test_a_page_without_anchors_gets_places_inside_it(paper: PageGlyphs) -> None:
    found = place(paper)

    assert found["anchored"] == []
    assert (found["number_style"], found["date_style"]) == ("whole", "whole")
    for name in ("number", "day", "signature", "seal"):
        x0, y0, x1, y1 = box(found, name)
        assert 0 <= x0 < x1 <= WIDTH
        assert 0 <= y0 < y1 <= HEIGHT
    assert box(found, "number")[2] <= box(found, "day")[0]


def test_default_places_avoid_the_words() -> None:
    paper = page(*(words("chữ " * 20, 85, y) for y in range(200, 780, 20)))

    found = place(paper)

    require_free(found, paper, "number", "day", "signature")


def test_dots_in_a_gap_are_covered_by_what_is_written_there() -> None:
    number = words("Số: ......../QĐ-LĐLĐ", 90, 700)
    found = place(page(number, words("Hà Nội, ngày ...... tháng ...... năm 2026", 300, 700)))

    assert found["number_style"] == "serial"
    assert found["date_style"] == "parts"
    assert found["covers"] == ["number", "date"]


def test_a_signature_block_at_the_left_is_found_when_there_is_none_at_the_right() -> None:
    found = place(page(words("CHỦ TỊCH", 85, 300), words("Nguyễn Văn A", 85, 200)))

    assert found["anchored"] == ["signature"]
    x0, y0, _, y1 = box(found, "signature")
    assert 200 < y0 < y1 < 305
    assert x0 < 120
