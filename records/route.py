"""The road of a document as the office configured it: states, acts, who may and what each needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from records.document import Digest, Direction
from records.person import Role
from records.working_time import Span


class Whom(StrEnum):
    """How the people of a step are found when the document gets there."""

    DRAFTER = "drafter"  # who brought the document
    HEAD_OF_DRAFTERS_UNIT = "head_of_drafters_unit"  # never the drafter: then the unit above
    ROLE = "role"  # everybody who holds the role, in whatever unit
    DESK = "desk"  # a role in a named unit; survives its holder
    SIGNER = "signer"  # the leader the draft names; any leader where it names none
    ASSIGNEE = "assignee"  # whom the directive charged
    PREVIOUS = "previous"  # whoever acted last, as long as nobody acted since


@dataclass(frozen=True, slots=True)
class Who:
    """One way of finding people; ``role`` and ``unit`` where the way needs them."""

    whom: Whom
    role: Role | None = None
    unit: str = ""


class Need(StrEnum):
    """What an act cannot be without."""

    COMMENT = "comment"  # a reason in words
    SEEN = "seen"  # the digest of the bytes that were shown
    ASSIGNEE = "assignee"  # whom to charge
    RECIPIENTS = "recipients"  # organs to send to


class Effect(StrEnum):
    """What an act does beside leading on."""

    SIGN = "sign"  # the leader's signature
    ENTER = "enter"  # a number from the register
    SEAL = "seal"  # number, date and seal in one revision
    ASSIGN = "assign"
    DISPATCH = "dispatch"
    ARCHIVE = "archive"
    CANCEL_NUMBER = "cancel_number"


@dataclass(frozen=True, slots=True)
class Title:
    """What people read for a name, in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that may be done in a state."""

    name: str
    title: Title
    to: str  # the state it leads to
    who: tuple[Who, ...] = ()  # empty: the people of the state
    needs: frozenset[Need] = frozenset()
    does: Effect | None = None
    also: str = ""  # another name under which the API knows this act
    reports: str = ""  # code told to the sender of an incoming document: 02, 03 …


class Way(StrEnum):
    """How a step that nobody did in time reaches the head of the unit."""

    ADD = "add"  # beside those who had it
    REASSIGN = "reassign"  # instead of them


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens to a step that is overdue."""

    after: Span  # working time since it was due
    how: Way


@dataclass(frozen=True, slots=True)
class State:
    """A place on the road and what may be done there."""

    name: str
    title: Title
    who: tuple[Who, ...] = ()
    acts: tuple[Act, ...] = ()
    editable: bool = False  # new revisions may be brought here
    approves: bool = False  # leaving it forward is an approval of the bytes
    within: Span | None = None  # how long it may lie here, in working time
    escalates: Escalation | None = None  # what happens when it lay longer


@dataclass(frozen=True, slots=True)
class Route:
    """A whole road."""

    name: str
    title: Title
    direction: Direction
    start: str
    starters: frozenset[Role]  # who may begin a document on it
    states: Mapping[str, State]
    digest: Digest  # of the text it was read from
