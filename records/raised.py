"""That a document's class was changed, as an office remembers it outside of its backups."""

from dataclasses import dataclass
from datetime import datetime

from records.document import Classification


@dataclass(frozen=True, slots=True)
class Raised:
    """One raising, or a lowering by two people."""

    document: str  # id
    classification: Classification  # what it became
    at: datetime  # aware: when it was purged or lowered
