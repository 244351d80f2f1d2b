"""A signature that is still to come: what waits for it, who may bring it, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from records.document import Digest, Number
from records.paper import Box


class SigningRole(StrEnum):
    """What a signature says of its signer."""

    LEADER = "leader"  # the competent person
    AGENCY = "agency"  # the agency's own signature: its seal
    COPY = "copy"  # sao y, sao lục, trích sao
    ANNEX = "annex"  # an annex in a file of its own


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    TAKEN = "taken"  # the signer's service fetched the file, once
    RETURNED = "returned"  # it brought one back, once, which is being looked at
    COMPLETED = "completed"
    FAILED = "failed"  # what it brought back was refused
    REPLACED = "replaced"  # the same person asked again


@dataclass(frozen=True, slots=True)
class Awaited:
    """A revision that lacks nothing but its signature."""

    tail: bytes  # what follows the revision before it, with zeros where the signature goes
    field: str  # of the signature
    hole: tuple[int, int]  # where in the whole file the signature goes, "<" and ">" included
    attributes: bytes  # what is to be signed: the signed attributes in DER (RFC 5652, 5.4)


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What one person is asked to sign elsewhere, with one certificate, once."""

    id: str  # 32 lowercase hex digits, random
    document: str  # id
    version: int  # of the document; another one makes the request void
    digest: Digest  # of the revision that is signed
    role: SigningRole
    action: str  # the act on the document's road
    person: str  # id
    certificate: bytes  # DER
    created_at: datetime  # aware, UTC
    expires_at: datetime  # aware, UTC
    awaited: Awaited | None  # None as soon as nobody may complete it any more
    state: RequestState = RequestState.OPEN
    number: Number | None = None  # which the agency's signature locks
    reserved: str = ""  # id of the reservation it was taken from
    part: str = ""  # of a copy its form, "sao-y"; of an annex its number among the attachments
    fetch: str = ""  # SHA-256 of the word that fetches the file, for a service alone
    bring: str = ""  # SHA-256 of the word that brings it back
    outcome: str = ""  # the rule that refused what was brought back


@dataclass(frozen=True, slots=True)
class Returned:
    """What a PDF that came back from a signer's service adds to the one that was handed out."""

    field: str  # of its signature
    certificate: bytes  # DER, of whoever signed
    box: Box | None  # where the signature is seen; None where it is not
    filled: Mapping[str, str]  # text fields that say something new, by name
    locked: frozenset[str]  # text fields that nobody may change after it
    pictured: bool  # whether its appearance has a picture


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in the office's register."""

    fingerprint: str  # SHA-256 of its DER, hexadecimal
    person: str  # id, or "" for the agency itself
    der: bytes
    name: str  # whom it names
    issuer: str  # who issued it
    serial: str  # hexadecimal
    not_before: datetime  # aware, UTC
    not_after: datetime  # aware, UTC
    at: datetime  # aware, UTC: when it was registered
    by: str  # id of who registered it
    kept_on: str = ""  # on what its key lies, in the office's own words
    differs: str = ""  # what in it is not as the office knows its holder: of ``NAMES``, by blanks
    revoked_at: datetime | None = None  # aware, UTC: from when on nothing is signed with it
    revoked_by: str = ""  # id of who marked it
    revoked_why: str = ""
    sought: str = ""  # what it is found by: words without accents, in lower case

    def standing(self, at: datetime) -> "Standing":
        """Give what the office knows of it at a moment, by its own register alone."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        if at < self.not_before:
            return Standing.TO_COME
        if at >= self.not_after:
            return Standing.ENDED
        return Standing.ENDING if self.not_after - at <= SOON else Standing.GOOD


SOON = timedelta(days=60)
"""How long before its end a certificate is told to be ending."""

STAGES = (60, 30, 7)
"""How many days before a certificate's end its holder is told, each time once."""

NAMES = ("name", "organ", "title", "email")
"""What in a certificate may differ from what the office knows of its holder."""


class Standing(StrEnum):
    """What the register says of a certificate."""

    GOOD = "good"
    ENDING = "ending"  # within 60 days
    ENDED = "ended"
    TO_COME = "to-come"  # it begins later
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a certificate names, in its own words."""

    common: str
    organs: tuple[str, ...] = ()  # organisations and parts of them
    titles: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()  # "CCCD:…", "MST:…"


@dataclass(frozen=True, slots=True)
class Naming:
    """What the office does about a certificate that names another than its holder."""

    refuses: bool = False  # else it is told, and used
    organs: tuple[str, ...] = ()  # further names of the office in certificates: a former one


class KeyKind(StrEnum):
    """Where a private key lies, and so how a signature is got from it."""

    FILE = "file"  # a PKCS#12 file in the office's key folder
    TOKEN = "token"  # noqa: S105 - a PKCS#11 token or HSM of this machine, not a password
    REMOTE = "remote"  # a provider who signs on the signer's word
    SERVICE = "service"  # VGCA Sign Service on the signer's computer: the PDF itself goes and comes
    DEVICE = "device"  # the signer's own computer: what is to be signed goes out and comes back


@dataclass(frozen=True, slots=True)
class Holding:
    """Which key somebody signs with."""

    person: str  # id, or "" for the agency itself
    kind: KeyKind
    certificate: str = ""  # fingerprint of the registered one; "" with a file, which has its own
    keeper: str = ""  # name of the token or provider in config/signers.yaml
    credential: str = ""  # what the keeper calls the key


@dataclass(frozen=True, slots=True)
class Leave:
    """What a signer says to let their key sign; it is never kept, nor ever printed."""

    pin: str = field(default="", repr=False)
    otp: str = field(default="", repr=False)
