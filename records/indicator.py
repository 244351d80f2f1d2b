"""What an office is measured by: what became of each document, and the shares made of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from records.route import Title


class Kind(StrEnum):
    """What an indicator counts."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of one outgoing document that has its number."""

    id: str
    unit: str
    on: date  # of issue
    signed_at: datetime | None  # by the last of its leaders
    sealed: bool
    left_at: datetime | None  # first sent, or handed over off the network
    recipients: int  # it was to go to, by network or by hand
    delivered: int  # of those, whose system says that it arrived


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one incoming document."""

    id: str
    unit: str  # of who handles it, else where it was received
    came_at: datetime
    registered_on: date | None
    due_on: date | None
    ended_at: datetime | None
    open: bool  # somebody still has to do something


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of one closed case file."""

    id: str
    unit: str
    online: bool  # nothing in it was handed over off the network


@dataclass(frozen=True, slots=True)
class Counted:
    """One document or file behind an indicator."""

    id: str
    counted: int  # how much of it stands in the numerator
    of: int  # and in the denominator, at least 1


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share, and every document or file it is made of."""

    id: str
    kind: Kind
    title: Title
    behind: tuple[Counted, ...]

    @property
    def numerator(self) -> int:
        """Give how much was done as it should be."""
        return sum(one.counted for one in self.behind)

    @property
    def denominator(self) -> int:
        """Give how much there was."""
        return sum(one.of for one in self.behind)

    @property
    def share(self) -> float | None:
        """Give the share, 0 to 1; None where there was nothing to count."""
        return self.numerator / self.denominator if self.denominator else None
