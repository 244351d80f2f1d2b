"""The leak test: secret documents are led through an office, and every byte outside is read.

Canaries of six kinds lie in every place a secret has. The office takes them over HTTP on their
whole roads; people of every role whom they do not concern try every door there is, and
schemathesis makes up more calls. Then every byte of what was answered, sent, logged, kept,
copied and put back is unpacked and read. The scanner's own recall is measured in the same run:
on each way in which a word can be carried, and on a deliberate leak in each surface.
"""

import argparse
import json
import re
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.mime.text import MIMEText
from pathlib import Path

from bench.carriers import recall
from bench.leak_road import UNCLEARED, Road, configure
from bench.running import Running, family
from bench.scanning import Hit, Scanner
from bench.strangers import FORMS, Sweep
from tests.postgres import Cluster, cluster, dump
from tests.servers.letterbox import Letterbox, open_letterbox

EXAMPLES = 2
"""How many calls schemathesis makes up for each operation and role."""

IN_SHORT = ("ngoai-lt",)
"""Who tries the doors where it must not take long: one who may read all that is no secret."""

LENGTHS = re.compile(r"database|backup|write-ahead log|vault")
"""Where the length of a sealed file stands: whoever keeps the disk sees it (docs/adr/0019)."""

CONTROL = "open"
"""Whose canaries are no secret, and must be found in every surface."""


@dataclass
class Result:
    """What a leak test found."""

    hits: list[Hit]
    faults: list[str]
    size: int  # bytes that were read
    surfaces: dict[str, int]  # bytes by surface
    roles: int
    recalled: int
    recallable: int
    missed: list[str] = field(default_factory=list)
    calls: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Tell whether nothing leaked, and whatever had would have been found."""
        return not (self.hits or self.faults or self.missed)

    def lines(self) -> Iterator[str]:
        """Give the lines of the report."""
        yield from (f"  {name:<28}{size:>12,} bytes" for name, size in self.surfaces.items())
        yield from (f"FAULT {one}" for one in self.faults)
        yield from (f"MISSED {one}" for one in self.missed)
        yield from (f"HIT {one}" for one in self.hits)
        yield (
            f"{len(self.hits)} hits in {self.size} bytes over {len(self.surfaces)} surfaces x "
            f"{self.roles} roles; scanner recall {self.recalled}/{self.recallable}"
        )


@dataclass
class Leaks:
    """One leak test on an office of its own."""

    folder: Path
    profile: str
    box: Letterbox
    server: Cluster | None
    short: bool = False

    def run(self) -> Result:
        """Lead, try, read everything, and say what was found."""
        begun = time.monotonic()
        config = configure(self.folder / "config", self.profile)
        office = self._office("office", config)
        road = Road(office)
        self.scanner = Scanner([one for plant in road.planted.values() for one in plant.all])
        self.of = {one: name for name, plant in road.planted.items() for one in plant.all}
        self.late = {"raised"}  # what is no secret at first
        self.words = road.planted[CONTROL].say("reason")
        self.faults: list[str] = []
        self.calls = 0
        office.start()
        try:
            (self._sealed if self.profile == "sealed" else self._connected)(road)
            self._processes(office)
        finally:
            office.stop()
        self._lying(office)
        if self.profile == "sealed" and not self.short:
            self._again(road, config)
        self.faults += [f"not refused: {one}" for one in road.unrefused]
        return self._result(road, time.monotonic() - begun)

    def _sealed(self, road: Road) -> None:
        road.lead()
        if not self.short:
            self._command(road.office, "backup", str(self.folder / "older"))
        letters = len(self.box.raw)
        road.raise_class()
        self._sweep(road, road.office)
        self._letters(letters)
        if not self.short:
            self._backup(road)

    def _connected(self, road: Road) -> None:
        road.knock()
        road.ids.setdefault("raised", "0" * 32)
        self._sweep(road, road.office)
        self._letters(len(self.box.raw))
        self._backup(road)

    def _backup(self, road: Road) -> None:
        """Take a backup, whose name is told on the command line, and read it."""
        name = next(one.told for one in road.planted[CONTROL].all if one.kind == "token")
        self._command(road.office, "backup", str(self.folder / f"newer {name}"))
        self._look("backup", self.folder / f"newer {name}")

    def _sweep(self, road: Road, office: Running, where: str = "") -> None:
        people = IN_SHORT if self.short else UNCLEARED
        sweep = Sweep(office, self.scanner, road.ids, road.planted, where)
        sweep.forms = ("xlsx",) if self.short else FORMS
        sweep.all(people, examples=0 if self.short or where else EXAMPLES)
        self.faults += sweep.faults
        self.calls += sweep.calls

    # ── what lies about ──────────────────────────────────────────────────────────────────

    def _lying(self, office: Running, where: str = "") -> None:
        """Read everything a stopped office left on the disk and in its database."""
        with self._planted(office, self.words):
            self._read(office, where)

    def _read(self, office: Running, where: str) -> None:
        for path in sorted(office.data.iterdir()):
            name = "database" if path.name.startswith("trinhky.sqlite") else path.name
            if name in (office.spool.name, "founding.lock"):
                continue
            self._look(f"{where}{name}", path)
        if office.spool.exists():
            self._look(f"{where}exchange", office.spool)
        self._look(f"{where}temporary", office.folder / "tmp")
        self._look(f"{where}log", office.log)
        self._rows(office, where)

    def _rows(self, office: Running, where: str) -> None:
        """Read the database as rows too: a row may lie on several pages."""
        if self.server is not None:
            told = dump(office.database_url)
            self.scanner.look(f"{where}database", "dump", told)
            if not where:
                self._server(self.server)
            return
        for path in office.data.glob("trinhky*.sqlite*"):
            if not path.name.endswith(".sqlite"):
                continue
            line = sqlite3.connect(path)
            for (table,) in line.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                rows = [
                    _cell(one)
                    for row in line.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
                    for one in row
                ]
                self.scanner.look(f"{where}database", table, b"\n".join(rows))
            line.close()

    def _server(self, server: Cluster) -> None:
        """Read the server's own files: tables as they lie, and what it wrote ahead."""
        server.checkpoint()
        for path in sorted((server.data / "base").rglob("*")):
            if path.is_file():
                self.scanner.look("database", str(path), path.read_bytes())
        before = len(self.scanner.hits)
        self._look("write-ahead log", server.data / "pg_wal")
        # What was no secret when it was written stands there until its keeper destroys it.
        self.scanner.hits[before:] = [
            one for one in self.scanner.hits[before:] if self.of[one.canary] not in self.late
        ]

    def _letters(self, before: int) -> None:
        """Read every letter; what was posted before the raising could say what was no secret."""
        self._letter(self.words)
        for n, letter in enumerate(self.box.raw):
            found = len(self.scanner.hits)
            self.scanner.look("mail", f"letter {n}", letter)
            if n < before:
                self.scanner.hits[found:] = [
                    one for one in self.scanner.hits[found:] if self.of[one.canary] not in self.late
                ]

    def _processes(self, office: Running) -> None:
        for pid, _ in family(office.pid):
            self._process(pid)
        self._teller(self.words)

    def _process(self, pid: int) -> None:
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                path = Path(f"/proc/{pid}/{name}")
                self.scanner.look("process", str(path), path.read_bytes())

    def _again(self, road: Road, config: Path) -> None:
        """Put the older backup back, which knows nothing of the raising, and look again."""
        office = road.office
        other = self._office("restored", config)
        other.password = office.password
        (other.folder / "tmp").mkdir(parents=True)
        words = ("restore", str(self.folder / "older"), "--keys", str(office.data / "keys"))
        self._command(other, *words, "--ledger", str(office.data / "raised.jsonl"))
        other.start()
        try:
            self._sweep(road, other, "restored ")
        finally:
            other.stop()
        self._lying(other, "restored ")

    # ── how it is run ────────────────────────────────────────────────────────────────────

    def _office(self, name: str, config: Path) -> Running:
        return Running(
            self.folder / name,
            trinhky_config=str(config),
            database_url=self.server.create() if self.server else "",
            smtp_host="127.0.0.1",
            smtp_port=str(self.box.port),
            smtp_starttls="false",
        )

    def _command(self, office: Running, *words: str) -> None:
        told = office.command(*words)
        for name, out in (("output", told.stdout), ("errors", told.stderr)):
            self.scanner.look("command line", f"{words[0]} {name}", out.encode())
        if told.returncode:
            self.faults.append(f"{words[0]}: {told.stderr[-300:]}")

    def _look(self, surface: str, place: Path) -> None:
        if place.exists():
            self.scanner.look_in(surface, place)

    # ── whether a leak would have been found ─────────────────────────────────────────────

    def _letter(self, words: str) -> None:
        """Post a letter that says too much."""
        letter = MIMEText(words, "plain", "utf-8")
        letter["Subject"] = "planted"
        with smtplib.SMTP("127.0.0.1", self.box.port, timeout=10) as server:
            server.sendmail("a@demo.example", ["b@demo.example"], letter.as_string())

    def _teller(self, words: str) -> None:
        """Run a process whose environment says too much."""
        process = subprocess.Popen(["/bin/sleep", "60"], env={"TOLD": words})
        # A process that has only just begun shows nothing of its environment yet.
        end = time.monotonic() + 10
        told = Path(f"/proc/{process.pid}/environ")
        try:
            while words.encode() not in told.read_bytes() and time.monotonic() < end:
                time.sleep(0.05)
            self._process(process.pid)
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def _planted(self, office: Running, words: str) -> Iterator[None]:
        """Leave something that is no secret in every place of a stopped office, for a while."""
        places = [office.spool, office.folder / "tmp", *office.data.iterdir()]
        folders = [one for one in places if one.is_dir()]
        files = {one: one.read_bytes() for one in (office.log, office.data / "raised.jsonl")}
        for folder in folders:
            (folder / "planted").write_bytes(words.encode("utf-16"))
        for path, whole in files.items():
            path.write_bytes(whole + json.dumps(words).encode())
        try:
            yield
        finally:
            for folder in folders:
                (folder / "planted").unlink()
            for path, whole in files.items():
                path.write_bytes(whole)

    def _result(self, road: Road, seconds: float) -> Result:
        control = set(road.planted[CONTROL].all)
        found = {one.surface for one in self.scanner.hits if one.canary in control}
        carriers, missed = recall(road.planted[CONTROL])
        missed += [f"surface {name}" for name in sorted(set(self.scanner.seen) - found)]
        recallable = carriers + len(self.scanner.seen)
        return Result(
            hits=[
                one for one in self.scanner.hits if one.canary not in control and not _length(one)
            ],
            faults=self.faults,
            size=sum(self.scanner.seen.values()),
            surfaces=dict(sorted(self.scanner.seen.items())),
            roles=len(self.scanner.roles),
            recalled=recallable - len(missed),
            recallable=recallable,
            missed=missed,
            calls=self.calls,
            seconds=seconds,
        )


def _length(hit: Hit) -> bool:
    return hit.canary.kind == "size" and bool(LENGTHS.search(hit.surface))


def _cell(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@contextmanager
def leaks(profile: str, *, server: bool, short: bool = False) -> Iterator[Leaks]:
    """Give a leak test with all it needs, and take everything away afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trinhky-leaks-")))
        box = stack.enter_context(open_letterbox())
        running = stack.enter_context(cluster()) if server else None
        yield Leaks(folder, profile, box, running, short)


def main() -> int:
    """Run it in each profile on each database, and give the exit status."""
    parser = argparse.ArgumentParser(prog="bench.leaks", description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--short", action="store_true", help="as the suite has it")
    chosen = parser.parse_args()
    good, told = True, []
    for profile in chosen.profile or PROFILES:
        for database in chosen.database or DATABASES:
            with leaks(profile, server=database == "postgresql", short=chosen.short) as test:
                result = test.run()
            lines = list(result.lines())
            print(f"{profile} on {database}: {result.calls} calls, {result.seconds:.0f} s")
            print("\n".join(lines), flush=True)
            told.append((result, f"{profile} on {database}"))
            good = good and result.good
    hits, size = (sum(part) for part in zip(*((len(r.hits), r.size) for r, _ in told), strict=True))
    print(
        f"leak-test: {hits} hits in {size} bytes over {max(len(r.surfaces) for r, _ in told)} "
        f"surfaces x {max(r.roles for r, _ in told)} roles; scanner recall "
        f"{sum(r.recalled for r, _ in told)}/{sum(r.recallable for r, _ in told)}"
    )
    return 0 if good else 1


PROFILES = ("sealed", "connected")
DATABASES = ("sqlite", "postgresql")


if __name__ == "__main__":
    sys.exit(main())
