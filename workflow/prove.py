"""What is claimed of every road is proven of one, or shown wrong by a way that leads there."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from records.condition import facts_in
from records.document import Classification
from records.proof import Claim, Finding, Move
from records.route import Effect, Route, State, Who
from workflow.cast import Cast, Trial, trials
from workflow.space import Rules, Space, Spot
from workflow.walk import USUAL, Walk, explore

EVERY_CLASS = tuple(Classification)


def prove(
    route: Route,
    cast: Cast,
    classes: Sequence[Classification] = EVERY_CLASS,
    rules: Rules = USUAL,
) -> tuple[Finding, ...]:
    """Give everything that is wrong with a road, each with the shortest way that shows it.

    Every place a document can come to is looked at: for each kind of drafter there is today, for
    each class of secrecy they may handle, and with every act of everybody who could do it.
    """
    found: dict[tuple[Claim, str, str], Finding] = {}
    passed: set[str] = set()
    seen: set[object] = set()
    for trial in trials(route, cast, classes):
        kind = kind_of(route, trial)
        if kind in seen:
            continue
        seen.add(kind)
        space = explore(route, trial, rules)
        passed |= space.passed
        for one in _wrong(route, space):
            kept = found.setdefault((one.claim, one.state, one.act), one)
            if len(one.path) < len(kept.path) and one.drafter == kept.drafter:
                found[one.claim, one.state, one.act] = one
    if not passed:
        return (Finding(Claim.MANNED, route.start),)
    small = not any(one.claim is Claim.SMALL for one in found.values())
    lost = [name for name in route.states if name not in passed] if small else []
    unreached = [Finding(Claim.REACHED, name) for name in lost]
    return tuple(sorted([*found.values(), *unreached], key=_order))


def prove_from(route: Route, trial: Trial, start: Spot) -> tuple[Finding, ...]:
    """Give what could go wrong with one document from where it stands, nearest first."""
    walk = Walk(route, trial, USUAL)
    for name in start.active:
        if walk.unmanned(name):
            return (_told(trial, Claim.MANNED, name, ()),)
    return tuple(sorted(_wrong(route, explore(route, trial, start=start)), key=_order))


def kind_of(route: Route, trial: Trial) -> object:
    """Give all that a walk asks of a document: two of one kind come to the same places.

    Of people it only asks whether the drafter is among those of a step, and whether others are.
    """
    asked = {who for state in route.states.values() for who in (state.who, *_whos(state))}
    turns = [turn.when for state in route.states.values() for turn in state.choice if turn.when]
    facts = {name for turn in turns for name in facts_in(turn)}
    told = {"unit": trial.unit, "drafter": trial.drafter.id, "classification": trial.classification}
    return (
        trial.classification is not Classification.NONE,
        tuple(told[name] for name in sorted(facts & set(told))),
        tuple(_among(trial, who) for who in sorted(asked, key=repr)),
    )


def _whos(state: State) -> Iterator[tuple[Who, ...]]:
    yield from (act.who for act in state.acts if act.who)


def _among(trial: Trial, who: tuple[Who, ...]) -> tuple[bool, bool]:
    able = {one.id for one in trial.able(who, assignee=trial.chargeable())}
    return trial.drafter.id in able, bool(able - {trial.drafter.id})


def _order(found: Finding) -> tuple[bool, int, str]:
    return not found.grave, len(found.path), found.state


def _wrong(route: Route, space: Space) -> Iterator[Finding]:
    if not space.whole:
        yield Finding(Claim.SMALL, route.start)
        return
    secret = space.trial.classification is not Classification.NONE
    for one in space.blocked:
        claim = Claim.CLEARED if secret and one.claim is Claim.MANNED else one.claim
        where = one.move.to if one.claim is Claim.MANNED else one.move.state
        act = "" if one.claim is Claim.MANNED else one.move.act
        path = (*space.path(one.spot), one.move)
        yield replace(_told(space.trial, claim, where, path), act=act, missing=one.missing)
    for spot in space.came:
        if secret and spot.sent:
            path = space.path(spot)
            yield _told(space.trial, Claim.NEVER_SENT, path[-1].state, path)
    yield from _stuck(route, space)


def _stuck(route: Route, space: Space) -> Iterator[Finding]:
    """Give where a document comes to from which no end is reached any more."""
    hopeless = _hopeless(route, space)
    explained = {one.spot for one in space.blocked}
    still = [spot for spot in hopeless if not space.onward[spot]]
    unmanned = {one.spot for one in space.blocked if one.claim is Claim.MANNED}
    # A circle that only a step nobody holds keeps closed is told as that step, not as a circle.
    circle = [] if unmanned & set(hopeless) else hopeless[:1]
    for spot in still or circle:
        if spot in explained:
            continue
        for name in sorted(spot.active):
            if route.states[name].parallel is None:
                claim = _why(route, space.trial, name)
                yield _told(space.trial, claim, name, space.path(spot))


def _why(route: Route, trial: Trial, name: str) -> Claim:
    waits = any(act.does is Effect.DISPATCH for act in route.states[name].acts)
    secret = trial.classification is not Classification.NONE
    return Claim.NEVER_SENT if waits and secret else Claim.ENDS


def _hopeless(route: Route, space: Space) -> list[Spot]:
    """Give the places from which no end is reached, nearest first."""
    back: dict[Spot, list[Spot]] = {}
    for spot, onward in space.onward.items():
        for reached in onward:
            back.setdefault(reached, []).append(spot)
    hopeful = {spot for spot in space.came if any(route.states[name].final for name in spot.active)}
    waiting = list(hopeful)
    while waiting:
        for before in back.get(waiting.pop(), ()):
            if before not in hopeful:
                hopeful.add(before)
                waiting.append(before)
    return [spot for spot in space.came if spot not in hopeful]


def _told(trial: Trial, claim: Claim, state: str, path: tuple[Move, ...]) -> Finding:
    return Finding(
        claim, state, path=path, drafter=trial.drafter.id, classification=trial.classification
    )
