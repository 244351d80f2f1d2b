"""What must be so of the picture of a road before any document goes on it."""

from collections.abc import Iterable, Mapping

from config.located import Located
from records.route import BESIDE, OUTCOMES, Act, Effect, Initials, Route, SamePerson, State

Places = Mapping[str, list[str | int]]

BY_ITSELF = frozenset({Effect.SEAL, Effect.ENTER, Effect.ARCHIVE, Effect.NOTIFY})
"""What the office may do without anybody."""

IN_BRANCHES = frozenset({None, Effect.NOTIFY})
"""What may be done in a branch: the bytes and the number are the whole document's."""


def check_picture(located: Located, route: Route, places: Places) -> None:
    """Refuse a road that leads nowhere, never ends a branch, or turns in a circle by itself.

    Raises  Refused: ``config.invalid`` with the line that is wrong.
    """
    if route.start not in route.states or route.states[route.start].home[0]:
        raise located.wrong(["start"], f"there is no state {route.start!r}")
    if not route.states[route.start].acts:
        raise located.wrong(["start"], f"nobody acts in {route.start!r}, so nothing begins there")
    for name, state in route.states.items():
        place = places[name]
        for where, to in _targets(state):
            _check_target(located, route, state, [*place, *where], to)
        _check_acts(located, state, place)
        _check_same_person(located, state, place)
        _check_initials(located, state, place)
        _check_automatic(located, state, place)
        if state.home[0]:
            _check_inner(located, state, place)
    lost = sorted(set(route.states) - _reached(route))
    if lost:
        raise located.wrong(places[lost[0]], "no road leads to this state")
    circle = _circle(route)
    if circle:
        raise located.wrong(places[circle], "this leads back to itself without anybody acting")


def _check_acts(located: Located, state: State, place: list[str | int]) -> None:
    for act in state.acts:
        if {act.name, act.also} & BESIDE:
            why = "this name means the same on every road; see allows"
            raise located.wrong([*place, "actions", act.name], why)
    if state.acts and not state.who and not state.parallel:
        # Even where each act says who: the document must lie on somebody's desk.
        raise located.wrong(place, "nobody's desk: this state does not say who")


def _targets(state: State) -> Iterable[tuple[list[str | int], str]]:
    for act in state.acts:
        yield ["actions", act.name, "to"], act.to
    for n, turn in enumerate(state.choice):
        yield ["choice", n, "to"], turn.to
    if state.parallel:
        yield ["parallel", "agreed"], state.parallel.agreed
        yield ["parallel", "declined"], state.parallel.declined


def _check_target(
    located: Located, route: Route, state: State, place: list[str | int], to: str
) -> None:
    if to in OUTCOMES:
        if not state.home[0]:
            raise located.wrong(place, f"{to!r} ends a branch, and this state lies in none")
        return
    if to not in route.states:
        raise located.wrong(place, f"there is no state {to!r}")
    homes = [state.home]
    while homes[-1][0]:
        homes.append(route.states[homes[-1][0]].home)
    if route.states[to].home not in homes:
        raise located.wrong(place, f"{to!r} lies inside a branch: only its parallel leads there")


def _check_initials(located: Located, state: State, place: list[str | int]) -> None:
    if state.initials is Initials.NONE:
        return
    signs = any(act.does is not None for act in state.acts)
    if not state.approves or signs or state.automatic or state.home[0]:
        why = "only people who approve on the road itself initial, and not who signs"
        raise located.wrong([*place, "initials"], why)


def _check_same_person(located: Located, state: State, place: list[str | int]) -> None:
    if state.same_person is not SamePerson.ONCE:
        return
    first: Act | None = state.acts[0] if state.acts else None
    if first is None or not state.approves or first.does or first.asks:
        why = "once is for steps that approve, and whose first action only leads on"
        raise located.wrong([*place, "same_person"], why)


def _check_automatic(located: Located, state: State, place: list[str | int]) -> None:
    if not state.automatic:
        return
    named = [act for act in state.acts if act.name == state.automatic]
    if not named or named[0].does not in BY_ITSELF:
        known = ", ".join(sorted(BY_ITSELF))
        why = f"{state.automatic!r} is no action of this state that does one of: {known}"
        raise located.wrong([*place, "automatic"], why)


def _check_inner(located: Located, state: State, place: list[str | int]) -> None:
    if state.final:
        raise located.wrong(place, "a branch ends by leading to agreed or declined")
    if state.editable:
        raise located.wrong([*place, "editable"], "other branches are looking at these bytes")
    for act in state.acts:
        if act.does not in IN_BRANCHES:
            raise located.wrong(
                [*place, "actions", act.name, "does"], f"{act.does} is not for one branch to do"
            )


def _reached(route: Route) -> set[str]:
    seen: set[str] = set()
    waiting = [route.start]
    while waiting:
        name = waiting.pop()
        if name not in seen and name not in OUTCOMES:
            seen.add(name)
            waiting += route.states[name].leads_to
    return seen


def _circle(route: Route) -> str:
    """Give a state that may lead back to itself with nobody acting, "" if there is none."""
    at_once = {name: _at_once(route, state) for name, state in route.states.items()}
    for name in route.states:
        seen: set[str] = set()
        waiting = list(at_once[name])
        while waiting:
            now = waiting.pop()
            if now == name:
                return name
            if now not in seen and now not in OUTCOMES:
                seen.add(now)
                waiting += at_once[now]
    return ""


def _at_once(route: Route, state: State) -> tuple[str, ...]:
    """Give where a document may pass on from here in the same moment."""
    if state.choice:
        return tuple(turn.to for turn in state.choice)
    if state.parallel is None:
        return ()
    starts = tuple(branch.start for branch in state.parallel.branches)
    if any(route.states[one].choice or route.states[one].parallel for one in starts):
        # Branches that nobody acts in may decide the whole as soon as it begins.
        return (*starts, state.parallel.agreed, state.parallel.declined)
    return starts
