"""A document of the office, its revisions and its number, at one moment."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

DocumentId = NewType("DocumentId", str)  # 32 lowercase hex digits, random: says nothing of order
Digest = NewType("Digest", str)  # 64 lowercase hex digits: SHA-256 of the whole file (FIPS 180-4)


def _plain(words: str) -> str:
    told = "".join(unicodedata.normalize("NFC", words).casefold().split())
    return told.lstrip("0") if "/" in told else told


class Direction(StrEnum):
    """Which way a document goes; it fixes its registers and its road."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    INTERNAL = "internal"


class Classification(StrEnum):
    """Degree of secrecy, lowest first: thường, Mật, Tối mật, Tuyệt mật."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 - a degree, not a password
    TOP_SECRET = "top_secret"  # noqa: S105 - likewise

    @property
    def rank(self) -> int:
        """Give its place in the order, 0 for what is not secret."""
        return list(Classification).index(self)


class Circulation(StrEnum):
    """How far a document may go round (Decree 30/2020, Annex I, III.2); no degree of secrecy."""

    NONE = "none"
    INTERNAL = "internal"  # LƯU HÀNH NỘI BỘ: not out of this agency
    RETURN = "return"  # XEM XONG TRẢ LẠI: named readers, who give it back


class Urgency(StrEnum):
    """How fast it must go: Thường, Khẩn, Thượng khẩn, Hỏa tốc."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    IMMEDIATE = "immediate"


class Media(StrEnum):
    """What a file is, decided by its content."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Origin(StrEnum):
    """How a revision came to be."""

    UPLOADED = "uploaded"  # a person brought these bytes
    DRAFTED = "drafted"  # made from the office's form
    MENDED = "mended"  # the DOCX before it, its layout put right
    RENDERED = "rendered"  # the PDF of the revision just before it
    REWRITTEN = "rewritten"  # the pages of the revision just before it, with nothing beneath them
    INITIALLED = "initialled"  # the revision before it, and a checker's small signature (ký nháy)
    SIGNED = "signed"  # the revision before it, and a leader's signature
    SEALED = "sealed"  # the revision before it, number, date and the agency's seal
    RECEIVED = "received"  # came from another agency
    PROVEN = "proven"  # the revision before it, with what proves its signatures for longer


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a document's bytes, never changed once it exists."""

    n: int  # 1, 2, 3 … in the order they came
    digest: Digest
    size: int  # bytes
    media: Media
    origin: Origin
    by: str  # id of the person whose act made it
    at: datetime  # aware, UTC
    pages: int = 0  # of a PDF; 0 where it is none


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a document and is not part of its text."""

    n: int  # 1, 2, 3 …
    name: str  # as its bringer called it, without folders
    digest: Digest
    size: int  # bytes
    media: str  # type/subtype
    own_class: Classification  # of what it says, whatever it goes with


@dataclass(frozen=True, slots=True)
class Number:
    """A number as drawn from a register: ``05/QĐ-LĐLĐ`` of 2026-11-20."""

    book: str  # id of the register, as in config/registers.yaml
    series: str  # which series in that book: a document type, or "" for a joint one
    year: int  # of the date of issue, Asia/Ho_Chi_Minh
    serial: int  # 1 … n without gaps within book, series and year
    notation: str  # the symbol after the slash: ``QĐ-LĐLĐ``; "" for a plain arrival number
    on: date  # date of issue, or of arrival

    @property
    def code(self) -> str:
        """Give the decimal number with a leading zero below ten (Decree 30/2020, Annex I)."""
        return f"{self.serial:02d}"

    def __str__(self) -> str:
        return f"{self.code}/{self.notation}" if self.notation else self.code


@dataclass(frozen=True, slots=True)
class Source:
    """Where an incoming document comes from, as its issuer wrote it."""

    number: str = ""  # the issuer's number and symbol, ``12/KH-LĐLĐ``
    organ: str = ""  # the issuing agency's name
    on: date | None = None  # the issuer's date
    organ_id: str = ""  # the issuing agency's identifier, when it came by exchange
    message: str = ""  # id of the message that brought it, when it came by exchange

    @property
    def marks(self) -> frozenset[str]:
        """Give by what the same document is known when it comes again: identifier, or trio.

        The trio is number, symbol and issuer; letter case, blanks and leading zeros do not count.
        Source  Decree 30/2020, Annex VI, part I, III.1h.
        """
        number, organ = _plain(self.number), _plain(self.organ)
        if not number:
            return frozenset()
        marks = {f"trio|{number}|{organ}"} if organ else set()
        if self.organ_id and self.on:
            marks.add(f"id|{self.organ_id.casefold()}|{self.on.isoformat()}|{number}")
        return frozenset(marks)


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document at one moment; its bytes lie in storage under its revisions."""

    id: DocumentId
    direction: Direction
    type: str  # abbreviation of Decree 30 (QĐ, TB …) or, where there is none, the name
    subject: str
    classification: Classification  # effective: the highest of its own, its files', its sources'
    own_class: Classification  # of what it says itself
    urgency: Urgency
    workflow: str  # name of its road
    definition: Digest  # of the workflow text it started with
    state: str  # a state of that workflow
    version: int  # 1 at birth, one more with each act: what If-Match compares
    unit: str  # id of the unit that answers for it
    drafter: str  # id of the person who brought it
    created_at: datetime  # aware, UTC
    changed_at: datetime  # aware, UTC
    due_on: date | None = None
    recipients: tuple[str, ...] = ()  # ids of organs it shall be sent to
    fields: Mapping[str, str] = field(default_factory=dict)  # the form's answers, by name
    source: Source = Source()
    number: Number | None = None
    signer: str = ""  # id of the leader who signed
    assignee: str = ""  # id of the person who answers for it now (incoming)
    circulation: Circulation = Circulation.NONE
    rests_since: datetime | None = None  # aware, UTC: suspended, and nobody acts meanwhile
    recalled_at: datetime | None = None  # aware, UTC: frozen where issued, destroyed where received
    revisions: tuple[Revision, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def destroyed(self) -> bool:
        """Tell whether its issuer took it back, so that only what is known of that is left."""
        return self.recalled_at is not None and self.direction is Direction.INCOMING

    @property
    def latest(self) -> Revision:
        """Give the newest revision: the bytes every act speaks of."""
        return self.revisions[-1]

    @property
    def origin(self) -> Origin:
        """Give how the latest words and signatures came to be, whatever proof was added since."""
        made = [one.origin for one in self.revisions if one.origin is not Origin.PROVEN]
        return made[-1]
