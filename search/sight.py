"""What one reader may see of the index at one moment, and nothing of any other document."""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, compress, groupby, islice

from search.schema import unpacked, variant
from search.segments import Card, Leaf, View

_STEMS = 1000  # words a star stands for at most
_PASSED_OVER = 20  # words looked at for each of them


class Sight:
    """The only door to postings, cards and pages; a document behind no reader token is not there.

    Documents are numbered through all segments. What is counted here is counted over readable
    documents alone, so nobody learns from an order, a total or a score what others write about.
    """

    def __init__(self, leaves: tuple[Leaf, ...], readers: frozenset[str]) -> None:
        self._leaves = leaves
        self._bases = [leaf.base for leaf in leaves]
        self._views = [leaf.segment.readable(readers) for leaf in leaves]
        self._seen = _seen(leaves, self._views)
        self._terms: dict[tuple[str, str], dict[int, float]] = {}
        self.count = self._seen.count(1)

    def everyone(self) -> set[int]:
        """Give every document."""
        return set(compress(range(len(self._seen)), self._seen))

    def postings(self, field: str, term: str) -> dict[int, float]:
        """Give the documents that bear a term in a field, and how often."""
        known = self._terms.get((field, term))
        if known is None:
            known = dict(chain.from_iterable(self._read(field, term)))
            self._terms[field, term] = known
        return known

    def _read(self, field: str, term: str) -> Iterator[Iterator[tuple[int, float]]]:
        """Give where a term stands, one segment after the other, each read when it is its turn."""
        for leaf, view in zip(self._leaves, self._views, strict=True):
            borne = leaf.segment.postings(field, term).within(view, leaf.base)
            yield _without(borne, leaf) if leaf.deleted else borne

    def starting(self, field: str, start: str, limit: int = _STEMS) -> Iterator[str]:
        """Give terms of a field that begin with ``start`` and that a readable document bears."""
        streams = [leaf.segment.terms(field, start) for leaf in self._leaves]
        terms = (term for term, _ in groupby(heapq.merge(*streams)))
        # What others write may not crowd out what is readable, nor make the search endless.
        looked_at = islice(terms, limit * _PASSED_OVER)
        return islice((term for term in looked_at if self._borne(field, term)), limit)

    def _borne(self, field: str, term: str) -> bool:
        return next(chain.from_iterable(self._read(field, term)), None) is not None

    def stem(self, field: str, start: str) -> dict[int, float]:
        """Give the documents that bear any term of a field that begins so, and how often."""
        known = self._terms.get((field, start + "*"))
        if known is None:
            known = {}
            for term in self.starting(field, start):
                for n, weight in chain.from_iterable(self._read(field, term)):
                    known[n] = known.get(n, 0.0) + weight
            self._terms[field, start + "*"] = known
        return known

    def places(self, key: str, accented: str, among: set[int]) -> dict[int, set[int]]:
        """Give where a word stands in some documents, in one spelling or, for "", in any."""
        spelled = [variant(key, accented)] if accented else self._variants(key)
        found: dict[int, set[int]] = {}
        for leaf in self._leaves:
            for term in spelled:
                for ids, _, values in leaf.segment.blocks("exact", term):
                    for n, kept in zip(ids, values, strict=True):
                        if leaf.base + n in among:
                            found.setdefault(leaf.base + n, set()).update(unpacked(kept))
        return found

    def _variants(self, key: str) -> list[str]:
        start = variant(key, "")
        return sorted(
            {term for leaf in self._leaves for term in leaf.segment.terms("exact", start)}
        )

    @cached_property
    def cards(self) -> list[Card]:
        """Give what is known of each document, by its number."""
        parts = [leaf.segment.cards for leaf in self._leaves]
        return parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))

    def card(self, n: int) -> Card:
        """Give what is known of document ``n``."""
        return self.cards[n]

    def page(self, n: int) -> tuple[str, str, str]:
        """Give subject, number and text of document ``n``."""
        leaf = self._leaves[bisect_right(self._bases, n) - 1]
        return leaf.segment.page(n - leaf.base)


def _without(borne: Iterable[tuple[int, float]], leaf: Leaf) -> Iterator[tuple[int, float]]:
    gone = {leaf.base + n for n in leaf.deleted}
    return (one for one in borne if one[0] not in gone)


def _seen(leaves: tuple[Leaf, ...], views: list[View]) -> bytearray:
    seen = bytearray(b"".join(view.seen for view in views))
    for leaf in leaves:
        for n in leaf.deleted:
            seen[leaf.base + n] = 0
    return seen
