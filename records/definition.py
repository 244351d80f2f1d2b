"""Which text of a road is in force, since when, and who put it there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from records.document import Digest


class Source(StrEnum):
    """Where a version of a road came from."""

    FILE = "file"  # config/workflows, when the office opened
    EDITOR = "editor"  # an administrator wrote it
    UNDO = "undo"  # an administrator took back what came after it


@dataclass(frozen=True, slots=True)
class Adoption:
    """One text of a road coming into force; it stays so until the next one."""

    name: str  # of the road
    n: int  # 1, 2, 3 … in the order they came
    digest: Digest  # of the text
    source: Source
    by: str  # id of the person, or "system"
    at: datetime  # aware, UTC
