"""What goes between offices: messages, their parts and how far each has come."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from records.document import Classification, Digest, Urgency
from records.person import Organ


class DispatchState(StrEnum):
    """How far one sending to one recipient has come (codes 01-06 of the national exchange)."""

    QUEUED = "queued"
    SENT = "sent"
    ARRIVED = "arrived"  # 01
    REJECTED = "rejected"  # 02
    ACCEPTED = "accepted"  # 03
    ASSIGNED = "assigned"  # 04
    PROCESSING = "processing"  # 05
    COMPLETED = "completed"  # 06
    RECALLED = "recalled"  # 15
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One sending of one document to one recipient."""

    id: str  # also the message's id
    document: str
    recipient: str  # organ id
    state: DispatchState
    revision: Digest  # the bytes that go
    queued_at: datetime
    changed_at: datetime
    note: str = ""  # the reason, when it failed or was rejected


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file inside a message."""

    name: str
    media: str  # type/subtype
    content: bytes
    main: bool = False  # the document itself, not an attachment


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document as it travels: what edXML says of it, and its files."""

    id: str  # of the message
    sender: Organ
    recipient: Organ
    document_id: str  # "<OrganId>,<yyyy/MM/dd>,<number>/<symbol>"
    code_number: str  # "05"
    code_notation: str  # "QĐ-LĐLĐ"
    issued_on: date | None
    place: str
    type_name: str  # "Quyết định"
    subject: str
    signer_capacity: str
    signer_position: str
    signer_name: str
    urgency: Urgency
    pages: int
    enclosures: tuple[Enclosure, ...]
    sent_at: datetime
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class StatusNotice:
    """What a recipient tells a sender about one document."""

    id: str  # of this message
    sender: Organ  # who tells
    recipient: Organ  # who is told
    about: str  # document_id of the document
    about_message: str  # id of the message that brought it
    code: str  # "01" … "06"
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecallNotice:
    """What an office tells a recipient to give up: a document's identifiers, and no word of it."""

    id: str  # of this message
    sender: Organ  # who sent the document and wants it back
    recipient: Organ
    about: str  # document_id of the document
    about_message: str  # id of the message that brought it, "" where it is not told
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Passport:
    """What the egress gate must know of a document before anything of it may leave."""

    document: str
    classification: Classification | None  # None: unknown, which is never let out
    digests: frozenset[Digest]  # of every file that is to leave
    secret_digests: frozenset[Digest]  # of those, the ones that belong to a classified document


class Outcome(StrEnum):
    """What the process that carries messages tells of one."""

    LEFT = "left"  # its recipient has it
    REFUSED = "refused"  # it may not leave, and did not
    WITHDRAWN = "withdrawn"  # taken back before its recipient opened it
    KEPT = "kept"  # taken back before it left, as far as that process remembers
    GONE = "gone"  # opened by its recipient: it cannot be taken back


@dataclass(frozen=True, slots=True)
class Carrying:
    """How the process stands that carries messages out of the office."""

    runs: bool
    confined: bool  # it tried, and could not open what it has no business with
    waiting: int  # messages
    oldest: datetime | None  # aware: since when the first of them waits
