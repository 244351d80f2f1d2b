"""Keys struck without an input method are read as the word that was meant."""

import unicodedata

import pytest

from search.folding import exact
from search.telex import decode, spelled


@pytest.mark.parametrize(
    ("struck", "meant"),
    [
        ("quyeets", "quyết"),
        ("ddinhj", "định"),
        ("bor", "bỏ"),
        ("boor", "bổ"),
        ("nhieemj", "nhiệm"),
        ("coong", "công"),
        ("ddoanf", "đoàn"),
        ("doanfd", "đoàn"),
        ("luowng", "lương"),
        ("nguwowif", "người"),
        ("nguoiwf", "người"),
        ("keets", "kết"),
        ("ketes", "kết"),
        ("giaos", "giáo"),
        ("hoaf", "hoà"),
        ("uyr", "uỷ"),
    ],
)
def test_a_word_struck_in_telex_is_read(struck: str, meant: str) -> None:
    assert unicodedata.normalize("NFC", decode(struck)) == meant


@pytest.mark.parametrize("word", ["cong", "ban", "covid", "định", "2026", "", "xyz", "windows"])
def test_what_is_no_telex_is_left_alone(word: str) -> None:
    assert decode(word) == ""


@pytest.mark.parametrize(
    "word", ["hoạch", "quyết", "người", "bổ", "gì", "giữa", "nghĩa", "hoà", "ban", "thuở", "são2"]
)
def test_a_kept_spelling_is_written_as_people_write_it(word: str) -> None:
    assert exact(spelled(exact(word))) == exact(word)
    if word != "são2":
        assert spelled(exact(word)) == word
