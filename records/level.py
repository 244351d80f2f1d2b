"""How long a document's signatures can be proven, and what is still missing to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How much of its own proof a signed PDF carries, least first (EN 319 142-1, clause 6)."""

    B_B = "B-B"  # a signature and its certificate
    B_T = "B-T"  # and a trusted time before which it existed
    B_LT = "B-LT"  # and what shows that the certificates were good at that time
    B_LTA = "B-LTA"  # and a timestamp over all of that, which can be renewed

    def reaches(self, wanted: "Level") -> bool:
        """Tell whether this is at least ``wanted``."""
        ranks = list(Level)
        return ranks.index(self) >= ranks.index(wanted)


PERMANENT = 1_000_000
"""Years of retention of what is kept for good (vĩnh viễn): more than any other."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which level a document must reach, and when its proof is renewed."""

    levels: Mapping[int, Level]  # by the least years of retention they are for; 0 is among them
    usual_retention: int  # years, of types that say nothing
    renew_before: int  # days before a proof ends

    def level_of(self, retention: int | None, level: Level | None) -> Level:
        """Give what a type kept so long must reach, unless it says so itself."""
        kept = self.usual_retention if retention is None else retention
        return level or self.levels[max(years for years in self.levels if years <= kept)]


@dataclass(frozen=True, slots=True)
class Weight:
    """What a file proves by itself, and until when."""

    level: Level
    until: datetime | None  # aware; None: nothing in it ends


@dataclass(frozen=True, slots=True)
class Proof:
    """How a document's latest signed revision is proven, and what was promised of it."""

    document: str
    digest: str  # of the revision it speaks of
    wanted: Level
    reached: Level
    until: datetime | None  # aware: when the proof ends unless it is renewed
    waits: str = ""  # the rule that stood against it the last time, "" when nothing is missing
    tries: int = 0
    next_at: datetime | None = None  # aware: when it is tried again

    @property
    def complete(self) -> bool:
        """Tell whether the document has what was promised of it."""
        return self.reached.reaches(self.wanted)
