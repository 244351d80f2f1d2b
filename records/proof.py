"""What a proof of a road found: which claim fails, where, and the way that leads there."""

from dataclasses import dataclass
from enum import StrEnum

from records.condition import Fact
from records.document import Classification


class Claim(StrEnum):
    """What must hold of every road, whoever begins on it and whatever they choose."""

    REACHED = "reached"  # every state is reached
    ENDS = "ends"  # from wherever a document stands, it can come to an end
    SIGNED = "signed"  # nothing is numbered, sealed or sent without the leader's signature
    APPROVED = "approved"  # nothing is signed before every approval the road asks for
    TWO_PEOPLE = "two-people"  # the drafter is never the only one who approves
    MANNED = "manned"  # every step has somebody who can act today
    CLEARED = "cleared"  # … and somebody who may see it, where the document is secret
    NEVER_SENT = "never-sent"  # a secret document is never sent and never waits for that
    SMALL = "small"  # the road is small enough to be proven


NOTICES = frozenset({Claim.CLEARED})
"""Claims that speak of the people of today and of some documents only: told, never in the way."""


@dataclass(frozen=True, slots=True)
class Move:
    """One act on the way to what was found."""

    state: str
    act: str  # "revise" for a new revision, "" where the road goes on by itself
    to: str
    by: str = ""  # id of somebody who can do it, "" for the office itself
    held: tuple[tuple[str, Fact], ...] = ()  # what fields must hold for a choice to lead there


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim that does not hold, with the way that shows it."""

    claim: Claim
    state: str
    act: str = ""
    path: tuple[Move, ...] = ()
    drafter: str = ""  # id of whoever begins on that way
    classification: Classification = Classification.NONE
    missing: str = ""  # states whose approval is not there, parted by spaces

    @property
    def grave(self) -> bool:
        """Tell whether a road with this finding may not come into force."""
        return self.claim not in NOTICES
