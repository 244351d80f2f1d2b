"""An entry as the index files it: which words stand in which field, and what lies beside them."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from whoosh.columns import VarBytesColumn
from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Existence, Format

from records.finding import IndexEntry
from search.folding import clean, fold, numbers, words

VERSION = 1  # one more whenever fields or folding change: older indexes are then built anew
_GAP = (
    100  # places between two parts of a document, so that no phrase crosses from one to the other
)
_APART = "\x1f"  # between the values of a card


class Weighed(FieldType):  # type: ignore[misc]  # Whoosh carries no types
    """Words with how often they occur; the value is made beforehand, so no analyzer is asked."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None)

    def index(self, value: Mapping[str, int], **_: Any) -> Iterator[tuple[bytes, int, int, bytes]]:
        """Give Whoosh its postings: term, frequency, weight, nothing more."""
        for term, count in value.items():
            yield term.encode(), count, count, b""


class Places(Format):  # type: ignore[misc]  # Whoosh carries no types
    """Where a word stands, as the distances between its places, four bytes each."""


class Placed(FieldType):  # type: ignore[misc]  # Whoosh carries no types
    """Words with the places where they stand."""

    def __init__(self) -> None:
        super().__init__(format=Places(), analyzer=None)

    def index(
        self, value: Mapping[str, list[int]], **_: Any
    ) -> Iterator[tuple[bytes, int, int, bytes]]:
        """Give Whoosh its postings: term, frequency, weight, places."""
        for term, places in value.items():
            yield term.encode(), len(places), len(places), packed(places)


SCHEMA = Schema(
    id=Weighed(),
    readers=Weighed(),
    text=Weighed(),  # every word of the document, folded: what decides whether it is found
    subject=Weighed(),
    pairs=Weighed(),  # two words of the subject side by side
    title=Weighed(),  # the subject with its diacritics
    exact=Placed(),  # every word as ``folded|exact``, with its places
    number=Weighed(),
    people=Weighed(),
    source=Weighed(),
    type=Weighed(),
    direction=Weighed(),
    unit=Weighed(),
    state=Weighed(),
    day=Weighed(),  # 20261120, and 202611 and 2026 for what is asked by month or year
    card=COLUMN(VarBytesColumn()),
    page=STORED(),
)


def packed(places: list[int]) -> bytes:
    """Give ascending places in the form they are kept."""
    return array("I", [b - a for a, b in pairwise((0, *places))]).tobytes()


def unpacked(kept: bytes) -> list[int]:
    """Give the places that ``packed`` kept."""
    places, at = [], 0
    for step in array("I", kept):
        at += step
        places.append(at)
    return places


def counted_on(entry: IndexEntry) -> date:
    """Give the date a document is found by: of its issue, or of its making while there is none."""
    return entry.issued_on or entry.created_on


def row(entry: IndexEntry) -> dict[str, Any]:
    """Give the fields of one entry, ready to be written."""
    subject, number, text = clean(entry.subject), clean(entry.number), clean(entry.text)
    people, source = clean(entry.people), clean(entry.source)
    title = words(subject)
    parts = [title, words(number), words(source), words(people), words(text)]
    every = [key for part in parts for key, _ in part]
    day = counted_on(entry).strftime("%Y%m%d").rjust(8, "0")
    return {
        "id": {entry.id: 1},
        "readers": dict.fromkeys(entry.readers, 1),
        "text": Counter(every),
        "subject": Counter(key for key, _ in title),
        "pairs": Counter(pairs(key for key, _ in title)),
        "title": Counter(accented for _, accented in title),
        "exact": _places(parts),
        "number": dict.fromkeys((*number_terms(number), *number_terms(source)), 1),
        "people": Counter(key for key, _ in parts[3]),
        "source": Counter(key for key, _ in parts[2]),
        "type": named(entry.type),
        "direction": named(entry.direction),
        "unit": named(entry.unit),
        "state": named(entry.state),
        "day": {day: 1, day[:6]: 1, day[:4]: 1},
        "card": _card(entry, day, len(every), len(title)),
        "page": (subject, number, text),
    }


def pairs(keys: Iterable[str]) -> Iterator[str]:
    """Give each two neighbours among words as one term."""
    return (f"{a} {b}" for a, b in pairwise(keys))


def variant(key: str, accented: str) -> str:
    """Give the term under which one spelling of a folded word is filed."""
    return f"{key}|{accented}"


def number_terms(text: str) -> Iterator[str]:
    """Give what a number is found by: whole, each beginning of it, and each of its parts."""
    for whole in numbers(text):
        for end, char in enumerate(whole):
            if char in "/-":
                yield whole[:end]
        yield whole
        yield from (key for key, _ in words(whole))


def named(value: str) -> dict[str, int]:
    """Give what a name of a closed list is found by: the whole and each word, folded."""
    whole = fold(clean(value))
    return dict.fromkeys((whole, *(key for key, _ in words(whole))), 1) if whole else {}


def _places(parts: Iterable[list[tuple[str, str]]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    at = 1
    for part in parts:
        for place, pair in enumerate(part, at):
            found[variant(*pair)].append(place)
        at += len(part) + _GAP
    return found


def _card(entry: IndexEntry, day: str, length: int, subject_length: int) -> bytes:
    named = (entry.id, entry.type, entry.direction, entry.unit, entry.state)
    plain = (clean(value).replace(_APART, " ") for value in named)
    return _APART.join((*plain, day, str(length), str(subject_length))).encode()


def card_values(kept: bytes) -> list[str]:
    """Give the values a card was made of: id, type, direction, unit, state, day and two lengths."""
    return kept.decode().split(_APART)
