"""What a family of processes costs: memory it holds, processor time it took."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.running import family

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Weight:
    """What some processes hold, shared pages counted once a process or by their share."""

    processes: int
    largest: float  # MB resident of the largest one
    shared: float  # MB of all of them, each shared page divided among its holders


def weight(pid: int) -> Weight:
    """Give what a process and all that descend from it hold (proc(5), smaps_rollup)."""
    resident, shares = [], []
    for one, _ in family(pid):
        with suppress(OSError, IndexError):
            pages = Path(f"/proc/{one}/statm").read_text("ascii").split()[1]
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text("ascii")
            resident.append(int(pages) * PAGE / 1e6)
            (line,) = [line for line in rollup.splitlines() if line.startswith("Pss:")]
            shares.append(int(line.split()[1]) * 1024 / 1e6)
    return Weight(len(resident), max(resident, default=0.0), sum(shares))


def worked(pid: int) -> float:
    """Give the processor seconds of a process and of all that descend from it, ended ones too."""
    ticks = 0
    for one, _ in family(pid):
        with suppress(OSError):
            told = Path(f"/proc/{one}/stat").read_text("ascii").rpartition(")")[2].split()
            ticks += sum(map(int, told[11:15]))
    return ticks / TICK
