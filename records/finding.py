"""What is asked of the index, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from records.document import DocumentId


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which documents a list shows; an empty field bounds nothing, but no reader sees nothing."""

    readers: frozenset[str] = frozenset()  # tokens of who asks
    direction: str = ""
    state: str = ""
    type: str = ""
    unit: str = ""
    since: datetime | None = None  # aware; of birth in the office
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A document as the index keeps it; a classified one never becomes an entry."""

    id: DocumentId
    readers: frozenset[str]  # who may find it: "person:an", "unit:ban-tc", "role:leader"
    subject: str
    number: str  # "05/QĐ-LĐLĐ", or ""
    text: str  # the words of its pages and attachments
    direction: str
    type: str
    unit: str
    state: str
    issued_on: date | None
    created_on: date
    people: str = ""  # names of drafter and signer
    source: str = ""  # the issuer's number and name, for an incoming document


@dataclass(frozen=True, slots=True)
class Query:
    """A question as a reader put it, with what bounds the answer."""

    words: str
    readers: frozenset[str]  # the asker's tokens; an entry is found only if it shares one
    type: str = ""
    direction: str = ""
    unit: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    facets: bool = False
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found."""

    id: DocumentId
    subject: str
    number: str
    snippet_html: str  # escaped; only <mark> is markup
    score: float


@dataclass(frozen=True, slots=True)
class Findings:
    """The answer to a query."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]  # facet name → value → count
    suggestion: str  # a better spelling, or ""
