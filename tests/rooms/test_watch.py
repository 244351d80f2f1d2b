"""A worker is taken for dead when its machine says so, or when its beat stands still."""

import os
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from storage import tables as t
from storage.engine import engine_of
from storage.queue import prepare
from storage.watch import LOOKS, Watch, gone, own_id

FAR = "0123456789ab.4711.12345.feedbeef"  # of another machine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = engine_of(database_url)
    t.metadata.create_all(engine)
    prepare(database_url)
    yield engine
    engine.dispose()


def test_a_process_that_lives_is_not_gone_and_one_that_ended_is() -> None:
    mine = own_id()
    machine, _, started, _ = mine.split(".")
    child = subprocess.Popen(["/bin/true"])
    zombie = f"{machine}.{child.pid}.{started}.00000000"
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert not gone(mine)
    assert gone(zombie), "nobody has looked yet, but it ended"
    child.wait()
    assert gone(zombie)


def test_a_number_that_another_process_was_given_since_does_not_pass_for_the_dead() -> None:
    machine, pid, started, token = own_id().split(".")
    assert gone(f"{machine}.{pid}.{int(started) - 1}.{token}")


@pytest.mark.parametrize("id", [FAR, "local", "", "a.b.c", "..."])
def test_of_another_machine_nothing_is_known_for_certain(id: str) -> None:
    assert not gone(id)


def test_no_two_workers_have_one_id() -> None:
    assert own_id() != own_id()


def test_a_beat_that_stands_still_long_enough_tells(engine: Engine) -> None:
    far, watch = Watch(engine, FAR), Watch(engine, own_id())
    far.beat()

    looks = [watch.dead() for _ in range(LOOKS + 1)]

    assert looks == [[]] * LOOKS + [[FAR]]


def test_who_beats_between_two_looks_lives(engine: Engine) -> None:
    far, watch = Watch(engine, FAR), Watch(engine, own_id())
    for n in range(4 * LOOKS):
        if n % (LOOKS - 1) == 0:
            far.beat()
        assert watch.dead() == []


def test_a_neighbour_that_ended_is_known_at_the_first_look(engine: Engine) -> None:
    child = subprocess.Popen(["/bin/true"])
    child.wait()
    machine = own_id().partition(".")[0]
    dead = f"{machine}.{child.pid}.1.00000000"
    Watch(engine, dead).beat()

    assert Watch(engine, own_id()).dead() == [dead]


def test_who_was_buried_alive_comes_back_with_the_next_beat(engine: Engine) -> None:
    far, watch = Watch(engine, FAR), Watch(engine, own_id())
    far.beat()
    while FAR not in watch.dead():
        pass
    watch.bury(FAR)
    assert watch.dead() == []

    far.beat()

    assert [watch.dead() for _ in range(LOOKS)] == [[]] * LOOKS


def test_nobody_takes_themselves_for_dead(engine: Engine) -> None:
    own = Watch(engine, own_id())
    own.beat()
    assert [own.dead() for _ in range(3 * LOOKS)] == [[]] * 3 * LOOKS


def test_who_leaves_is_watched_no_more(engine: Engine) -> None:
    far, watch = Watch(engine, FAR), Watch(engine, own_id())
    far.beat()
    watch.dead()
    far.leave()

    assert [watch.dead() for _ in range(2 * LOOKS)] == [[]] * 2 * LOOKS
