"""A document's road drawn as a line: what is behind it, where it is, what lies ahead."""

from dataclasses import dataclass

from records.route import BACKWARD, Route, State, Title
from records.step import Step, StepKind
from workflow.behind import behind
from workflow.road import Standing


@dataclass(frozen=True, slots=True)
class Stop:
    """One state on the line."""

    state: State
    passed: Step | None  # the step by which it was last left forward, if it lies behind
    here: bool

    @property
    def done(self) -> Title | None:
        """Give the title of the act by which it was left."""
        titles = [
            act.title for act in self.state.acts if self.passed and act.name == self.passed.act
        ]
        return titles[0] if titles else None


@dataclass(frozen=True, slots=True)
class Told:
    """One branch, and what was done in it."""

    title: Title
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Branches:
    """Branches side by side, as they ran or run."""

    title: Title
    wanted: int
    told: tuple[Told, ...]
    outcome: str  # "" while it is open

    @property
    def all(self) -> int:
        """Give how many there are."""
        return len(self.told)


def branches_of(at: Standing) -> tuple[Branches, ...]:
    """Give the latest run of every parallel the document went into, in their order."""
    latest = {one.state: one for one in at.steps if one.kind is StepKind.JOIN}
    return tuple(
        Branches(
            title=at.route.states[join.state].title,
            wanted=parallel.wanted,
            told=tuple(
                Told(branch.title, _ran(at, join.n, branch.name)) for branch in parallel.branches
            ),
            outcome=join.outcome,
        )
        for join in latest.values()
        if (parallel := at.route.states[join.state].parallel)
    )


def _ran(at: Standing, join: int, branch: str) -> tuple[Step, ...]:
    return tuple(
        one
        for one in at.steps
        if (one.parent, one.branch) == (join, branch) and one.kind is StepKind.STEP
    )


def line_of(at: Standing) -> tuple[Stop, ...]:
    """Give the stops of a document's road, from its first state to its usual last one."""
    ahead = _usual(at.route, at.route.start)
    names = [state.name for state in ahead]
    if at.document.state not in names:
        ahead = (*behind(at), *_usual(at.route, at.document.state))
        names = [state.name for state in ahead]
    now = names.index(at.document.state)
    return tuple(
        Stop(
            state=state,
            passed=_left(at, state.name) if n < now else None,
            here=n == now,
        )
        for n, state in enumerate(ahead)
    )


def _usual(route: Route, start: str) -> tuple[State, ...]:
    """Give the states reached by always doing the first act, each once."""
    found: dict[str, State] = {}
    name = start
    while name not in found:
        state = found[name] = route.states[name]
        name = state.onward or name
    return tuple(found.values())


def _left(at: Standing, name: str) -> Step | None:
    left = [
        step
        for step in at.steps
        if step.state == name and step.closed_at is not None and step.act not in BACKWARD
    ]
    return left[-1] if left else None
