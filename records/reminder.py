"""A reminder: one moment of one deadline, at which those who have the work hear of it once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReminderKind(StrEnum):
    """Of what somebody is reminded."""

    SOON = "soon"  # the step's deadline is near
    OVERDUE = "overdue"  # the step's deadline has passed
    DOCUMENT_SOON = "document-soon"  # the day by which the whole document is due comes near
    DOCUMENT_OVERDUE = "document-overdue"  # that day has passed
    ESCALATE = "escalate"  # the step was overdue for so long that the head of the unit gets it


OF_DOCUMENTS = frozenset({ReminderKind.DOCUMENT_SOON, ReminderKind.DOCUMENT_OVERDUE})


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder; a deadline that moved has other ones."""

    id: str  # random: says nothing of the document
    document: str
    step: int  # n of the step; 0 for the document's own day
    kind: ReminderKind
    deadline: datetime  # aware, UTC; the day's beginning where a day is meant
    at: datetime  # from when on it is to be given
    done_at: datetime | None = None
