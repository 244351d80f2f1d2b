"""That a document's class was raised, as an office remembers it outside of its backups."""

from dataclasses import dataclass
from datetime import datetime

from records.document import Classification


@dataclass(frozen=True, slots=True)
class Raised:
    """One raising."""

    document: str  # id
    classification: Classification  # what it was raised to
    at: datetime  # aware: when it was purged
