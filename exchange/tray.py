"""The tray between the office and the process that carries what leaves: messages out, word back."""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exchange import folders
from exchange.spool import LIMIT, Outlet, reaching
from records.exchange import Carrying, Outcome

LEAVING = ".leaving"  # of a message that may lie with its recipient already
BACK = ".back"  # of a request to take a message back
SHUT = ".shut"  # of a message that was taken back and must never leave again

_CONFINED = b"confined\n"
_TOLD = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\.([a-z]+)\.word\Z")
_RULE = re.compile(r"[a-z0-9.-]{0,80}\Z")
_MOST = 1_000  # bytes of a word


@dataclass(frozen=True, slots=True)
class Tiding:
    """What became of one message, as the carrying process tells it."""

    message: str  # its id
    outcome: Outcome
    rule: str  # why it was refused


class Tray(Outlet):
    """Messages on their way out: each complete or absent, and carried once.

    Names tell how far one has come: ``id.edxml`` waits, ``id.leaving`` may have left, ``id.back``
    is to be taken back, and ``id.shut`` never leaves, whoever puts it here again.
    """

    def __init__(self, root: Path, *, limit: int = LIMIT) -> None:
        """Speak of the tray under ``root``."""
        super().__init__(root / "out", limit=limit)
        self._told, self._holder, self._bell = root / "told", root / "holder", root / "bell"

    def lay_out(self, folder: Path) -> None:
        """Make the place of one partner, and what both processes share."""
        place = self._inside(folder)
        with reaching(place):
            # Two accounts may share it, so who else may look in is for the umask to say.
            for folder_of_both in (self._told, place):
                folder_of_both.mkdir(parents=True, exist_ok=True)
            for file_of_both in (self._holder, self._bell):
                file_of_both.touch()

    # ── the office's side ────────────────────────────────────────────────────────────────

    def leave(self, folder: Path, name: str, message: bytes) -> bool:
        """Let bytes that were judged wait to be carried, unless they do or were taken back."""
        left = super().leave(folder, name, message)
        os.utime(self._bell)
        return left

    def call_back(self, folder: Path, name: str) -> bool:
        """Ask that a message be taken back, and let it never leave if it has not.

        Gives   whether nothing of it lies here any more; whoever needs that asks again.
        """
        place = self._place(folder)
        with reaching(place):
            if not (place / f"{name}{SHUT}").exists():
                folders.put(place, name, b"", ending=BACK)
            (place / f"{name}{folders.ENDING}").unlink(missing_ok=True)
            os.utime(self._bell)
            return not (place / f"{name}{LEAVING}").exists()

    def tidings(self) -> Iterator[Tiding]:
        """Give what the carrying process told; that a message left before all else of it."""
        with reaching(self._told):
            found = [told for path in self._told.iterdir() if (told := _TOLD.match(path.name))]
        known = {(told[1], Outcome(told[2])) for told in found if told[2] in set(Outcome)}
        # What was told while the folder was being read may be missing, though it came first.
        known |= {(name, Outcome.LEFT) for name, _ in known if self._has_left(name)}
        for name, outcome in sorted(known, key=lambda one: (one[1] is not Outcome.LEFT, one)):
            yield Tiding(name, outcome, self._rule(_word(name, outcome)))

    def heard(self, tiding: Tiding) -> None:
        """Forget a tiding that was taken in."""
        with reaching(self._told):
            (self._told / _word(tiding.message, tiding.outcome)).unlink(missing_ok=True)

    def carrying(self) -> Carrying:
        """Give how the carrying stands: whether somebody does it, and what waits since when."""
        waits = {folders.ENDING, LEAVING}
        with reaching(self._holder):
            listed = [_since(path) for path in self._all() if path.suffix in waits]
            runs = _is_held(self._holder)
            confined = self._holder.read_bytes() == _CONFINED
        since = [moment for moment in listed if moment is not None]
        oldest = datetime.fromtimestamp(min(since) / 1e9, UTC) if since else None
        return Carrying(runs=runs, confined=confined, waiting=len(since), oldest=oldest)

    # ── the carrying process's side ──────────────────────────────────────────────────────

    def hold(self, *, confined: bool) -> int:
        """Wait until no other process carries and be the one that does; the kernel lets go."""
        fd = os.open(self._holder, os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(fd, fcntl.LOCK_EX)
        os.ftruncate(fd, 0)
        os.write(fd, _CONFINED if confined else b"")
        return fd

    def rung(self) -> int:
        """Give a figure that changes when something was put here."""
        return self._bell.stat().st_mtime_ns

    def waiting(self, folder: Path, *endings: str) -> list[str]:
        """Give the names in a partner's place that end so, the oldest first."""
        place = self._place(folder)
        with reaching(place), os.scandir(place) as entries:
            listed = [(_since(one), Path(one.name)) for one in entries if _is_own(one)]
        found = sorted((since, path) for since, path in listed if since is not None)
        return [path.stem for _, path in found if path.suffix in endings]

    def take(self, folder: Path, name: str) -> bytes | None:
        """Give a message that is to leave now, None when it was taken back."""
        place = self._place(folder)
        with reaching(place):
            if any((place / f"{name}{shut}").exists() for shut in (BACK, SHUT)):
                (place / f"{name}{folders.ENDING}").unlink(missing_ok=True)
                return None
            return self._taken(place, name)

    def put_back(self, folder: Path, name: str) -> None:
        """Let a message wait that certainly did not leave."""
        place = self._place(folder)
        with reaching(place):
            (place / f"{name}{LEAVING}").rename(place / f"{name}{folders.ENDING}")

    def tell(self, folder: Path, name: str, outcome: Outcome, rule: str = "") -> None:
        """Leave word of a message, so that it lasts, and clear the message away."""
        place = self._place(folder)
        with reaching(place):
            folders.put(self._told, f"{name}.{outcome}", rule.encode(), ending=".word")
            if outcome not in (Outcome.LEFT, Outcome.REFUSED):
                (place / f"{name}{BACK}").rename(place / f"{name}{SHUT}")
            for lying in (folders.ENDING, LEAVING):
                (place / f"{name}{lying}").unlink(missing_ok=True)
            folders.settle(place)

    def may_have_left(self, folder: Path, name: str) -> bool:
        """Tell whether a message began to leave, and no word of it was left yet."""
        return (self._place(folder) / f"{name}{LEAVING}").exists()

    # ─────────────────────────────────────────────────────────────────────────────────────

    def _knows(self, place: Path, name: str) -> bool:
        endings = (folders.ENDING, LEAVING, BACK, SHUT)
        return any((place / f"{name}{ending}").exists() for ending in endings)

    def _taken(self, place: Path, name: str) -> bytes | None:
        leaving = place / f"{name}{LEAVING}"
        if not leaving.exists():
            try:
                (place / f"{name}{folders.ENDING}").rename(leaving)
            except FileNotFoundError:
                return None
            folders.settle(place)
        return _content(leaving, self.limit)

    def _has_left(self, name: str) -> bool:
        return (self._told / _word(name, Outcome.LEFT)).exists()

    def _rule(self, word: str) -> str:
        with reaching(self._told):
            rule = (_content(self._told / word, _MOST) or b"").decode(errors="replace")
        return rule if _RULE.match(rule) else ""

    def _all(self) -> Iterator[Path]:
        return (path for path in self._root.glob("*/*") if not path.is_symlink())


def _since(listed: "Path | os.DirEntry[str]") -> int | None:
    """Give since when a file stands there, in nanoseconds, None when it went meanwhile."""
    try:
        return listed.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _is_own(entry: "os.DirEntry[str]") -> bool:
    return entry.is_file(follow_symlinks=False)


def _word(name: str, outcome: Outcome) -> str:
    return f"{name}.{outcome}.word"


def _content(path: Path, limit: int) -> bytes | None:
    """Give a file's bytes, None where it is gone, no file, or longer than the office writes."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP):
            return None
        raise
    with os.fdopen(fd, "rb") as file:
        content = file.read(limit + 1)
    return content if len(content) <= limit else None


def _is_held(holder: Path) -> bool:
    fd = os.open(holder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
