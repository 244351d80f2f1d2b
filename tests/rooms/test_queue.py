"""What must happen later happens once its act is kept, never otherwise, and whatever dies."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.errors import NotFound, Refused, Unavailable
from records.job import FailedJob, PutOffJob
from records.person import Unit
from storage import queue
from storage.database import Database
from storage.folder import Folder
from storage.queue import Door, Job, Worker, prepare
from storage.vault import Vault

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def database(tmp_path: Path, url: str) -> Iterator[Database]:
    database = Database(url, Vault(Folder(tmp_path / "vault"), AESGCM.generate_key(256)))
    database.build()
    prepare(url)
    yield database
    database.close()


@contextmanager
def working(url: str, jobs: Mapping[str, Job]) -> Iterator[Worker]:
    worker = Worker(url, jobs)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def finish(worker: Worker, patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while worker.waiting():
        assert time.monotonic() < end, "the worker did not finish"
        time.sleep(0.02)


def test_a_job_runs_when_its_act_was_kept_and_never_when_it_was_not(
    database: Database, url: str
) -> None:
    with database.unit() as unit:
        unit.people.add_unit(Unit("giu", "Giữ", "G"))
        unit.enqueue("note", "kept", "fact", key="kept")
    with pytest.raises(RuntimeError), database.unit() as unit:  # noqa: PT012 - the unit fails
        unit.people.add_unit(Unit("bo", "Bỏ", "B"))
        unit.enqueue("note", "lost", key="lost")
        raise RuntimeError
    done: list[tuple[str, str]] = []

    with working(url, {"note": lambda about, fact: done.append((about, fact))}) as worker:
        finish(worker)

    assert done == [("kept", "fact")]
    with database.reading() as unit:
        assert [one.id for one in unit.people.units()] == ["giu"]


def test_a_job_of_one_key_runs_once_however_often_it_is_left(database: Database, url: str) -> None:
    done: list[str] = []
    with working(url, {"note": lambda about, _: done.append(about)}) as worker:
        for _ in range(2):
            for about in ("a", "b"):
                with database.unit() as unit:
                    unit.enqueue("note", about, key=about)
            finish(worker)
        with database.unit() as unit:
            unit.enqueue("note", "a", key="a again")
        finish(worker)

    assert sorted(done) == ["a", "a", "b"]


def test_jobs_of_two_kinds_do_not_share_a_key(database: Database, url: str) -> None:
    done: list[str] = []
    with database.unit() as unit:
        unit.enqueue("note", "x", key="1")
        unit.enqueue("index", "x", key="1")

    jobs: dict[str, Job] = {
        "note": lambda *_: done.append("note"),
        "index": lambda *_: done.append("index"),
    }
    with working(url, jobs) as worker:
        finish(worker)

    assert sorted(done) == ["index", "note"]


@pytest.mark.usefixtures("impatient")
def test_a_job_that_meets_something_unavailable_is_tried_again(
    database: Database, url: str
) -> None:
    tries: list[str] = []

    def carry(about: str, _: str) -> None:
        tries.append(about)
        if len(tries) < 3:
            raise Unavailable("partner.unreachable", partner="x")

    with database.unit() as unit:
        unit.enqueue("carry", "a", key="a")
    with working(url, {"carry": carry}) as worker:
        finish(worker)

    assert tries == ["a", "a", "a"]


def test_patience_lasts_over_a_weekend_and_comes_to_an_end() -> None:
    assert 64 < sum(queue.PATIENCE) / queue.HOUR < 100
    assert list(queue.PATIENCE) == sorted(queue.PATIENCE)


def test_what_waits_for_somebody_who_is_away_holds_no_place(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, tries, done = True, list[str](), list[str]()

    def carry(about: str, _: str) -> None:
        tries.append(about)
        if away:
            raise Unavailable("partner.unreachable", partner="x")

    with database.unit() as unit:
        for about in "abcd":
            unit.enqueue("carry", about, key=about)
    jobs: dict[str, Job] = {"carry": carry, "note": lambda about, _: done.append(about)}
    monkeypatch.setattr(queue, "PATIENCE", (3600.0,))
    with working(url, jobs) as worker:
        _await(lambda: len(_put_off(database)) == 4)
        with database.unit() as unit:
            unit.enqueue("note", "e", key="e")
        _await(lambda: done == ["e"])
        _await(lambda: worker.waiting() == 4)  # it is counted until its end is kept
    with database.reading() as unit:
        assert unit.jobs.pending(["a"]) == ["carry"]
        assert unit.jobs.waiting() == {"carry": 4}
    assert {(one.kind, one.attempts, one.rule) for one in _put_off(database)} == {
        ("carry", 1, "partner.unreachable")
    }

    away = False
    with database.unit() as unit:
        for one in unit.jobs.put_off(10):
            unit.jobs.hurry(one.id)
    with working(url, jobs) as worker:
        finish(worker)

    assert sorted(tries) == sorted("abcdabcd")
    with pytest.raises(NotFound), database.unit() as unit:
        unit.jobs.hurry("carry:a+2")


def test_a_job_put_off_twice_by_a_worker_that_died_between_is_tried_once_more(
    database: Database, url: str
) -> None:
    tries: list[str] = []
    failed = FailedJob("carry:a", "carry", "a", "", 1, "partner.unreachable", datetime.now(UTC))
    for _ in range(2):
        with database.engine.begin() as connection:
            Door(database.engine).put_off(connection, failed, 0)

    with working(url, {"carry": lambda about, _: tries.append(about)}) as worker:
        finish(worker)

    assert tries == ["a"]


def test_what_was_finished_long_ago_is_forgotten_and_nothing_else(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PATIENCE", (3600.0,))
    monkeypatch.setattr(queue, "SWEPT", 2)
    done: list[str] = []

    def carry(about: str, _: str) -> None:
        if about == "refused":
            raise Refused("egress.classified")
        if about == "away":
            raise Unavailable("partner.unreachable", partner="x")
        done.append(about)

    abouts = ("a", "b", "c", "refused", "away")
    with database.unit() as unit:
        for about in abouts:
            unit.enqueue("carry", about, key=about)
    with working(url, {"carry": carry}) as worker:
        _await(lambda: worker.waiting() == 1 and bool(_put_off(database)))
        now = datetime.now(UTC)
        young = worker.clean(now - timedelta(days=1))
        old = worker.clean(now + timedelta(days=1))
        left = worker.waiting()

    assert (young, old, left) == (0, 5, 1)
    assert sorted(done) == ["a", "b", "c"]
    with database.reading() as unit:
        assert [one.about for one in unit.jobs.failed(9)] == ["refused"]
        assert [one.about for one in unit.jobs.put_off(9)] == ["away"]


def test_a_job_that_is_refused_is_not_tried_again_and_holds_no_other_up(
    database: Database, url: str
) -> None:
    tries: list[str] = []

    def carry(about: str, _: str) -> None:
        tries.append(about)
        if about == "secret":
            raise Refused("egress.classified")

    with database.unit() as unit:
        unit.enqueue("carry", "secret", key="1")
        unit.enqueue("carry", "plain", key="2")
    with working(url, {"carry": carry}) as worker:
        finish(worker)

    assert sorted(tries) == ["plain", "secret"]


@pytest.mark.usefixtures("impatient")
def test_a_job_gives_up_in_the_end_and_holds_no_other_up(database: Database, url: str) -> None:
    tries: list[str] = []

    def carry(about: str, _: str) -> None:
        tries.append(about)
        if about == "dead":
            raise Unavailable("partner.unreachable", partner="x")
        if about == "odd":
            raise ZeroDivisionError

    with database.unit() as unit:
        for about in ("dead", "odd", "well"):
            unit.enqueue("carry", about, key=about)
    with working(url, {"carry": carry}) as worker:
        finish(worker)

    assert sorted(tries) == ["dead", "dead", "dead", "odd", "well"]


def test_no_queue_runs_more_jobs_at_once_than_it_may(database: Database, url: str) -> None:
    at_once = {"index": _Counter(), "read": _Counter()}
    with database.unit() as unit:
        for n in range(4):
            unit.enqueue("index", str(n), key=str(n))
            unit.enqueue("read", str(n), key=str(n))

    with working(url, {name: counter.count for name, counter in at_once.items()}) as worker:
        finish(worker)

    assert at_once["index"].done == at_once["read"].done == 4
    assert at_once["index"].most <= 4
    assert at_once["read"].most <= 2


def test_jobs_left_while_nobody_works_wait_for_the_next_start(database: Database, url: str) -> None:
    done: list[str] = []
    jobs: dict[str, Job] = {"note": lambda about, _: done.append(about)}
    for about in ("a", "b"):
        with database.unit() as unit:
            unit.enqueue("note", about, key=about)
        with working(url, jobs) as worker:
            finish(worker)

    assert done == ["a", "b"]


def test_a_job_whose_worker_was_killed_in_the_middle_is_finished_by_the_next(
    database: Database, url: str, tmp_path: Path
) -> None:
    with database.unit() as unit:
        unit.enqueue("note", "first", key="first")
        unit.enqueue("note", "second", key="second")
    program = f"""
import time
from pathlib import Path
from storage.queue import Worker
folder = Path({str(tmp_path)!r})
def note(about, fact):
    (folder / f"begun-{{about}}").touch()
    time.sleep(600)
Worker({url!r}, {{"note": note}}).start()
time.sleep(600)
"""
    victim = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)  # noqa: S603 - ours
    try:
        _await(lambda: list(tmp_path.glob("begun-*")) != [])
    finally:
        victim.kill()
        victim.wait()
    done: list[str] = []

    with working(url, {"note": lambda about, _: done.append(about)}) as worker:
        assert worker.waiting() + len(done) >= 2
        finish(worker)

    assert sorted(done) == ["first", "second"]


def test_an_office_knows_whether_its_queue_stands(tmp_path: Path, database_url: str) -> None:
    database = Database(database_url, Vault(Folder(tmp_path), bytes(32)))
    database.build()
    before = database.queue_stands()

    prepare(database_url)

    assert (before, database.queue_stands()) == (False, True)
    database.close()


def _put_off(database: Database) -> list[PutOffJob]:
    with database.reading() as unit:
        return unit.jobs.put_off(10)


class _Counter:
    """Counts how many run at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = self.most = self.done = 0

    def count(self, _about: str, _fact: str) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.05)
        with self._lock:
            self._now -= 1
            self.done += 1


def _await(true: Callable[[], bool], patience: float = 30.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
