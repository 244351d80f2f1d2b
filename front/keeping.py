"""How the vault's master key is kept and opened, as the settings say."""

import fcntl
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import Settings
from records.errors import Refused
from signing.token import TokenKey
from storage.ring import Kept, Master, Phrase

ASKED = "Mật khẩu mở kho mật / pass phrase of the vault: "
PIN = "PIN: "
UNSET = Path()
LOCK = ".office.lock"
"""In the folder of keys: held by every open office, and by who changes the master key."""


def master_of(settings: Settings) -> Master:
    """Give the way to the master key.

    Without a file to read a pass phrase or PIN from it is asked at a terminal; where there is none,
    the vault stays closed and the rest of the office works.
    """
    ways: dict[str, Kept] = {
        "phrase": Phrase(
            _told(settings.vault_phrase_file, ASKED),
            anew=_told(settings.vault_phrase_next, ASKED)
            if settings.vault_phrase_next != UNSET
            else None,
        ),
        "token": TokenKey(
            settings.vault_module, settings.vault_token, _told(settings.vault_pin_file, PIN)
        ),
    }
    return Master(ways, way="" if settings.vault_kept == "file" else settings.vault_kept)


def _told(file: Path, question: str) -> Callable[[], str]:
    """Give what tells a pass phrase: the first line of a file, or whoever sits at the terminal."""

    def tell() -> str:
        if file != UNSET:
            try:
                return file.read_text("utf-8").split("\n", 1)[0]
            except (OSError, UnicodeDecodeError):
                return ""
        return getpass.getpass(question) if sys.stdin.isatty() else ""

    return tell


def asked_before(settings: Settings) -> None:
    """Ask now what several processes need, and leave it where only they can read it: in memory."""
    asked = {
        "phrase": ("VAULT_PHRASE_FILE", settings.vault_phrase_file, ASKED),
        "token": ("VAULT_PIN_FILE", settings.vault_pin_file, PIN),
    }.get(settings.vault_kept)
    if asked is None or asked[1] != UNSET or not sys.stdin.isatty():
        return
    name, _, question = asked
    held = os.memfd_create("trinhky", flags=0)
    os.write(held, getpass.getpass(question).encode())
    os.set_inheritable(held, True)  # noqa: FBT003 - the standard library's own
    os.environ[name] = f"/proc/self/fd/{held}"


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Keep the master key from being changed while an office is open.

    Raises  Refused ``vault.changing``: it is being changed just now.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Refused("vault.changing") from held
        yield


@contextmanager
def closed_to_all(folder: Path) -> Iterator[None]:
    """Let no office be open meanwhile. Raises Refused ``vault.in-use``: one is."""
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise Refused("vault.in-use") from held
        yield
