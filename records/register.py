"""Registers: books of numbers without gaps, and their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from records.document import Classification, Digest, Direction, Number


@dataclass(frozen=True, slots=True)
class Book:
    """A register as the office keeps it."""

    id: str
    name: str
    direction: Direction
    classified: bool  # the own series that Decree 30/2020, art. 15(2) asks for secret documents
    per_type: bool  # one series a document type, or one joint series
    types: frozenset[str] = frozenset()  # only these types; empty: every type no other book takes
    notation: str = "{type}-{office}"  # how the symbol of a type with an abbreviation is made
    notation_plain: str = "{office}-{unit}"  # of công văn and others without one
    columns: tuple[tuple[str, str, int], ...] = ()  # id, title, relative width, in legal order

    def takes(self, direction: Direction, type: str, classification: Classification) -> bool:
        """Tell whether a document of this kind is entered here."""
        return (
            self.direction is direction
            and self.classified == (classification is not Classification.NONE)
            and (not self.types or type in self.types)
        )


class RowKind(StrEnum):
    """What became of a number that was drawn."""

    ENTERED = "entered"  # a document bears it
    CANCELLED = "cancelled"  # a document bore it
    RESERVED = "reserved"  # held for a document to come
    VOIDED = "voided"  # held, and given up


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register; a cancelled one keeps its number and says why."""

    number: Number
    document: str  # id; "" for a number that no document bears
    columns: Mapping[str, str]  # by column id, as printed
    cancelled: str = ""  # the reason, when the number was cancelled or voided
    entered_on: date | None = None
    kind: RowKind = RowKind.ENTERED
    classified: bool = False  # its columns lie shut in the vault's keeping


@dataclass(frozen=True, slots=True)
class Reservation:
    """A number drawn ahead of its document: one uses it later, or it is voided; its row stays."""

    id: str  # 32 lowercase hex digits
    number: Number  # ``on`` is the day it was reserved, not the date a document will bear
    reason: str
    holder: str  # id of the person it is held for
    by: str  # id of the registry clerk
    until: date  # the last day it may be used
    document: str = ""  # id, once one uses it
    voided: str = ""  # the reason

    @property
    def held(self) -> bool:
        """Tell whether it is still to be used or voided."""
        return not (self.document or self.voided)


@dataclass(frozen=True, slots=True)
class Closing:
    """A year of a register laid down for good: nothing is entered any more."""

    book: str
    year: int
    digest: Digest  # of the sealed PDF
    rows: int
    by: str
    at: datetime  # aware, UTC
    shelf: str = ""  # under which name the vault keeps it, of a register of secret documents
