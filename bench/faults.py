"""The fault sweep: the office is killed, starved and corrupted at every step, and must hold.

``python -m bench.faults`` goes through all points, ``--short`` through an even choice of them. The
last line is ``points n, broken b, not run k``; the exit status is 1 when anything is broken.
"""

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import circumstances, planted, server
from bench.circumstances import Skipped
from bench.injection import (
    CREATING,
    TELLING,
    WRITING,
    Fault,
    Outcome,
    acted,
    asked,
    faults_for,
    permitted,
)
from bench.measures import machine
from bench.oracles import after
from bench.stage import ACTS, copied, copy_of, moved, open_stage, prepare

SHORT = 34
"""How many injected faults the short form chooses."""

FULL = 460
"""About how many injected faults the full form chooses, spread over every act and call."""


@dataclass(frozen=True, slots=True)
class Point:
    """One fault at one place."""

    name: str
    run: Callable[[], list[str]]  # → what it broke


@dataclass(slots=True)
class Report:
    """What came of all points."""

    ran: int = 0
    broken: int = 0
    missed: int = 0

    def __str__(self) -> str:
        return f"points {self.ran}, broken {self.broken}, not run {self.missed}"


class Sweep:
    """A prepared office, and the points to be tried on copies of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "base"
        asked(lambda: prepare(self.base))
        # The queue's tables are in the copy; making them starts threads, which no fork survives.
        self.stage = open_stage(self.base)
        self.stage.office.database.close()

    def copy(self) -> Path:
        """Give a fresh copy of the office, on which nothing happened yet."""
        scratch = copied(self.base, self.folder / "scratch")
        shutil.rmtree(copy_of(scratch).parent, ignore_errors=True)
        return scratch

    def traced(self, act: str, fault: Fault | None = None) -> Outcome:
        """Do an act on a fresh copy, with a fault or only to see which calls it makes."""
        scratch = self.copy()

        def ready() -> Callable[[], object]:
            stage = moved(self.stage, scratch)
            with stage.office.database.reading():
                return lambda: ACTS[act](stage, act)

        return acted(ready, self.folder, fault)

    def injected(self) -> dict[tuple[str, str], list[Point]]:
        """Give every point at a system call, by act and fault."""
        kinds = {
            "signal=KILL": (*WRITING, *CREATING, *TELLING),
            "error=ENOSPC": ("write", "pwrite64", "ftruncate", "fallocate", "mkdir", *CREATING),
            "error=EIO": ("write", "pwrite64", "fsync", "fdatasync", "rename", "link", "unlink"),
        }
        points: dict[tuple[str, str], list[Point]] = {}
        for act in ACTS:
            calls = self.traced(act).calls
            for does, wanted in kinds.items():
                points[act, does] = [
                    Point(f"{act}: {fault}", lambda act=act, fault=fault: self.strike(act, fault))  # type: ignore[misc]  # defaults bind the loop's values
                    for fault in faults_for(calls, does, wanted)
                ]
        return points

    def strike(self, act: str, fault: Fault) -> list[str]:
        """Let one fault strike an act and give what it broke."""
        outcome = self.traced(act, fault)
        if not outcome.struck:
            raise Skipped("the call was not reached")
        return self.judged(act, outcome)

    def judged(self, act: str, outcome: Outcome) -> list[str]:
        """Open the office again as it was left and ask the oracles."""
        told = outcome.told
        wrong = [f"V12 {told['broke']}"] if "broke" in told else []
        acknowledged = "done" in told
        scratch = self.folder / "scratch"

        def question() -> list[str]:
            return after(moved(self.stage, scratch), act, acknowledged=acknowledged)

        return [*wrong, *asked(question)]


def evenly(groups: dict[tuple[str, str], list[Point]], most: int) -> list[Point]:
    """Give about so many points, from every group the same share, spread over it to its last."""
    every = sum(len(group) for group in groups.values())
    share = min(1.0, most / max(1, every))
    chosen = []
    for group in groups.values():
        wanted = min(len(group), max(1, round(len(group) * share))) if group else 0
        chosen += [group[(n + 1) * len(group) // wanted - 1] for n in range(wanted)]
    return chosen


def go(points: Iterable[Point], report: Report, *, loud: bool) -> None:
    """Run points one after the other and tell what is broken."""
    for point in points:
        try:
            wrong = point.run()
        except Skipped as why:
            report.missed += 1
            print(f"NOT RUN {point.name}: {why}", flush=True)
            continue
        except Exception as error:  # noqa: BLE001 - an office that cannot even be asked is broken
            wrong = [f"{type(error).__name__}: {error}"]
        report.ran += 1
        if wrong:
            report.broken += 1
            print(f"BROKEN {point.name}", *wrong, sep="\n    ", flush=True)
        elif loud:
            print(f"holds  {point.name}", flush=True)


def main() -> int:
    """Sweep and give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="an even choice of all points")
    parser.add_argument("--loud", action="store_true", help="name the points that hold, too")
    parser.add_argument("--only", default="", help="only points whose name has this in it")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    report, begun = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        sweep = Sweep(Path(folder))
        for points in _groups(sweep, short=chosen.short):
            wanted = (one for one in points if chosen.only in one.name)
            go(wanted, report, loud=chosen.loud)
    print(f"{time.monotonic() - begun:.0f} s; {machine()}")
    print(report)
    return 1 if report.broken else 0


def _groups(sweep: Sweep, *, short: bool) -> Iterator[Iterable[Point]]:
    why = permitted()
    if why:
        yield [Point(f"strace ({len(ACTS)} acts)", lambda: _skip(why))]
    else:
        groups = sweep.injected()
        print(
            "calls that matter: "
            + ", ".join(
                f"{act} {len(points)}" for (act, does), points in groups.items() if "KILL" in does
            ),
            flush=True,
        )
        yield evenly(groups, SHORT if short else FULL)
    for module in (planted, circumstances, server):
        yield _chosen(module.points(sweep), module.IN_SHORT if short else None)


def _chosen(
    named: Iterator[tuple[str, Callable[[], list[str]]]], few: dict[str, int] | None
) -> Iterator[Point]:
    """Give all points, or of each kind the first few."""
    kinds: Counter[str] = Counter()
    for name, run in named:
        kind = name.partition(":")[0]
        kinds[kind] += 1
        if few is None or kinds[kind] <= few.get(kind, 0):
            yield Point(name, run)


def _skip(why: str) -> list[str]:
    raise Skipped(why)


if __name__ == "__main__":
    sys.exit(main())
