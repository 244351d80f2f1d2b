"""One act in a process of its own, with a fault that strace puts into one of its system calls."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from records.errors import OfficeError

WRITING = (
    *("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fallocate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir"),
    *("mkdir", "mkdirat", "chmod", "fchmod"),
)
"""The calls by which an office changes what lies on its disk."""

CREATING = ("openat",)
"""Counted only where a file is made."""

TELLING = ("sendto",)
"""The call by which whoever acted is told: between the commit and this one lies a point too."""

PATIENCE = 60.0
"""How long one act may take, in seconds."""

_CALL = re.compile(r"^(?:\d+ +)?([a-z0-9_]+)\(")

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Which call of which kind meets what: a signal, or an error."""

    call: str
    nth: int  # 1 is the first of its kind
    does: str  # "signal=KILL", "error=EIO" …

    def __str__(self) -> str:
        return f"{self.does} at {self.call} {self.nth}"

    @property
    def words(self) -> str:
        """Give it as strace wants it."""
        return f"inject={self.call}:{self.does}:when={self.nth}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act."""

    told: Told  # {"done": …}, {"refused": rule} or {"broke": traceback}; {} when nothing was told
    calls: tuple[str, ...] = field(repr=False)  # the traced calls, in order
    struck: bool  # whether the fault was met


def permitted() -> str:
    """Give why no fault can be injected here, or nothing."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run(  # noqa: S603 - a program of Debian's
        [strace, "-qq", "-e", "inject=getuid:error=EIO", sys.executable, "-c", "0"],
        capture_output=True,
        check=False,
    )
    return "" if tried.returncode == 0 else "strace may not trace here"


def acted(
    ready: Callable[[], Callable[[], object]], scratch: Path, fault: Fault | None = None
) -> Outcome:
    """Do an act in a fork of this process, traced, and give what came of it.

    Takes   ready: makes everything ready, before any fault, and gives the act itself;
            scratch: a folder for the trace; fault: none to only count.
    """
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _act(ready, theirs)
    theirs.close()
    trace = scratch / "trace"
    ours.settimeout(PATIENCE)
    with ours:
        if not ours.recv(1):
            os.waitpid(pid, 0)
            raise RuntimeError("the act did not get ready")
        strace = _attached(pid, trace, fault)
        ours.send(b"!")
        told = _heard(ours, pid)
    os.waitpid(pid, 0)
    strace.wait()
    lines = trace.read_text(errors="replace").splitlines()
    calls = tuple(_calls(lines))
    killed = any("killed by SIGKILL" in line for line in lines)
    struck = killed or any("(INJECTED)" in line for line in lines)
    return Outcome(told, calls, struck)


def tried(ready: Callable[[], Callable[[], object]]) -> Outcome:
    """Do an act in a fork of this process, untraced, and give what came of it."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _act(ready, theirs)
    theirs.close()
    ours.settimeout(PATIENCE)
    with ours:
        first = ours.recv(1)
        if first == b"?":
            ours.send(b"!")
            told = _heard(ours, pid)
        else:
            told = json.loads(first + ours.recv(1 << 16)) if first else {}
    os.waitpid(pid, 0)
    return Outcome(told, (), struck=True)


def asked(question: Callable[[], object]) -> Any:
    """Give the answer to a question asked in a fork of this process, which then is gone."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        try:
            answer = {"answer": question()}
        except BaseException:  # noqa: BLE001 - told to the parent, whatever it is
            answer = {"broke": traceback.format_exc()[-1500:]}
        _leave(theirs, answer)
    theirs.close()
    ours.settimeout(2 * PATIENCE)
    with ours:
        told = _heard(ours, pid)
    os.waitpid(pid, 0)
    if "answer" not in told:
        raise RuntimeError(str(told.get("broke", "no answer")))
    return told["answer"]


def faults_for(calls: tuple[str, ...], does: str, kinds: tuple[str, ...]) -> Iterator[Fault]:
    """Give one fault for each call of these kinds that an act made."""
    count: Counter[str] = Counter()
    for call in calls:
        name, _, makes = call.partition(" ")
        count[name] += 1
        if name in kinds and (makes or name not in CREATING):
            yield Fault(name, count[name], does)


def _act(ready: Callable[[], Callable[[], object]], line: socket.socket) -> None:
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        act = ready()
        line.send(b"?")
        line.recv(1)
        act()
        told: Told = {"done": True}
    except OfficeError as fault:
        told = {"refused": fault.rule, "why": str(fault)}
    except BaseException:  # noqa: BLE001 - told to the parent, whatever it is
        told = {"broke": traceback.format_exc()[-1500:]}
    _leave(line, told)


def _leave(line: socket.socket, told: object) -> None:
    with suppress(OSError):
        line.sendall(json.dumps(told).encode())
    os._exit(0)


def _attached(pid: int, trace: Path, fault: Fault | None) -> "subprocess.Popen[str]":
    kinds = ",".join((*WRITING, *CREATING, *TELLING))
    words = ["-p", str(pid), "-o", str(trace), "-s", "0", "-e", f"trace={kinds}"]
    strace = subprocess.Popen(  # noqa: S603 - a program of Debian's
        ["strace", *words, *(("-e", fault.words) if fault else ())],  # noqa: S607 - from PATH
        stderr=subprocess.PIPE,
        text=True,
    )
    line = strace.stderr.readline() if strace.stderr else ""
    if "attached" not in line:
        os.kill(pid, signal.SIGKILL)
        raise RuntimeError(line.strip() or "strace did not attach")
    return strace


def _heard(line: socket.socket, pid: int) -> Told:
    heard = b""
    end = time.monotonic() + 2 * PATIENCE
    try:
        while more := line.recv(1 << 16):
            heard += more
            if time.monotonic() > end:
                break
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
        return {"broke": f"no answer within {PATIENCE:.0f} seconds"}
    except ConnectionResetError:
        pass
    if not heard:
        return {}
    told: Told = json.loads(heard)
    return told


def _calls(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if found := _CALL.match(line):
            makes = found[1] in CREATING and "O_CREAT" in line
            yield f"{found[1]} makes" if makes else found[1]
