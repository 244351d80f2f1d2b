"""Passwords, kept as argon2id hashes and compared in equal time for known and unknown accounts."""

from base64 import b64encode
from secrets import token_bytes

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
"""How many characters a password has at least (NIST SP 800-63B-4, 3.1.1.2)."""

LONGEST = 1000
"""And at most: hashing must end."""


class Passwords:
    """One way of hashing; its cost is that of RFC 9106's second recommended option."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._decoy = _nobodys(self._hasher)

    def hash(self, password: str) -> str:
        """Give the argon2id hash to keep."""
        return self._hasher.hash(password)

    def match(self, hash: str, password: str) -> bool:
        """Tell whether the password is right; "" for a hash costs as much and is never right."""
        try:
            right = self._hasher.verify(hash or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and bool(hash)


def _nobodys(hasher: PasswordHasher) -> str:
    """Give a hash that costs as much as any to compare with, and that no password has."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (
        b64encode(token_bytes(length)).rstrip(b"=").decode()
        for length in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19${cost}${salt}${digest}"
