"""Which approvals the bytes must bear before they are signed, by the road alone."""

from records.route import OUTCOMES, Effect, Route, State


def required(route: Route, at: str) -> frozenset[str]:
    """Give the states whose approval a signature in ``at`` needs: every way to it passes them.

    Of branches side by side the whole is named: how many must agree is for their join to say.
    """
    return frozenset(
        name
        for name, state in route.states.items()
        if name != at
        and not state.home[0]
        and (approving(route, state))
        and not any(act.does is Effect.SIGN for act in state.acts)
        and at not in _reached(route, without=name)
    )


def approving(route: Route, state: State) -> bool:
    """Tell whether leaving a state forward is an approval, or the outcome of several."""
    if state.parallel is None:
        return state.approves
    return any(one.approves for one in route.states.values() if one.home[0] == state.name)


def _reached(route: Route, *, without: str) -> set[str]:
    seen: set[str] = set()
    waiting = [route.start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name != without and name not in OUTCOMES:
            seen.add(name)
            waiting += route.states[name].leads_to
    return seen
