"""What a reader typed, understood: words, phrases, fields and what must not be there."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from search.folding import clean, fold, number_key, words

_LONGEST = 500  # characters of a question that are read
_TERMS = 30  # of its words that are read; what follows costs nobody time
_SHORTEST_STEM = 2  # letters before a star
_EITHER = frozenset({"OR", "HOẶC", "|", "||"})
_BOTH = frozenset({"AND", "&", "&&", "+"})
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u2033"), '"')
_PIECE = re.compile(
    r'(?P<minus>(?<!\S)-)?(?:(?P<field>[^\W\d_]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))'
)
_DATES = (
    re.compile(r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})[/.\-](?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2}))?"),
)


@dataclass(frozen=True, slots=True)
class Term:
    """A folded word in a field; ``exact`` is how it was spelled, or "" where that is no matter."""

    field: str
    key: str
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Stem:
    """Every word of a field that begins so."""

    field: str
    start: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side; spelled exactly so where they were typed with diacritics."""

    words: tuple[tuple[str, str], ...]  # folded, exact
    accented: bool
    number: str = ""  # the same as a document number in one spelling, if it was typed as one


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, both ends in it, as 20261120."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Every:
    """All of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: tuple["Node", ...]


Node = Term | Stem | Phrase | Span | Every | Either


@dataclass(frozen=True, slots=True)
class Way:
    """One way to be an answer: all of ``wanted`` and none of ``unwanted``."""

    wanted: tuple[Node, ...]
    unwanted: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood; without ways it is answered by nothing, unless it was left empty."""

    ways: tuple[Way, ...]
    empty: bool  # nothing was asked: everything is the answer
    accented: bool  # typed with diacritics, so spelling counts in the order of answers


def understand(text: str) -> Question:
    """Give what ``text`` asks; whatever cannot be understood is taken as words."""
    whole = clean(text[:_LONGEST]).translate(_QUOTES)
    ways: list[Way] = []
    wanted: list[Node] = []
    unwanted: list[Node] = []
    room = _TERMS
    for piece in _PIECE.finditer(whole):
        if piece["bare"] in _EITHER and not piece["field"]:
            ways.append(Way(tuple(wanted), tuple(unwanted)))
            wanted, unwanted = [], []
            continue
        for node in islice(_nodes(piece), room):
            if piece["minus"]:
                unwanted.append(_strict(node))
            else:
                wanted.append(node)
            room -= _count(node)
        if room <= 0:
            break
    ways.append(Way(tuple(wanted), tuple(unwanted)))
    return Question(
        tuple(way for way in ways if way.wanted or way.unwanted),
        empty=not whole.strip(),
        accented=fold(whole) != whole.lower(),
    )


def terms(question: Question) -> Iterator[Node]:
    """Give the leaves of what is wanted, in the order they were typed."""
    for way in question.ways:
        for node in way.wanted:
            yield from _leaves(node)


def day(text: str) -> str:
    """Give a day, month or year as it is filed (20261120, 202611, 2026), or "" for none."""
    for form in _DATES:
        found = form.fullmatch(text)
        if found:
            parts = found.groupdict()
            month, date = int(parts.get("m") or 1), int(parts.get("d") or 1)
            if not (1 <= month <= 12 and 1 <= date <= 31):  # noqa: PLR2004  # months, days
                return ""
            whole = f"{parts['y']}{month:02d}{date:02d}"
            return whole[: 8 if parts.get("d") else 6 if parts.get("m") else 4]
    return ""


def _strict(node: Node) -> Node:
    """Give what keeps out only the spelling that was typed: ``-bố`` leaves bổ in."""
    if isinstance(node, Term) and node.exact not in {"", node.key}:
        return Phrase(((node.key, node.exact),), accented=True)
    return node


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Every | Either):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


def _count(node: Node) -> int:
    if isinstance(node, Phrase):
        return len(node.words)
    return len(node.parts) if isinstance(node, Every | Either) else 1


def _nodes(piece: re.Match[str]) -> Iterator[Node]:
    field, quoted, bare = piece["field"], piece["quoted"], piece["bare"]
    value = bare if quoted is None else quoted
    if field:
        known = _FIELDS.get(fold(field))
        node = known(value) if known else None
        if node:
            yield node
            return
        yield from _words(field)
    if quoted is not None:
        yield from _quoted(quoted)
    elif field or bare not in _BOTH:
        yield from _bare(bare)


def _words(text: str, field: str = "text") -> Iterator[Node]:
    return (Term(field, key, exact) for key, exact in islice(words(text), _TERMS))


def _quoted(text: str) -> Iterator[Node]:
    found = tuple(islice(words(text), _TERMS))
    accented = any(exact != key for key, exact in found)
    if len(found) > 1 or (found and accented):
        yield Phrase(found, accented)
    else:
        yield from _words(text)


def _bare(text: str) -> Iterator[Node]:
    found = words(text)
    if text.endswith("*") and found and len(found[-1][0]) >= _SHORTEST_STEM:
        yield from (Term("text", key, exact) for key, exact in found[:-1][:_TERMS])
        yield Stem("text", found[-1][0])
    elif number_key(text):
        whole = Phrase(tuple(found[:_TERMS]), accented=False, number=number_key(text))
        on = day(text)
        yield Either((whole, Term("day", on))) if on else whole
    else:
        yield from _words(text)


def _number(text: str) -> Node | None:
    star, plain = text.endswith("*"), text.rstrip("*")
    key = number_key(plain) or (fold(plain) if star else "")
    if star and len(key) >= _SHORTEST_STEM:
        return Stem("number", key)
    return Term("number", key) if key else _all("number")(plain)


def _all(field: str) -> Callable[[str], Node | None]:
    def make(text: str) -> Node | None:
        parts = tuple(_words(text, field))
        return Every(parts) if parts else None

    return make


def _name(field: str) -> Callable[[str], Node | None]:
    def make(text: str) -> Node | None:
        key = fold(text).strip()
        return Term(field, key) if key else None

    return make


def _on(text: str) -> Node | None:
    key = day(text)
    return Term("day", key) if key else None


def _from(text: str) -> Node | None:
    key = day(text)
    return Span(int(key.ljust(8, "0")), 99999999) if key else None


def _until(text: str) -> Node | None:
    key = day(text)
    return Span(0, int(key.ljust(8, "9"))) if key else None


_FIELDS: Mapping[str, Callable[[str], Node | None]] = {
    "so": _number,
    "loai": _name("type"),
    "donvi": _name("unit"),
    "trangthai": _name("state"),
    "nguoi": _all("people"),
    "trichyeu": _all("subject"),
    "ngay": _on,
    "tu": _from,
    "den": _until,
}
