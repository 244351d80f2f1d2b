"""What an office leans on and cannot trust: disk, lock, clock, index, authority and typist."""

import ctypes
import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.authority import MODES, answering
from bench.injection import Outcome, asked, tried
from bench.oracles import after
from bench.stage import ACTS, MORNING, Here, Stage, ids_of, moved
from drafting.convert import Converter
from drafting.sandbox import OFFICE_TASK, Limits, Sandbox
from records.document import Classification, Direction
from records.finding import Query
from search.index import Index
from signing.demo_pki import refresh_crls
from signing.keys import Keyring
from signing.press import Press
from signing.timestamps import http_timestamper
from signing.validate import Validator
from storage import engine as keeping
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.find import entry_of
from workflow.office import Office

if TYPE_CHECKING:
    from bench.faults import Sweep

IN_SHORT = {"locked": 1, "read-only": 1, "clock": 1, "index": 2, "authority": 3, "typist": 1}
WRITERS = ("upload", "upload-secret", "submit", "sign", "seal", "dispatch", "archive", "gather")
ROOT = Path(__file__).parents[1]
_NEWNS, _PRIVATE, _BIND, _READ_ONLY = 0x20000, 0x44000, 0x1000, 0x1021  # mount(2), unshare(2)

Points = Iterator[tuple[str, Callable[[], list[str]]]]


class Skipped(Exception):
    """A point that cannot be run here, and why."""


def points(sweep: "Sweep") -> Points:
    """Give every circumstance by name."""
    for act in WRITERS:
        yield f"locked: {act} waits a moment", _locked(sweep, act, 0.5, 30_000)
        yield f"locked: {act} waits in vain", _locked(sweep, act, 3.0, 300)
        yield f"read-only: {act}", _read_only(sweep, act)
    for name, at in _MOMENTS.items():
        for act in ("sign", "seal"):
            yield f"clock: {act} {name}", _clock(sweep, act, at)
    yield "clock: two seals over New Year", lambda: _new_year(sweep)
    for name in _HARMS:
        yield f"index: {name}", _index(sweep, name)
    for mode in MODES:
        for act in ("sign", "seal"):
            yield f"authority: {mode} at {act}", _authority(sweep, act, mode)
    for name in _TYPISTS:
        yield f"typist: {name}", _typist(sweep, name)


# ── disk and lock ────────────────────────────────────────────────────────────────────────


def _locked(sweep: "Sweep", act: str, hold: float, patience: int) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()

        def ready() -> Callable[[], object]:
            keeping.PATIENCE = patience
            stage = moved(sweep.stage, scratch)
            return lambda: ACTS[act](stage, act)

        with _holding(scratch / "trinhky.sqlite", hold):
            outcome = tried(ready)
        wrong = [] if hold > 1 or "done" in outcome.told else [f"V11 not done: {outcome.told}"]
        if hold > 1 and outcome.told.get("refused") != "database.unavailable":
            wrong.append(f"V12 {outcome.told}")
        return wrong + sweep.judged(act, outcome)

    return run


@contextmanager
def _holding(path: Path, seconds: float) -> Iterator[None]:
    """Let another process hold the database for some seconds."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        theirs.send(b"!")
        time.sleep(seconds)
        os._exit(0)
    ours.recv(1)
    try:
        yield
    finally:
        os.waitpid(pid, 0)
        ours.close()
        theirs.close()


def _read_only(sweep: "Sweep", act: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()

        def ready() -> Callable[[], object]:
            if not _remounted(scratch):
                return lambda: os._exit(77)
            return lambda: ACTS[act](moved(sweep.stage, scratch), act)

        outcome = tried(ready)
        if not outcome.told:
            raise Skipped("nothing may be mounted here")
        wrong = [] if "refused" in outcome.told else [f"V12 {outcome.told}"]
        return wrong + sweep.judged(act, outcome)

    return run


def _remounted(folder: Path) -> bool:
    """Make a folder read-only for this process alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    place = str(folder).encode()
    return bool(
        libc.unshare(_NEWNS) == 0
        and libc.mount(b"none", b"/", None, _PRIVATE, None) == 0
        and libc.mount(place, place, None, _BIND, None) == 0
        and libc.mount(b"none", place, None, _READ_ONLY, None) == 0
    )


# ── clock ────────────────────────────────────────────────────────────────────────────────

_MOMENTS = {
    "a second before New Year": datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC),
    "at New Year": datetime(2026, 12, 31, 17, 0, tzinfo=UTC),
    "two hours back": MORNING - timedelta(hours=2),
    "two days back": MORNING - timedelta(days=2),
    "400 days on": MORNING + timedelta(days=400),
}


def _at(stage: Stage, at: datetime) -> Stage:
    # The office renews its revocation lists once a day; on a jump it does so at once.
    refresh_crls(stage.folder / "keys", at)
    keyring = Keyring(stage.folder / "keys")
    validator = Validator(keyring.trust, Here())
    press = Press(keyring, keyring.timestamper())
    return replace(
        stage,
        office=replace(stage.office, clock=lambda: at, press=press, validator=validator),
    )


def _clock(sweep: "Sweep", act: str, at: datetime) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()

        def ready() -> Callable[[], object]:
            stage = _at(moved(sweep.stage, scratch), at)
            return lambda: ACTS[act](stage, act)

        outcome = tried(ready)
        wrong = [f"V12 {outcome.told['broke']}"] if "broke" in outcome.told else []

        def question() -> list[str]:
            stage = moved(sweep.stage, scratch)
            stage = _at(stage, max(at, MORNING))
            found = after(stage, act, acknowledged="done" in outcome.told)
            if at >= MORNING or "done" not in outcome.told:
                return found
            # Verification must tell that a clock went back, and nothing else.
            rest = [one for one in found if _CLOCK not in one]
            return rest if rest != found else [f"V4 nobody tells that {act} was dated back"]

        return [*wrong, *asked(question)]

    return run


_CLOCK = "is dated before the one it came after"


def _new_year(sweep: "Sweep") -> list[str]:
    scratch = sweep.copy()

    def question() -> list[str]:
        before, later = _MOMENTS["a second before New Year"], _MOMENTS["at New Year"]
        stage = _at(moved(sweep.stage, scratch), before)
        ACTS["seal"](stage, "seal")
        old = stage.document(stage.known["seal"]).number
        stage = _at(stage, later)
        ACTS["sign"](stage, "sign")
        sealed = replace(stage, known={**stage.known, "seal": stage.known["sign"]})
        ACTS["seal"](sealed, "seal")
        new = stage.document(stage.known["sign"]).number
        if old is None or new is None or (old.year, new.year, new.serial) != (2026, 2027, 1):
            return [f"V3 {old} then {new}"]
        return []

    wrong: list[str] = asked(question)
    return wrong


# ── index ────────────────────────────────────────────────────────────────────────────────


def _each(change: Callable[[bytes], bytes]) -> Callable[[Path, Office], None]:
    def harm(folder: Path, _: Office) -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                path.write_bytes(change(path.read_bytes()))

    return harm


def _turned(content: bytes) -> bytes:
    at = random.Random(len(content)).randrange(max(1, len(content)))  # noqa: S311 - no secret
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] if content else content


def _foreign(folder: Path, office: Office) -> None:
    shutil.rmtree(folder)
    other = Index(folder, key=b"another office's key, 32 bytes..")
    with office.database.reading() as unit:
        entries = [entry_of(unit, unit.documents.get(id)) for id in unit.documents.open_ids()]
    other.rebuild([one for one in entries if one])


def _replaced(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"x")


_HARMS: dict[str, Callable[[Path, Office], None]] = {
    "deleted": lambda folder, _: shutil.rmtree(folder),
    "emptied": _each(lambda _: b""),
    "foreign": _foreign,
    "a bit turned in each file": _each(_turned),
    "cut off": _each(lambda content: content[: len(content) // 2]),
    "noise": _each(lambda content: random.Random(1).randbytes(len(content))),  # noqa: S311 - no secret
    "its list lost": lambda folder, _: (folder / "index.json").unlink(),
    "a file in its place": lambda folder, _: _replaced(folder),
}


def _index(sweep: "Sweep", name: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()

        def question() -> list[str]:
            _HARMS[name](scratch / "index", moved(sweep.stage, scratch).office)
            stage = moved(sweep.stage, scratch)
            wrong = []
            hits = stage.office.index.find(Query("", readers=frozenset({"unit:x"}))).hits
            if hits:
                wrong.append("V8 a stranger finds something")
            if name != "a file in its place":
                return wrong + after(stage, "submit", acknowledged=False)
            (scratch / "index").unlink()  # what no office makes, its people take away
            return wrong + after(stage, "submit", acknowledged=False)

        wrong: list[str] = asked(question)
        return wrong

    return run


# ── timestamp authority ──────────────────────────────────────────────────────────────────


def _authority(sweep: "Sweep", act: str, mode: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch = sweep.copy()
        keys = Keyring(scratch / "keys")
        with answering(keys.timestamper(), MORNING, mode) as url:

            def ready() -> Callable[[], object]:
                stage = moved(sweep.stage, scratch)
                press = Press(keys, http_timestamper(url, 0.5))
                stage = replace(stage, office=replace(stage.office, press=press))
                return lambda: ACTS[act](stage, act)

            outcome = tried(ready)
        wrong = []
        if "done" not in outcome.told:
            wrong.append(f"V11 {outcome.told}")
        return wrong + sweep.judged(act, outcome)

    return run


# ── typist: whoever turns a DOCX into a PDF ──────────────────────────────────────────────

_TYPISTS = {
    "writes garbage": 'def answer(content, options):\n    return b"garbage" * 1000\n',
    "writes nothing": 'def answer(content, options):\n    return b""\n',
    "writes half": 'def answer(content, options):\n    return b"%PDF-1.7\\n1 0 obj"\n',
    "writes lies": 'def answer(content, options):\n    return b"%PDF-1.7\\nno\\n%%EOF"\n',
    "hangs": "import time\ndef answer(content, options):\n    time.sleep(600)\n",
    "dies": "import os\ndef answer(content, options):\n    os._exit(1)\n",
    "leaves children": (
        "import os, time\ndef answer(content, options):\n"
        "    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(1)\n"
    ),
    "hangs at its start": "import time\ndef warm():\n    time.sleep(600)\n",
    "dies at its start": "import os\ndef warm():\n    os._exit(1)\n",
}


def _typist(sweep: "Sweep", name: str) -> Callable[[], list[str]]:
    def run() -> list[str]:
        scratch, root = sweep.copy(), sweep.folder / "packages"
        shutil.rmtree(root, ignore_errors=True)
        for package in ("records", "drafting"):
            shutil.copytree(ROOT / package, root / package)
        (root / "drafting" / "office_task.py").write_text(_TYPISTS[name])
        limits = {OFFICE_TASK: Limits(memory=4 * 1024**3, wall=3.0, start=3.0)}

        def ready() -> Callable[[], object]:
            stage = moved(sweep.stage, scratch)
            sandbox = Sandbox(root=root, limits=limits)
            office = replace(stage.office, isolate=Here(sandbox), converter=Converter(sandbox))
            said = Particulars(Direction.OUTGOING, "QĐ", "Về việc gõ máy", Classification.NONE)
            body, by = {"body": "Thực hiện."}, stage.person("chuyenvien")
            return lambda: draft(office, said, body, by=by)

        with _no_more(moved(sweep.stage, scratch)) as wrong:
            outcome = tried(ready)
        if "refused" not in outcome.told:
            wrong.append(f"V12 {outcome.told}")
        return [*wrong, *_orphans(root), *sweep.judged("submit", Outcome({}, (), struck=True))]

    return run


@contextmanager
def _no_more(stage: Stage) -> Iterator[list[str]]:
    wrong: list[str] = []
    with stage.office.database.reading() as unit:
        before = ids_of(unit)
    stage.office.database.close()
    yield wrong
    with stage.office.database.reading() as unit:
        if ids_of(unit) != before:
            wrong.append("V5 a document is there that nobody was told of")
    stage.office.database.close()


def _orphans(root: Path) -> list[str]:
    """V10: no process of the typist's is left."""
    end = time.monotonic() + 5
    while left := [pid for pid, line in _running() if str(root) in line]:
        if time.monotonic() > end:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return [f"V10 {len(left)} processes are left"]
        time.sleep(0.05)
    return []


def _running() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            yield int(entry.name), (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
