"""Which approvals the bytes must bear before they are signed, by the road alone."""

from records.route import OUTCOMES, Effect, Route, State


def required(route: Route, at: str) -> frozenset[str]:
    """Give the states whose approval a signature in ``at`` needs: all but what a choice spares.

    An act that leads around an approving state spares nothing, so such a way ends before the
    signature. Of branches side by side the whole is named: how many must agree is for their join
    to say.
    """
    return frozenset(
        name
        for name, state in route.states.items()
        if name != at
        and not state.home[0]
        and approving(route, state)
        and not any(act.does is Effect.SIGN for act in state.acts)
        and not _spared(route, name, at)
    )


def approving(route: Route, state: State) -> bool:
    """Tell whether leaving a state forward is an approval, or the outcome of several."""
    if state.parallel is None:
        return state.approves
    return any(one.approves for one in route.states.values() if one.home[0] == state.name)


def _spared(route: Route, name: str, at: str) -> bool:
    """Tell whether a choice, which every way to a state passes, has a turn that goes without it."""
    return any(
        name not in _reached(route, route.start, without={choice})
        and any(at in _reached(route, turn.to, without={choice, name}) for turn in state.choice)
        for choice, state in route.states.items()
        if state.choice and not state.home[0]
    )


def _reached(route: Route, start: str, *, without: set[str]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name not in without and name not in OUTCOMES:
            seen.add(name)
            waiting += route.states[name].leads_to
    return seen
