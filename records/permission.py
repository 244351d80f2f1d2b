"""That somebody is to read something, or no more: one person proposes it, another confirms."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """One proposal, and what became of it; nothing changes before it is confirmed."""

    id: str
    document: str  # id, "" where it is about a file
    file: str  # id, "" where it is about a document
    person: str  # whose reading changes
    grants: bool  # they are to read it; False: no more
    proposed_by: str
    proposed_at: datetime  # aware, UTC
    until: datetime  # after this moment it can no longer be confirmed
    confirmed_by: str = ""
    settled_at: datetime | None = None  # aware, UTC: confirmed or given up

    def waits(self, at: datetime) -> bool:
        """Tell whether somebody may still confirm it."""
        return self.settled_at is None and at < self.until
