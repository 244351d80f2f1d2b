"""Which approvals no way to a signature may be without."""

from records.route import OUTCOMES, Effect, Route
from workflow.required import approving


def wanted(route: Route, at: str) -> frozenset[str]:
    """Give the states whose approval a signature in ``at`` must not be without.

    Those are the ones the road passes as it usually goes: by the first act of each state, and by
    any turn of a choice, since a choice may leave an approval out and no person may.
    """
    return frozenset(
        name
        for name, state in route.states.items()
        if name != at
        and not state.home[0]
        and approving(route, state)
        and not any(act.does is Effect.SIGN for act in state.acts)
        and (name in _usual(route, "") or at not in _usual(route, ""))
        and at not in _usual(route, name)
    )


def _usual(route: Route, without: str) -> set[str]:
    seen: set[str] = set()
    waiting = [route.start]
    while waiting:
        name = waiting.pop()
        if name in seen or name == without or name in OUTCOMES or not name:
            continue
        seen.add(name)
        state = route.states[name]
        waiting += [turn.to for turn in state.choice] or [state.onward]
    return seen
