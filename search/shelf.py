"""An index on disk: one folder of segments, written by one writer, opened only if it is ours."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from math import log
from pathlib import Path
from typing import Any, Self

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC, EmptyIndexError, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import OPTIMIZE, SegmentWriter

from records.document import DocumentId
from records.errors import Unavailable
from records.finding import IndexEntry
from search.schema import SCHEMA, row
from search.seal import Ledger, Listing
from search.segments import BlockCodec, Leaf, Segment

_NAME = "MAIN"
_PATIENCE = 20.0  # seconds to wait for another process that writes
_PAUSE = 0.05  # seconds between two looks whether it is done
_MANY = 8  # segments of one order of size, which is also the step from one order to the next
_BATCH_MEMORY = 64  # megabytes of postings a writer holds before it sorts them on disk


class _Storage(FileStorage):  # type: ignore[misc]  # Whoosh carries no types
    """A folder out of which only listed files are opened; a listing precedes each new contents."""

    def __init__(self, shelf: "Shelf") -> None:
        super().__init__(str(shelf.folder / shelf.home))
        self._shelf = shelf
        self._fresh: set[str] = set()

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> StructFile:
        """Begin a file of this commit."""
        self._fresh.add(name)
        return super().create_file(name, *args, **kwargs)

    def open_file(self, name: str, **kwargs: Any) -> StructFile:
        """Open a file if it is ours.

        Raises  Foreign: it is not.
        """
        file = Path(self.folder, name).open("rb")  # noqa: SIM115  # Whoosh closes it
        try:
            if name not in self._fresh:
                self._shelf.ledger.check(name, file)
        except BaseException:
            file.close()
            raise
        return StructFile(file, name=name, **kwargs)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:  # noqa: FBT001, FBT002  # Whoosh fixes the signature
        """Put the new table of contents in force, after its files were listed."""
        # A crash between the two leaves a listing that names too much, which harms nothing.
        self._shelf.enter({name: name for name in self._fresh - {oldname}} | {newname: oldname})
        self._fresh = set()
        super().rename_file(oldname, newname, safe=safe)
        # Listed again, for whoever read the listing before but the contents of yesterday.
        self._shelf.enter({})


class Shelf:
    """One index on disk."""

    def __init__(self, folder: Path, key: bytes, listing: Listing, *, published: bool) -> None:
        self.folder = folder
        self.home = listing.home
        self.complete = listing.complete
        self.ledger = Ledger(listing.files)
        self._key = key
        self._published = published
        self._storage = _Storage(self)

    @classmethod
    def open(cls, folder: Path, key: bytes) -> Self:
        """Give the index that lies in ``folder``.

        Raises  Foreign: there is none of this office and this version.
        """
        return cls(folder, key, Listing.read(folder, key), published=True)

    @classmethod
    def begin(cls, folder: Path, key: bytes, *, complete: bool) -> Self:
        """Give an empty index that nobody is shown before it is published."""
        listing = Listing(f"index-{secrets.token_hex(8)}", complete, {})
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        shelf = cls(folder, key, listing, published=False)
        (folder / listing.home).mkdir(mode=0o700)
        TOC.create(shelf._storage, SCHEMA, _NAME)  # of this very class
        return shelf

    def publish(self) -> None:
        """Let this index answer from now on, in the place of whichever did."""
        self._published = True
        self._list()

    def exists(self) -> bool:
        """Tell whether its folder is still there."""
        return (self.folder / self.home).is_dir()

    def enter(self, written: Mapping[str, str]) -> None:
        """List files of a commit, each name with the name under which it still lies on disk."""
        folder = self.folder / self.home
        kept = {name for name in self.ledger.files if (folder / name).exists()}
        self.ledger.files = {name: self.ledger.files[name] for name in kept}
        for name, present in written.items():
            if (folder / present).exists():
                self.ledger.note(name, folder / present)
        if self._published:
            self._list()

    def _list(self) -> None:
        Listing(self.home, self.complete, self.ledger.files).write(self.folder, self._key)

    def segments(self) -> list[Any]:
        """Give the table of contents as it stands, in Whoosh's own values.

        Raises  Foreign: it is not ours. OSError: it is not there.
        """
        try:
            segments: list[Any] = TOC.read(self._storage, _NAME, schema=SCHEMA).segments
        except EmptyIndexError as error:
            raise FileNotFoundError(self.home) from error
        return segments

    def leaves(self, known: dict[str, Segment]) -> tuple[Leaf, ...]:
        """Give the segments as they stand; those in ``known`` are not opened again.

        Raises  Foreign: one is not ours. OSError: one is not there.
        """
        leaves, base, used = [], 0, {}
        for kept in self.segments():
            name = f"{self.home}/{kept.segment_id()}"
            (self.folder / f"{name}{kept.COMPOUND_EXT}").stat()
            used[name] = segment = known.get(name) or Segment(self._storage, kept)
            leaves.append(Leaf(segment, base, frozenset(kept.deleted_docs())))
            base += segment.size
        known.clear()
        known.update(used)
        return tuple(leaves)

    def write(
        self,
        entries: Iterable[IndexEntry],
        *,
        without: Collection[DocumentId] = (),
        known: dict[str, Segment],
        whole: bool = False,
    ) -> None:
        """Take documents out and put entries in, as one commit.

        Takes   without: ids to take out first; whole: write all segments anew as one.
        The caller holds ``sole`` while this runs.

        Raises  Foreign: what lies there is not ours. OSError: the disk does not take it.
        """
        self.segments()
        index = FileIndex(self._storage, schema=SCHEMA, indexname=_NAME)
        writer = SegmentWriter(index, _lk=False, limitmb=_BATCH_MEMORY, codec=BlockCodec())
        try:
            self._take_out(writer, without, known)
            for entry in entries:
                writer.add_document(**row(entry))
            writer.commit(mergetype=OPTIMIZE if whole else _merge)
        except BaseException:
            _give_up(writer)
            raise

    def _take_out(
        self, writer: SegmentWriter, ids: Collection[DocumentId], known: dict[str, Segment]
    ) -> None:
        for kept in writer.segments:
            name = f"{self.home}/{kept.segment_id()}"
            segment = known.get(name) or known.setdefault(name, Segment(self._storage, kept))
            for id in ids:
                for found, _, _ in segment.blocks("id", id):
                    for n in found:
                        kept.delete_document(n)

    def discard(self) -> None:
        """Remove an index that was never published."""
        if not self._published:
            shutil.rmtree(self.folder / self.home, ignore_errors=True)

    def clear_others(self) -> None:
        """Remove what other indexes left in the folder."""
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                if path.name != self.home:
                    shutil.rmtree(path, ignore_errors=True)
            elif path.name.endswith(".new"):
                path.unlink(missing_ok=True)


@contextmanager
def sole(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock that no other process and no other thread holds meanwhile.

    Raises  Unavailable: another held it longer than anyone should.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / name, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        for _ in range(round(_PATIENCE / _PAUSE)):
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(_PAUSE)
        else:
            raise Unavailable("search.busy")
        yield
    finally:
        os.close(lock)


def _merge(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Merge segments of one order of size once there are so many of them; give those left alone.

    So each document is rewritten a few times in its life, and there are never many segments.
    """
    tiers: dict[int, list[Any]] = {}
    for segment in segments:
        tiers.setdefault(int(log(segment.doc_count_all() or 1, _MANY)), []).append(segment)
    kept = []
    for tier in tiers.values():
        if len(tier) < _MANY:
            kept += [segment for segment in tier if segment.doc_count()]
            continue
        for segment in tier:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return kept


def _give_up(writer: SegmentWriter) -> None:
    # The disk may be full or gone; the next writer clears what this one leaves.
    with suppress(OSError, ValueError):
        if not writer.is_closed:
            writer.cancel()
