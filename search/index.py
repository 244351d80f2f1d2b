"""The office's index: what may be read by whom, found by its words; a cache, never the record."""

import heapq
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType

from records.document import DocumentId
from records.errors import Broken, Unavailable
from records.finding import Findings, Hit, IndexEntry, Query
from search import suggestion
from search.question import Phrase, Question, Stem, Term, terms, understand
from search.ranking import matching, scores
from search.seal import Foreign, mark
from search.segments import Leaf, Segment
from search.shelf import Shelf, sole
from search.sight import Sight
from search.snippet import snippet

_TRIES = 10  # looks at an index that a writer is changing
_PAUSE = 0.01  # seconds between two of them
_MOST_HITS = 200  # on one page
_SHORTEST_KEY = 16  # bytes
_FACETS = ("type", "direction", "unit", "state")
_LOST = (Foreign, OSError)


@dataclass(slots=True)
class _Loaded:
    """An index as it was last read from disk."""

    mark: tuple[int, ...] = ()
    shelf: Shelf | None = None
    leaves: tuple[Leaf, ...] = ()
    known: dict[str, Segment] = field(default_factory=dict)


@dataclass(slots=True)
class _Meanwhile:
    """What changed while the index was being built anew, in order."""

    entries: dict[DocumentId, IndexEntry | None] = field(default_factory=dict)


class Index:
    """Finds documents; safe to be used by many threads at once.

    It lives in a folder of its own, for the owner alone. Files there are opened only if this
    office wrote them, for reading them may run what is in them. Whatever is lost, foreign or of
    an older version is left unopened: the index is then empty and ``stale`` until rebuilt.
    """

    def __init__(self, folder: Path, *, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            raise Broken("search.key")
        self._folder = folder
        self._key = key
        self._loading = threading.Lock()
        self._writing = threading.RLock()
        self._rebuilding = threading.Lock()
        self._meanwhile: _Meanwhile | None = None
        self._loaded = _Loaded()
        self._written: tuple[int, ...] = ()

    @property
    def stale(self) -> bool:
        """Tell whether documents may be missing, so that it must be rebuilt."""
        shelf = self._current().shelf
        return shelf is None or not shelf.complete

    def count(self) -> int:
        """Give how many documents it holds."""
        return sum(leaf.segment.size - len(leaf.deleted) for leaf in self._current().leaves)

    def find(self, query: Query) -> Findings:
        """Give what a reader may find, best first; equals are in order of date, newest first.

        Raises  Unavailable: the disk does not answer.
        """
        with _readable():
            sight = self._sight(query.readers)
            question = understand(query.words)
            found = matching(sight, question, query)
            hits = _hits(sight, question, query, found)
            better = "" if question.empty else suggestion.suggestion(sight, query.words, len(found))
            facets = _facets(sight, found) if query.facets else {}
            return Findings(len(found), hits, MappingProxyType(facets), better)

    def complete(self, prefix: str, readers: frozenset[str]) -> tuple[str, ...]:
        """Give how a question begun with ``prefix`` may go on, from what ``readers`` may read."""
        with _readable():
            return suggestion.complete(self._sight(readers), prefix)

    def add(self, entries: Iterable[IndexEntry]) -> None:
        """Put entries in, each in the place of the one with its id, as one commit.

        Raises  Unavailable: the disk does not take it, or another process writes.
        """
        self._change({entry.id: entry for entry in entries})

    def remove(self, ids: Iterable[DocumentId]) -> None:
        """Take documents out: they are found no more, but their words stay on disk until a purge.

        Raises  Unavailable: the disk does not take it, or another process writes.
        """
        self._change(dict.fromkeys(ids))

    def purge(self) -> None:
        """Write everything anew without what was removed, so that no word of it stays in a file.

        Raises  Unavailable: the disk does not take it, or another process writes.
        """
        with self._writing, self._writable():
            self._write({}, whole=True)

    def rebuild(self, entries: Iterable[IndexEntry]) -> None:
        """Build it anew from all documents there are; until it is done the old one answers.

        What is added or removed meanwhile goes into both. If it fails, the old one stays.

        Raises  Unavailable: the disk does not take it, or another process rebuilds.
        """
        with self._rebuilding, self._writable(), sole(self._folder, "rebuild.lock"):
            shelf = Shelf.begin(self._folder, self._key, complete=True)
            with self._writing:
                self._meanwhile = _Meanwhile()
                self._written = mark(self._folder)
            try:
                known: dict[str, Segment] = {}
                shelf.write(_once(entries), known=known)
                with self._writing, sole(self._folder, "write.lock"):
                    self._catch_up(shelf, known)
                    # Somebody else's commits are not in it, so it says that it may lack some.
                    shelf.complete = mark(self._folder) == self._written
                    shelf.publish()
                    shelf.clear_others()
            except BaseException:
                shelf.discard()
                raise
            finally:
                self._meanwhile = None

    def _catch_up(self, shelf: Shelf, known: dict[str, Segment]) -> None:
        changes = self._meanwhile.entries if self._meanwhile else {}
        if changes:
            entries = [entry for entry in changes.values() if entry]
            shelf.write(entries, without=changes.keys(), known=known, whole=True)

    def _change(self, changes: Mapping[DocumentId, IndexEntry | None]) -> None:
        if not changes:
            return
        with self._writing, self._writable():
            self._write(changes)
            if self._meanwhile is not None:
                self._meanwhile.entries.update(changes)

    def _write(
        self, changes: Mapping[DocumentId, IndexEntry | None], *, whole: bool = False
    ) -> None:
        entries = [entry for entry in changes.values() if entry]
        with sole(self._folder, "write.lock"):
            alone = mark(self._folder) == self._written
            loaded = self._current()
            shelf = loaded.shelf or self._begin_empty()
            known = dict(loaded.known)
            try:
                shelf.write(entries, without=changes.keys(), known=known, whole=whole)
            except _LOST:
                if not self._lost(shelf):
                    raise
                self._begin_empty().write(entries, known={})
            if alone:
                self._written = mark(self._folder)

    def _lost(self, shelf: Shelf) -> bool:
        """Tell whether what was opened before is there no more, or no more ours."""
        try:
            shelf.leaves({})
        except _LOST:
            return True
        return False

    def _begin_empty(self) -> Shelf:
        shelf = Shelf.begin(self._folder, self._key, complete=False)
        shelf.publish()
        return shelf

    def _sight(self, readers: frozenset[str]) -> Sight:
        return Sight(self._current().leaves, readers)

    def _current(self) -> _Loaded:
        """Give the index as it lies on disk now; nothing is read again that was read already."""
        loaded = self._loaded
        if mark(self._folder) == loaded.mark and (loaded.shelf is None or loaded.shelf.exists()):
            return loaded
        with self._loading:
            self._loaded = loaded = self._load()
            return loaded

    def _load(self) -> _Loaded:
        now: tuple[int, ...] = ()
        for _ in range(_TRIES):
            now = mark(self._folder)
            known = dict(self._loaded.known)
            try:
                shelf = Shelf.open(self._folder, self._key)
                return _Loaded(now, shelf, shelf.leaves(known), known)
            except Foreign:
                # A writer may have listed and written anew between our two looks.
                if mark(self._folder) == now:
                    break
            except OSError:
                # A writer may have cleared away what was just about to be opened.
                time.sleep(_PAUSE)
        return _Loaded(now)

    @contextmanager
    def _writable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable("search.unwritable", reason=error.strerror or "") from error
        except Foreign as error:
            raise Broken("search.foreign", file=str(error)) from error


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable("search.unreadable", reason=error.strerror or "") from error


def _once(entries: Iterable[IndexEntry]) -> Iterator[IndexEntry]:
    seen: set[DocumentId] = set()
    for entry in entries:
        if entry.id not in seen:
            seen.add(entry.id)
            yield entry


def _hits(sight: Sight, question: Question, query: Query, found: set[int]) -> tuple[Hit, ...]:
    offset, limit = max(0, query.offset), min(max(0, query.limit), _MOST_HITS)
    worth = {n: round(value, 6) for n, value in scores(sight, question, found).items()}

    def order(n: int) -> tuple[float, int, str]:
        card = sight.card(n)
        return -worth[n], -card.day, card.id

    best = heapq.nlargest(offset + limit, worth.values())
    near = [n for n, value in worth.items() if value >= best[-1]] if best else []
    chosen = heapq.nsmallest(offset + limit, near, key=order)[offset:]
    wanted, stems = _marked(question)
    return tuple(_hit(sight, n, worth[n], wanted, stems) for n in chosen)


def _hit(sight: Sight, n: int, score: float, wanted: set[str], stems: set[str]) -> Hit:
    subject, number, text = sight.page(n)
    shown = snippet(text, wanted, stems)
    return Hit(DocumentId(sight.card(n).id), subject, number, shown, score)


def _marked(question: Question) -> tuple[set[str], set[str]]:
    wanted, stems = set(), set()
    for node in terms(question):
        match node:
            case Term("text" | "subject" | "people", key):
                wanted.add(key)
            case Phrase(phrase):
                wanted.update(key for key, _ in phrase)
            case Stem("text", start):
                stems.add(start)
            case _:
                pass
    return wanted, stems


def _facets(sight: Sight, found: set[int]) -> dict[str, Mapping[str, int]]:
    cards = list(map(sight.cards.__getitem__, found))
    counted: dict[str, Mapping[str, int]] = {
        name: _counted(Counter(map(attrgetter(name), cards))) for name in _FACETS
    }
    years: Counter[str] = Counter()
    for day, many in Counter(map(attrgetter("day"), cards)).items():
        years[str(day // 10000)] += many
    counted["year"] = _counted(years)
    return counted


def _counted(count: Mapping[str, int]) -> dict[str, int]:
    """Give how often each value occurs, the most frequent first."""
    named = [pair for pair in count.items() if pair[0]]
    return dict(sorted(named, key=lambda pair: (-pair[1], pair[0])))
