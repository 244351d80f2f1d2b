"""What a reader types is understood, and never refused."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.question import (
    Either,
    Every,
    Phrase,
    Question,
    Span,
    Stem,
    Term,
    Way,
    day,
    terms,
    understand,
)


def only(text: str) -> tuple[object, ...]:
    (way,) = understand(text).ways
    assert not way.unwanted
    return way.wanted


def test_plain_words_are_all_wanted() -> None:
    assert only("Bổ nhiệm") == (
        Term("text", "bo", "bô\u0309"),
        Term("text", "nhiem", "nhiêm\u0323"),
    )
    assert understand("Bổ nhiệm").accented
    assert not understand("bo NHIEM").accented


def test_or_gives_a_second_way_and_minus_keeps_out() -> None:
    question = understand("lương -thưởng OR phụ")
    assert question.ways == (
        Way(
            (Term("text", "luong", "lương"),),
            (Phrase((("thuong", "thương\u0309"),), accented=True),),
        ),
        Way((Term("text", "phu", "phu\u0323"),)),
    )


def test_a_hyphen_inside_a_word_keeps_nothing_out() -> None:
    assert only("ban-tc") == (Term("text", "ban", "ban"), Term("text", "tc", "tc"))


@pytest.mark.parametrize("quoted", ['"quyet dinh"', "\u201cquyet dinh\u201d", '"quyet dinh'])
def test_quotes_make_a_phrase_even_unclosed(quoted: str) -> None:
    (phrase,) = only(quoted)
    assert phrase == Phrase((("quyet", "quyet"), ("dinh", "dinh")), accented=False)


@pytest.mark.parametrize(
    ("typed", "node"),
    [
        ("so:05/QĐ-LĐLĐ", Term("number", "5/qd-ldld")),
        ("số:QĐ*", Stem("number", "qd")),
        ("so:7", Every((Term("number", "7", "7"),))),
        ("loai:QĐ", Term("type", "qd")),
        ('loại:"công văn"', Term("type", "cong van")),
        ("ngay:2026-11-20", Term("day", "20261120")),
        ("ngày:20/11/2026", Term("day", "20261120")),
        ("ngay:11/2026", Term("day", "202611")),
        ("ngay:2026", Term("day", "2026")),
        ("nguoi:An", Every((Term("people", "an", "an"),))),
        ("donvi:ban-tc", Term("unit", "ban-tc")),
        ("tu:01/11/2026", Span(20261101, 99999999)),
        ("den:2026-11", Span(0, 20261199)),
    ],
)
def test_a_field_is_asked_for_by_its_name(typed: str, node: object) -> None:
    assert only(typed) == (node,)


def test_a_field_nobody_knows_is_words() -> None:
    assert only("http://abc") == (Term("text", "http", "http"), Term("text", "abc", "abc"))
    assert only("ngay:99/99/2026")[0] == Term("text", "ngay", "ngay")


def test_a_star_needs_two_letters_before_it() -> None:
    assert only("nh*") == (Stem("text", "nh"),)
    assert only("n*") == (Term("text", "n", "n"),)
    assert understand("*").ways == ()
    assert not understand("*").empty


def test_a_date_among_the_words_is_a_date_or_those_figures() -> None:
    (either,) = only("20/11/2026")
    assert isinstance(either, Either)
    assert Term("day", "20261120") in either.parts


def test_nothing_asked_is_not_the_same_as_nothing_understood() -> None:
    assert understand("  ") == Question((), empty=True, accented=False)
    assert understand("?! -") == Question((), empty=False, accented=False)


def test_a_long_question_is_cut() -> None:
    many = understand(" ".join(f"w{n}" for n in range(90)))
    assert len(list(terms(many))) == 30
    assert len(list(terms(understand("a " * 5000)))) == 30
    assert len(list(terms(understand('"' + "từ " * 5000 + '"')))) == 1
    assert understand("x" * 5000 + " y").ways[0].wanted == (Term("text", "x" * 64, "x" * 64),)


@given(st.text('abđổ"*-: /|0129OR()[]{}~^\\\u201c\n') | st.text())
def test_no_question_is_refused(text: str) -> None:
    leaves = list(islice(terms(understand(text)), 1000))
    assert len(leaves) <= 60


def test_a_day_that_is_none_is_none() -> None:
    assert day("20/13/2026") == ""
    assert day("2026-11-20") == "20261120"
    assert day("7/3/2026") == "20260307"
    assert day("hôm qua") == ""
