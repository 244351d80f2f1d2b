"""What an office sent and wants back, and what it was itself asked to give up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RecallState(StrEnum):
    """How far taking one sending back has come."""

    QUEUED = "queued"  # it is being taken back unopened, or the demand has not left yet
    SENT = "sent"  # the demand lies with its recipient
    ACKNOWLEDGED = "acknowledged"  # 01: their software has it
    REFUSED = "refused"  # 16
    DESTROYED = "destroyed"  # 15
    WITHDRAWN = "withdrawn"  # nobody there had opened it

    @property
    def over(self) -> bool:
        """Tell whether nothing of it is left with the recipient, as far as they say."""
        return self in (RecallState.DESTROYED, RecallState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Recall:
    """The taking back of one sending from one recipient."""

    id: str  # of the dispatch
    document: str
    recipient: str  # organ id
    state: RecallState
    left: bool  # whether it had left when it was recalled
    reason: str  # told to the recipient; "" for a document that became secret
    by: str
    at: datetime  # aware
    changed_at: datetime  # aware
    answer: str = ""  # what the recipient said
    reminded_at: datetime | None = None


class OrderState(StrEnum):
    """What became of another office's demand to give a document up."""

    ASKED = "asked"
    AGREED = "agreed"  # closed here, and about to be destroyed
    DESTROYED = "destroyed"  # and its sender was told: 15
    REFUSED = "refused"  # 16


@dataclass(frozen=True, slots=True)
class Order:
    """What another office demanded of this one."""

    id: str
    organ: str  # id of who sent the document and wants it back
    message: str  # id of the demand
    document: str  # its id here; "" where no such document is known
    about: str  # the document's identifier between offices
    about_message: str
    reason: str
    at: datetime  # aware
    state: OrderState = OrderState.ASKED
    by: str = ""  # who answered
    answered_at: datetime | None = None
    answer: str = ""  # why it was refused
