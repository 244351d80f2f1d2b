"""Keys on PKCS#11 tokens and HSMs: logged in for one batch, never asked twice for a wrong PIN."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import pkcs11
from pkcs11 import KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as vendor

from records.errors import Refused, Unavailable

VAULT_LABEL = "trinhky-vault"
"""How the key that opens the vault is called on its token."""

_BLOCK = 16  # bytes of AES
_WRONG_PIN = (vendor.PinIncorrect, vendor.PinInvalid, vendor.PinLenRange)


class Token:
    """One token, found by its label; a process has one session on it at a time."""

    def __init__(self, module: Path, label: str) -> None:
        """Know the token called ``label`` behind the maker's library ``module``."""
        self._module = module
        self._label = label
        # PKCS#11 logs in a whole process, not a session: two batches at once would share a PIN.
        self._one_at_a_time = Lock()

    def sign(self, credential: str, attributes: Sequence[bytes], pin: str) -> list[bytes]:
        """Sign each with the key labelled ``credential``, logged in once.

        Raises  Refused: the PIN is missing, wrong or locked, or there is no such key; a wrong PIN
                is tried once, since a token locks itself after a few.
                Unavailable: the token is not there.
        Source  PKCS #11 v2.40, 5.6 and 5.11.
        """
        if not pin:
            raise Refused("key.pin-needed")
        with self._one_at_a_time:
            try:
                return self._signed(credential, attributes, pin)
            except _WRONG_PIN as wrong:
                raise Refused("key.pin-wrong") from wrong
            except (vendor.PinLocked, vendor.PinExpired) as locked:
                raise Refused("key.pin-locked") from locked
            except (vendor.NoSuchKey, vendor.MultipleObjectsReturned) as absent:
                raise Refused("key.absent", credential=credential) from absent
            except (vendor.PKCS11Error, RuntimeError, OSError) as gone:
                raise Unavailable("key.token-unavailable") from gone

    def _signed(self, credential: str, attributes: Sequence[bytes], pin: str) -> list[bytes]:
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._label)
        with token.open(user_pin=pin) as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=credential)
            return [_one(key, content) for content in attributes]


class TokenKey:
    """An AES key on a token that opens the vault's master key, and never leaves the token.

    Source  PKCS #11 v2.40, 2.9 (CKM_AES_CBC_PAD).
    """

    scheme = "token"

    def __init__(self, module: Path, label: str, pin: Callable[[], str]) -> None:
        """Know the token called ``label`` behind ``module``; ``pin`` gives "" where nobody says."""
        self._module, self._label, self._pin = module, label, pin

    def shut(self, master: bytes) -> bytes:
        """Give the master key under the token's. Raises Refused, Unavailable: as ``open``."""
        pin = self._pin()
        if not pin:
            raise Refused("key.pin-needed")
        vector = os.urandom(_BLOCK)
        with self._key(pin) as key:
            return vector + bytes(key.encrypt(master, mechanism_param=vector))

    def open(self, shut: bytes) -> bytes | None:
        """Give the master key back, None without a PIN.

        Raises  Refused: the PIN is wrong or locked, tried once. Unavailable: no token, no key.
        """
        pin = self._pin()
        if not pin:
            return None
        with self._key(pin) as key:
            return bytes(key.decrypt(shut[_BLOCK:], mechanism_param=shut[:_BLOCK]))

    @contextmanager
    def _key(self, pin: str) -> Iterator[Any]:
        try:
            token = pkcs11.lib(str(self._module)).get_token(token_label=self._label)
            with token.open(user_pin=pin) as session:
                yield session.get_key(object_class=ObjectClass.SECRET_KEY, label=VAULT_LABEL)
        except _WRONG_PIN as wrong:
            raise Refused("key.pin-wrong") from wrong
        except (vendor.PinLocked, vendor.PinExpired) as locked:
            raise Refused("key.pin-locked") from locked
        except (vendor.PKCS11Error, RuntimeError, OSError) as gone:
            raise Unavailable("key.token-unavailable") from gone


def _one(key: Any, content: bytes) -> bytes:
    if key.key_type is KeyType.EC:
        # Not every token hashes for ECDSA, and all sign a digest; r and s come as they are.
        return bytes(key.sign(sha256(content).digest(), mechanism=Mechanism.ECDSA))
    return bytes(key.sign(content, mechanism=Mechanism.SHA256_RSA_PKCS))
