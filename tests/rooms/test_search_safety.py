"""The index is a cache: lost, foreign or broken, it is left alone, says so, and is built anew."""

import fcntl
import io
import os
import pickle
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from pathlib import Path

import pytest

from records.document import DocumentId
from records.errors import Broken, Unavailable
from records.finding import IndexEntry, Query
from search.index import Index

KEY = b"a key of this office only"
STAFF = frozenset({"unit:a"})


class Gadget:
    """Makes a folder when it is unpickled."""

    def __init__(self, traces: Path) -> None:
        self.traces = traces

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.traces),)


def entry(n: int, subject: str = "Báo cáo", text: str = "") -> IndexEntry:
    return IndexEntry(
        id=DocumentId(f"{n:032x}"),
        readers=STAFF,
        subject=subject,
        number="",
        text=text,
        direction="outgoing",
        type="BC",
        unit="a",
        state="issued",
        issued_on=date(2026, 1, 1),
        created_on=date(2026, 1, 1),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path) -> Index:
    index = Index(folder, key=KEY)
    index.rebuild([entry(1), entry(2)])
    return index


def total(index: Index, words: str = "bao cao") -> int:
    return index.find(Query(words, STAFF)).total


def home(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.is_dir())
    return found


def segment(folder: Path) -> Path:
    (found,) = home(folder).glob("*.seg")
    return found


def contents(folder: Path) -> Path:
    (found,) = home(folder).glob("*.toc")
    return found


def test_a_new_index_is_empty_and_says_that_it_lacks_everything(folder: Path) -> None:
    index = Index(folder, key=KEY)
    assert index.stale
    assert (index.count(), total(index)) == (0, 0)
    assert index.complete("bao", STAFF) == ()
    index.rebuild([])
    assert not index.stale


def test_an_index_opens_again_as_it_was_left(index: Index, folder: Path) -> None:
    index.add([entry(3)])
    again = Index(folder, key=KEY)
    assert not again.stale
    assert (again.count(), total(again)) == (3, 3)


def test_only_the_owner_may_look_into_its_folder(index: Index, folder: Path) -> None:
    assert index.count() == 2
    assert folder.stat().st_mode & 0o777 == 0o700
    assert home(folder).stat().st_mode & 0o777 == 0o700


def test_a_short_key_is_no_key(folder: Path) -> None:
    with pytest.raises(Broken, match=r"search\.key"):
        Index(folder, key=b"short")


def test_an_index_of_another_office_is_not_opened(index: Index, folder: Path) -> None:
    other = Index(folder, key=b"a key of another office")
    assert other.stale
    assert total(other) == 0
    other.add([entry(7)])
    assert total(other) == 1
    assert index.stale
    assert total(index) == 0


def plant_contents(folder: Path, traces: Path) -> None:
    contents(folder).write_bytes(pickled_contents(contents(folder), traces))


def plant_newer_contents(folder: Path, traces: Path) -> None:
    old = contents(folder)
    old.with_name("_MAIN_99.toc").write_bytes(pickled_contents(old, traces))


def plant_in_segment(folder: Path, traces: Path) -> None:
    bomb = pickle.dumps(Gadget(traces), 2)
    kept = segment(folder).read_bytes()
    at = int.from_bytes(kept[:8], "big")
    segment(folder).write_bytes(kept[:at] + bomb + kept[at + len(bomb) :])


def plant_whole_index(folder: Path, traces: Path) -> None:
    shutil.rmtree(folder)
    other = Index(folder, key=b"a key of another office")
    other.rebuild([entry(1)])
    plant_contents(folder, traces)


def pickled_contents(toc: Path, traces: Path) -> bytes:
    """Give a table of contents as Whoosh writes it, with a gadget in place of its segments."""
    kept = toc.read_bytes()
    for at in range(len(kept)):
        with io.BytesIO(kept[at:]) as rest:
            try:
                found = pickle.load(rest)  # noqa: S301  # written by this test
            except Exception:  # noqa: BLE001, S112  # most places are no pickle
                continue
            if isinstance(found, list) and not rest.read():
                return kept[:at] + pickle.dumps(Gadget(traces), 2)
    raise AssertionError("no list of segments in the table of contents")


PLANTS = [plant_contents, plant_newer_contents, plant_in_segment, plant_whole_index]


@pytest.mark.parametrize("plant", PLANTS)
def test_what_somebody_planted_is_never_run(
    index: Index, folder: Path, tmp_path: Path, plant: object
) -> None:
    traces = tmp_path / "traces"
    assert total(index) == 2
    assert callable(plant)
    plant(folder, traces)

    fresh = Index(folder, key=KEY)
    assert fresh.stale
    assert total(fresh) == 0
    for one in (fresh, index):
        one.add([entry(9, "Mới")])
        assert total(one, "moi") == 1
    fresh.rebuild([entry(1), entry(2), entry(9, "Mới")])
    assert not fresh.stale
    assert (total(fresh), total(index)) == (2, 2)
    assert not traces.exists()


def test_the_plant_would_have_run_had_it_been_opened(
    index: Index, folder: Path, tmp_path: Path
) -> None:
    assert index.count() == 2
    plant_contents(folder, tmp_path / "traces")
    opening = "import sys, whoosh.index; whoosh.index.open_dir(sys.argv[1]).doc_count()"
    command = [sys.executable, "-c", opening, str(home(folder))]
    assert subprocess.run(command, capture_output=True, check=False).returncode  # noqa: S603  # own
    assert (tmp_path / "traces").exists()


@pytest.mark.parametrize("at", [0.01, 0.3, 0.6, 0.99])
def test_one_turned_bit_is_noticed_at_the_next_start(folder: Path, index: Index, at: float) -> None:
    assert index.count() == 2
    kept = bytearray(segment(folder).read_bytes())
    kept[int(len(kept) * at)] ^= 1
    segment(folder).write_bytes(kept)
    again = Index(folder, key=KEY)
    assert again.stale
    assert total(again) == 0
    again.rebuild([entry(1)])
    assert total(again) == 1


@pytest.mark.parametrize("listing", [b"", b"{}", b"[]", b"null", b"\xff", b'{"body": 1, "mac": 2}'])
def test_a_spoilt_listing_is_no_listing(index: Index, folder: Path, listing: bytes) -> None:
    (folder / "index.json").write_bytes(listing)
    assert index.stale
    assert total(index) == 0
    index.add([entry(3)])
    assert index.stale
    assert total(index) == 1


def test_an_older_version_is_built_anew(
    index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not index.stale
    monkeypatch.setattr("search.seal.VERSION", 2)
    assert Index(folder, key=KEY).stale


@pytest.mark.parametrize("lost", ["folder", "home", "segment", "contents", "listing"])
def test_an_index_deleted_under_our_feet_answers_empty_and_comes_back(
    index: Index, folder: Path, lost: str
) -> None:
    assert total(index) == 2
    removals: dict[str, Callable[[], object]] = {
        "folder": lambda: shutil.rmtree(folder),
        "home": lambda: shutil.rmtree(home(folder)),
        "segment": lambda: segment(folder).unlink(),
        "contents": lambda: contents(folder).unlink(),
        "listing": (folder / "index.json").unlink,
    }
    removals[lost]()

    # What was open before may still answer whole, but never wrongly and never with an error.
    assert total(index) in {0, 2}
    assert Index(folder, key=KEY).stale
    assert total(Index(folder, key=KEY)) == 0
    index.add([entry(3)])
    index.remove([entry(1).id])
    assert index.stale
    index.rebuild([entry(1), entry(2), entry(3)])
    assert not index.stale
    assert total(index) == 3
    assert total(Index(folder, key=KEY)) == 3


def test_a_started_process_without_memory_of_it_is_still_stale(folder: Path) -> None:
    Index(folder, key=KEY).add([entry(1)])
    again = Index(folder, key=KEY)
    assert again.stale
    assert total(again) == 1


def test_a_rebuild_that_fails_leaves_the_old_index_in_force(index: Index, folder: Path) -> None:
    def broken() -> Iterator[IndexEntry]:
        yield entry(5, "Khác")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        index.rebuild(broken())
    assert total(index) == 2
    assert not index.stale
    assert segment(folder).exists()
    index.add([entry(3)])
    assert total(index) == 3


def test_the_old_index_answers_while_the_new_one_is_built(index: Index) -> None:
    def entries() -> Iterator[IndexEntry]:
        yield entry(1)
        assert total(index) == 2
        index.add([entry(3), entry(4)])
        index.remove([entry(2).id, entry(4).id])
        assert total(index) == 2
        yield entry(2)
        yield entry(5)

    index.rebuild(entries())
    assert {hit.id for hit in index.find(Query("", STAFF)).hits} == {entry(n).id for n in (1, 3, 5)}
    assert not index.stale


def test_a_rebuild_that_another_process_wrote_past_says_that_it_lacks_something(
    index: Index, folder: Path
) -> None:
    def entries() -> Iterator[IndexEntry]:
        yield entry(1)
        Index(folder, key=KEY).add([entry(3)])

    index.rebuild(entries())
    assert index.stale
    index.rebuild([entry(1), entry(3)])
    assert not index.stale


def test_two_processes_see_what_the_other_wrote(index: Index, folder: Path) -> None:
    other = Index(folder, key=KEY)
    for n in range(3, 13):
        (index if n % 2 else other).add([entry(n)])
        assert total(index) == total(other) == n
    other.rebuild([entry(1)])
    assert total(index) == 1


def everything_in(folder: Path) -> bytes:
    """Give all bytes below a folder, and all that can be inflated from any place in them."""
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    found = [kept]
    for at in range(len(kept) - 1):
        if kept[at] == 0x78 and kept[at + 1] in {0x01, 0x5E, 0x9C, 0xDA}:
            try:
                found.append(zlib.decompressobj().decompress(kept[at:]))
            except zlib.error:
                continue
    return b"\0".join(found)


@pytest.mark.parametrize("by", ["rebuild", "purge"])
def test_of_a_removed_document_no_word_stays_in_any_file(
    index: Index, folder: Path, by: str
) -> None:
    index.add([entry(8, "Việc tuyendung", "chữ bímậtriêng, lời xácđịnhriêng " * 20), entry(3)])
    traces = ("tuyendung", "bímậtriêng", "bimatrieng", "xacdinhrieng", entry(8).id)
    before = everything_in(folder)
    assert all(trace.encode() in before for trace in traces)

    index.remove([entry(8).id])
    if by == "rebuild":
        index.rebuild([entry(1), entry(2), entry(3)])
    else:
        index.purge()
    after = everything_in(folder)
    assert entry(3).id.encode() in after
    assert not [trace for trace in traces if trace.encode() in after]
    assert total(index) == 3


def test_a_document_removed_while_rebuilding_leaves_no_word(index: Index, folder: Path) -> None:
    def entries() -> Iterator[IndexEntry]:
        yield entry(8, "Việc tuyendung")
        yield entry(1)
        index.remove([entry(8).id])

    index.rebuild(entries())
    assert b"tuyendung" not in everything_in(folder)
    assert total(index) == 1


def seek_until(done: threading.Event, index: Index) -> None:
    """Ask again and again; each answer must agree with itself, and nothing may get lost."""
    last = 0
    while not done.is_set():
        found = index.find(Query("báo cáo", STAFF, facets=True, limit=200))
        assert found.total == len(found.hits) == sum(found.facets["type"].values())
        assert len({hit.id for hit in found.hits}) == found.total
        assert found.total >= max(2, last - 4)
        last = max(last, found.total)
        assert index.complete("bao", STAFF)


def write_some(index: Index, first: int) -> None:
    """Add eight documents and take two of them out again; each is seen as soon as added."""
    for n in range(first, first + 8):
        index.add([entry(n, text=f"riêng{n}")])
        assert total(index, f"riêng{n}") == 1
        if n % 4 == 0:
            index.remove([entry(n).id])
            assert total(index, f"riêng{n}") == 0


def test_many_threads_add_remove_and_find_at_once(index: Index) -> None:
    done = threading.Event()
    with ThreadPoolExecutor(8) as threads:
        seekers = [threads.submit(seek_until, done, index) for _ in range(2)]
        writers = [threads.submit(write_some, index, n * 100) for n in (1, 2, 3, 4)]
        wait(writers)
        done.set()
    for thread in (*writers, *seekers):
        thread.result()
    assert index.count() == 2 + 4 * 8 - 4 * 2
    assert total(index) == index.count()


def test_a_rebuild_loses_nothing_that_other_threads_write_meanwhile(index: Index) -> None:
    begun, written = threading.Event(), threading.Event()

    def write() -> None:
        begun.wait()
        for n in range(100, 110):
            index.add([entry(n)])
        written.set()

    def entries() -> Iterator[IndexEntry]:
        yield entry(1)
        begun.set()
        written.wait()
        yield entry(2)

    thread = threading.Thread(target=write)
    thread.start()
    index.rebuild(entries())
    thread.join()
    assert total(index) == 12
    assert not index.stale


def test_a_disk_that_takes_nothing_is_said_and_loses_nothing(folder: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    index = Index(in_the_way / "index", key=KEY)
    assert index.stale
    assert total(index) == 0
    with pytest.raises(Unavailable, match=r"search\.unwritable"):
        index.add([entry(1)])
    with pytest.raises(Unavailable, match=r"search\.unwritable"):
        index.rebuild([entry(1)])
    assert not folder.exists()


def test_a_commit_that_fails_is_undone_and_the_next_one_succeeds(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("whoosh.writing.SegmentWriter._flush_segment", full)
        with pytest.raises(Unavailable, match="No space left"):
            index.add([entry(3)])
    assert total(index) == 2
    index.add([entry(3)])
    assert total(index) == 3
    assert not index.stale


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = sys.argv[2].split(chr(10))
from test_search_safety import KEY, entry
from search.index import Index
index = Index(Path(sys.argv[1]), key=KEY)
for n in range(int(sys.argv[3]), int(sys.argv[3]) + 1000):
    index.add([entry(n)])
    print(n, flush=True)
"""


def test_a_process_killed_while_writing_loses_nothing_it_acknowledged(
    index: Index, folder: Path
) -> None:
    here = Path(__file__).parent
    path = f"{here}\n{here.parent.parent}"
    acknowledged = {1, 2}
    for begin, count in ((100, 1), (2000, 4), (4000, 9)):
        command = [sys.executable, "-c", WRITER, str(folder), path, str(begin)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603  # own
            assert writer.stdout
            acknowledged |= {int(writer.stdout.readline()) for _ in range(count)}
            writer.kill()
        again = Index(folder, key=KEY)
        assert not again.stale
        found = {int(h.id, 16) for h in again.find(Query("", STAFF, limit=200)).hits}
        assert found >= acknowledged
        again.add([entry(3 + begin)])
        acknowledged.add(3 + begin)
        assert total(index) == again.count()


def test_a_writer_in_another_process_is_waited_for_but_not_forever(
    index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.shelf._PATIENCE", 0.2)
    with (folder / "write.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unavailable, match=r"search\.busy"):
            index.add([entry(3)])
        assert total(index) == 2
    index.add([entry(3)])
    assert total(index) == 3
