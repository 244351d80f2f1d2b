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
    closed_at: datetime | None = None
    closed_by: str = ""
    act: str = ""  # the name of the act that closed it
    digest: str = ""  # the bytes that act spoke of
    approval: bool = False
    cancelled_at: datetime | None = None  # when its approval ceased to count
