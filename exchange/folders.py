"""A message on disk: put there whole, held by one process at a time, and kept as evidence."""

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

ENDING = ".edxml"
CLAIMED, TAKEN, REJECTED = "claimed", "taken", "rejected"

_TOKEN = re.compile(r"[0-9a-f]{16}-")
_PIECE = 1 << 20  # bytes
_OPENING = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Hold:
    """A lock on a claimed message; the kernel drops it when its process dies."""

    __slots__ = ("_fd",)

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        """Let the message go."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def content(self, limit: int) -> bytes | None:
        """Give the message's bytes, or None when it has more than ``limit``."""
        if os.fstat(self._fd).st_size > limit:
            return None
        with os.fdopen(os.dup(self._fd), "rb") as file:
            content = file.read(limit + 1)
        return content if len(content) <= limit else None

    def __del__(self) -> None:
        self.release()


def put(place: Path, name: str, message: bytes, *, ending: str = ENDING) -> bool:
    """Write a message so that it is seen whole or not at all, even if the power fails.

    Gives   False when another process put the same message meanwhile.
    """
    part = place / f".{name}.{secrets.token_hex(8)}.part"
    try:
        _write(part, message)
        part.rename(place / f"{name}{ending}")
    except FileNotFoundError:
        if not is_there(place, name):
            raise
        return False
    finally:
        part.unlink(missing_ok=True)
    settle(place)
    for forgotten in place.glob(f".{name}.*.part"):  # left by a process that died here
        forgotten.unlink(missing_ok=True)
    return True


def is_there(place: Path, name: str) -> bool:
    """Tell whether a message of that name was left here before, wherever it lies now."""
    file = f"{name}{ENDING}"
    return (
        any((place / folder / file).exists() for folder in (".", TAKEN, REJECTED))
        or next((place / CLAIMED).glob(f"*-{file}"), None) is not None
    )


def lying(place: Path) -> Iterator[tuple[int, Path]]:
    """Give each message with the moment it was last written, in nanoseconds."""
    for folder in (place, place / CLAIMED):
        if not folder.is_dir():
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.lower().endswith(ENDING):
                    continue
                if found := _moment(entry):
                    yield found, folder / entry.name


def claim(place: Path, path: Path) -> tuple[Path, Hold] | None:
    """Take a message for this process, or give None when somebody else was faster.

    A message that lies among the claimed already is taken if the process that held it is gone.
    """
    held = path if path.parent.name == CLAIMED else _set_aside(place, path)
    return _locked(held) if held else None


def keep(path: Path, folder: str, reason: str = "") -> Path:
    """Move a held message to where it stays; what lies there is never replaced.

    Takes   reason: written beside it, when there is one.
    """
    home = path.parent.parent / folder
    home.mkdir(exist_ok=True)
    with _alone_in(home):
        target = _free(home, called(path))
        if reason:
            _write(target.with_name(f"{target.name}.reason.txt"), f"{reason}\n".encode())
        path.rename(target)
    settle(home)
    settle(path.parent)
    return target


def withdraw(place: Path, name: str) -> bool:
    """Take back a message that nobody claimed yet, and tell whether it still lay there."""
    try:
        (place / f"{name}{ENDING}").unlink()
    except FileNotFoundError:
        return False
    settle(place)
    return True


def forget(place: Path, about: bytes) -> int:
    """Take away every message kept as taken that speaks of ``about``; give how many they were."""
    count = 0
    for path in (place / TAKEN).glob(f"*{ENDING}"):
        if about in path.read_bytes():
            path.unlink()
            count += 1
    if count:
        settle(place / TAKEN)
    return count


def called(path: Path) -> str:
    """Give the name a message had before it was claimed."""
    return _TOKEN.sub("", path.name, count=1) if path.parent.name == CLAIMED else path.name


def _set_aside(place: Path, path: Path) -> Path | None:
    (place / CLAIMED).mkdir(exist_ok=True)
    held = place / CLAIMED / f"{secrets.token_hex(8)}-{path.name}"
    try:
        return path.rename(held)
    except FileNotFoundError:
        return None


def _locked(path: Path) -> tuple[Path, Hold] | None:
    try:
        fd = os.open(path, _OPENING)
    except FileNotFoundError:
        return None
    hold = Hold(fd)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking it may have been kept elsewhere.
        return (path, hold) if path.stat().st_ino == os.fstat(fd).st_ino else None
    except (BlockingIOError, FileNotFoundError):
        return None


def _moment(entry: "os.DirEntry[str]") -> int:
    """Give when a regular file was written, 0 for anything else and for what is gone."""
    try:
        told = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return 0
    return told.st_mtime_ns if stat.S_ISREG(told.st_mode) else 0


def _free(home: Path, name: str) -> Path:
    stem, n = name[: -len(ENDING)], 1
    target = home / name
    while target.exists():
        n += 1
        target = home / f"{stem}.{n}{ENDING}"
    return target


@contextlib.contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """Hold other processes off a folder while a free name is chosen in it."""
    fd = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb", buffering=0) as file:
        left = memoryview(content)
        while left:
            left = left[file.write(left[:_PIECE]) :]
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
