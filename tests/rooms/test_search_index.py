"""Documents are put into the index, found by what they say, and taken out."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from records.document import DocumentId
from records.finding import Findings, IndexEntry, Query
from search.index import Index

KEY = b"a key of this office only"
STAFF = frozenset({"unit:ban-tc"})


def entry(n: int, subject: str, text: str = "", **changes: object) -> IndexEntry:
    made = IndexEntry(
        id=DocumentId(f"{n:032x}"),
        readers=STAFF,
        subject=subject,
        number="",
        text=text,
        direction="outgoing",
        type="QĐ",
        unit="ban-tc",
        state="issued",
        issued_on=date(2026, 11, 20),
        created_on=date(2026, 11, 1),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the fields of an entry, by name


@pytest.fixture
def index(tmp_path: Path) -> Index:
    index = Index(tmp_path / "index", key=KEY)
    index.rebuild([])
    return index


def ask(index: Index, words: str, **bounds: object) -> Findings:
    return index.find(Query(words, STAFF, **bounds))  # type: ignore[arg-type]  # fields of a query


def order(found: Findings) -> list[int]:
    return [int(hit.id, 16) for hit in found.hits]


def numbers(found: Findings) -> set[int]:
    assert found.total == len(found.hits)
    return set(order(found))


APPOINTED = entry(1, "Quyết định bổ nhiệm cán bộ", number="05/QĐ-LĐLĐ", people="Trần Thị Bình")
PLACED = entry(2, "Quyết định bố nhiệm cán bộ", number="15/QĐ-LĐLĐ")
MONTH = entry(3, "Kế hoạch Tháng Công nhân", "Chào mừng hoà bình", number="6/KH-LĐLĐ", type="KH")
LETTER = entry(
    4,
    "Góp ý dự thảo",
    "Căn cứ Quyết định số 05/QĐ-LĐLĐ ngày 20/11/2026",
    direction="incoming",
    type="công văn",
    source="12/KH-LĐLĐ Liên đoàn Lao động tỉnh",
    issued_on=date(2025, 3, 7),
)
EVERYTHING = [APPOINTED, PLACED, MONTH, LETTER]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("quyet dinh bo nhiem", {1, 2}),
        ("QUYẾT ĐỊNH", {1, 2, 4}),
        ("ke hoach thang cong nhan", {3}),
        ("hòa bình", {3}),
        (unicodedata.normalize("NFD", "hoà bình"), {3}),
        ('"bổ nhiệm"', {1}),
        ('"bo nhiem"', {1, 2}),
        ('"nhiem bo"', set()),
        ("05/QĐ-LĐLĐ", {1, 4}),
        ("5/QĐ-LĐLĐ", {1, 4}),
        ("05/qd-ldld", {1, 4}),
        ("05/QĐ", {1, 4}),
        ("QĐ-LĐLĐ", {1, 2, 4}),
        ("so:05/QĐ-LĐLĐ", {1}),
        ("so:5", {1}),
        ("so:12/KH-LĐLĐ", {4}),
        ("so:QĐ", {1, 2}),
        ("loai:QĐ", {1, 2}),
        ('loai:"công văn"', {4}),
        ("loai:kh thang", {3}),
        ("ngay:2026-11-20", {1, 2, 3}),
        ("ngay:20/11/2026", {1, 2, 3}),
        ("20/11/2026", {1, 2, 3, 4}),
        ("ngay:2025", {4}),
        ("tu:2026", {1, 2, 3}),
        ("den:31/12/2025", {4}),
        ("nguoi:bình", {1}),
        ("nguoi:nguyen", set()),
        ("donvi:ban-tc hoach", {3}),
        ("nhiem -bố", {1}),
        ("nhiem -bo", set()),
        ("-nhiem", {3, 4}),
        ("hoach OR gop", {3, 4}),
        ("nhi* cán", {1, 2}),
        ("lien doan tinh", {4}),
        ("khongco", set()),
        ("???", set()),
        ("", {1, 2, 3, 4}),
        ('((( " OR : -', set()),
    ],
)
def test_a_question_finds_what_it_asks_for(index: Index, words: str, found: set[int]) -> None:
    index.add(EVERYTHING)
    assert numbers(ask(index, words)) == found


def test_the_spelling_that_was_typed_comes_first(index: Index) -> None:
    index.add(EVERYTHING)
    assert order(ask(index, "bổ nhiệm")) == [1, 2]
    assert order(ask(index, "bố nhiệm")) == [2, 1]


def test_a_word_in_the_subject_counts_more_than_in_the_text(index: Index) -> None:
    index.add([entry(1, "Thông báo", "ngân sách " * 5), entry(2, "Về ngân sách", "thông báo")])
    assert order(ask(index, "ngan sach")) == [2, 1]


def test_words_side_by_side_in_the_subject_come_first(index: Index) -> None:
    index.add([entry(1, "Khen cán bộ, thưởng sách"), entry(2, "Khen thưởng cán bộ, sách")])
    assert order(ask(index, "khen thuong")) == [2, 1]


def test_the_document_of_that_number_comes_first(index: Index) -> None:
    index.add([entry(9, "05/QĐ-LĐLĐ " * 3, "05/QĐ-LĐLĐ " * 9), APPOINTED])
    assert order(ask(index, "05/QĐ-LĐLĐ")) == [1, 9]


@pytest.mark.parametrize(
    ("bounds", "found"),
    [
        ({"type": "QĐ"}, {1, 2}),
        ({"type": "công văn"}, {4}),
        ({"type": "công"}, set()),
        ({"direction": "incoming"}, {4}),
        ({"unit": "ban"}, set()),
        ({"state": "issued", "type": "KH"}, {3}),
        ({"since": date(2026, 11, 20)}, {1, 2, 3}),
        ({"until": date(2026, 11, 19)}, {4}),
        ({"since": date(2025, 3, 7), "until": date(2025, 3, 7)}, {4}),
    ],
)
def test_an_answer_keeps_within_its_bounds(
    index: Index, bounds: dict[str, object], found: set[int]
) -> None:
    index.add(EVERYTHING)
    assert numbers(ask(index, "", **bounds)) == found


def test_a_document_not_issued_is_found_by_the_day_it_was_made(index: Index) -> None:
    index.add([entry(1, "Dự thảo", issued_on=None, created_on=date(2024, 2, 29))])
    assert ask(index, "ngay:29/02/2024").total == 1
    assert ask(index, "", until=date(2024, 2, 28)).total == 0


def test_facets_count_what_was_found(index: Index) -> None:
    index.add(EVERYTHING)
    facets = ask(index, "", facets=True).facets
    assert facets["type"] == {"QĐ": 2, "KH": 1, "công văn": 1}
    assert facets["direction"] == {"outgoing": 3, "incoming": 1}
    assert facets["year"] == {"2026": 3, "2025": 1}
    assert ask(index, "hoach", facets=True).facets["type"] == {"KH": 1}
    assert ask(index, "").facets == {}


def test_pages_follow_each_other_without_gap_or_repeat(index: Index) -> None:
    index.add(entry(n, "Báo cáo", issued_on=date(2026, 1, 1 + n % 5)) for n in range(30))
    whole = order(ask(index, "bao cao", limit=100))
    pages = [order(ask(index, "bao cao", offset=at, limit=7)) for at in range(0, 35, 7)]
    assert [n for page in pages for n in page] == whole
    assert len(set(whole)) == 30
    assert ask(index, "bao cao", offset=99).total == 30
    days = [1 + n % 5 for n in whole]
    assert days == sorted(days, reverse=True)


def test_the_snippet_shows_the_original_and_no_markup_of_it(index: Index) -> None:
    index.add([entry(1, "<b>Thư</b>", "<script>alert(1)</script> về bổ nhiệm cán bộ & khác")])
    (hit,) = ask(index, "bo nhiem script").hits
    assert hit.subject == "<b>Thư</b>"
    assert hit.snippet_html == (
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; về"
        " <mark>bổ</mark> <mark>nhiệm</mark> cán <mark>bộ</mark> &amp; khác"
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quyeets ddinhj", "quyết định"),
        ("quyt dinh", "quyet dinh"),
        ("kế hoạhc", "kế hoạch"),
        ("thang cong nhaan", "thang cong nhân"),
        ("quyet dinh", ""),
        ("zzzz qqqq", ""),
    ],
)
def test_a_slip_gets_a_better_spelling(index: Index, typed: str, meant: str) -> None:
    index.add(EVERYTHING)
    assert ask(index, typed).suggestion == meant


def test_a_question_begun_is_continued_as_subjects_have_it(index: Index) -> None:
    index.add(EVERYTHING)
    assert "quyết định bổ nhiệm cán bộ" in index.complete("quyet dinh bo", STAFF)
    assert index.complete("ke hoa", STAFF)[0] == "kế hoạch"
    assert index.complete("05/q", STAFF) == ("05/QĐ-LĐLĐ",)
    assert index.complete("k", STAFF) == ()
    assert index.complete('" (', STAFF) == ()


def test_an_entry_takes_the_place_of_the_one_before(index: Index) -> None:
    index.add(EVERYTHING)
    index.add([replace(MONTH, subject="Chương trình hành động", readers=STAFF)])
    assert index.count() == 4
    assert ask(index, "hoach").total == 0
    assert numbers(ask(index, "chuong trinh")) == {3}


def test_one_batch_with_an_id_twice_keeps_the_last(index: Index) -> None:
    index.add([entry(1, "Cũ"), entry(1, "Mới")])
    assert index.count() == 1
    assert ask(index, "moi").total == 1


def test_what_was_removed_is_found_no_more(index: Index) -> None:
    index.add(EVERYTHING)
    index.remove([APPOINTED.id, DocumentId("f" * 32)])
    assert numbers(ask(index, "bo nhiem")) == {2}
    assert index.count() == 3
    assert ask(index, "", facets=True).facets["type"]["QĐ"] == 1
    index.remove(e.id for e in EVERYTHING)
    index.purge()
    assert index.count() == 0
    assert ask(index, "bo nhiem").total == 0
    index.add(EVERYTHING)
    assert ask(index, "bo nhiem").total == 2


def test_many_small_commits_find_what_one_large_one_finds(index: Index, tmp_path: Path) -> None:
    entries = [entry(n, f"Báo cáo số {n % 7}", f"tháng {n % 12} năm {n}") for n in range(40)]
    for one in entries:
        index.add([one])
    for one in entries[::5]:
        index.remove([one.id])
    for one in entries[::10]:
        index.add([one])
    left = [e for n, e in enumerate(entries) if n % 5 or n % 10 == 0]
    at_once = Index(tmp_path / "other", key=KEY)
    at_once.rebuild(left)
    for words in ("bao cao", "thang 3", '"so 4"', "nam 1*", "-thang"):
        assert ask(index, words, limit=100).hits == ask(at_once, words, limit=100).hits
    assert len(list((tmp_path / "index").rglob("*.seg"))) < 20


def test_a_text_of_a_megabyte_is_taken_and_found(index: Index) -> None:
    index.add([entry(1, "Dài", "lời dài dòng " * 70_000 + "kết thúc"), entry(2, "x" * 300_000)])
    assert numbers(ask(index, "ket thuc")) == {1}
    assert numbers(ask(index, '"dòng kết thúc"')) == {1}


def test_odd_characters_are_kept_out_of_the_way(index: Index) -> None:
    index.add([entry(1, "Công\u00adđoàn \0 \ud800 \u200b", "\x1f", type="a\x1fb", unit="\x1f")])
    assert numbers(ask(index, "côngđoàn")) == {1}
    assert ask(index, "\ud800 \0 \x1f").total == 0


def test_a_phrase_does_not_run_from_one_part_into_the_next(index: Index) -> None:
    index.add([entry(1, "kết thúc", "mở đầu", people="An")])
    assert ask(index, '"thúc mở"').total == 0
    assert ask(index, '"kết thúc"').total == 1


def test_adding_takes_any_iterable_and_nothing_at_all(index: Index) -> None:
    empty: Iterable[IndexEntry] = iter(())
    index.add(empty)
    index.remove([])
    assert index.count() == 0
    assert not index.stale
