"""How an office is reorganised: on whose decision, from which day, what becomes of which unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from records.person import Unit


class Change(StrEnum):
    """What happens to units."""

    RENAME = "rename"  # đổi tên: the same unit under another name
    MERGE = "merge"  # sáp nhập: people, papers and work go to one unit
    SPLIT = "split"  # chia, tách: its people go to several units
    DISSOLVE = "dissolve"  # giải thể: papers and work go to another unit, the posts end


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """One decision on the office's units, carried out on its day."""

    id: str
    change: Change
    units: tuple[str, ...]  # ids of those it is about
    into: tuple[Unit, ...]  # what they become; where there is none of this id, it is made
    on: date  # from this day on
    basis: str  # number and symbol of the decision
    basis_on: date
    by: str
    at: datetime  # aware, UTC
    moves: Mapping[str, str] = field(default_factory=dict)  # of a split: account → unit id
    done_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def planned(self) -> bool:
        """Tell whether its day is still to come."""
        return self.done_at is None and self.cancelled_at is None
