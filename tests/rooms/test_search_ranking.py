"""What the index finds, and in which order, is what reading every document would find."""

import math
import random
import tempfile
import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.document import DocumentId
from records.finding import IndexEntry, Query
from search.index import Index

KEY = b"a key of this office only"
WORDS = ("bổ", "bố", "bộ", "bo", "nhiệm", "nhiêm", "đoàn", "doan", "hoà", "hòa", "2026", "02026")
TOKENS = ("unit:a", "unit:b", "person:c", "role:d")

parts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
documents = st.lists(
    st.tuples(parts, parts, parts, st.frozensets(st.sampled_from(TOKENS))), max_size=12
)
asked = st.lists(st.sampled_from((*WORDS, "Nhiệm", "BỔ", "khác")), min_size=1, max_size=4)


def plain(word: str) -> str:
    """Fold a word the slow way, sharing no code with the room."""
    apart = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return bare.lstrip("0") if bare.isdigit() else bare


def spelling(word: str) -> str:
    """Give a word so that only the place of its tone does not matter, the slow way."""
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in apart if char in "\u0300\u0301\u0303\u0309\u0323"]
    rest = [char for char in apart if char not in "\u0300\u0301\u0303\u0309\u0323"]
    whole = "".join(rest + tones)
    return whole.lstrip("0") if whole.isdigit() else whole


def entry(n: int, subject: str, text: str, people: str, readers: frozenset[str]) -> IndexEntry:
    return IndexEntry(
        id=DocumentId(f"{n:032x}"),
        readers=readers,
        subject=subject,
        number="",
        text=text,
        direction="outgoing",
        type="QĐ",
        unit="a",
        state="issued",
        issued_on=date(2026, 1, 1 + n % 28),
        created_on=date(2025, 1, 1),
        people=people,
    )


@dataclass(frozen=True, slots=True)
class Read:
    """A document read from its first word to its last."""

    id: str
    day: date
    subject: list[str]
    people: list[str]
    every: list[str]
    spelled_subject: list[str]
    spelled: list[str]


def read(e: IndexEntry) -> Read:
    subject, people, text = e.subject.split(), e.people.split(), e.text.split()
    every = [*subject, *people, *text]
    return Read(
        e.id,
        e.issued_on or e.created_on,
        [plain(w) for w in subject],
        [plain(w) for w in people],
        [plain(w) for w in every],
        [spelling(w) for w in subject],
        [spelling(w) for w in every],
    )


def share(count: int, length: float) -> float:
    return count * 2.2 / (count + 1.2 * (0.4 + 0.6 * length))


def worth(doc: Read, words: list[str], all_read: list[Read]) -> float:
    def rarity(key: str) -> float:
        having = sum(key in other.every for other in all_read)
        return math.log(1 + (len(all_read) - having + 0.5) / (having + 0.5))

    accented = any(unicodedata.normalize("NFD", w.replace("đ", "d\u0335")) != w for w in words)
    accented = accented or any("đ" in w.lower() for w in words)
    distinct = list(dict.fromkeys((plain(w), spelling(w)) for w in words))
    total = 0.0
    for key, exact in distinct:
        total += rarity(key) * share(doc.every.count(key), len(doc.every) / 800)
        if key in doc.subject:
            total += 2.5 * rarity(key) * share(doc.subject.count(key), len(doc.subject) / 16)
        total += rarity(key) * (key in doc.people)
        if accented:
            total += 1.5 * rarity(key) * (exact in doc.spelled_subject)
            total += 0.5 * rarity(key) * (exact in doc.spelled)
    side = list(pairwise(doc.subject))
    pairs = dict.fromkeys(pairwise(distinct))
    for (a, _), (b, _) in pairs:
        total += (rarity(a) + rarity(b)) / 2 * ((a, b) in side)
    return total


def scanned(
    entries: list[IndexEntry], words: list[str], readers: frozenset[str]
) -> list[tuple[str, float]]:
    """Answer by reading every document the reader may read."""
    all_read = [read(e) for e in entries if e.readers & readers]
    found = [doc for doc in all_read if all(plain(w) in doc.every for w in words)]
    scored = [(doc, round(worth(doc, words, all_read), 6)) for doc in found]
    scored.sort(key=lambda pair: (-pair[1], -pair[0].day.toordinal(), pair[0].id))
    return [(doc.id, score) for doc, score in scored]


def agree(index: Index, entries: list[IndexEntry], words: list[str], who: frozenset[str]) -> None:
    expected = scanned(entries, words, who)
    found = index.find(Query(" ".join(words), who, limit=200))
    assert found.total == len(expected)
    assert {hit.id for hit in found.hits} == {id for id, _ in expected}
    assert [hit.score for hit in found.hits] == pytest.approx([s for _, s in expected], abs=2e-6)
    top = index.find(Query(" ".join(words), who))
    assert top.hits == found.hits[:20]
    assert [hit.id for hit in top.hits] == [id for id, _ in expected[:20]]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(documents, st.lists(asked, min_size=3, max_size=3), st.sets(st.sampled_from(TOKENS)))
def test_the_index_finds_what_a_scan_of_everything_finds(
    made: list[tuple[str, str, str, frozenset[str]]], questions: list[list[str]], who: set[str]
) -> None:
    entries = [entry(n, *parts) for n, parts in enumerate(made)]
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder) / "index", key=KEY)
        index.rebuild(entries[: len(entries) // 2])
        index.add(entries[len(entries) // 2 :])
        for words in questions:
            agree(index, entries, words, frozenset(who))


def test_the_first_twenty_of_many_are_the_best_twenty_of_all(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311  # the same each time is the point
    syllables = [*WORDS[:10], *(f"từ{n}" for n in range(60))]
    weights = [1 / (n + 1) for n in range(len(syllables))]

    def text(length: int) -> str:
        return " ".join(chance.choices(syllables, weights, k=length))

    entries = [
        entry(
            n,
            text(chance.randint(3, 12)),
            text(chance.randint(10, 150)),
            text(2),
            frozenset(chance.sample(TOKENS, chance.randint(0, 3))),
        )
        for n in range(300)
    ]
    index = Index(tmp_path / "index", key=KEY)
    index.rebuild(entries[:200])
    for begin in range(200, 300, 20):
        index.add(entries[begin : begin + 20])
    for _ in range(25):
        words = chance.choices(syllables, weights, k=chance.randint(1, 4))
        agree(index, entries, words, frozenset(chance.sample(TOKENS, 2)))
