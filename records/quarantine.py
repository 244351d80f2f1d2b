"""Files that bear a mark of secrecy and were not said to be secret: held until somebody decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.document import Classification, Digest


class Where(StrEnum):
    """Where a mark was found."""

    SUBJECT = "subject"
    NAME = "name"  # of a file
    PAGE = "page"  # at the head of its first page, or at an edge of any
    FIELD = "field"  # of what a file says of itself: keywords, properties, stamps


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of secrecy, the highest one that was found."""

    classification: Classification
    where: Where


class Kind(StrEnum):
    """What was brought."""

    DOCUMENT = "document"
    REVISION = "revision"  # of a document that is there already
    MESSAGE = "message"  # of another agency


class Outcome(StrEnum):
    """What became of it."""

    HELD = "held"
    CLAIMED = "claimed"  # whoever brought it says it is no secret, and why
    RELEASED = "released"  # somebody else agreed
    DISCARDED = "discarded"  # its key is gone


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file in quarantine; its bytes lie in the vault."""

    name: str
    digest: Digest
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What is held; its words lie shut in the vault."""

    id: str
    kind: Kind
    mark: Mark
    by: str  # id of the person who brought it
    at: datetime  # aware, UTC
    files: tuple[HeldFile, ...]  # the document itself first
    said: Mapping[str, object]  # what was said of it
    document: str = ""  # id, of a revision
    reason: str = ""  # why it is no secret, by who brought it
    outcome: Outcome = Outcome.HELD
    settled_by: str = ""
    settled_at: datetime | None = None  # aware, UTC
