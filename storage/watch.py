"""Workers see whether the others still live, so that what a dead one held is taken up."""

import os
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine, delete, insert, update

from storage import tables as t
from storage.jobs import Jobs

LOOKS = 5
"""At how many looks in a row a worker's beat must have stood still until it counts as dead."""


def own_id() -> str:
    """Give an id for this process that no other has, here or elsewhere, now or later.

    Its parts tell a neighbour under the same kernel which process is meant: machine and process
    namespace, process id, moment of its start.
    """
    return f"{_machine()}.{os.getpid()}.{_started(os.getpid())}.{token_hex(4)}"


def gone(id: str) -> bool:
    """Tell whether the process of an id has ended for certain: only its own machine can know."""
    machine, _, rest = id.partition(".")
    pid, _, rest = rest.partition(".")
    started, _, _ = rest.partition(".")
    return machine == _machine() and pid.isdecimal() and _started(int(pid)) != started


class Watch:
    """What one worker knows of the others.

    Beats are counted, not timed: clocks of several machines differ and jump. A worker is dead when
    its machine says that its process ended, or when its beat stood still at ``LOOKS`` looks.
    """

    def __init__(self, engine: Engine, own: str) -> None:
        self._engine = engine
        self._own = own
        self._known: dict[str, tuple[int | None, int]] = {}  # id → (beat, looks it stood still)

    def beat(self) -> None:
        """Show that this worker lives."""
        mine = t.worker.c.id == self._own
        with self._engine.begin() as connection:
            shown = connection.execute(
                update(t.worker).where(mine).values(beat=t.worker.c.beat + 1)
            )
            if not shown.rowcount:
                connection.execute(insert(t.worker).values(id=self._own, beat=0))

    def dead(self) -> list[str]:
        """Look once at all others and give those that are dead; some may hold jobs."""
        with self._engine.connect().execution_options(reads_only=True) as connection:
            jobs = Jobs(connection)
            beats: dict[str, int | None] = {**dict.fromkeys(jobs.holders()), **jobs.workers()}
            connection.rollback()
        beats.pop(self._own, None)
        self._known = {id: (beat, self._still(id, beat)) for id, beat in beats.items()}
        return [id for id, (_, looks) in self._known.items() if looks >= LOOKS or gone(id)]

    def bury(self, id: str) -> None:
        """Strike a worker off; if it lives after all, its next beat brings it back."""
        with self._engine.begin() as connection:
            connection.execute(delete(t.worker).where(t.worker.c.id == id))
        self._known.pop(id, None)

    def leave(self) -> None:
        """Strike this worker off: it ends."""
        self.bury(self._own)

    def _still(self, id: str, beat: int | None) -> int:
        before, looks = self._known.get(id, (-1, 0))
        return looks + 1 if before == beat else 0


def _machine() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    return sha256(f"{boot}{Path('/proc/self/ns/pid').readlink()}".encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """Give the moment a process was started, in the kernel's ticks; "" when it has ended."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # A process that ended, and whose parent has not looked yet, does nothing any more.
    return "" if told[0] in "ZX" else told[19]
