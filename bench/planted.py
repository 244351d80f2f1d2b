"""Bits that turned by themselves: in files, in the log, in registers and in backups."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench.injection import asked
from bench.stage import ACTS, copy_of, moved
from records.errors import Unreadable
from storage.manifest import Manifest
from workflow.verify import verify

if TYPE_CHECKING:
    from bench.faults import Sweep

SEED = 2026
FILES, ROWS, COPIES = 40, 40, 30
IN_SHORT = {"nothing": 1, "file": 3, "log": 3, "register": 1, "copy": 3}
LOG = ("at", "by", "action", "document", "facts", "before", "hash")


def points(sweep: "Sweep") -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Give every flip by name."""
    dice = random.Random(SEED)  # noqa: S311 - where a bit turns is no secret
    kept = [
        path.relative_to(sweep.base)
        for path in sorted(sweep.base.rglob("*"))
        if path.is_file() and {"blobs", "vault"} & set(path.parts)
    ]
    yield "nothing: no fault where none was planted", lambda: _nothing(sweep)
    for n in range(FILES):
        path, at = kept[n % len(kept)], dice.random()
        yield f"file: bit {at:.6f} of {path.parts[0]} file {n % len(kept)}", _file(sweep, path, at)
    for n in range(ROWS):
        seq, at = dice.random(), dice.random()
        name = LOG[n % len(LOG)]
        yield f"log: {name} of entry {seq:.3f}, letter {at:.3f}", _log(sweep, name, seq, at)
    for wrong in (
        "DELETE FROM entry",
        "UPDATE entry SET serial = 99 WHERE serial = 1",
        "UPDATE series SET last = last + 1",
    ):
        yield f"register: {wrong}", _register(sweep, wrong)
    for n in range(COPIES):
        share, at = n / COPIES, dice.random()
        yield f"copy: bit {at:.6f} of file {share:.2f}", _copy(sweep, share, at)


def flip(path: Path, share: float) -> None:
    """Turn the one bit of a file that lies so far into it."""
    content = bytearray(path.read_bytes())
    at = int(share * len(content) * 8)
    content[at // 8] ^= 1 << at % 8
    path.chmod(0o600)
    path.write_bytes(content)


def _told(sweep: "Sweep") -> list[str]:
    def question() -> list[str]:
        found = verify(moved(sweep.stage, sweep.folder / "scratch").office)
        return [*found.head.faults, *found.faults]

    faults: list[str] = asked(question)
    return faults


def _nothing(sweep: "Sweep") -> list[str]:
    sweep.copy()
    return _told(sweep)


def _file(sweep: "Sweep", path: Path, at: float) -> Callable[[], list[str]]:
    def run() -> list[str]:
        flip(sweep.copy() / path, at)
        return [] if _told(sweep) else [f"a bit of {path} turned unseen"]

    return run


def _log(sweep: "Sweep", name: str, seq: float, at: float) -> Callable[[], list[str]]:
    def run() -> list[str]:
        with closing(sqlite3.connect(sweep.copy() / "trinhky.sqlite")) as database:
            database.execute("DROP TRIGGER IF EXISTS audit_stays")
            _drop_guards(database)
            (last,) = database.execute("SELECT max(seq) FROM audit").fetchone()
            entry = 1 + int(seq * last)
            (value,) = database.execute(
                f'SELECT "{name}" FROM audit WHERE seq = ?',  # noqa: S608 - a name of ours
                (entry,),
            ).fetchone()
            place = int(at * len(value)) if value else 0
            turned = chr(ord(value[place]) ^ 1) if value else "x"
            changed = value[:place] + turned + value[place + 1 :]
            database.execute(
                f'UPDATE audit SET "{name}" = ? WHERE seq = ?',  # noqa: S608 - a name of ours
                (changed, entry),
            )
            database.commit()
        return [] if _told(sweep) else [f"{name} of entry {entry} changed unseen"]

    return run


def _drop_guards(database: sqlite3.Connection) -> None:
    """Take the triggers away: a bit on disk asks none of them."""
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        database.execute(f'DROP TRIGGER "{name}"')


def _register(sweep: "Sweep", wrong: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        with closing(sqlite3.connect(sweep.copy() / "trinhky.sqlite")) as database:
            _drop_guards(database)
            database.execute(wrong)
            database.commit()
        return [] if _told(sweep) else ["a gap in a register went unseen"]

    return run


def _copy(sweep: "Sweep", share: float, at: float) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()
        asked(lambda: ACTS["backup"](moved(sweep.stage, scratch), "backup"))
        target = copy_of(scratch)
        Manifest.read(target).require_whole(target)
        files = sorted(path for path in target.rglob("*") if path.is_file())
        path = files[int(share * len(files))]
        flip(path, at)
        try:
            Manifest.read(target).require_whole(target)
        except Unreadable as refused:
            named = path.name in str(refused.facts.get("files", ""))
            return [] if named else [f"{path.name} is not named: {refused}"]
        return [f"a bit of {path.name} turned unseen"]

    return run
