"""A real office in a process of its own, and the people who knock at its door over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from secrets import SystemRandom, token_hex, token_urlsafe
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = (
    "chuyenvien",
    "truongban",
    "chanhvanphong",
    "chutich",
    "phochutich",
    "vanthu",
    "luutru",
    "kiemtra",
    "quantri",
)
KEPT = ("PATH", "HOME", "LANG", "LC_ALL")
"""What a server is told of this process's environment; the settings of another must not leak in."""

PORTS = (20_000, 30_000)
"""Where servers listen; callers get theirs above (ip_local_port_range in tcp(7))."""

PATIENCE = 120.0
"""How long a server may take until it is ready, in seconds: the first start makes keys."""

Json = dict[str, Any]


class NotOurs(Exception):
    """An answer that the road cannot go on from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Message = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def told(self) -> Any:
        """Give the JSON in it."""
        return json.loads(self.content)

    def must(self, *statuses: int) -> Self:
        """Give the answer, if it has one of these statuses. Raises NotOurs."""
        if self.status not in statuses:
            raise NotOurs(f"{self.status}: {self.content[:500].decode('utf-8', 'replace')}")
        return self


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a multipart body."""

    name: str
    file: str
    content: bytes = field(repr=False)
    media: str = "application/octet-stream"


def multipart(fields: Mapping[str, str], files: Sequence[Part]) -> tuple[str, bytes]:
    """Give the content type and the bytes of a form (RFC 7578)."""
    line = token_hex(16)
    body = bytearray()
    for name, value in fields.items():
        body += f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += value.encode() + b"\r\n"
    for one in files:
        called = one.file.replace("\\", "\\\\").replace('"', "%22")
        body += (
            f'--{line}\r\nContent-Disposition: form-data; name="{one.name}"; '
            f'filename="{called}"\r\nContent-Type: {one.media}\r\n\r\n'
        ).encode()
        body += one.content + b"\r\n"
    return f"multipart/form-data; boundary={line}", bytes(body) + f"--{line}--\r\n".encode()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls a server from one of this machine's addresses, known or not."""

    port: int
    token: str = field(default="", repr=False)
    source: str = "127.0.0.1"

    def call(  # noqa: PLR0913 - the parts of a request, each by name
        self,
        method: str,
        path: str,
        body: bytes | Json | list[Any] | None = None,
        *,
        media: str = "application/json",
        headers: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> Answer:
        """Send one request and give the answer. Raises OSError: there is no server."""
        said = {"Accept": "application/json", **(headers or {})}
        if self.token:
            said.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if content is not None:
            said.setdefault("Content-Type", media)
        line = HTTPConnection("127.0.0.1", self.port, timeout, source_address=(self.source, 0))
        with closing(line):
            line.request(method, path, content, said)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, path: str, **headers: str) -> Answer:
        """Get something below /api/v1."""
        return self.call("GET", f"/api/v1{path}", headers=headers)

    def post(self, path: str, body: Json, **headers: str) -> Answer:
        """Post JSON below /api/v1."""
        return self.call("POST", f"/api/v1{path}", body, headers=headers)

    def bring(
        self,
        content: bytes,
        *attachments: Part,
        headers: Mapping[str, str] | None = None,
        **metadata: object,
    ) -> Answer:
        """Upload a document with what is said of it."""
        said = {
            "direction": "outgoing",
            "type": "QĐ",
            "subject": "Về việc thử nghiệm",
            "classification": "none",
            **metadata,
        }
        media, body = multipart(
            {"metadata": json.dumps(said)}, [Part("file", "van-ban", content), *attachments]
        )
        return self.call("POST", "/api/v1/documents", body, media=media, headers=headers)

    def see(self, id: str) -> Json:
        """Give a document as this caller sees it."""
        seen: Json = self.get(f"/documents/{id}").must(200).told
        return seen

    def try_to(self, action: str, seen: Json, **choice: object) -> Answer:
        """Act on a document as it was seen."""
        return self.post(
            f"/documents/{seen['id']}/actions/{action}",
            {"revision": seen["revisions"][-1]["digest"], **choice},
            **{"If-Match": f'"{seen["version"]}"'},
        )

    def act(self, action: str, id: str, **choice: object) -> Json:
        """Look at a document and act on what was seen."""
        acted: Json = self.try_to(action, self.see(id), **choice).must(200, 202).told
        return acted


class Running:
    """An office that runs in a process of its own, with its data in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        office: str = "office.yaml",
        spool: Path | None = None,
        part: str = "run",
        called: str = "127.0.0.1",
        **told: str,
    ) -> None:
        """Get ready to run an office.

        Takes   folder: where everything of it is kept; spool: shared with its partners;
                part: "run" for everything in one process, "serve" for pages and API alone;
                called: how people call this machine;
                told: further settings of its environment, in lower case; "" leaves one out.
        """
        self.folder = folder
        self.data = folder / "data"
        self.spool = spool or folder / "spool"
        self.log = folder / "server.log"
        self.password = token_urlsafe(12)
        self.port = free_port()
        self._called = called
        self._office = office
        self._part = part
        self._told = {name.upper(): value for name, value in told.items() if value}
        self._tokens: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []
        self._family: set[tuple[int, str]] = set()

    def start(self) -> Self:
        """Start the server and wait until it is ready. Raises NotOurs: it does not get ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "tmp").mkdir(exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "app.py", self._part],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await()
        except BaseException:
            self.kill()
            raise
        return self

    @property
    def environment(self) -> dict[str, str]:
        """Give all that the server's process is told."""
        return {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DEMO_PASSWORD": self.password,
            "PUBLIC_ADDRESS": self.home,
            "TRINHKY_DATA": str(self.data),
            "TRINHKY_SPOOL": str(self.spool),
            "TRINHKY_OFFICE": self._office,
            "TMPDIR": str(self.folder / "tmp"),
            **self._told,
        }

    @property
    def pid(self) -> int:
        """Give the server's process id."""
        if self._process is None:
            raise NotOurs("the office does not run")
        return self._process.pid

    @property
    def home(self) -> str:
        """Give the address of its first page."""
        return f"http://{self._called}:{self.port}"

    @property
    def database_url(self) -> str:
        """Give where its database is."""
        return self._told.get("DATABASE_URL", f"sqlite:///{self.data / 'trinhky.sqlite'}")

    def by(self, person: str) -> Caller:
        """Give a caller with this person's token."""
        if person not in self._tokens:
            told = {"username": person, "password": self.password}
            self._tokens[person] = self.anybody().post("/tokens", told).must(201).told["token"]
        return Caller(self.port, self._tokens[person])

    def anybody(self, source: str = "127.0.0.1") -> Caller:
        """Give a caller nobody knows."""
        return Caller(self.port, source=source)

    def command(
        self, *words: str, patience: float = PATIENCE
    ) -> "subprocess.CompletedProcess[str]":
        """Run another command of app.py on this office's data, for so many seconds at most."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "app.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )

    def hire(self) -> "subprocess.Popen[bytes]":
        """Start one more worker beside the server; it ends with it at the latest."""
        with (self.folder / f"work-{len(self._workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "app.py", "work"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._workers.append(worker)
        return worker

    def _dismiss(self) -> None:
        for worker in self._workers:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGCONT)
                worker.terminate()
            worker.wait(60)
        self._workers.clear()

    def stop(self) -> None:
        """Ask the server and its workers to end, and see that they do."""
        self._dismiss()
        if self._process is None:
            return
        self._family |= family(self.pid)
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is None:
            return
        self._family |= family(self.pid)
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(30)
        self._process = None

    def orphans(self, patience: float = 10.0) -> list[str]:
        """Give the command lines of what this server started and left behind."""
        end = time.monotonic() + patience
        while (left := [one for one in self._family if _started(one[0]) == one[1]]) and (
            time.monotonic() < end
        ):
            time.sleep(0.05)
        return [_command_line(pid) for pid, _ in left]

    def _await(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            with suppress(OSError):
                if self.anybody().call("GET", "/readyz").status == 200:  # noqa: PLR2004 - HTTP
                    return
            time.sleep(0.05)
        raise NotOurs(f"no server: {self.log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """Give a TCP port of this machine that nobody listens on.

    Not one that the system gives to callers: whoever knocks at such a port before the server
    listens may be given the very port as their own, and then speaks with themselves.
    """
    for port in SystemRandom().sample(range(*PORTS), 100):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise NotOurs("no free port")


def family(pid: int) -> set[tuple[int, str]]:
    """Give a process and all that descend from it, each with the moment it was started."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if told := _stat(int(entry.name)):
            parents[int(entry.name)] = int(told[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {(one, moment) for one in found if (moment := _started(one))}


def _stat(pid: int) -> list[str]:
    """Give what proc(5) tells of a process from its state on, nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _started(pid: int) -> str:
    told = _stat(pid)
    # A process that ended, and whose parent has not looked yet, holds nothing any more.
    return told[19] if told and told[0] not in "ZX" else ""


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
    except OSError:
        return str(pid)
