"""The office's keys as a backup speaks of them: by fingerprint, or shut under a pass phrase."""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from records.errors import Broken, Refused
from storage.folder import keep_first
from storage.ring import NEXT, RING, RING_NEXT, Master, Ring, fingerprint
from storage.vault import master_key

VAULT_KEY = "vault.key"
LOG_KEY = "log.key"
"""Seals the log; an office restored without it makes itself another."""

BESIDE = frozenset({NEXT, RING, RING_NEXT})
"""What lies beside the vault's key and changes with it."""

IN_CLEAR = Master()
"""A master key in a file, as it is."""

WANTED = "wanted.json"
"""In a restored folder of keys: the fingerprints of those that were there when it was copied."""

PRINTS_KEY = "prints.key"
"""Under which secrets are known at the edge; an office restored without it makes itself another."""

SHORTEST = 12
"""How many characters a pass phrase must have: whoever holds the backup may try for years."""

_SALT, _NONCE = 16, 12
_ABOUT = b"trinhky keys 1"


def fingerprints(folder: Path) -> dict[str, str]:
    """Give what tells one key from another, by name, without telling the key.

    Revocation lists are left out: they are issued anew every day; and the log's key, which an
    office put back elsewhere does without.
    """
    return {
        name: fingerprint(content)
        for name, content in _contents(folder).items()
        if not name.endswith(".crl") and name not in {LOG_KEY, PRINTS_KEY, *BESIDE}
    }


def missing(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Give the names of the keys that are not in ``folder``, or are others."""
    found, before = fingerprints(folder), Ring(folder).told().before
    return sorted(
        name
        for name, print_ in wanted.items()
        if found.get(name) != print_ and not (name == VAULT_KEY in found and print_ in before)
    )


def want(folder: Path, wanted: Mapping[str, str]) -> None:
    """Keep in a restored folder which keys belong there."""
    keep_first(folder / WANTED, json.dumps(dict(wanted), indent=1, sort_keys=True).encode())


def vault_key(folder: Path, master: Master = IN_CLEAR) -> bytes | None:
    """Give the vault's master key, made on first use; none while it stays closed.

    It does where a restored office still waits for it, or nobody opens it.

    Takes   master: how it is kept.
    Raises  Broken: the key there is another than the one its documents were encrypted under, and
            none that took its place. Refused: a wrong pass phrase or PIN.
    """
    path = folder / VAULT_KEY
    wanted = _wanted(folder).get(VAULT_KEY)
    if not path.exists():
        if wanted is not None:
            return None
        keep_first(path, master.shut(AESGCM.generate_key(256)))
    kept = path.read_bytes()
    if wanted not in (None, fingerprint(kept), *Ring(folder).told().before):
        raise Broken("vault.other-key")
    return master.open(kept)


def log_key(folder: Path) -> tuple[bool, bytes]:
    """Give whether the log's key was made just now, and the key."""
    path = folder / LOG_KEY
    made = not path.exists()
    return made, master_key(path)


def shut_keys(folder: Path, phrase: str) -> bytes:
    """Give every key encrypted under a pass phrase.

    Raises  Refused: the pass phrase is too short.
    Source  RFC 7914 (scrypt); NIST SP 800-38D (AES-GCM).
    """
    if len(phrase) < SHORTEST:
        raise Refused("backup.passphrase-short", shortest=SHORTEST)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in _contents(folder).items():
            file.writestr(name, content)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    return salt + nonce + _cipher(phrase, salt).encrypt(nonce, packed.getvalue(), _ABOUT)


def open_keys(shut: bytes, phrase: str) -> dict[str, bytes]:
    """Give back what was shut. Raises Refused: another pass phrase."""
    salt, nonce, rest = shut[:_SALT], shut[_SALT : _SALT + _NONCE], shut[_SALT + _NONCE :]
    try:
        packed = _cipher(phrase, salt).decrypt(nonce, rest, _ABOUT)
    except (InvalidTag, ValueError) as wrong:
        raise Refused("backup.passphrase-wrong") from wrong
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist() if _lies_inside(name)}


def take_keys(folder: Path) -> dict[str, bytes]:
    """Give the content of every file in a folder of keys. Raises Refused: there is none."""
    contents = _contents(folder)
    if not contents:
        raise Refused("restore.no-keys", folder=str(folder))
    return contents


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and path.name != WANTED
        and path.parent.name != "before"
    }


def _wanted(folder: Path) -> dict[str, str]:
    try:
        wanted: dict[str, str] = json.loads((folder / WANTED).read_bytes())
    except FileNotFoundError:
        return {}
    return wanted


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    # 128 MB a guess: as dear as this machine's own backup bears.
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(phrase.encode()))


def _lies_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
