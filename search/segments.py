"""The segments of an index, read block by block and shared by every thread that asks."""

import io
import pickle
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, compress, repeat
from sys import intern
from typing import Any, Final

from whoosh.codec.whoosh3 import W3Codec, W3Segment, W3TermsReader
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.structfile import BufferFile

from search.schema import SCHEMA, card_values

_KEPT_VIEWS = 64  # sets of reader tokens whose answer a segment remembers
_KEPT_POSTINGS = 4_000_000  # of a segment's postings kept read, eight bytes each
_SPARSE = 16  # times as many postings as readable documents from which on each is looked up

Block = tuple[tuple[int, ...], Any, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a document without opening its page."""

    id: str
    type: str
    direction: str
    unit: str
    state: str
    day: int  # 20261120
    length: int  # words in all
    subject_length: int  # words of the subject


class _Window(io.RawIOBase):
    """A stretch of a mapped file as a file, so that nothing of it is copied."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, target: Any) -> int:
        part = self._view[self._at : self._at + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)


class _Mapped(BufferFile):  # type: ignore[misc]  # Whoosh carries no types
    """A file inside a segment; Whoosh's own copies it into memory when opened."""

    def __init__(self, view: memoryview, name: str) -> None:
        self._buf = view
        self._name = name
        self.file = io.BufferedReader(_Window(view))
        self.onclose = None
        self.is_real = False
        self.is_closed = False


class _Compound(CompoundStorage):  # type: ignore[misc]  # Whoosh carries no types
    """The files inside one mapped segment."""

    def open_file(self, name: str, *_: Any, **__: Any) -> _Mapped:
        """Give a view of one of them."""
        start, length = self.range(name)
        return _Mapped(memoryview(self._source)[start : start + length], name)


class _Terms(W3TermsReader):  # type: ignore[misc]  # Whoosh carries no types
    """The terms of a segment, whose postings may be had a block at a time."""

    def blocks(self, field: str, term: bytes) -> Iterator[Block]:
        """Give document numbers, weights and values of each block of a term.

        Source  whoosh.codec.whoosh3.W3LeafMatcher, whose seeking no two threads can share.
        """
        key = self._keycoder(field, term)
        if key not in self._tindex:
            return
        at, _ = self.term_info(field, term).extent()
        at += 4  # The mark that begins a posting list.
        length = 1
        while length > 0:
            length = self._postfile.get_int(at)
            body = io.BytesIO(self._postfile.get(at + 4, abs(length)))
            # The file was found under its digest, so these are pickles this office wrote.
            count, _, _, packed, *_ = pickle.load(body)  # noqa: S301  # see the comment above  # nosec B301
            rest = body.read()
            ids, weights, values = pickle.loads(  # noqa: S301  # see the comment above  # nosec B301
                zlib.decompress(rest) if packed else rest
            )
            yield tuple(accumulate(ids)), _weights(weights, count), values
            at += 4 + abs(length)


class BlockCodec(W3Codec):  # type: ignore[misc]  # Whoosh carries no types
    """Whoosh's own files; only the reading of terms is ours."""

    # Lengths lie on the cards; Whoosh would look on disk for them once for each posting.
    length_stats = False

    def terms_reader(self, storage: Any, segment: W3Segment) -> _Terms:
        """Give the terms of a segment."""
        name = segment.make_filename(self.TERMS_EXT)
        posts = segment.open_file(storage, self.POSTS_EXT)
        return _Terms(self, storage.open_file(name), storage.file_length(name), posts)


def _weights(kept: Any, count: int) -> Any:
    if kept is None:
        return repeat(1.0, count)
    return repeat(kept, count) if isinstance(kept, float) else kept


@dataclass(frozen=True, slots=True)
class View:
    """What some readers may find in a segment."""

    seen: bytes  # 1 for each document they may find, 0 for every other
    ids: "array[int]"  # of those documents

    @property
    def whole(self) -> bool:
        """Tell whether they may find every document."""
        return len(self.ids) == len(self.seen)


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents of a segment that bear a term, in order, and how often each."""

    ids: "array[int]"
    weights: "array[float]"

    def within(self, view: View, base: int = 0) -> Iterator[tuple[int, float]]:
        """Give those that may be found: in a time that what may not be found hardly moves.

        Takes   base: the number of the segment's first document.
        """
        if len(self.ids) > _SPARSE * len(view.ids):
            return self._looked_up(view, base)
        every = zip(map(base.__add__, self.ids), self.weights, strict=True)
        # What was asked of a hundred thousand documents is chosen without a line of Python each.
        return every if view.whole else compress(every, map(view.seen.__getitem__, self.ids))

    def _looked_up(self, view: View, base: int) -> Iterator[tuple[int, float]]:
        for n in view.ids:
            at = bisect_left(self.ids, n)
            if at < len(self.ids) and self.ids[at] == n:
                yield base + n, self.weights[at]


class Segment:
    """One segment: its terms, cards and pages; it never changes while its file exists."""

    def __init__(self, storage: Any, kept: W3Segment) -> None:
        self.size: Final[int] = kept.doc_count_all()
        codec = BlockCodec()
        files = _Compound(storage.open_file(kept.make_filename(kept.COMPOUND_EXT)))
        self._terms = codec.terms_reader(files, kept)
        self._documents = codec.per_document_reader(files, kept)
        self._views: dict[frozenset[str], View] = {}
        self._postings: dict[tuple[str, str], Postings] = {}
        self._kept = 0

    def blocks(self, field: str, term: str) -> Iterator[Block]:
        """Give the postings of a term, in blocks of document numbers, weights and values."""
        blocks: Iterator[Block] = self._terms.blocks(field, term.encode())
        return blocks

    def postings(self, field: str, term: str) -> "Postings":
        """Give all postings of a term; those of words asked for often are not read again."""
        known = self._postings.get((field, term))
        if known is None:
            known = Postings(array("I"), array("f"))
            for ids, weights, _ in self.blocks(field, term):
                known.ids.extend(ids)
                known.weights.extend(weights)
            if self._kept > _KEPT_POSTINGS:
                self._postings, self._kept = {}, 0
            self._postings[field, term] = known
            self._kept += 1 + len(known.ids)
        return known

    def terms(self, field: str, start: str) -> Iterator[str]:
        """Give the terms of a field that begin with ``start``, in order."""
        begin = start.encode()
        if field in self._terms.indexed_field_names():
            for name, term in self._terms.terms_from(field, begin):
                if name != field or not term.startswith(begin):
                    return
                yield term.decode()

    @cached_property
    def cards(self) -> list[Card]:
        """Give the card of each document."""
        column = self._documents.column_reader("card", SCHEMA["card"].column_type)
        return [_card(column[n]) for n in range(self.size)]

    def page(self, n: int) -> tuple[str, str, str]:
        """Give subject, number and text of document ``n``."""
        page: tuple[str, str, str] = self._documents.stored_fields(n)["page"]
        return page

    def readable(self, readers: frozenset[str]) -> "View":
        """Give what of it one of ``readers`` may find."""
        known = self._views.get(readers)
        if known is None:
            seen = bytearray(self.size)
            for token in readers:
                for n in self.postings("readers", token).ids:
                    seen[n] = 1
            known = View(bytes(seen), array("I", compress(range(self.size), seen)))
            if len(self._views) >= _KEPT_VIEWS:
                self._views = {}
            self._views[readers] = known
        return known


def _card(kept: bytes) -> Card:
    id, type, direction, unit, state, day, length, subject_length = map(intern, card_values(kept))
    return Card(id, type, direction, unit, state, int(day), int(length), int(subject_length))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A segment in its place among the others, at one moment."""

    segment: Segment
    base: int  # number of its first document
    deleted: frozenset[int]  # of its documents, counted from 0
