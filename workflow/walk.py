"""Every act of everybody tried on a document that exists only as a trial, by the office's rules."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from records.document import Classification, Direction
from records.person import Person
from records.proof import Claim, Move
from records.route import (
    AGREED,
    BACKWARD,
    OUTCOMES,
    Act,
    Effect,
    Route,
    State,
    Who,
    Whom,
)
from workflow.approvals import wanted
from workflow.behind import BINDING
from workflow.cast import Trial
from workflow.required import approving
from workflow.road import approves_in
from workflow.space import REVISE, Blocked, Last, Paper, Rules, Space, Spot
from workflow.values import values_of

LARGEST = 20_000
"""How many places of one document are looked at before a road is called too large."""

USUAL = Rules()

_CHANGES = {Effect.SIGN: "signer", Effect.DISPATCH: "recipients"}
"""Facts that an effect may change."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """That the office would not do an act, and which claim on the road that shows to be wrong."""

    claim: Claim | None = None  # none: nothing is wrong with the road
    missing: str = ""  # states whose approval is not there


EXPECTED = Refusal()


def explore(route: Route, trial: Trial, rules: Rules = USUAL, start: Spot | None = None) -> Space:
    """Give every place a document of this trial can come to, from its beginning or ``start``."""
    walk = Walk(route, trial, rules)
    begun = [start] if start else list(walk.entered(Spot(frozenset()), route.start))
    space = Space(trial, walk.passed)
    for spot in begun:
        space.came[spot] = None
    waiting = deque(begun)
    while waiting:
        spot = waiting.popleft()
        space.onward[spot] = []
        for move, reached in walk.moves(spot, space.blocked):
            space.onward[spot].append(reached)
            if reached not in space.came:
                space.came[reached] = (spot, move)
                waiting.append(reached)
        if len(space.came) > LARGEST:
            space.whole = False
            return space
    return space


class Walk:
    """The rules of acting, on a document that exists only as a trial."""

    def __init__(self, route: Route, trial: Trial, rules: Rules) -> None:
        self.route = route
        self._trial = trial
        self._rules = rules
        self._values = values_of(route)
        self.passed: set[str] = set()  # states a document came to, if only for a moment
        self._able: dict[tuple[Who, ...], tuple[Person, ...]] = {}
        self._wanted = {
            name: wanted(route, name)
            for name, state in route.states.items()
            if any(act.does is Effect.SIGN for act in state.acts)
        }

    def moves(self, spot: Spot, blocked: list[Blocked]) -> Iterator[tuple[Move, Spot]]:
        """Give every act that can be done here with where it leads, and note what is refused."""
        for name in sorted(spot.active):
            state = self.route.states[name]
            for act in state.acts:
                for meant in self._meant(spot, state, act):
                    yield from self._acted(spot, state, meant, blocked)
            if state.editable and (able := self.able(state.who)):
                fresh = replace(spot, paper=Paper.DRAFT, approvals=frozenset())
                yield Move(name, REVISE, name, able[0].id), fresh

    def _meant(self, spot: Spot, state: State, act: Act) -> Iterator[Act]:
        """Give an act, and a return also to every state it may lead to instead."""
        yield act
        if act.name == "return" and not state.home[0]:
            yield from (replace(act, to=name) for name in spot.returnable if name != act.to)

    def able(self, who: tuple[Who, ...]) -> tuple[Person, ...]:
        """Give everybody who could act where ``who`` is asked for."""
        if who not in self._able:
            self._able[who] = self._trial.able(who, assignee=self._trial.chargeable())
        return self._able[who]

    def entered(self, spot: Spot, name: str, inside: str = "") -> Iterator[Spot]:
        """Give where a document comes to that is led to a state, passing on where nobody acts."""
        if name in OUTCOMES:
            yield from self._ended(spot, inside, agreed=name == AGREED)
            return
        state = self.route.states[name]
        self.passed.add(name)
        if state.choice:
            for to, after in self._turned(spot, state):
                yield from self.entered(after, to, inside)
            return
        here = replace(spot, active=spot.active | {name})
        if not state.parallel:
            yield here
            return
        begun = [here]
        for branch in state.parallel.branches:
            begun = [
                after
                for one in begun
                for after in (
                    self.entered(one, branch.start, branch.start)
                    if name in one.active
                    else iter((one,))
                )
            ]
        yield from begun

    def _acted(
        self, spot: Spot, state: State, act: Act, blocked: list[Blocked]
    ) -> Iterator[tuple[Move, Spot]]:
        for by_drafter, actor in self._actors(spot, state, act):
            move = Move(state.name, act.name, act.to, actor)
            refused = self._refusal(spot, state, act, by_drafter=by_drafter)
            if refused is not None:
                if refused.claim is not None:
                    blocked.append(Blocked(spot, move, refused.claim, refused.missing))
                continue
            done = self._done(spot, state, act, (by_drafter, actor))
            for reached in self._led(done, state, act):
                move = replace(move, held=tuple(sorted(reached.held - done.held)))
                new = sorted(reached.active - spot.active)
                empty = next((name for name in new if self.unmanned(name)), "")
                if empty:
                    blocked.append(Blocked(spot, replace(move, to=empty), Claim.MANNED))
                else:
                    led = replace(reached, behind=self._behind(spot, reached, act))
                    yield replace(move, to=new[0] if new else act.to), led

    def _behind(self, spot: Spot, reached: Spot, act: Act) -> tuple[tuple[str, bool], ...]:
        """Give what a document went through, without what it was sent back from."""
        was, now = self._outer(spot), self._outer(reached)
        if was == now and spot.active <= reached.active | {was}:
            return spot.behind
        passed = (*spot.behind, (was, act.does in BINDING))
        names = [name for name, _ in passed]
        return passed[: names.index(now)] if now in names else passed

    def _outer(self, spot: Spot) -> str:
        """Give the state of the road itself that a document is in."""
        return next(name for name in spot.active if not self.route.states[name].home[0])

    def unmanned(self, name: str) -> bool:
        """Tell whether nobody could do anything in a state where somebody must."""
        state = self.route.states[name]
        if state.final or state.parallel:
            return False
        return not self.able(state.who) or not any(
            self.able(act.who or state.who)
            for act in state.acts
            if act.who != (Who(Whom.PREVIOUS),)
        )

    def _actors(self, spot: Spot, state: State, act: Act) -> Iterator[tuple[bool, str]]:
        """Give (whether it is the drafter, who) for each kind of people who can do an act."""
        if act.who == (Who(Whom.PREVIOUS),):
            last = self._before(spot, state)
            if last is not None and last.by:
                yield last.by_drafter, last.by
            return
        if state.automatic == act.name and not self._secret:
            yield False, ""
        able = self.able(act.who or state.who)
        for by_drafter in (False, True):
            kind = [one.id for one in able if (one.id == self._trial.drafter.id) is by_drafter]
            if kind:
                yield by_drafter, kind[0]

    def _before(self, spot: Spot, state: State) -> Last | None:
        """Give what could be taken back from this state: nothing once a branch of it moved."""
        if state.parallel and any(home[0] == state.name for home, _ in spot.last):
            return None
        return spot.done_last(state.home)

    def _refusal(self, spot: Spot, state: State, act: Act, *, by_drafter: bool) -> Refusal | None:
        """Give what the office would say to this act, nothing where it lets it be done."""
        if act.name == "submit" and spot.paper is not Paper.DRAFT:
            return EXPECTED
        if approves_in(state, act) and by_drafter and not spot.others and self._rules.two_people:
            return self._only_drafter(state, act)
        if act.does is Effect.SIGN:
            return self._sign_refused(spot, state, by_drafter=by_drafter)
        checks: Mapping[Effect, Callable[[Spot], Refusal | None]] = {
            Effect.SEAL: self._seal_refused,
            Effect.ENTER: self._enter_refused,
            Effect.DISPATCH: self._dispatch_refused,
            Effect.ARCHIVE: self._archive_refused,
        }
        check = checks.get(act.does) if act.does else None
        return check(spot) if check else None

    def _only_drafter(self, state: State, act: Act) -> Refusal:
        able = self.able(act.who or state.who)
        others = [one for one in able if one.id != self._trial.drafter.id]
        # In a branch the drafter may still agree after somebody in another one did.
        return EXPECTED if others or state.home[0] else Refusal(Claim.TWO_PEOPLE)

    def _sign_refused(self, spot: Spot, state: State, *, by_drafter: bool) -> Refusal | None:
        missing = self._wanted[state.name] - {name for name, _ in spot.approvals}
        if missing:
            return Refusal(Claim.APPROVED, " ".join(sorted(missing)))
        if by_drafter and not spot.others:
            return Refusal(Claim.TWO_PEOPLE)
        return None if spot.paper is Paper.DRAFT else EXPECTED

    def _seal_refused(self, spot: Spot) -> Refusal | None:
        if spot.paper is Paper.DRAFT:
            return Refusal(Claim.SIGNED)
        return EXPECTED if spot.paper is Paper.SEALED else None

    def _enter_refused(self, spot: Spot) -> Refusal | None:
        unsigned = not self._incoming and spot.paper is Paper.DRAFT
        return Refusal(Claim.SIGNED) if unsigned else None

    def _dispatch_refused(self, spot: Spot) -> Refusal | None:
        if self._secret and self._rules.gate:
            return EXPECTED
        return None if spot.paper is Paper.SEALED else Refusal(Claim.SIGNED)

    def _archive_refused(self, spot: Spot) -> Refusal | None:
        unsigned = not self._incoming and spot.paper is Paper.DRAFT
        return Refusal(Claim.SIGNED) if unsigned else None

    @property
    def _incoming(self) -> bool:
        return self.route.direction is Direction.INCOMING

    @property
    def _secret(self) -> bool:
        return self._trial.classification is not Classification.NONE

    def _done(self, spot: Spot, state: State, act: Act, did: tuple[bool, str]) -> Spot:
        """Give the document after an act, still where it was."""
        by_drafter, by = did
        approval = approves_in(state, act)
        given = {(state.name, by_drafter)} if approval else set()
        last = None if act.name in BACKWARD else Last(state.name, by_drafter, approval, by)
        approvals = spot.approvals | given
        before = self._before(spot, state)
        if act.name == "recall" and before is not None and before.approval:
            approvals -= {(before.state, before.by_drafter)}
        spot = replace(spot, approvals=frozenset(approvals), last=spot.after(state.home, last))
        spot = self._asked(spot, act)
        if act.does is Effect.SIGN:
            # Other bytes: what was approved before are no longer these.
            return replace(spot, paper=Paper.SIGNED, approvals=frozenset())
        if act.does is Effect.SEAL:
            return replace(spot, paper=Paper.SEALED, numbered=True, approvals=frozenset())
        return replace(
            spot,
            numbered=spot.numbered or act.does is Effect.ENTER,
            sent=spot.sent or act.does is Effect.DISPATCH,
            assigned=spot.assigned or act.does is Effect.ASSIGN,
        )

    def _led(self, spot: Spot, state: State, act: Act) -> Iterator[Spot]:
        """Give where an act leads: out of a state, out of a branch, or to an outcome of it."""
        if act.to in OUTCOMES:
            left = self._without(spot, state.name)
            yield from self._ended(left, state.name, agreed=act.to == AGREED)
            return
        home = self.route.states[act.to].home
        name = state.name
        while self.route.states[name].home != home:
            name = self.route.states[name].home[0]
        yield from self.entered(self._without(spot, name), act.to, name)

    def _without(self, spot: Spot, name: str) -> Spot:
        """Give the document with a state left, and everything inside it."""
        gone = {one for one in spot.active if one == name or self._lies_in(one, name)}
        outcomes = frozenset(one for one in spot.outcomes if one[0] not in gone)
        last = frozenset(one for one in spot.last if one[0][0] not in gone)
        return replace(spot, active=spot.active - gone, outcomes=outcomes, last=last)

    def _lies_in(self, name: str, outer: str) -> bool:
        home = self.route.states[name].home[0] if name else ""
        return bool(home) and (home == outer or self._lies_in(home, outer))

    def _ended(self, spot: Spot, inside: str, *, agreed: bool) -> Iterator[Spot]:
        """Give where a document comes to when a branch of it ended."""
        whole, branch = self.route.states[inside].home
        spot = replace(spot, outcomes=spot.outcomes | {(whole, branch, agreed)})
        parallel = self.route.states[whole].parallel
        if parallel is None:
            return
        ends = [yes for of, _, yes in spot.outcomes if of == whole]
        hopeless = ends.count(False) > len(parallel.branches) - parallel.wanted
        if ends.count(True) >= parallel.wanted:
            yield from self.entered(self._joined(spot, whole, agreed=True), parallel.agreed, whole)
        elif hopeless and (not parallel.collects or len(ends) == len(parallel.branches)):
            yield from self.entered(
                self._joined(spot, whole, agreed=False), parallel.declined, whole
            )
        else:
            yield spot

    def _joined(self, spot: Spot, whole: str, *, agreed: bool) -> Spot:
        """Give the document when its branches came to something: nobody takes that back."""
        state = self.route.states[whole]
        left = self._without(spot, whole)
        inner = {one for one in spot.approvals if self._lies_in(one[0], whole)}
        # Who of several agreed is no longer asked: only that somebody beside the drafter did.
        given = {("", False)} if any(not by_drafter for _, by_drafter in inner) else set()
        if agreed and approving(self.route, state):
            given |= {(whole, True)}
        approvals = (left.approvals - inner) | given
        return replace(left, approvals=approvals, last=left.after(state.home, None))

    def _turned(self, spot: Spot, state: State) -> Iterator[tuple[str, Spot]]:
        """Give each turn of a choice that may be taken, with what must then hold of the fields."""
        known = {
            "direction": str(self.route.direction),
            "classification": str(self._trial.classification),
            "unit": self._trial.unit,
            "drafter": self._trial.drafter.id,
        }
        for to, held in self._values.turns(state.choice, known, spot.held, spot.filled):
            yield to, replace(spot, held=held)

    def _asked(self, spot: Spot, act: Act) -> Spot:
        """Give the document when fields were filled in anew: what they held is not certain now."""
        asked = self._values.asked & set(act.asks)
        changed = asked | {_CHANGES[act.does]} if act.does in _CHANGES else asked
        if not changed:
            return spot
        held = frozenset(one for one in spot.held if one[0] not in changed)
        return replace(spot, held=held, filled=spot.filled | asked)
