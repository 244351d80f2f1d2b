"""Where in a folder of keys everything lies, and how a PKCS#12 file in it is opened."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

ROOT, INTERMEDIATE, SEAL, TSA = "root", "intermediate", "seal", "tsa"
PEOPLE = "people"
PASS_PHRASE = "pass-phrase"  # noqa: S105 - the name of a file
_PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate with its key, and whoever stands above it."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()


def is_person_id(id: str) -> bool:
    """Tell whether ``id`` can name a file and lead nowhere else."""
    return _PERSON_ID.fullmatch(id) is not None


def place_of(folder: Path, certificate: str) -> Path:
    """Give the PKCS#12 file of an authority, of the seal, or of the person of that id."""
    if certificate in {ROOT, INTERMEDIATE, SEAL, TSA}:
        return folder / f"{certificate}.p12"
    return folder / PEOPLE / f"{certificate}.p12"


def pass_phrase(folder: Path) -> bytes:
    """Give the pass phrase of the keys in ``folder``."""
    return (folder / PASS_PHRASE).read_bytes().strip()


def open_holder(path: Path, phrase: bytes) -> Holder:
    """Open a PKCS#12 file.

    Raises  ValueError: another pass phrase, or not a key and its certificate.
            OSError: it cannot be read.
    """
    return _opened(path.read_bytes(), phrase)


@lru_cache(maxsize=64)  # that an RSA key is one takes a tenth of a second to check
def _opened(content: bytes, phrase: bytes) -> Holder:
    key, certificate, chain = pkcs12.load_key_and_certificates(content, phrase)
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("no key and its certificate")
    return Holder(key, certificate, tuple(chain))
