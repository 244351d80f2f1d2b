"""Better spellings and completions, made of nothing but what the reader may read."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, product
from string import ascii_lowercase, digits

from search.folding import Token, clean, fold, tokens, words
from search.question import Term, terms, understand
from search.schema import variant
from search.sight import Sight
from search.telex import decode, spelled

_FEW = 2  # documents below which a word may be a slip
_BETTER = 4  # times as many documents a better spelling must find
_WORDS = 3  # of a question that are corrected at most
_CHOICES = 4  # spellings tried for each
_CORRECTED = 12  # letters of a word beyond which it is left as it is
_SHORTEST = 3  # letters of a word below which it is left as it is
_COMPLETIONS = 8
_DOCUMENTS = 200  # whose subjects are looked at for completions
_AHEAD = 3  # words a completion goes beyond the one begun
_ALPHABET = ascii_lowercase + digits


def suggestion(sight: Sight, text: str, total: int) -> str:
    """Give the question spelled so that it finds more, or "" if it is well as it is.

    Takes   total: how many documents it finds as it was typed.
    """
    if total > _FEW:
        return ""
    text = clean(text)
    asked = [node for node in terms(understand(text)) if isinstance(node, Term)]
    fixed = {node.key for node in asked if node.field == "text"}
    slips = [t for t in tokens(text) if t.key in fixed and _rare(sight, t.key)][:_WORDS]
    if not slips:
        return ""
    well = [set(sight.postings("text", key)) for key in fixed - {t.key for t in slips}]
    choices = [list(islice(_spellings(sight, slip, text), _CHOICES)) for slip in slips]
    best, most = "", max(total * _BETTER, 0)
    for chosen in product(*choices):
        found = [set(sight.postings("text", _key(word))) for word in chosen]
        count = len(set.intersection(*found, *well))
        if count > most:
            best, most = _replaced(text, slips, chosen), count
    return best


def complete(sight: Sight, start: str) -> tuple[str, ...]:
    """Give how a question begun may go on, as subjects and numbers that are there have it."""
    begun = clean(start).strip()[:100]
    typed = [key for key, _ in words(begun)]
    if not typed or len(begun) < 2:  # noqa: PLR2004  # one letter says nothing
        return ()
    found = Counter(_numbers(sight, begun)) + Counter(_subjects(sight, typed))
    ordered = sorted(found, key=lambda phrase: (-found[phrase], len(phrase), phrase))
    return tuple(ordered[:_COMPLETIONS])


def _rare(sight: Sight, key: str) -> bool:
    return len(sight.postings("text", key)) <= _FEW


def _key(word: str) -> str:
    return next((key for key, _ in words(word)), "")


def _spellings(sight: Sight, slip: Token, text: str) -> Iterator[str]:
    plain = decode(slip.key)
    least = _BETTER * len(sight.postings("text", slip.key))
    if plain and len(sight.postings("text", _key(plain))) > least:
        yield plain
    if sight.postings("text", slip.key):
        yield text[slip.start : slip.end]
    if not _SHORTEST <= len(slip.key) <= _CORRECTED or not slip.key.isascii():
        return
    near = {key: len(sight.postings("text", key)) for key in _one_slip_from(slip.key)}
    for key in sorted(near, key=lambda key: (-near[key], key)):
        if near[key] > least:
            yield key if slip.exact == slip.key else _usual(sight, key)


def _usual(sight: Sight, key: str) -> str:
    """Give the spelling of a folded word that most readable documents use."""
    forms = sight.starting("exact", variant(key, ""), 50)
    count = {term: len(sight.postings("exact", term)) for term in forms}
    term = max(count, key=lambda term: (count[term], term), default=f"{key}|{key}")
    return spelled(term.partition("|")[2])


def _one_slip_from(key: str) -> set[str]:
    halves = [(key[:n], key[n:]) for n in range(len(key) + 1)]
    left_out = {a + b[1:] for a, b in halves if b}
    turned = {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    other = {a + char + b[1:] for a, b in halves if b for char in _ALPHABET}
    added = {a + char + b for a, b in halves for char in _ALPHABET}
    return (left_out | turned | other | added) - {key}


def _replaced(text: str, slips: list[Token], chosen: Iterable[str]) -> str:
    pieces, at = [], 0
    for slip, word in zip(slips, chosen, strict=True):
        pieces += [text[at : slip.start], word]
        at = slip.end
    return " ".join("".join((*pieces, text[at:])).split())


def _numbers(sight: Sight, begun: str) -> Iterator[str]:
    key = re.sub(r"^0+(?=\d)", "", fold(begun))
    if key[0].isdigit() and "/" in key:
        documents: set[int] = set()
        for term in islice(sight.starting("number", key), _DOCUMENTS):
            documents.update(sight.postings("number", term))
        for n in sorted(documents, reverse=True)[:_DOCUMENTS]:
            number = sight.page(n)[1]
            if re.sub(r"^0+(?=\d)", "", fold(number)).startswith(key):
                yield number


def _subjects(sight: Sight, typed: list[str]) -> Iterator[str]:
    *whole, last = typed
    found = set(sight.stem("subject", last))
    for key in whole:
        found &= sight.postings("subject", key).keys()
    for n in sorted(found, reverse=True)[:_DOCUMENTS]:
        yield from _continued(sight.page(n)[0], typed)


def _continued(subject: str, typed: list[str]) -> Iterator[str]:
    *whole, last = typed
    there = list(tokens(subject))
    for n in range(len(there) - len(whole)):
        stand = there[n : n + len(typed)]
        if [t.key for t in stand[:-1]] == whole and stand[-1].key.startswith(last):
            for end in (n + len(whole), min(n + len(whole) + _AHEAD, len(there) - 1)):
                yield " ".join(subject[there[n].start : there[end].end].lower().split())
