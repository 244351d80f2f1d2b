"""What a word is, and when two spellings of it are the same word."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 64  # characters of a word that count; what is longer is no word of a language
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
_MARK = re.compile("[\u0300-\u036f]+")
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_ZEROS = re.compile(r"^0+(?=\d)")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")  # hyphens and joiners that print nothing
_BARRED = {
    0x110: "d",
    0x111: "d",
    0xD0: "d",
    0xF0: "d",
}  # đ does not decompose; Ð ð stand in for it
_NUMBER = re.compile(r"(?<![^\W_])\d+[^\W_]{0,3}(?:[/\-][^\W_]+)+")
_DASHES = dict.fromkeys(range(0x2010, 0x2016), "-")


class _Letters(dict[int, str]):
    """For each character the one plain lower letter below its marks, found out once."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        whole = unicodedata.normalize("NFD", char)
        plain = whole[0] if _MARK.fullmatch(whole[1:] or "\u0300") else char
        lower = plain.lower()
        self[code] = found = lower if len(lower) == 1 else plain
        return found


_PLAIN = _Letters(_BARRED)


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands in a text."""

    key: str  # folded: what is searched
    exact: str  # with quality marks, the tone behind: ``hoa\\u0300`` for hoà and for hòa
    start: int  # offset of its first character in the text as given
    end: int  # offset behind its last


def clean(text: str) -> str:
    """Give ``text`` as it is kept: composed (NFC), without what cannot be printed or encoded."""
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return unicodedata.normalize("NFC", _UNSEEN.sub("", whole))


def shape(text: str) -> str:
    """Give ``text`` folded letter by letter, of the same length; loose marks stay."""
    return text.translate(_PLAIN)


def fold(text: str) -> str:
    """Give ``text`` in lower case without diacritics, đ as d, whether composed or not."""
    return _MARK.sub("", shape(text))


def exact(word: str) -> str:
    """Give one word with its diacritics, the same wherever its tone was placed: hoà is hòa."""
    tone = ""
    letters = []
    for char in unicodedata.normalize("NFD", word.lower().replace("\u00f0", "đ")):
        if char in _TONES:
            tone = char
        else:
            letters.append(char)
    return unicodedata.normalize("NFC", "".join(letters)) + tone


@lru_cache(maxsize=1 << 16)
def keys(word: str) -> tuple[str, str]:
    """Give a word as it is searched, folded and exact; leading zeros of a figure do not count."""
    return _ZEROS.sub("", fold(word))[:_LONGEST], _ZEROS.sub("", exact(word))[:_LONGEST]


def words(text: str) -> list[tuple[str, str]]:
    """Give each word of ``text`` in order, folded and exact."""
    return [keys(word) for word in _WORD.findall(text)]


def tokens(text: str) -> Iterator[Token]:
    """Give each word of ``text`` with its place in it."""
    for found in _WORD.finditer(text):
        key, accented = keys(found[0])
        yield Token(key, accented, found.start(), found.end())


def numbers(text: str) -> Iterator[str]:
    """Give each document number in ``text`` in one spelling: ``5/qd-ldld`` for 05/QĐ-LĐLĐ."""
    for found in _NUMBER.finditer(fold(text).translate(_DASHES)):
        yield _ZEROS.sub("", found[0])[:_LONGEST]


def number_key(text: str) -> str:
    """Give ``text`` in that spelling if it is a number or a date and nothing else, or ""."""
    found = _NUMBER.fullmatch(fold(text).translate(_DASHES))
    return _ZEROS.sub("", found[0])[:_LONGEST] if found else ""
