"""The process that carries messages out: shut off from all of the office but tray and partners."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

from config.directory import read_partners
from config.office import read_office
from config.settings import Settings
from drafting.sandbox import shown_in, system_folders
from exchange.prints import KNOWN
from records.errors import Unavailable
from storage.keys import PRINTS_KEY
from storage.snapshot import file_of
from storage.vault import master_key

BWRAP = Path("/usr/bin/bwrap")
PAUSE = 2.0
"""How long to wait before a carrying process that ended is started again, in seconds."""

LOOKING = 0.2
"""How often to look whether it still runs, in seconds."""

_HERE = Path(__file__).resolve().parents[1]
_log = logging.getLogger("office.exchange")


def exchange(settings: Settings) -> Never:
    """Become the carrying process; what this one could open, that one cannot.

    Raises  Unavailable exchange.no-sandbox: there is none on this machine, and no setting allows
            to go without.
    """
    words = command(settings)
    os.dup2(_told(settings), 0)
    os.execve(words[0], words, {})  # noqa: S606 - no shell is wanted


@contextmanager
def exchanging(settings: Settings) -> Iterator[None]:
    """Keep a carrying process going beside this one, unless it is started apart."""
    if settings.exchange_apart:
        yield
        return
    stopping = threading.Event()
    # The kernel ends the child with the thread that started it, so one thread lives as long.
    keeping = threading.Thread(target=_keep, args=(settings, stopping), daemon=True)
    keeping.start()
    try:
        yield
    finally:
        stopping.set()
        keeping.join()


def command(settings: Settings) -> list[str]:
    """Give the command line of the carrying process. Raises Unavailable exchange.no-sandbox."""
    own = [sys.executable, "-I", "-B", str(_HERE / "exchange" / "__main__.py")]
    if settings.exchange_unconfined:
        return own
    if not BWRAP.exists():
        raise Unavailable("exchange.no-sandbox")
    code = (_HERE / "exchange", _HERE / "records", Path(sys.base_prefix), Path(sys.prefix))
    shared = (settings.trinhky_tray, settings.trinhky_spool)
    return [
        *(str(BWRAP), "--unshare-all", "--unshare-user", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL", "--clearenv", "--disable-userns"),
        *("--setenv", "LANG", "C.UTF-8", "--chdir", "/"),
        *system_folders(),
        *(word for folder in code for word in shown_in(folder)),
        *(word for folder in shared for word in ("--bind", str(folder), str(folder))),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *own,
    ]


def _told(settings: Settings) -> int:
    """Give an open file that says what the process may know of the office."""
    organ = read_office(settings.trinhky_config / settings.trinhky_office).organ.id
    partners = read_partners(settings.trinhky_config / "partners.yaml")
    told = {
        "tray": str(settings.trinhky_tray),
        "spool": str(settings.trinhky_spool),
        "organ": organ,
        "prints": str(settings.trinhky_tray / KNOWN),
        "key": master_key(settings.trinhky_data / "keys" / PRINTS_KEY).hex(),
        "partners": {one.id: one.spool for one in partners.values() if one.spool},
        "closed": [str(one) for one in closed_to_it(settings)],
        "unconfined": settings.exchange_unconfined,
    }
    file = os.memfd_create("told")
    os.write(file, json.dumps(told).encode())
    os.lseek(file, 0, os.SEEK_SET)
    return file


def closed_to_it(settings: Settings) -> list[Path]:
    """Give what the process must not be able to open."""
    database = file_of(settings.database_url)
    kept = ("keys", "vault", "blobs", "index", "checkpoints")
    return [*(settings.trinhky_data / one for one in kept), *([database] if database else [])]


def _keep(settings: Settings, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            status = _run(settings, stopping)
        except (OSError, Unavailable) as fault:
            _log.error("exchange.no-sandbox %s", type(fault).__name__)
            status = 0
        if status:
            # 3 is its own word for "I could open what must be closed to me".
            _log.error("exchange.stopped %s", status)
        stopping.wait(PAUSE)


def _run(settings: Settings, stopping: threading.Event) -> int:
    told = _told(settings)
    try:
        process = subprocess.Popen(command(settings), stdin=told, env={}, cwd="/")  # noqa: S603 - every word is ours
    finally:
        os.close(told)
    try:
        while process.poll() is None and not stopping.wait(LOOKING):
            pass
        return 0 if stopping.is_set() else process.returncode
    finally:
        process.kill()
        process.wait()
