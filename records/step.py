"""A step of a document's road: opened, lying on somebody's desk, and closed by one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What a step is."""

    STEP = "step"  # of the road: somebody acts and the document goes on
    JOIN = "join"  # of the road: open as long as its branches run
    OPINION = "opinion"  # somebody was asked; the step it hangs on stays as it is
    APPROVER = "approver"  # somebody more must agree before the step it hangs on may
    ERRAND = "errand"  # somebody else looks first; until then the step it hangs on rests
    ASSIGNMENT = "assignment"  # somebody's part of what a directive asks
    INFORMATION = "information"  # somebody shall know of it
    EXTENSION = "extension"  # more time is asked for; whoever gave the work decides


ROAD = frozenset({StepKind.STEP, StepKind.JOIN})
"""Kinds of steps that are states of the road."""

OF_DIRECTIVES = frozenset({StepKind.ASSIGNMENT, StepKind.INFORMATION, StepKind.EXTENSION})
"""Kinds of steps that follow from a directive and stand in nobody's way."""

DROPPED = "dropped"
"""Outcome of a step that nobody needs any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stay of a document in one state, or something asked of somebody meanwhile."""

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
    kind: StepKind = StepKind.STEP
    parent: int = 0  # n of the join whose branch it is in, or of the step it hangs on
    branch: str = ""  # which branch of that join
    outcome: str = ""  # of a join, or of the act that ended a branch; dropped if nobody needs it
    since: int = 0  # the document's version from which on it is as it is now
    asked_by: str = ""  # id of the person who asked for it, where the road did not
    votes: Mapping[str, str] = field(default_factory=dict)  # of a join: what its branches said
    held_due_at: datetime | None = None  # the deadline it had when its document was suspended
    held_soon_at: datetime | None = None
    settled: bool = False  # its deadline was set by somebody and is no longer the road's
    by_hand: frozenset[str] = frozenset()  # tokens on the desk that somebody put there

    @property
    def open(self) -> bool:
        """Tell whether it still waits."""
        return self.closed_at is None

    def overdue(self, now: datetime) -> bool:
        """Tell whether it should have been done before now."""
        return self.closed_at is None and self.due_at is not None and self.due_at < now

    def due_soon(self, now: datetime) -> bool:
        """Tell whether its deadline is near, but not passed."""
        near = self.soon_at is not None and self.soon_at <= now
        return self.closed_at is None and near and not self.overdue(now)
