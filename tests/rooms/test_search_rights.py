"""A reader learns nothing of documents he may not read: by no hit, count, word or order."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from records.document import DocumentId
from records.finding import IndexEntry, Query
from search.index import Index

KEY = b"a key of this office only"
WORDS = ("công", "đoàn", "quyết", "định", "bổ", "nhiệm", "cán", "bộ", "kế", "hoạch", "lương", "bố")
QUESTIONS = (
    "công đoàn",
    "bo nhiem",
    "bổ nhiệm",
    '"cán bộ"',
    "ke* -luong",
    "lương OR thưởng",
    "quyet dnh",
    "boor nhieemj",
    "05/QĐ",
    "",
)


def entry(n: int, readers: set[str], subject: str, text: str = "", unit: str = "a") -> IndexEntry:
    return IndexEntry(
        id=DocumentId(f"{n:032x}"),
        readers=frozenset(readers),
        subject=subject,
        number=f"{n:02d}/QĐ-LĐLĐ",
        text=text,
        direction="outgoing",
        type="QĐ" if n % 2 else "TB",
        unit=unit,
        state="issued",
        issued_on=date(2026, 1, 1 + n % 28),
        created_on=date(2026, 1, 1),
    )


def some(seed: int, count: int, start: int, readers: set[str]) -> list[IndexEntry]:
    chance = random.Random(seed)  # noqa: S311  # the same each time is the point
    return [
        entry(
            n,
            readers,
            " ".join(chance.choices(WORDS, k=5)),
            " ".join(chance.choices(WORDS, k=chance.randint(0, 60))),
        )
        for n in range(start, start + count)
    ]


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index", key=KEY)


def test_who_has_no_token_finds_nothing(index: Index) -> None:
    index.rebuild(some(1, 5, 0, {"unit:a"}))
    for words in QUESTIONS:
        found = index.find(Query(words, frozenset(), facets=True))
        assert (found.total, found.hits, found.suggestion) == (0, (), "")
        assert not any(found.facets.values())
    assert index.complete("cong", frozenset()) == ()


def test_a_document_nobody_may_find_is_found_by_nobody(index: Index) -> None:
    index.rebuild([entry(1, set(), "Không ai")])
    assert index.count() == 1
    assert index.find(Query("", frozenset({"unit:a", ""}))).total == 0


def test_a_token_is_compared_whole(index: Index) -> None:
    index.rebuild([entry(1, {"unit:ban-tc"}, "Một"), entry(2, {"person:Án Bình"}, "Hai")])
    for token in ("unit:ban", "ban-tc", "unit:ban-tc2", "UNIT:BAN-TC", "person:an binh", "*"):
        assert index.find(Query("", frozenset({token}))).total == 0
    assert index.find(Query("", frozenset({"person:Án Bình"}))).total == 1


def test_two_readers_see_each_their_own(index: Index) -> None:
    index.rebuild(
        [
            entry(1, {"unit:a"}, "Quyết định khen thưởng", unit="a"),
            entry(2, {"unit:a", "unit:b"}, "Quyết định chung", unit="b"),
            entry(3, {"unit:b"}, "Quyết toán mật độ", unit="c"),
        ]
    )
    a, b = frozenset({"unit:a"}), frozenset({"unit:b"})
    seen = index.find(Query("quyet", a, facets=True))
    assert {int(hit.id, 16) for hit in seen.hits} == {1, 2}
    assert seen.facets["unit"] == {"a": 1, "b": 1}
    assert index.find(Query("quyet", b, facets=True)).facets["unit"] == {"b": 1, "c": 1}
    assert index.find(Query("quyet", a | b)).total == 3

    assert "quyết toán" not in " ".join(index.complete("quyet", a))
    assert "quyết toán" in " ".join(index.complete("quyet", b))
    assert index.complete("03/q", a) == ()
    assert index.complete("03/q", b) == ("03/QĐ-LĐLĐ",)
    assert index.find(Query("toann", b)).suggestion == "toan"
    assert index.find(Query("toann", a)).suggestion == ""


@pytest.mark.parametrize("seed", range(4))
def test_what_others_write_changes_nothing_in_an_answer(tmp_path: Path, seed: int) -> None:
    mine = some(seed, 25, 0, {"unit:a"})
    others = some(seed + 100, 40, 500, {"unit:b"})
    others += [entry(900 + n, {"unit:b"}, f"bo{n} nhiệm{n} kếx{n} dịnh") for n in range(30)]
    alone, among = (Index(tmp_path / name, key=KEY) for name in ("alone", "among"))
    alone.rebuild(mine)
    mixed = [*mine, *others]
    random.Random(seed).shuffle(mixed)  # noqa: S311  # the same each time is the point
    among.rebuild(mixed[:30])
    among.add(mixed[30:])
    a = frozenset({"unit:a"})
    for words in QUESTIONS:
        asked = Query(words, a, facets=True, limit=100)
        assert among.find(asked) == alone.find(asked), words
    for begun in ("cong", "bo nh", "ke", "05/q", "quyết"):
        assert among.complete(begun, a) == alone.complete(begun, a)


def test_rights_taken_away_are_gone_at_once(index: Index) -> None:
    index.rebuild([entry(1, {"unit:a", "unit:b"}, "Lương")])
    b = frozenset({"unit:b"})
    assert index.find(Query("luong", b)).total == 1
    index.add([entry(1, {"unit:a"}, "Lương")])
    assert index.find(Query("luong", b)).total == 0
    assert index.complete("luong", b) == ()


def test_what_others_write_crowds_nothing_out(index: Index) -> None:
    others = [replace(entry(n, {"unit:b"}, "x"), number=f"1/A{n:03d}-X") for n in range(250)]
    mine = replace(entry(900, {"unit:a"}, "y"), number="1/ZZ-X")
    index.rebuild([*others, mine])
    assert index.complete("1/", frozenset({"unit:a"})) == ("1/ZZ-X",)
