"""A throw-away PostgreSQL cluster from Debian's packages, run by somebody who is not root."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

HERE = Path("/usr/lib/postgresql")
OWNER = "postgres"


class Cluster:
    """A running cluster; every office gets a database of its own."""

    def __init__(self, port: int, data: Path, control: Sequence[str] = ()) -> None:
        self.data = data  # the server's own files
        self._base = f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}"
        self._count = 0
        self._control = control
        self._admin = create_engine(
            f"{self._base}/postgres", isolation_level="AUTOCOMMIT", poolclass=NullPool
        )

    def create(self, template: str = "") -> str:
        """Give the address of a new database, empty or a copy of another one."""
        self._count += 1
        name = f"office_{self._count}"
        source = f" TEMPLATE {template.rpartition('/')[2]}" if template else ""
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{source}"))
        return f"{self._base}/{name}"

    def drop(self, address: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {address.rpartition('/')[2]} WITH (FORCE)"))

    def crash(self) -> None:
        """Let the server die as if its process had been killed."""
        _run(*self._control, "-m", "immediate", "stop")

    def start(self) -> None:
        """Start the server again, if it does not run."""
        if not _runs(*self._control, "status"):
            _run(*self._control, "start")

    def checkpoint(self) -> None:
        """Let the server write to its files what it holds in memory."""
        with self._admin.connect() as connection:
            connection.execute(text("CHECKPOINT"))

    def close(self) -> None:
        """Let go of the cluster."""
        self._admin.dispose()


def dump(address: str) -> bytes:
    """Give all that stands in a database, in clear, every table of every schema."""
    plain = address.replace("+psycopg", "")
    done = subprocess.run(  # noqa: S603 - Debian's own program
        [str(_binaries() / "pg_dump"), "--inserts", plain], check=True, capture_output=True
    )
    return done.stdout


def _binaries() -> Path:
    return max(HERE.glob("*/bin"), key=lambda path: int(path.parent.name))


def _scratch(*, durable: bool) -> str | None:
    return None if durable else os.environ.get("PYTEST_DEBUG_TEMPROOT")


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Start a cluster on a port of loopback and stop it afterwards, leaving nothing.

    Takes   durable: whether it waits for the disk as a real one does; tests need not.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=_scratch(durable=durable)))
    if os.getuid() == 0:
        shutil.chown(folder, OWNER)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    settings = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1"
    settings += "" if durable else " -c fsync=off -c full_page_writes=off"
    control = [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-o", settings]
    control += ["-l", str(folder / "log")]
    try:
        _run(
            str(binaries / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        _run(*control, "start")
        running = Cluster(port, folder / "data", control)
        try:
            yield running
        finally:
            running.close()
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*words: str) -> None:
    if not _runs(*words):
        raise RuntimeError(f"{words[0]} failed")


def _runs(*words: str) -> bool:
    # PostgreSQL refuses to run as root, so root steps aside.
    aside = ["runuser", "-u", OWNER, "--"] if os.getuid() == 0 else []
    done = subprocess.run(  # noqa: S603 - every word is ours
        [*aside, *words], check=False, stdout=subprocess.DEVNULL, cwd="/"
    )
    return done.returncode == 0
