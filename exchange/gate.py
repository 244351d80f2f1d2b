"""The one way out of the office: nothing classified, unknown or uncleared passes it."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from typing import Never, Self

from records.document import Classification, Digest
from records.errors import Broken, Refused
from records.exchange import Passport

# A seal must not outlive the process that judged, so its key is drawn here and kept nowhere.
_KEY = secrets.token_bytes(32)
_SEALER = object()
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Exchangeable:
    """Proof that a document was cleared for a destination and purpose; only ``clear`` gives it."""

    __slots__ = ("destination", "digests", "document", "purpose", "seal")

    document: str  # id
    digests: frozenset[Digest]  # of every file that may leave
    destination: str  # organ id, or mail address
    purpose: str  # "exchange", "mail"
    seal: bytes  # HMAC-SHA-256 over all of the above

    def __new__(cls, sealer: object = None, passport: object = None, **way: str) -> Self:
        """Give a sealed clearance to the gate, and to nobody else."""
        if sealer is not _SEALER or not isinstance(passport, Passport):
            raise TypeError("only exchange.gate.clear gives an Exchangeable")
        cleared = super().__new__(cls)
        for name, value in (
            ("document", passport.document),
            ("digests", frozenset(passport.digests)),
            ("destination", way["destination"]),
            ("purpose", way["purpose"]),
        ):
            object.__setattr__(cleared, name, value)
        object.__setattr__(cleared, "seal", _seal(cleared))
        return cleared

    def __init_subclass__(cls) -> None:
        raise TypeError("an Exchangeable has no kinds")

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("an Exchangeable does not change")

    def __delattr__(self, name: str) -> Never:
        raise AttributeError("an Exchangeable does not change")

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(
            "an Exchangeable does not travel: clear the document again where it is sent"
        )

    def __repr__(self) -> str:
        return f"<Exchangeable {self.document} to {self.destination} for {self.purpose}>"


def clear(passport: Passport, *, destination: str, purpose: str) -> Exchangeable:
    """Judge whether the files named in ``passport`` may leave for ``destination``.

    Takes   destination: an organ id or mail address; purpose: "exchange" or "mail".
    Gives   a clearance that holds in this process alone, for these files and this destination.
    Raises  Refused egress.classified: the document is classified, its degree is unknown, one of the
            files belongs to a classified document, or a digest is none.
            Refused egress.nowhere: no destination or no purpose is named.
    Source  Law 117/2025/QH15 (no state secret over an open network); NIST SP 800-53 AC-4, AC-25.
    """
    if passport.classification is not Classification.NONE:
        known = isinstance(passport.classification, Classification)
        raise _classified(passport, "classification" if known else "unknown")
    if not all(_DIGEST.fullmatch(each) for each in passport.digests | passport.secret_digests):
        raise _classified(passport, "digest")
    if passport.digests & passport.secret_digests:
        raise _classified(passport, "secret-content")
    if not destination.strip() or not purpose.strip():
        raise Refused("egress.nowhere", document=passport.document)
    return Exchangeable(_SEALER, passport, destination=destination, purpose=purpose)


def verify(exchangeable: Exchangeable, contents: Iterable[bytes]) -> None:
    """Make sure, where bytes leave, that this very clearance covers each of ``contents``.

    Raises  Broken egress.unsealed: it is no clearance, it was made or changed outside the gate or
            in another process, or one of ``contents`` was not cleared.
    """
    if type(exchangeable) is not Exchangeable:
        raise Broken("egress.unsealed", why="type")
    if not _is_sealed(exchangeable):
        raise Broken("egress.unsealed", why="seal")
    for content in contents:
        if hashlib.sha256(content).hexdigest() not in exchangeable.digests:
            raise Broken("egress.unsealed", why="content", document=exchangeable.document)


def _classified(passport: Passport, why: str) -> Refused:
    return Refused("egress.classified", document=passport.document, why=why)


def _is_sealed(exchangeable: Exchangeable) -> bool:
    try:
        return hmac.compare_digest(exchangeable.seal, _seal(exchangeable))
    except (AttributeError, TypeError):  # object.__new__ leaves it without its parts
        return False


def _seal(cleared: Exchangeable) -> bytes:
    told = [cleared.document, cleared.destination, cleared.purpose, sorted(cleared.digests)]
    return hmac.digest(_KEY, json.dumps(told).encode(), "sha256")
