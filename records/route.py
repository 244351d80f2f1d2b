"""The road of a document as the office configured it: states, acts, who may and what each needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from records.condition import Condition, number_in
from records.document import Digest, Direction
from records.layout import Strictness
from records.person import Role
from records.working_time import Span


class Whom(StrEnum):
    """How the people of a step are found when the document gets there."""

    DRAFTER = "drafter"  # who brought the document
    HEAD_OF_DRAFTERS_UNIT = "head_of_drafters_unit"  # never the drafter: then the unit above
    ROLE = "role"  # everybody who holds the role, in whatever unit
    DESK = "desk"  # a role in a named unit; survives its holder
    HEAD_OF = "head_of"  # of a named unit; never the drafter: then the unit above
    OWNER = "owner"  # who answers for the case file; the drafter where there is none
    CHOSEN = "chosen"  # one of a set, whom the act that leads here names
    SIGNER = "signer"  # the leader the draft names; any leader where it names none
    ASSIGNEE = "assignee"  # whom the directive charged
    PREVIOUS = "previous"  # whoever acted last, as long as nobody acted since


@dataclass(frozen=True, slots=True)
class Who:
    """One way of finding people; ``role`` and ``unit`` where the way needs them."""

    whom: Whom
    role: Role | None = None
    unit: str = ""
    among: tuple["Who", ...] = ()  # from whom CHOSEN is chosen


class Need(StrEnum):
    """What an act cannot be without."""

    COMMENT = "comment"  # a reason in words
    SEEN = "seen"  # the digest of the bytes that were shown
    OPENED = "opened"  # that this person opened those bytes before
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
    NOTIFY = "notify"  # others are let in and told


AGREED = "agreed"
"""Where an act of a branch leads that ends the branch with a yes."""

DECLINED = "declined"
"""Where an act of a branch leads that ends the branch with a no."""

OUTCOMES = frozenset({AGREED, DECLINED})

BACKWARD = frozenset({"recall", "return"})
"""Acts that take a document back: never an approval, and nobody's to recall."""


class Extra(StrEnum):
    """What may be done in a state beside its own acts, where the road allows it."""

    OPINION = "request-opinion"  # others are asked, and the step stays open
    FORWARD = "forward"  # another one looks first, then it comes back
    APPROVER = "add-approver"  # another one must agree too
    REASSIGN = "reassign"  # it becomes somebody else's
    SUSPEND = "suspend"  # everything rests, deadlines too, until it is resumed


BESIDE = frozenset(
    {
        *Extra,
        *("give-opinion", "hand-back", "call-back", "co-approve", "co-decline", "resume"),
    }
)
"""Names of what is done beside the acts of a road, which no act may bear."""


class SamePerson(StrEnum):
    """What becomes of a step whose person has just approved the same bytes."""

    ONCE = "once"  # it passes by itself
    STRICTLY = "strictly"  # they act again


class Initials(StrEnum):
    """What an approval leaves on the paper beside its line in the log (ký nháy)."""

    NONE = ""
    SIGN = "sign"  # a small signature of its own, before the leader's
    RECORD = "record"  # nothing: the log and the page say that it counts as initials


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
    asks: tuple[str, ...] = ()  # fields of the road that must be filled in by now
    tells: tuple[Who, ...] = ()  # whom NOTIFY lets in and tells


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
class Branch:
    """One of several ways that are gone at the same time."""

    name: str
    title: Title
    start: str  # the state it begins in


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches side by side, and what their outcomes come to together."""

    branches: tuple[Branch, ...]
    wanted: int  # how many must agree, 1 … all
    collects: bool  # whether the rest is still heard after the no is certain
    agreed: str  # where enough yes lead
    declined: str  # where a no leads


@dataclass(frozen=True, slots=True)
class Turn:
    """One way out of a choice: the first whose condition holds is taken."""

    to: str
    when: Condition | None = None  # none: the last one, which always holds
    text: str = ""  # the condition as it was written


@dataclass(frozen=True, slots=True)
class State:
    """A place on the road and what may be done there.

    It is one of three: where people act (``acts``), where branches run (``parallel``; ``acts``
    then are about the whole), or where the document passes at once by a ``choice``. One without
    any of these is an end.
    """

    name: str
    title: Title
    who: tuple[Who, ...] = ()
    acts: tuple[Act, ...] = ()
    editable: bool = False  # new revisions may be brought here
    approves: bool = False  # leaving it forward is an approval of the bytes
    within: Span | None = None  # how long it may lie here, in working time
    escalates: Escalation | None = None  # what happens when it lay longer
    parallel: Parallel | None = None
    choice: tuple[Turn, ...] = ()
    automatic: str = ""  # name of the act that the office does by itself when nothing forbids it
    same_person: SamePerson = SamePerson.STRICTLY
    initials: Initials = Initials.NONE
    home: tuple[str, str] = ("", "")  # the state and branch it lies in; empty on the road itself
    allows: frozenset[Extra] = frozenset()

    @property
    def onward(self) -> str:
        """Give the state the document usually goes to next, "" from an end."""
        if self.parallel:
            return self.parallel.agreed
        if self.choice:
            return self.choice[-1].to
        return self.acts[0].to if self.acts else ""

    @property
    def leads_to(self) -> tuple[str, ...]:
        """Give every state it leads to, outcomes of a branch among them."""
        inner: tuple[str, ...] = ()
        if self.parallel:
            inner = tuple(one.start for one in self.parallel.branches)
            inner = (*inner, self.parallel.agreed, self.parallel.declined)
        return (*(act.to for act in self.acts), *inner, *(turn.to for turn in self.choice))

    @property
    def final(self) -> bool:
        """Tell whether the road ends here."""
        return not (self.acts or self.parallel or self.choice)


class FieldKind(StrEnum):
    """What a field of a road may hold."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


def fits(kind: FieldKind, told: str) -> bool:
    """Tell whether something may stand in a field of this kind."""
    if kind is FieldKind.NUMBER:
        return number_in(told) is not None
    if kind is FieldKind.DATE:
        try:
            date.fromisoformat(told)
        except ValueError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """Something the road wants to know of a document beside what every document has."""

    name: str
    title: Title
    kind: FieldKind = FieldKind.TEXT


@dataclass(frozen=True, slots=True)
class Route:
    """A whole road."""

    name: str
    title: Title
    direction: Direction
    start: str
    starters: frozenset[Role]  # who may begin a document on it
    states: Mapping[str, State]
    digest: Digest  # of the text it was read from, with the roads it uses
    fields: Mapping[str, Field] = field(default_factory=dict)
    part: bool = False  # only to be used inside other roads
    layout: Strictness | None = None  # what errors of layout mean; None: what the type says
