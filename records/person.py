"""The people of the office, the units they sit in and the posts they hold."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from records.document import Classification


class Role(StrEnum):
    """What a post is for (``domain`` words: chuyên viên, trưởng ban, chánh văn phòng …)."""

    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    OFFICE_CHIEF = "office_chief"
    LEADER = "leader"
    REGISTRY_CLERK = "registry_clerk"
    ARCHIVIST = "archivist"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the office: a board, a department, the office itself."""

    id: str  # short and stable: "van-phong"
    name: str
    notation: str  # its abbreviation in symbols: "VP"
    parent: str | None = None
    until: date | None = None  # since this day there is no such unit any more


@dataclass(frozen=True, slots=True)
class Post:
    """A role held in a unit."""

    role: Role
    unit: str  # id of the unit
    by_group: bool = field(default=False, compare=False)  # goes when the group elsewhere does


@dataclass(frozen=True, slots=True)
class Succession:
    """What came from one unit to another when the office was reorganised: papers, maybe work."""

    old: str  # id of the unit it came from, however many reorganisations ago
    new: str  # id of the unit that has it now
    works: bool  # open work came along, not only the right to read


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; what they may do follows from their posts alone."""

    id: str  # the login name
    name: str
    title: str  # as printed under a signature: "Chủ tịch"
    posts: tuple[Post, ...]
    clearance: Classification = Classification.NONE
    email: str = ""
    active: bool = True
    successions: frozenset[Succession] = frozenset()  # to the units of their posts

    @property
    def roles(self) -> frozenset[Role]:
        """Give every role of every post."""
        return frozenset(post.role for post in self.posts)

    @property
    def units(self) -> frozenset[str]:
        """Give the ids of the units in which they hold a post."""
        return frozenset(post.unit for post in self.posts)


@dataclass(frozen=True, slots=True)
class Organ:
    """An agency: this office or a partner of it."""

    id: str  # identifier as in edXML's OrganId: "H49.90.1"
    name: str
    superior: str = ""  # name of the agency directly above, for the letterhead
    place: str = ""  # place name for the date line
    notation: str = ""  # abbreviation in symbols: "LĐLĐ"
    email: str = ""
    spool: str = ""  # the folder in which a partner takes its messages
    facts: dict[str, str] = field(default_factory=dict)  # address, telephone …
