"""Case files and the plan they are opened from: what an office keeps together, and for how long."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from records.document import Classification, Document

LONG = 5
"""From how many years of retention a file is handed in to the archive (Decree 30/2020, art. 30)."""


class FileState(StrEnum):
    """How far a case file has come."""

    OPEN = "open"
    CLOSED = "closed"
    SUBMITTED = "submitted"  # it lies on a list that the archive has not accepted yet
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One line of the year's plan of files (danh mục hồ sơ)."""

    year: int
    n: int  # 1, 2, 3 … in the plan's order
    heading: str  # "Tổ chức cán bộ"; printed with a Roman number
    subheading: str  # printed with an Arabic one; "" for none
    notation: str  # "01.TCCB", unique in its year
    title: str
    years: int  # how long it is kept; 0: for good
    owner: str  # id of the person who makes it
    note: str = ""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The plan of one year, which the head issues at its beginning."""

    year: int
    version: int  # 0: there is none yet
    files: tuple[PlannedFile, ...] = ()
    issued_on: date | None = None
    issued_by: str = ""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Documents of one matter, kept together by whoever works on it (hồ sơ công việc)."""

    id: str  # 32 lowercase hex digits
    year: int  # in which it came to be: FileCatalog
    notation: str  # FileNotation
    title: str
    years: int  # how long it is kept; 0: for good
    owner: str  # id of the person who makes it: Creator
    unit: str  # id of the unit that answers for it
    classification: Classification
    state: FileState
    version: int
    opened_on: date
    planned: bool  # it stands in the plan of its year
    parent: str = ""  # id of the file it is a part of
    ended_on: date | None = None  # when the work ended
    note: str = ""
    hand_in: str = ""  # id of the list it was last handed in on
    noticed_on: date | None = None  # when its owner was told that it falls due

    @property
    def due_on(self) -> date | None:
        """Give by when it is handed in: a year after the work ended, if it is kept long enough.

        Source  Decree 30/2020, art. 30.
        """
        if self.ended_on is None or 0 < self.years < LONG:
            return None
        leap = (self.ended_on.month, self.ended_on.day) == (2, 29)
        return self.ended_on.replace(
            year=self.ended_on.year + 1, day=28 if leap else self.ended_on.day
        )


@dataclass(frozen=True, slots=True)
class Filed:
    """A document in a file: the document itself stays where it is, and may lie in others too."""

    n: int  # its ordinal among what its reader knows of, in the order of putting in
    document: Document

    @property
    def on(self) -> date:
        """Give the document's own date: its issuer's, else that of its number or its coming."""
        document = self.document
        if document.source.on:
            return document.source.on
        return document.number.on if document.number else document.created_at.date()


@dataclass(frozen=True, slots=True)
class HandIn:
    """Files given to the archive at one time, listed twice: those for good, those for a term."""

    id: str
    made_at: datetime
    by: str
    settled_at: datetime | None = None
    settled_by: str = ""
    returned: str = ""  # why the archive gave it back; "" when it took it


def retention_of(years: int) -> str:
    """Give how long a file is kept, as it is printed."""
    return f"{years} năm" if years else "Vĩnh viễn"
