"""Who stands in for whom: dated, bounded, on a written basis (Decree 30/2020, art. 13)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from records.document import Document
from records.person import Person

AMOUNT = "amount"
"""The field in which a document states how much money it commits, in đồng."""


class Capacity(StrEnum):
    """In what capacity somebody acts for another; its mark is printed above the signature."""

    KT = "KT."  # a deputy for the head (ký thay)
    TL = "TL."  # the head of a unit below, by regulation (thừa lệnh); may be given on to a deputy
    TUQ = "TUQ."  # by written authorisation (thừa ủy quyền); never given on
    Q = "Q."  # acting head (quyền)


PASSED_ON = frozenset({Capacity.TL})
"""What may be given on; the Decree says it of TL. alone and forbids it of TUQ."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which documents a delegation reaches; an empty bound bounds nothing."""

    types: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    most: int | None = None  # đồng; a document that states no amount is then not reached

    def reach(self, document: Document) -> bool:
        """Tell whether a document lies within."""
        within = (
            (document.type, self.types),
            (document.workflow, self.workflows),
            (document.unit, self.units),
        )
        if any(bound and value not in bound for value, bound in within):
            return False
        stated = amount_of(document.fields.get(AMOUNT, ""))
        return self.most is None or (stated is not None and stated <= self.most)

    def hold(self, other: "Bounds") -> bool:
        """Tell whether everything other bounds reach is reached by these too."""
        pairs = (
            (self.types, other.types),
            (self.workflows, other.workflows),
            (self.units, other.units),
        )
        narrower = all(not wide or (narrow and narrow <= wide) for wide, narrow in pairs)
        money = self.most is None or (other.most is not None and other.most <= self.most)
        return narrower and money


@dataclass(frozen=True, slots=True)
class Delegation:
    """One person's word that another acts for them."""

    id: str
    delegator: str  # id of the person who gives
    delegate: str  # id of the person who gets
    capacity: Capacity
    since: date  # first day, where the office is
    until: date  # last day, included
    basis: str  # number of the paper it rests on: "12/GUQ-LĐLĐ"
    basis_on: date  # date of that paper
    bounds: Bounds
    recorded_by: str
    recorded_at: datetime
    passes_on: str = ""  # id of the delegation that is given on; "": their own authority
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def in_force(self, on: date) -> bool:
        """Tell whether it holds on a day."""
        return self.revoked_at is None and self.since <= on <= self.until

    def overlaps(self, since: date, until: date) -> bool:
        """Tell whether it holds on any of these days."""
        return self.revoked_at is None and self.since <= until and since <= self.until


@dataclass(frozen=True, slots=True)
class Mandate:
    """A delegation in force as it bears on one document: in whose name somebody may act."""

    principal: Person
    delegation: Delegation


def amount_of(written: str) -> int | None:
    """Give an amount as people write it, ``50.000.000 đ``, in đồng; None where there is none."""
    bare = written.casefold().removesuffix("đồng").removesuffix("vnd").removesuffix("đ")
    figures = bare.strip().replace(".", "").replace(",", "").replace(" ", "")
    return int(figures) if figures.isascii() and figures.isdigit() else None
