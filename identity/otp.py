"""One-time codes: a secret that a telephone keeps, and codes on paper for when it is lost."""

import hmac
import io
import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PERIOD = 30
"""For how many seconds a code is shown (RFC 6238, 4.1)."""

DIGITS = 6
SKEW = 1
"""How many periods a telephone's clock may be ahead or behind."""

CODES = 10
"""How many codes are given on paper, each good once."""

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 12
_NONCE = 12


class Seal:
    """Keeps secrets of telephones under a key outside the database, each bound to its person."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def shut(self, person: str, secret: bytes) -> bytes:
        """Give a secret encrypted (NIST SP 800-38D)."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, person.encode())

    def open(self, person: str, shut: bytes) -> bytes:
        """Give the secret back, b"" if another key shut it or another's row it was."""
        try:
            return self._cipher.decrypt(shut[:_NONCE], shut[_NONCE:], person.encode())
        except InvalidTag:
            return b""


def new_secret() -> bytes:
    """Give a fresh secret of 160 bits (RFC 4226, 4, R6)."""
    return secrets.token_bytes(20)


def code_at(secret: bytes, period: int) -> str:
    """Give the code of one period (RFC 4226, 5.3; RFC 6238, 4.2)."""
    digest = hmac.digest(secret, period.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def period_of(secret: bytes, code: str, at: datetime, *, after: int) -> int | None:
    """Give the period whose code this is, None if it is none that is good now.

    Takes   after: the last period whose code was used; it and those before it are refused.
    """
    told = "".join(code.split())
    now = int(at.timestamp()) // PERIOD
    found = None
    for period in range(now - SKEW, now + SKEW + 1):
        right = hmac.compare_digest(code_at(secret, period).encode(), told.encode())
        if right and secret and period > after:
            found = period
    return found


def written(secret: bytes) -> str:
    """Give a secret as people type it: base32 in groups of four."""
    told = b32encode(secret).decode("ascii")
    return " ".join(told[at : at + 4] for at in range(0, len(told), 4))


def address_of(secret: bytes, account: str, office: str) -> str:
    """Give what a telephone reads from the picture (otpauth, as authenticators take it)."""
    label = quote(f"{office}:{account}", safe="")
    told = b32encode(secret).decode("ascii")
    return f"otpauth://totp/{label}?secret={told}&issuer={quote(office, safe='')}"


def picture_of(address: str) -> str:
    """Give an address as a QR code in SVG (ISO/IEC 18004)."""
    file = io.BytesIO()
    segno.make(address, error="m").save(file, kind="svg", xmldecl=False, scale=5)
    return file.getvalue().decode("ascii")


def new_codes() -> list[str]:
    """Give fresh codes for paper, each of about 59 bits."""
    return ["".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(CODES)]


def hash_of_code(person: str, code: str) -> str:
    """Give what is kept of a code on paper, however it was typed."""
    told = "".join(code.replace("-", "").split()).lower()
    return sha256(f"code\0{person}\0{told}".encode()).hexdigest()
