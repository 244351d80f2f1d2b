"""What becomes of a document when its road gets a new version."""

from dataclasses import dataclass
from enum import StrEnum

from records.proof import Finding


class Fate(StrEnum):
    """Whether a document goes over to the new version."""

    MOVES = "moves"
    MAPPING = "needs-mapping"  # somebody has to say where it comes to stand
    STAYS = "stays"
    MOVED = "moved"  # it has gone over


class Because(StrEnum):
    """Why."""

    SAME_STATE = "same-state"  # the new version has the state it is in
    MAPPED = "mapped"  # somebody said where it goes
    NO_STATE = "no-state"  # the new version has no such state
    NO_PLACE = "no-place"  # nobody acts in the state it was to go to
    BRANCHES = "branches"  # it is in the middle of branches
    ASKED = "asked"  # others are being asked about it
    RESTS = "rests"  # it is suspended
    HURTS = "hurts"  # from where it stands the new version cannot be proven
    OUTRUN = "outrun"  # somebody acted on it meanwhile
    REFUSED = "refused"  # nobody could act where it would come to


@dataclass(frozen=True, slots=True)
class Verdict:
    """One document, and what becomes of it."""

    document: str  # id
    version: int  # of the document, as it was judged
    state: str
    to: str  # the state of the new version, "" where none is known
    fate: Fate
    because: Because
    finding: Finding | None = None  # what cannot be proven
