"""The lines of a document that show why it was found."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from search.folding import keys, shape

_WIDTH = 240  # characters shown
_BEFORE = 60  # of them before the first word marked
_STEP = 2_000  # characters of a text searched at a time, until a place with every word is found
_LOOKED_AT = 400_000  # of them searched at most
_PLACES = 60  # words found that are compared at most
_BOUNDARY = "[^\\W_\u0300-\u036f]"


@dataclass(frozen=True, slots=True)
class _Place:
    """A word that was asked for, where it stands."""

    start: int
    end: int
    key: str


def snippet(text: str, wanted: Iterable[str], stems: Iterable[str] = ()) -> str:
    """Give a piece of ``text`` as HTML, its words that were asked for in ``<mark>``.

    Takes   text: composed (NFC); wanted: folded words; stems: folded beginnings of words.
    Gives   escaped text in which <mark> is the only markup.
    """
    forms = [_spelled(key) for key in sorted(set(wanted), key=lambda key: (-len(key), key))]
    forms += [rf"{_spelled(stem)}[^\W_]*" for stem in sorted(set(stems))]
    start, found = _best(text, forms) if forms else (0, [])
    begin, end = _cut(text, start)
    pieces = ["… "] if begin else []
    at = begin
    for place in found:
        if place.start >= at and place.end <= end:
            marked = escape(text[place.start : place.end])
            pieces += [escape(text[at : place.start]), "<mark>", marked, "</mark>"]
            at = place.end
    pieces += [escape(text[at:end]), " …" if text[end : end + _WIDTH].strip() else ""]
    return re.sub(r"\s+", " ", "".join(pieces)).strip()


def _best(text: str, forms: list[str]) -> tuple[int, list[_Place]]:
    """Give the start of the stretch that holds most of the words, and every place seen."""
    pattern = re.compile(rf"(?<!{_BOUNDARY})0*(?:{'|'.join(forms)})(?!{_BOUNDARY})")
    found: list[_Place] = []
    best, most = 0, (0, 0)
    for begin, part in _parts(text):
        fresh = len(found)
        found.extend(
            _Place(begin + match.start(), begin + match.end(), keys(match[0])[0])
            for match in pattern.finditer(shape(part))
        )
        for n in range(max(0, fresh - len(forms)), len(found)):
            worth = _worth(found, n)
            if worth > most:
                best, most = found[n].start, worth
        if most[0] >= len(forms) or len(found) >= _PLACES:
            break
    return best, found


def _worth(found: list[_Place], n: int) -> tuple[int, int]:
    """Give how many different words, and how many in all, are shown if place ``n`` comes first."""
    last = found[n].start + _WIDTH - _BEFORE
    near = []
    for place in found[n:]:
        if place.end > last:
            break
        near.append(place.key)
    return len(set(near)), len(near)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    begin, whole = 0, min(len(text), _LOOKED_AT)
    while begin < whole:
        space = text.find(" ", begin + _STEP, whole)
        end = space if space >= 0 else whole
        yield begin, text[begin:end]
        begin = end


def _spelled(key: str) -> str:
    return "[\u0300-\u036f]*".join(map(re.escape, key)) + "[\u0300-\u036f]*"


def _cut(text: str, start: int) -> tuple[int, int]:
    begin = max(0, start - _BEFORE)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + _WIDTH)
    if end < len(text):
        space = text.rfind(" ", start + 1, end)
        end = space if space > start else end
    return begin, end
