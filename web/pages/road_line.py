"""A document's road drawn as a line: what is behind it, where it is, what lies ahead."""

from dataclasses import dataclass

from records.route import BACKWARD, Route, State, Title
from records.step import Step
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


def line_of(at: Standing) -> tuple[Stop, ...]:
    """Give the stops of a document's road, from its first state to its usual last one."""
    ahead = _usual(at.route, at.route.start)
    names = [state.name for state in ahead]
    if at.document.state not in names:
        ahead = (*_behind(at), *_usual(at.route, at.document.state))
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
        if state.acts:
            name = state.acts[0].to
    return tuple(found.values())


def _behind(at: Standing) -> tuple[State, ...]:
    """Give the states a document went through, without those it was sent back from."""
    passed: list[str] = []
    for step in at.steps:
        if step.state in passed:
            del passed[passed.index(step.state) :]
        if step.closed_at is not None:
            passed.append(step.state)
    if at.document.state in passed:
        del passed[passed.index(at.document.state) :]
    return tuple(at.route.states[name] for name in passed)


def _left(at: Standing, name: str) -> Step | None:
    left = [
        step
        for step in at.steps
        if step.state == name and step.closed_at is not None and step.act not in BACKWARD
    ]
    return left[-1] if left else None
