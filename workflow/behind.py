"""What lies behind a document on its road, and how far back it may still be sent."""

from records.route import Effect, State
from records.step import ROAD
from workflow.road import Standing

BINDING = frozenset({Effect.SIGN, Effect.SEAL, Effect.ENTER, Effect.DISPATCH})
"""What cannot be undone by going back: a document never comes behind it on its road again."""


def behind(at: Standing) -> tuple[State, ...]:
    """Give the states a document went through, without those it was sent back from."""
    return tuple(at.route.states[name] for name in _passed(at))


def returnable(at: Standing) -> tuple[State, ...]:
    """Give the states a document may be returned to from the road itself, the earliest first."""
    if at.step is None or at.step.parent:
        return ()
    passed = _passed(at)
    for step in at.steps:
        bound = any(
            act.does in BINDING for act in at.route.states[step.state].acts if act.name == step.act
        )
        if bound and step.state in passed:
            del passed[: passed.index(step.state) + 1]
    return tuple(at.route.states[name] for name in passed)


def _passed(at: Standing) -> list[str]:
    passed: list[str] = []
    for step in at.steps:
        if step.parent or step.kind not in ROAD:
            continue
        if step.state in passed:
            del passed[passed.index(step.state) :]
        if step.closed_at is not None:
            passed.append(step.state)
    if at.document.state in passed:
        del passed[passed.index(at.document.state) :]
    return passed
