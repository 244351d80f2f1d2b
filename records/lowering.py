"""That a document's class is to be lowered: one person proposes it, another one confirms."""

from dataclasses import dataclass
from datetime import date, datetime

from records.document import Classification


@dataclass(frozen=True, slots=True)
class Lowering:
    """One proposal, and what became of it."""

    id: str
    document: str  # id
    was: Classification
    to: Classification
    decision: str  # number of the decision it rests on: "12/QĐ-LĐLĐ"
    decided_on: date
    reason: str
    proposed_by: str
    proposed_at: datetime  # aware, UTC
    confirmed_by: str = ""
    settled_at: datetime | None = None  # aware, UTC: confirmed or withdrawn

    @property
    def waits(self) -> bool:
        """Tell whether somebody has still to confirm it."""
        return self.settled_at is None
