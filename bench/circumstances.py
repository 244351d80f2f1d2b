"""What the office leans on and cannot trust: disk, database lock, clock, index, authority, typist."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.faults import Sweep

IN_SHORT: dict[str, int] = {}


class Skipped(Exception):
    """A point that cannot be run here, and why."""


def points(sweep: "Sweep") -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Give every circumstance by name."""
    yield from ()
