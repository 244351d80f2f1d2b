"""The vault's master key changed: every document key under a new one, wherever it is killed."""

from base64 import b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.errors import Broken, Refused
from storage.keys import VAULT_KEY
from storage.objects import Objects
from storage.ring import (
    NEXT,
    Master,
    Ring,
    Told,
    alone_with,
    fingerprint,
    put,
    settle,
)
from storage.vault import open_key, shut_key


def rekey(objects: Objects, folder: Path, master: Master) -> tuple[int, bool]:
    """Put a new master key in the place of the old one, which is gone afterwards.

    Everything is prepared beside; one renaming brings the new key into force; then keys of
    documents are rewritten one by one, and until they are the ring beside the key opens them. So
    a process that dies anywhere leaves an office that opens, and the next call goes on.

    Takes   objects: of the vault; no office may have it open meanwhile.
    Gives   how many keys lie under the master key now, and whether an earlier change was finished
            instead of a new one made.
    Raises  Refused: vault.in-use; vault.closed-now, the present key is not opened.
    """
    with alone_with(folder, wait=False):
        ring = Ring(folder)
        present = (folder / VAULT_KEY).read_bytes()
        began = ring.told().master == fingerprint(present)
        key = _opened(master, present)
        if not began or _followed(objects, ring, key):
            began = False
            key = _prepare(objects, folder, master, present, key)
            (folder / NEXT).replace(folder / VAULT_KEY)
            settle(folder)
        ring.come_into_force()
        return follow(objects, ring, key), began


def follow(objects: Objects, ring: Ring, key: bytes) -> int:
    """Let every document key lie under this master key, as the ring has them; give how many do.

    Keys of what was destroyed are taken away, wherever they came from.
    """
    for document in ring.told().destroyed:
        for name in list(objects.names(f"{document}/")):
            objects.remove(name)
    for document, kept in ring.shut_keys().items():
        if not _opens(objects, document, key):
            objects.remove(f"{document}/key")
            objects.put_new(f"{document}/key", kept)
    return sum(_opens(objects, one, key) for one in _documents(objects))


def _followed(objects: Objects, ring: Ring, key: bytes) -> bool:
    """Tell whether every document key of the ring lies under this master key."""
    return all(_opens(objects, one, key) for one in ring.shut_keys())


def _prepare(objects: Objects, folder: Path, master: Master, present: bytes, key: bytes) -> bytes:
    """Write the new key and its ring beside the present ones, and give the new key."""
    following = AESGCM.generate_key(256)
    kept = master.shut(following)
    put(folder / NEXT, kept)
    before = Ring(folder).told()
    keys = {}
    for document in {*before.keys, *_documents(objects)}:
        clear = _clear(objects, Ring(folder), key, document)
        if clear is not None:
            keys[document] = b64encode(shut_key(following, clear, document)).decode()
    told = Told(
        master=fingerprint(kept),
        before=(*before.before, fingerprint(present)),
        keys=keys,
        destroyed=before.destroyed,
    )
    Ring(folder).write(told, following=True)
    return following


def _opened(master: Master, present: bytes) -> bytes:
    key = master.open(present)
    if key is None:
        raise Refused("vault.closed-now")
    return key


def _clear(objects: Objects, ring: Ring, key: bytes, document: str) -> bytes | None:
    """Give a document's key: as it lies there, else as the ring has it; None where none opens.

    None opens where an office was put back from a copy that the ring knows nothing of.
    """
    for shut in (objects.get(f"{document}/key"), ring.key(document)):
        if shut is not None:
            with suppress(Broken):
                return open_key(key, shut, document)
    return None


def _opens(objects: Objects, document: str, key: bytes) -> bool:
    shut = objects.get(f"{document}/key")
    try:
        return shut is not None and bool(open_key(key, shut, document))
    except Broken:
        return False


def _documents(objects: Objects) -> list[str]:
    return [one.removesuffix("/key") for one in objects.names() if one.endswith("/key")]
