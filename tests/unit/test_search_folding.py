"""Words are the same word however they were typed, composed or encoded."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.folding import clean, exact, fold, keys, number_key, numbers, shape, tokens, words

VIETNAMESE = st.text("aàáảãạăằắẳẵặâầấẩẫậđĐeèéêềếểễệiíoôốơờợuưứyýÝỲ bcnghtT05/-")


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Quyết định bổ nhiệm", "quyet dinh bo nhiem"),
        ("ĐƯỜNG Đ\u00d0\u00f0đ", "duong dddd"),
        ("Kế hoạch Tháng Công nhân", "ke hoach thang cong nhan"),
    ],
)
def test_a_word_is_found_without_its_diacritics(typed: str, folded: str) -> None:
    assert fold(typed) == folded
    assert fold(unicodedata.normalize("NFD", typed)) == folded


@pytest.mark.parametrize(
    ("old", "new"), [("hoà", "hòa"), ("uỷ", "ủy"), ("thuỷ", "thủy"), ("HOÁ", "hóa"), ("loè", "lòe")]
)
def test_where_the_tone_was_placed_makes_no_difference(old: str, new: str) -> None:
    assert exact(old) == exact(new)


def test_different_tones_and_marks_are_different_spellings() -> None:
    spelled = {exact(word) for word in ("bo", "bò", "bổ", "bố", "bộ", "bờ", "bỏ")}
    assert len(spelled) == 7
    assert {fold(word) for word in ("bo", "bò", "bổ", "bố", "bộ", "bờ", "bỏ")} == {"bo"}


@given(VIETNAMESE)
def test_composed_and_decomposed_text_has_the_same_words(text: str) -> None:
    composed, apart = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert words(composed) == words(apart)
    assert fold(composed) == fold(apart)


@given(st.text())
def test_a_token_stands_where_it_says_in_the_text_as_given(text: str) -> None:
    assert len(shape(text)) == len(text)
    last = 0
    for token in tokens(text):
        assert last <= token.start < token.end <= len(text)
        assert keys(text[token.start : token.end]) == (token.key, token.exact)
        last = token.end


@given(st.text(st.characters(codec=None)))
def test_whatever_is_kept_can_be_encoded(text: str) -> None:
    kept = clean(text)
    assert kept.encode().decode() == kept
    assert "\0" not in kept
    assert clean(kept) == kept


def test_decomposed_text_does_not_fall_apart_at_its_marks() -> None:
    text = unicodedata.normalize("NFD", "hoà bình, thuỷ lợi")
    assert [text[t.start : t.end] for t in tokens(text)] == [
        unicodedata.normalize("NFD", word) for word in ("hoà", "bình", "thuỷ", "lợi")
    ]


@pytest.mark.parametrize("typed", ["05/QĐ-LĐLĐ", "5/QĐ-LĐLĐ", "05/qd-ldld", "005/QĐ\u2013LĐLĐ"])
def test_a_number_is_one_number_however_it_is_written(typed: str) -> None:
    assert number_key(typed) == "5/qd-ldld"
    assert list(numbers(f"Căn cứ Quyết định số {typed}, ngày")) == ["5/qd-ldld"]


def test_words_with_a_hyphen_are_no_number() -> None:
    assert number_key("QĐ-LĐLĐ") == ""
    assert number_key("2026") == ""
    assert number_key("30/2020/NĐ-CP") == "30/2020/nd-cp"
    assert number_key("05-NQ/TU") == "5-nq/tu"
