"""Registers: books of numbers without gaps, and their rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from records.document import Classification, Direction, Number


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register; a cancelled one keeps its number and says why."""

    number: Number
    document: str  # id
    columns: Mapping[str, str]  # by column id, as printed
    cancelled: str = ""  # the reason, when the number was cancelled
    entered_on: date | None = None
