"""The lines of a document that show why it was found."""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import islice

from search.folding import keys, shape

_WIDTH = 240  # characters shown
_BEFORE = 60  # of them before the first word marked
_LOOKED_AT = 400_000  # characters of a text searched for the best place
_STEP = 4_000  # of them at a time, until enough is found
_PLACES = 40  # words found there that are compared
_BOUNDARY = "[^\\W_\u0300-\u036f]"


def snippet(text: str, wanted: Iterable[str], stems: Iterable[str] = ()) -> str:
    """Give a piece of ``text`` as HTML, its words that were asked for in ``<mark>``.

    Takes   text: composed (NFC); wanted: folded words; stems: folded beginnings of words.
    Gives   escaped text in which <mark> is the only markup.
    """
    found = list(islice(_places(text[:_LOOKED_AT], list(wanted), list(stems)), _PLACES))
    start = _best(found)
    begin, end = _cut(text, start)
    pieces = ["… "] if begin else []
    at = begin
    for first, last, _ in found:
        if first >= at and last <= end:
            pieces += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
            at = last
    pieces += [escape(text[at:end]), " …" if end < len(text.rstrip()) else ""]
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def _places(text: str, wanted: list[str], stems: list[str]) -> Iterator[tuple[int, int, str]]:
    forms = [_spelled(key) for key in sorted(set(wanted), key=len, reverse=True)]
    forms += [rf"{_spelled(stem)}[^\W_]*" for stem in stems]
    if forms:
        pattern = rf"(?<!{_BOUNDARY})0*(?:{'|'.join(forms)})(?!{_BOUNDARY})"
        for begin, part in _parts(text):
            for match in re.finditer(pattern, shape(part)):
                yield begin + match.start(), begin + match.end(), keys(match[0])[0]


def _parts(text: str) -> Iterator[tuple[int, str]]:
    begin = 0
    while begin < len(text):
        space = text.find(" ", begin + _STEP)
        end = space if space >= 0 else len(text)
        yield begin, text[begin:end]
        begin = end


def _spelled(key: str) -> str:
    return "[\u0300-\u036f]*".join(map(re.escape, key)) + "[\u0300-\u036f]*"


def _best(found: list[tuple[int, int, str]]) -> int:
    best, most = 0, (0, 0)
    for n, (start, _, _) in enumerate(found):
        near = [key for first, _, key in found[n:] if first < start + _WIDTH - _BEFORE]
        worth = (len(set(near)), len(near))
        if worth > most:
            best, most = start, worth
    return best


def _cut(text: str, start: int) -> tuple[int, int]:
    begin = max(0, start - _BEFORE)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + _WIDTH)
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start else end
    return begin, end
