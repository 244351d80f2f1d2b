"""Who is charged with what of an incoming document: lead, collaborators, those who only know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """What somebody is charged with (``domain`` words: chủ trì, phối hợp, để biết)."""

    LEAD = "lead"
    COLLABORATOR = "collaborator"
    INFORMED = "for_information"


class AssignmentState(StrEnum):
    """How an assignment stands."""

    OPEN = "open"
    DONE = "done"  # whoever had it reported it as done, or took note of it
    RETURNED = "returned"  # whoever had it gave it back, and said why
    RECALLED = "recalled"  # whoever gave it took it back
    DROPPED = "dropped"  # nobody needs it any more: what it was part of has ended


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part as a directive names it."""

    part: Part
    to: str  # a person, or a unit, whose head it then is
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One person's part; until when it is due stands with its step."""

    id: str  # random
    document: str  # id
    n: int  # 1, 2, 3 … of this document, in the order they were given
    step: int  # n of the step it is done in
    part: Part
    person: str  # id of whom it was given to
    given_by: str
    given_at: datetime
    unit: str = ""  # the unit that was meant, whose head then has it
    parent: str = ""  # id of the assignment it is a part of; "": of the directive itself
    percent: int = 0  # how far it has come, 0 … 100, as last reported
    state: AssignmentState = AssignmentState.OPEN
    review: bool = True  # of a lead: the leader looks at the result before the document is complete
    asked_until: datetime | None = None  # until when more time is asked for
    reply: str = ""  # id of the document that answers
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state is AssignmentState.OPEN
