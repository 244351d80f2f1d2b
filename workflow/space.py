"""Every place a document can come to on a road, and the ways that lead there."""

from dataclasses import dataclass, field
from enum import IntEnum

from records.proof import Claim, Move
from workflow.cast import Trial
from workflow.values import NOTHING, Held

REVISE = "revise"
"""The name of bringing other bytes, which is an act without being one of the road's."""


Home = tuple[str, str]
"""A parallel state and one of its branches; empty on the road itself."""


class Paper(IntEnum):
    """What the bytes bear."""

    DRAFT = 0
    SIGNED = 1
    SEALED = 2


@dataclass(frozen=True, slots=True)
class Last:
    """What was done last, as long as it could be taken back."""

    state: str
    by_drafter: bool
    approval: bool
    by: str  # who they are


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a document stands, as far as any rule of a road asks."""

    active: frozenset[str]  # states, those inside branches too
    paper: Paper = Paper.DRAFT
    approvals: frozenset[tuple[str, bool]] = frozenset()  # (state, by the drafter) of these bytes
    outcomes: frozenset[tuple[str, str, bool]] = frozenset()  # (parallel, branch, yes)
    held: Held = NOTHING  # facts that choices asked for, with what they then must be
    filled: frozenset[str] = frozenset()  # fields that acts asked for, where choices ask them too
    last: frozenset[tuple[Home, Last | None]] = frozenset()  # by branch; none: taken back or back
    behind: tuple[tuple[str, bool], ...] = ()  # (state it passed, whether it was bound there)
    numbered: bool = False
    sent: bool = False
    assigned: bool = False

    @property
    def others(self) -> bool:
        """Tell whether anybody but the drafter approved these bytes."""
        return any(not by_drafter for _, by_drafter in self.approvals)

    @property
    def returnable(self) -> tuple[str, ...]:
        """Give the states it may be returned to: nothing before a signature or a number."""
        bound = [n for n, (_, binds) in enumerate(self.behind) if binds]
        return tuple(name for name, _ in self.behind[bound[-1] + 1 if bound else 0 :])

    def done_last(self, home: Home) -> Last | None:
        """Give what was done last on the road, or in one branch, if it can be taken back."""
        return dict(self.last).get(home)

    def after(self, home: Home, last: Last | None) -> frozenset[tuple[Home, Last | None]]:
        """Give what is last everywhere once this was done there."""
        return frozenset({**dict(self.last), home: last}.items())


@dataclass(frozen=True, slots=True)
class Blocked:
    """An act that the road draws and the office would refuse."""

    spot: Spot
    move: Move
    claim: Claim
    missing: str = ""  # states whose approval is not there


@dataclass(slots=True)
class Space:
    """All places one document can come to, and how."""

    trial: Trial
    passed: set[str]  # every state a document came to, if only for a moment
    came: dict[Spot, tuple[Spot, Move] | None] = field(default_factory=dict)
    onward: dict[Spot, list[Spot]] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    whole: bool = True  # whether every place was looked at

    def path(self, spot: Spot) -> tuple[Move, ...]:
        """Give the shortest way to a place."""
        moves: list[Move] = []
        step = self.came[spot]
        while step is not None:
            before, move = step
            moves.append(move)
            step = self.came[before]
        return tuple(reversed(moves))


@dataclass(frozen=True, slots=True)
class Rules:
    """What the office refuses whatever a road draws; a proof may ask what would be without one."""

    gate: bool = True  # nothing secret is sent
    two_people: bool = True  # a drafter never approves first
