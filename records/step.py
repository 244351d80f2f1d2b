"""A step of a document's road: opened, lying on somebody's desk, and closed by one act."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One stay of a document in one state."""

    document: str
    n: int  # 1, 2, 3 … in the order they were opened
    state: str
    desk: frozenset[str]  # whose it is to act: "person:…", "role:…", "unit:…"
    opened_at: datetime
    due_at: datetime | None = None
    soon_at: datetime | None = None  # from when on the deadline is near
    closed_at: datetime | None = None
    closed_by: str = ""
    on_behalf_of: str = ""  # whose authority it was, where it was not their own
    act: str = ""  # the name of the act that closed it
    digest: str = ""  # the bytes that act spoke of
    approval: bool = False
    cancelled_at: datetime | None = None  # when its approval ceased to count

    def overdue(self, now: datetime) -> bool:
        """Tell whether it should have been done before now."""
        return self.closed_at is None and self.due_at is not None and self.due_at < now

    def due_soon(self, now: datetime) -> bool:
        """Tell whether its deadline is near, but not passed."""
        near = self.soon_at is not None and self.soon_at <= now
        return self.closed_at is None and near and not self.overdue(now)
