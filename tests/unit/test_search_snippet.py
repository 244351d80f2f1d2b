"""What is shown of a document is its own text, escaped, with the words asked for marked."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from search.folding import clean
from search.snippet import snippet


def test_the_original_is_marked_though_the_question_was_folded() -> None:
    shown = snippet("Về việc bổ nhiệm cán bộ", ["bo", "nhiem"])
    assert shown == "Về việc <mark>bổ</mark> <mark>nhiệm</mark> cán <mark>bộ</mark>"


def test_a_word_is_not_marked_inside_another() -> None:
    assert "<mark>" not in snippet("boa thabo bob", ["bo"])
    assert snippet("nhiệm vụ", [], ["nh"]) == "<mark>nhiệm</mark> vụ"


def test_markup_in_a_document_is_text() -> None:
    shown = snippet("<script>alert('x')</script> & <mark>", ["script", "mark"])
    assert re.sub("</?mark>", "", shown) == (
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &lt;mark&gt;"
    )
    assert shown.count("<mark>") == 3


def test_the_place_with_most_of_the_words_is_shown() -> None:
    text = "bổ sung. " + "lời nói đầu " * 300 + "quyết định bổ nhiệm ông An " + "hết " * 300
    shown = snippet(text, ["bo", "nhiem", "quyet", "dinh"])
    assert "<mark>quyết</mark> <mark>định</mark> <mark>bổ</mark> <mark>nhiệm</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


def test_a_figure_is_marked_with_its_zeros() -> None:
    assert snippet("số 05/QĐ", ["5"]) == "số <mark>05</mark>/QĐ"


@given(
    st.text("abđổ<>&\"' \u0301\u0309") | st.text(),
    st.lists(st.sampled_from(["a", "b", "do", "bo", "d"])),
)
def test_a_snippet_is_a_piece_of_the_text_whatever_it_holds(text: str, wanted: list[str]) -> None:
    kept = clean(text)
    shown = snippet(kept, wanted)
    plain = unescape(re.sub("</?mark>", "", shown))
    assert "<" not in re.sub("</?mark>", "", shown)
    inner = plain.removeprefix("… ").removesuffix(" …")
    assert inner.strip() in re.sub(r"\s+", " ", kept)
