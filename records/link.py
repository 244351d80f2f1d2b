"""What a document has from another: it answers, quotes or encloses it, or was drawn from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.document import DocumentId


class LinkKind(StrEnum):
    """How a document stands to its source, whose class it never falls below."""

    REPLIES = "replies"
    QUOTES = "quotes"
    DERIVED = "derived"
    ATTACHES = "attaches"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A source somebody names for a document that is about to begin."""

    kind: LinkKind
    source: str  # id of a document they may read


@dataclass(frozen=True, slots=True)
class Link:
    """That a document has something from another one."""

    document: DocumentId
    kind: LinkKind
    source: DocumentId
    by: str  # who said so
    at: datetime  # aware, UTC
