"""A locked room for foreign bytes: no network, nothing of the office to see, and an end to it."""

import json
import re
import subprocess
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock, Timer
from types import TracebackType
from typing import BinaryIO, Self, cast

from drafting.cell import GOOD, read_frame, write_frame
from records.errors import Unavailable, Unreadable

OFFICE_TASK = "drafting.office_task"  # the one task that needs Debian's Python, for LibreOffice
_HERE = Path(__file__).resolve().parents[1]
_RULE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)+\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost before its reader is stopped."""

    memory: int = 2 * 1024**3  # bytes of address space, each process
    cpu: int = 60  # seconds, each process
    wall: float = 60.0  # seconds from the moment the document is handed in
    start: float = 60.0  # seconds a process may take until it is ready for a document
    answer: int = 200_000_000  # bytes
    scratch: int = 500_000_000  # bytes of the file system in memory, gone with the process


_OFFICE_LIMITS = Limits(memory=4 * 1024**3, wall=90.0)


class Sandbox:
    """Runs one reading of one hostile document a process, some of them started ahead.

    An ``Isolation``. Documents go in and answers come out through pipes: outside the process's own
    memory nothing of them touches a disk. All processes are children of one thread of our own,
    because the kernel's "die with your parent" means the thread that started the child.

    Source  bubblewrap(1); prctl(2), PR_SET_PDEATHSIG.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of the front door, all by name
        self,
        *,
        warm: Mapping[str, int] | None = None,
        limits: Mapping[str, Limits] | None = None,
        at_once: int = 4,
        bwrap: Path = Path("/usr/bin/bwrap"),
        root: Path = _HERE,
        also: Sequence[Path] = (),
    ) -> None:
        """Take the office's choices and start the first processes in the background.

        Takes   warm: how many processes to keep ready, by task; limits: by task, where the usual
                ones do not fit; at_once: documents being read at the same time; root: the folder
                of the project's packages; also: further folders of tasks, visible inside.
        """
        self._limits = {OFFICE_TASK: _OFFICE_LIMITS, **(limits or {})}
        self._bwrap, self._root, self._also = bwrap, root, tuple(also)
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._idle: defaultdict[str, deque[_Cell]] = defaultdict(deque)
        self._busy: set[_Cell] = set()
        self._closed = False
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")
        self._warm = dict(warm or {})
        for task, count in self._warm.items():
            for _ in range(count):
                self._starter.submit(self._stock, task)

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        """Give the task's answer about one document.

        Takes   task: a module path with ``answer(content, options) -> bytes`` and, if it likes,
                ``warm()``, called before any document is there.
        Raises  Unreadable: what the task found; file.reader-failed: the reader crashed or met a
                limit; file.too-slow: time was up.
                Unavailable: sandbox.unavailable, sandbox.busy, or what the task's warm() said.
        """
        limits = self._limits.get(task, Limits())
        if not self._places.acquire(timeout=limits.wall):
            raise Unavailable("sandbox.busy")
        try:
            cell = self._take(task)
            try:
                return cell.ask(content, options, limits)
            finally:
                self._drop(cell)
        finally:
            self._places.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every process, ready or reading."""
        with self._lock:
            self._closed = True
        self._starter.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            idle = [cell for cells in self._idle.values() for cell in cells]
            self._idle.clear()
            busy = tuple(self._busy)
        for cell in busy:
            cell.kill()  # whoever waits for it finds the pipe closed and cleans up
        for cell in idle:
            cell.end()

    def _take(self, task: str) -> "_Cell":
        """Give a process for one document: a ready one if there is, and see to the next."""
        with self._lock:
            if self._closed:
                raise Unavailable("sandbox.unavailable")
            cell = self._idle[task].popleft() if self._idle[task] else None
        try:
            if cell is None or not cell.alive():
                if cell is not None:
                    cell.end()
                cell = self._starter.submit(self._start, task).result()
            if task in self._warm:
                self._starter.submit(self._stock, task)
        except RuntimeError as error:  # closed between two lines
            if cell is not None:
                cell.end()
            raise Unavailable("sandbox.unavailable") from error
        with self._lock:
            self._busy.add(cell)
        return cell

    def _drop(self, cell: "_Cell") -> None:
        with self._lock:
            self._busy.discard(cell)
        cell.end()

    def _start(self, task: str) -> "_Cell":
        return _Cell(self._command(task))

    def _stock(self, task: str) -> None:
        """Start one process ahead; if none can be had, the next document will say so."""
        with self._lock:
            if self._closed or len(self._idle[task]) >= self._warm[task]:
                return
        try:
            cell = self._start(task)
        except Unavailable:
            return
        with self._lock:
            self._idle[task].append(cell)

    def _command(self, task: str) -> list[str]:
        """Give the whole command line of one locked process."""
        limits = self._limits.get(task, Limits())
        python = "/usr/bin/python3" if task == OFFICE_TASK else sys.executable
        folders = [str(self._root), *(str(folder) for folder in self._also)]
        return [
            *(str(self._bwrap), "--unshare-all", "--unshare-user", "--die-with-parent"),
            *("--new-session", "--cap-drop", "ALL", "--clearenv", "--disable-userns"),
            *("--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp"),  # noqa: S108 - a tmpfs  # nosec B108
            *("--setenv", "LANG", "C.UTF-8", "--chdir", "/"),
            *system_folders(),
            *("--size", str(limits.scratch), "--tmpfs", "/tmp"),  # noqa: S108 - a tmpfs of its own  # nosec B108
            *self._visible_folders(task),
            *("--remount-ro", "/dev", "--remount-ro", "/"),
            *("prlimit", f"--as={limits.memory}", f"--cpu={limits.cpu}"),
            *("--core=0", f"--fsize={limits.scratch}", "--nofile=512"),
            *(python, "-I", "-B", str(self._root / "drafting" / "cell.py"), task, *folders),
        ]

    def _visible_folders(self, task: str) -> list[str]:
        """Show only the code the task is made of; not the office's configuration or documents."""
        packages = dict.fromkeys(("records", "drafting", task.partition(".")[0]))
        shown = [self._root / package for package in packages]
        shown = [folder for folder in shown if folder.is_dir()]
        if task != OFFICE_TASK:
            shown += [Path(sys.base_prefix), Path(sys.prefix)]
        return [word for folder in (*shown, *self._also) for word in shown_in(folder)]


class _Cell:
    """One process in its namespace, from outside."""

    def __init__(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - every word is ours
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # readers print what they read
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable("sandbox.unavailable") from error
        self._late = Event()

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    def ask(self, content: bytes, options: dict[str, object], limits: Limits) -> bytes:
        """Hand in the one document and wait for the answer."""
        inward = cast("BinaryIO", self._process.stdin)
        outward = cast("BinaryIO", self._process.stdout)
        try:
            _told(self._within(limits.start, lambda: read_frame(outward, limit=limits.answer)))
        except (EOFError, OSError, Unreadable) as error:  # no document has been seen yet
            raise Unavailable("sandbox.unavailable") from error

        def talk() -> bytes:
            write_frame(inward, json.dumps(options).encode())
            write_frame(inward, content)
            return read_frame(outward, limit=limits.answer)

        try:
            return _told(self._within(limits.wall, talk))
        except (EOFError, OSError) as error:
            rule = "file.too-slow" if self._late.is_set() else "file.reader-failed"
            raise Unreadable(rule) from error

    def kill(self) -> None:
        """End it and all it started: they share a process namespace whose first process it is."""
        self._process.kill()

    def end(self) -> None:
        """End it and leave nothing open."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                cast("BinaryIO", pipe).close()
            except OSError:
                continue  # bytes it never read go with it

    def _within(self, seconds: float, talk: Callable[[], bytes]) -> bytes:
        watch = Timer(seconds, self._stop)
        watch.daemon = True
        watch.start()
        try:
            return talk()
        finally:
            watch.cancel()

    def _stop(self) -> None:
        self._late.set()
        self.kill()


def _told(frame: bytes) -> bytes:
    """Give the answer in a frame, or raise the error in it; a bad frame is a reader gone wrong."""
    if frame.startswith(GOOD):
        return frame[1:]
    try:
        told = json.loads(frame[1:])
        family, rule, facts = told["family"], told["rule"], told["facts"]
        sound = isinstance(rule, str) and _RULE.match(rule) and isinstance(facts, dict)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("file.reader-failed") from error
    if not sound or family not in {"Unreadable", "Unavailable"}:
        raise Unreadable("file.reader-failed")
    facts = {str(name): str(fact)[:200] for name, fact in facts.items() if str(name).isidentifier()}
    facts.pop("rule", None)
    if family == "Unavailable":
        raise Unavailable(rule, **facts)
    raise Unreadable(rule, **facts)


def system_folders() -> list[str]:
    """Give what every program on the machine needs: the system's own folders, read-only."""
    words = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    for name in ("/bin", "/sbin", "/lib", "/lib64"):
        folder = Path(name)
        if folder.is_symlink():
            words += ["--symlink", str(folder.readlink()), name]
        elif folder.is_dir():
            words += ["--ro-bind", name, name]
    for name in _ETC:
        words += ["--ro-bind-try", name, name]
    return words


_ETC = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/cache/fontconfig",
)


def shown_in(folder: Path) -> list[str]:
    """Give the words that show a folder inside, read-only, where it lies outside."""
    return ["--ro-bind", str(folder), str(folder)]
