"""A working day of a federation like Hanoi's, at offices with ever more documents stored.

A real server (gunicorn, ``serve``) and a worker on a throw-away PostgreSQL hold 12,188 people with
certificates in 500 units. At each size of the archive two things are measured. First every page
and call for ordinary people, one call at a time, and for those who serve all units: what it takes
by itself, with the server's processor time beside the wall's. Then the day: several hands lead
documents from upload to dispatch while others open their desks, read, list and search around them.

The alternative, measured in the same run on the same machine, is pyHanko alone giving documents
their two signatures, in as many processes as the server has: no people, no rights, no log, no
database, no timestamp, no picture, no check of what came out, nobody reading. The ratio says what
is left of the bare rate of signing once there is an office around it.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.bare_signing import bare
from bench.day import Day, Measured
from bench.federation import PEOPLE_OF_HANOI, UNITS_OF_HANOI, Federation
from bench.filling import Filling, fill, prepare
from bench.measures import machine, quantile
from bench.running import PEOPLE, Running
from bench.weighing import Weight, weight, worked
from records.person import Role
from tests.postgres import cluster

LEVELS = (1_000, 10_000, 100_000)
PROCESSES = 2
WARMING = 2
"""How many turns are not counted: the first of all finds nothing warm, in neither process."""

PATIENCE = 60.0
"""How long the worker may take to come after, in seconds."""

FEWEST = 5
"""How many looks of each kind are taken at least, however slow they are."""

INDEXING = 1_800.0
"""How long the index may take to be built anew, in seconds."""

BUSY = (
    ("page / of all", Role.REGISTRY_CLERK, "page /"),
    ("page / of all", Role.ARCHIVIST, "page /"),
    ("api /tasks of all", Role.LEADER, "api /tasks"),
    ("page /documents of all", Role.LEADER, "page /documents"),
    ("page /search of all", Role.LEADER, "page /search"),
)
"""Looks of those who read everything: what the line is called, who, and which look."""


@dataclass
class Level:
    """What was measured at one size of the archive."""

    stored: int
    filling: float = 0.0  # seconds to store the documents that were missing
    indexing: float = 0.0  # seconds to build the index anew
    alone: Measured = field(default_factory=Measured)
    cpu: dict[str, list[float]] = field(default_factory=dict)  # of the server, seconds
    day: Measured = field(default_factory=Measured)
    signed: int = 0
    seconds: float = 0.0  # of the day
    cores: float = 0.0  # processor seconds of server and worker in a second of the day
    behind: float = 0.0  # seconds the worker came after
    weights: tuple[Weight, ...] = ()  # of the server and of the worker

    @property
    def rate(self) -> float:
        """Give the documents signed in a second."""
        return self.signed / self.seconds


@dataclass
class Bench:
    """A running office with its worker, and how much is asked of it."""

    office: Running
    worker: int
    filling: Filling
    looks: int  # of each kind
    hands: int
    minutes: float
    looking: float  # minutes, after which no more looks than the fewest are taken
    indexed: int  # beyond which size the index is not built anew

    def level(self, stored: int) -> Level:
        """Measure at one size of the archive."""
        level = Level(stored)
        level.filling = self.filling.up_to(stored)
        if stored <= self.indexed:
            level.indexing = self._index()
        self._look(level)
        self._work(level)
        level.weights = (weight(self.office.pid), weight(self.worker))
        return level

    def _index(self) -> float:
        begun = time.perf_counter()
        told = self.office.command("reindex", patience=INDEXING)
        if told.returncode:
            raise SystemExit(told.stderr)
        return time.perf_counter() - begun

    def _look(self, level: Level) -> None:
        day = Day(self.office, self.filling.federation, random.Random(level.stored))  # noqa: S311 - nothing secret
        end = time.perf_counter() + 60 * self.looking
        for turn in range(self.looks + WARMING):
            if turn >= FEWEST + WARMING and time.perf_counter() > end:
                return
            looks = [(kind, look) for kind, look in day.looks(day.ordinary())]
            for called, role, kind in BUSY:
                looks.append((called, dict(day.looks(day.serving(role)))[kind]))
            for kind, look in looks:
                if turn < WARMING:
                    look()
                    continue
                before = worked(self.office.pid)
                level.alone.timed(kind, look)
                took = worked(self.office.pid) - before
                level.cpu.setdefault(kind, []).append(took)

    def _work(self, level: Level) -> None:
        pids = (self.office.pid, self.worker)
        before, begun = sum(map(worked, pids)), time.perf_counter()
        end = begun + 60 * self.minutes
        with ThreadPoolExecutor(self.hands) as hands:
            days = list(hands.map(lambda n: self._hand(level, n, end), range(self.hands)))
        level.seconds = time.perf_counter() - begun
        level.cores = (sum(map(worked, pids)) - before) / level.seconds
        level.signed = sum(day.signed for day in days)
        for day in days:
            for kind, seconds in day.measured.seconds.items():
                level.day.seconds[kind] += seconds
        done = time.perf_counter()
        while self.filling.unfinished() and time.perf_counter() < done + PATIENCE:
            time.sleep(0.2)
        level.behind = time.perf_counter() - done

    def _hand(self, level: Level, hand: int, end: float) -> Day:
        chance = random.Random(level.stored + hand + 1)  # noqa: S311 - nothing secret
        day = Day(self.office, self.filling.federation, chance)
        led = 0
        while led == 0 or time.perf_counter() < end:
            led += 1
            day.lead(hand * 100_000 + led)
        return day


def told(levels: Sequence[Level]) -> Iterator[str]:
    """Give the lines of the report."""
    yield "one call at a time: milliseconds p50 p95 p99, and of the server's processors mean p95"
    yield from _table(levels, [level.alone for level in levels], [level.cpu for level in levels])
    yield "the day: milliseconds p50 p95 p99, with everything else going on"
    yield from _table(levels, [level.day for level in levels], None)
    for level in levels:
        server, worker = level.weights
        indexed = f"in {level.indexing:.0f} s" if level.indexing else "no further"
        yield (
            f"{level.stored} stored in {level.filling:.0f} s, indexed {indexed}; "
            f"{level.rate:.2f} signed a second ({level.signed} in {level.seconds:.0f} s, "
            f"{level.cores:.1f} cores of ours), worker {level.behind:.1f} s behind"
        )
        yield (
            f"  memory: server {server.shared:.0f} MB in {server.processes} processes, largest "
            f"{server.largest:.0f}; worker {worker.shared:.0f} MB in {worker.processes}, "
            f"largest {worker.largest:.0f}"
        )


def _table(
    levels: Sequence[Level], found: Sequence[Measured], cpu: Sequence[dict[str, list[float]]] | None
) -> Iterator[str]:
    yield f"{'':<24}" + "".join(f"{level.stored:>32}" for level in levels) + f"{'p95 x':>8}"
    for kind in found[0].seconds:
        columns, tails = [], []
        for n, measured in enumerate(found):
            values = measured.seconds.get(kind, [])
            if not values:
                columns.append("")
                continue
            ranks = [1000 * quantile(values, share) for share in (0.5, 0.95, 0.99)]
            tails.append(ranks[1])
            columns.append(" ".join(f"{one:>5.0f}" for one in ranks) + _worn(cpu, n, kind))
        growth = f"{tails[-1] / tails[0]:>8.1f}" if tails else ""
        yield f"{kind:<24}" + "".join(f"{one:>32}" for one in columns) + growth


def _worn(cpu: Sequence[dict[str, list[float]]] | None, n: int, kind: str) -> str:
    """Give the mean and the tail; a single call is counted in ticks of ten milliseconds."""
    if cpu is None:
        return ""
    took = cpu[n][kind]
    return "".join(f"{1000 * one:>6.0f}" for one in (sum(took) / len(took), quantile(took, 0.95)))


def measure(chosen: argparse.Namespace) -> tuple[list[Level], float]:
    """Give what was measured at each size, and the rate of signing alone."""
    smaller = [] if chosen.alone else [one for one in LEVELS if one < chosen.documents]
    sizes = [*smaller, chosen.documents]
    federation = Federation(chosen.people - len(PEOPLE), chosen.units)
    with ExitStack() as stack:
        server = stack.enter_context(cluster(durable=True))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="trinhky-bench-"))
        database = server.create()
        office = Running(
            Path(folder), part="serve", database_url=database, processes=str(PROCESSES)
        )
        prepare(office, federation)
        office.start()
        stack.callback(office.stop)
        filling = fill(office, database, federation, chosen.documents)
        stack.callback(filling.close)
        bench = Bench(
            office,
            office.hire().pid,
            filling,
            chosen.looks,
            chosen.hands,
            chosen.minutes,
            chosen.looking,
            chosen.indexed or chosen.documents,
        )
        levels = []
        for size in sizes:
            levels.append(bench.level(size))
            # A day takes long, and what came out is not to be lost with what comes after.
            print("\n".join(told(levels[-1:])), "", sep="\n", flush=True)
        leader = federation.holding(Role.LEADER)[0].id
        alone = bare(office.data / "keys", leader, processes=PROCESSES, seconds=30 * chosen.minutes)
        return levels, alone


def main() -> None:
    """Measure on an office of its own in a scratch folder, and print."""
    parser = argparse.ArgumentParser(prog="bench.office_day", description=__doc__)
    parser.add_argument("--documents", type=int, default=LEVELS[-1], help="stored at the end")
    parser.add_argument("--alone", action="store_true", help="measure no smaller archive first")
    parser.add_argument("--people", type=int, default=PEOPLE_OF_HANOI)
    parser.add_argument("--units", type=int, default=UNITS_OF_HANOI)
    parser.add_argument("--looks", type=int, default=60, help="of each kind, one at a time")
    parser.add_argument("--hands", type=int, default=3, help="documents led at the same time")
    parser.add_argument("--minutes", type=float, default=1.0, help="a day at each size")
    parser.add_argument("--looking", type=float, default=2.0, help="minutes of it at each size")
    parser.add_argument(
        "--indexed", type=int, default=0, help="leave the index as it is beyond so many documents"
    )
    parser.add_argument("--short", action="store_true", help="only to see that it works")
    chosen = parser.parse_args()
    if chosen.short:
        chosen.documents, chosen.people, chosen.units = 60, 100, 4
        chosen.looks, chosen.hands, chosen.minutes = 1, 1, 0.0
    levels, alone = measure(chosen)
    sys.stdout.write("\n".join([*told(levels), machine()]) + "\n")
    sys.stdout.write(f"pyHanko alone: {alone:.1f} documents/s with two signatures each\n")
    rate = levels[-1].rate
    sys.stdout.write(f"office_day: {rate:.2f} signed documents/s (ratio {rate / alone:.3f})\n")


if __name__ == "__main__":
    main()
