"""Which documents answer a question, and which of them first."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log

from records.finding import Query
from search.question import Either, Every, Node, Phrase, Question, Span, Stem, Term, Way, terms
from search.schema import variant
from search.sight import Sight

_K1 = 1.2  # how soon more of the same word stops to count (BM25)
_LENGTH = 0.6  # how much a long text counts against a document, 0 to 1
_TEXT = 800.0  # words of a usual document; a constant, so that no unseen document moves a score
_SUBJECT = 16.0  # words of a usual subject
_IN_SUBJECT = 2.5  # a word in the subject against the same word in the text
_IN_NAMES = 1.0  # in the names of drafter, signer or issuer
_PAIR = 1.0  # two words side by side in the subject as they were asked
_EXACT_SUBJECT = 1.5  # spelled in the subject with the diacritics that were typed
_EXACT_TEXT = 0.5  # spelled so anywhere
_NUMBER = 8.0  # the document's own number was asked for


def matching(sight: Sight, question: Question, query: Query) -> set[int]:
    """Give every document that answers ``question`` within the bounds of ``query``."""
    if question.empty:
        found = sight.everyone()
    else:
        found = set().union(*(_way(sight, way) for way in question.ways))
    for field in ("type", "direction", "unit", "state"):
        value = getattr(query, field)
        if value:
            found = {n for n in found if getattr(sight.card(n), field) == value}
    if query.since or query.until:
        first = int(f"{query.since:%Y%m%d}") if query.since else 0
        last = int(f"{query.until:%Y%m%d}") if query.until else 99999999
        found = {n for n in found if first <= sight.card(n).day <= last}
    return found


def scores(sight: Sight, question: Question, found: set[int]) -> dict[int, float]:
    """Give each of the documents found its worth for ``question``."""
    worth = dict.fromkeys(found, 0.0)
    asked = list(dict.fromkeys(_asked(question)))
    for key, exact in asked:
        rarity = _rarity(sight, sight.postings("text", key))
        _score_word(sight, key, rarity, worth)
        if question.accented and exact:
            _bonus(worth, sight.postings("title", exact), _EXACT_SUBJECT * rarity)
            _bonus(worth, sight.postings("exact", variant(key, exact)), _EXACT_TEXT * rarity)
    for (a, _), (b, _) in dict.fromkeys(pairwise(asked)):
        both = (_rarity(sight, sight.postings("text", key)) for key in (a, b))
        _bonus(worth, sight.postings("pairs", f"{a} {b}"), _PAIR * sum(both) / 2)
    for node in dict.fromkeys(terms(question)):
        _score_other(sight, node, worth)
    return worth


def _way(sight: Sight, way: Way) -> set[int]:
    wanted = sorted((_found(sight, node) for node in way.wanted), key=len)
    found = wanted[0].intersection(*wanted[1:]) if wanted else sight.everyone()
    return found.difference(*(_found(sight, node) for node in way.unwanted))


def _found(sight: Sight, node: Node) -> set[int]:
    match node:
        case Term(field, key, _):
            return set(sight.postings(field, key))
        case Stem(field, start):
            return set(sight.stem(field, start))
        case Phrase(words, accented):
            return _phrase(sight, words, accented=accented)
        case Span(first, last):
            return {n for n in sight.everyone() if first <= sight.card(n).day <= last}
        case Every(parts):
            return set.intersection(*(_found(sight, part) for part in parts))
        case Either(parts):
            return set().union(*(_found(sight, part) for part in parts))


def _phrase(sight: Sight, words: tuple[tuple[str, str], ...], *, accented: bool) -> set[int]:
    among = set.intersection(*(set(sight.postings("text", key)) for key, _ in words))
    ends: dict[int, set[int]] = {}
    for n, (key, exact) in enumerate(words):
        if not among:
            break
        places = sight.places(key, exact if accented else "", among)
        if n:
            places = {d: at & {p + 1 for p in ends[d]} for d, at in places.items()}
        ends = {d: at for d, at in places.items() if at}
        among = set(ends)
    return among


def _asked(question: Question) -> Iterable[tuple[str, str]]:
    for node in terms(question):
        match node:
            case Term("text" | "subject" | "people", key, exact):
                yield key, exact
            case Phrase(words):
                yield from words


def _rarity(sight: Sight, postings: Mapping[int, float]) -> float:
    having = len(postings)
    return log(1 + (sight.count - having + 0.5) / (having + 0.5))


def _score_word(sight: Sight, key: str, rarity: float, worth: dict[int, float]) -> None:
    text, subject = sight.postings("text", key), sight.postings("subject", key)
    for n in worth.keys() & text.keys():
        card = sight.card(n)
        worth[n] += rarity * _share(text[n], card.length / _TEXT)
        if n in subject:
            share = _share(subject[n], card.subject_length / _SUBJECT)
            worth[n] += _IN_SUBJECT * rarity * share
    for field in ("people", "source"):
        _bonus(worth, sight.postings(field, key), _IN_NAMES * rarity)


def _share(count: float, length: float) -> float:
    """Give what ``count`` occurrences are worth in a text ``length`` times as long as usual.

    Source  Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), 3.5.
    """
    return count * (_K1 + 1) / (count + _K1 * (1 - _LENGTH + _LENGTH * length))


def _score_other(sight: Sight, node: Node, worth: dict[int, float]) -> None:
    match node:
        case Stem(field, start):
            postings = sight.stem(field, start)
            rarity = _rarity(sight, postings)
            for n in worth.keys() & postings.keys():
                worth[n] += rarity * _share(postings[n], sight.card(n).length / _TEXT)
        case Phrase(_, _, number) if number:
            _bonus(worth, sight.postings("number", number), _NUMBER)
        case _:
            pass


def _bonus(worth: dict[int, float], postings: Mapping[int, float], bonus: float) -> None:
    for n in worth.keys() & postings.keys():
        worth[n] += bonus
