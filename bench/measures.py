"""Figures as they are told: medians and tails, and the machine they were taken on."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from statistics import median

__all__ = ["machine", "median", "quantile"]


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-round(share * 1000) * len(ordered) // 1000))
    return ordered[rank - 1]


def machine() -> str:
    """Give the line that says where figures come from."""
    load = os.getloadavg()[0]
    return (
        f"machine: {os.cpu_count()} x {_processor()}, {_memory():.0f} GB, "
        f"Linux {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, load {load:.1f} at the end"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
