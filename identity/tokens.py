"""Tokens: random, shown once, and kept only as their hash."""

from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32
"""How much chance is in a token, in bytes."""


def new_token() -> str:
    """Give a fresh token of 256 bits in URL-safe base64."""
    return token_urlsafe(BYTES)


def hash_of(token: str) -> str:
    """Give what is kept of a token: its SHA-256 in hex."""
    return sha256(token.encode()).hexdigest()
