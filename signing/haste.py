"""What the vendors read digit by digit and prepare again for each comparison, done at once."""

from binascii import unhexlify
from functools import lru_cache
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils import generic

NAMES = 4_096
"""Of how many names of issuers and subjects the prepared form is remembered."""

_FIRST, _NEXT = 512, 16_384  # bytes: most strings are short, signatures are not

read_by_digits = generic.read_hex_string_from_stream
_prepared = x509.NameTypeAndValue._ldap_string_prep  # noqa: SLF001 - the vendor has no other name for it


def hasten() -> None:
    """Let this process read signatures in one piece; every result stays what it was.

    A signature's hexadecimal string has some ten thousand digits and is read a dozen times until
    a document is sealed; certificates are compared by names prepared anew each time (RFC 4518).
    """
    generic.read_hex_string_from_stream = read_at_once
    x509.NameTypeAndValue._ldap_string_prep = _remembered  # noqa: SLF001 - as above


def read_at_once(stream: BinaryIO) -> Any:
    """Read a hexadecimal string, from its "<" to behind its ">".

    What is anything but digits is left to the vendor, who knows blanks, comments and errors.
    """
    start = stream.tell()
    stream.read(1)
    digits = bytearray()
    while chunk := stream.read(_NEXT if digits else _FIRST):
        end = chunk.find(b">")
        digits += chunk[:end] if end >= 0 else chunk
        if end >= 0:
            stream.seek(end + 1 - len(chunk), 1)
            try:
                return generic.pdf_string(unhexlify(digits + b"0" * (len(digits) % 2)))
            except ValueError:
                break
    stream.seek(start)
    return read_by_digits(stream)


@lru_cache(NAMES)
def _ready(text: str) -> str:
    ready: str = _prepared(None, text)
    return ready


def _remembered(_self: object, text: str) -> str:
    return _ready(text)
