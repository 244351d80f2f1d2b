"""Every act of everybody tried on a document that exists only as a trial, by the office's rules."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from records.condition import All, Condition, Not, Test
from records.document import Classification, Direction
from records.person import Person
from records.proof import Claim, Move
from records.route import AGREED, BACKWARD, OUTCOMES, Act, Effect, Route, State, Who, Whom
from workflow.cast import Trial
from workflow.required import approving, required
from workflow.road import approves_in
from workflow.space import REVISE, Blocked, Last, Paper, Rules, Space, Spot

LARGEST = 20_000
"""How many places of one document are looked at before a road is called too large."""

USUAL = Rules()


@dataclass(frozen=True, slots=True)
class Refusal:
    """That the office would not do an act, and which claim on the road that shows to be wrong."""

    claim: Claim | None = None  # none: nothing is wrong with the road
    missing: str = ""  # states whose approval is not there


EXPECTED = Refusal()


def explore(route: Route, trial: Trial, rules: Rules = USUAL) -> Space:
    """Give every place a document of this trial can come to."""
    walk = Walk(route, trial, rules)
    begun = list(walk.entered(Spot(frozenset()), route.start))
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
        self.passed: set[str] = set()  # states a document came to, if only for a moment
        self._able: dict[tuple[Who, ...], tuple[Person, ...]] = {}

    def moves(self, spot: Spot, blocked: list[Blocked]) -> Iterator[tuple[Move, Spot]]:
        """Give every act that can be done here with where it leads, and note what is refused."""
        for name in sorted(spot.active):
            state = self.route.states[name]
            for act in state.acts:
                yield from self._acted(spot, state, act, blocked)
            if state.editable and (able := self.able(state.who)):
                fresh = replace(spot, paper=Paper.DRAFT, approvals=frozenset())
                yield Move(name, REVISE, name, able[0].id), fresh

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
            for reached in self._led(self._done(spot, state, act, (by_drafter, actor)), state, act):
                new = sorted(reached.active - spot.active)
                empty = next((name for name in new if self.unmanned(name)), "")
                if empty:
                    blocked.append(Blocked(spot, replace(move, to=empty), Claim.MANNED))
                else:
                    yield replace(move, to=new[0] if new else act.to), reached

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
            if spot.last is not None and spot.last.by:
                yield spot.last.by_drafter, spot.last.by
            return
        if state.automatic == act.name:
            yield False, ""
        able = self.able(act.who or state.who)
        for by_drafter in (False, True):
            kind = [one.id for one in able if (one.id == self._trial.drafter.id) is by_drafter]
            if kind:
                yield by_drafter, kind[0]

    def _refusal(self, spot: Spot, state: State, act: Act, *, by_drafter: bool) -> Refusal | None:
        """Give what the office would say to this act, nothing where it lets it be done."""
        if act.name == "submit" and spot.paper is not Paper.DRAFT:
            return EXPECTED
        if approves_in(state, act) and by_drafter and not spot.others and self._rules.two_people:
            return self._only_drafter(state, act)
        checks: Mapping[Effect, Callable[..., Refusal | None]] = {
            Effect.SIGN: self._sign_refused,
            Effect.SEAL: self._seal_refused,
            Effect.ENTER: self._enter_refused,
            Effect.DISPATCH: self._dispatch_refused,
            Effect.ARCHIVE: self._archive_refused,
        }
        check = checks.get(act.does) if act.does else None
        return check(spot, by_drafter=by_drafter, at=state.name) if check else None

    def _only_drafter(self, state: State, act: Act) -> Refusal:
        able = self.able(act.who or state.who)
        others = [one for one in able if one.id != self._trial.drafter.id]
        return EXPECTED if others else Refusal(Claim.TWO_PEOPLE)

    def _sign_refused(self, spot: Spot, *, by_drafter: bool, at: str) -> Refusal | None:
        missing = required(self.route, at) - {name for name, _ in spot.approvals}
        if missing:
            return Refusal(Claim.APPROVED, " ".join(sorted(missing)))
        if by_drafter and not spot.others:
            return Refusal(Claim.TWO_PEOPLE)
        return None if spot.paper is Paper.DRAFT else EXPECTED

    def _seal_refused(self, spot: Spot, **_: object) -> Refusal | None:
        if spot.paper is Paper.DRAFT:
            return Refusal(Claim.SIGNED)
        return EXPECTED if spot.paper is Paper.SEALED else None

    def _enter_refused(self, spot: Spot, **_: object) -> Refusal | None:
        unsigned = not self._incoming and spot.paper is Paper.DRAFT
        return Refusal(Claim.SIGNED) if unsigned else None

    def _dispatch_refused(self, spot: Spot, **_: object) -> Refusal | None:
        if self._secret and self._rules.gate:
            return EXPECTED
        return None if spot.paper is Paper.SEALED else Refusal(Claim.SIGNED)

    def _archive_refused(self, spot: Spot, **_: object) -> Refusal | None:
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
        if act.name == "recall" and spot.last is not None and spot.last.approval:
            approvals -= {(spot.last.state, spot.last.by_drafter)}
        spot = replace(spot, approvals=frozenset(approvals), last=last)
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
        return replace(spot, active=spot.active - gone, outcomes=outcomes)

    def _lies_in(self, name: str, outer: str) -> bool:
        home = self.route.states[name].home[0]
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
            if approving(self.route, self.route.states[whole]):
                # The join's own approval is nobody's: it says nothing of who else approved.
                spot = replace(spot, approvals=spot.approvals | {(whole, True)})
            yield from self.entered(self._without(spot, whole), parallel.agreed, whole)
        elif hopeless and (not parallel.collects or len(ends) == len(parallel.branches)):
            yield from self.entered(self._without(spot, whole), parallel.declined, whole)
        else:
            yield spot

    def _turned(self, spot: Spot, state: State) -> Iterator[tuple[str, Spot]]:
        """Give each turn of a choice that may be taken, with what is then known."""
        facts = {
            "direction": str(self.route.direction),
            "classification": str(self._trial.classification),
            "unit": self._trial.unit,
            "drafter": self._trial.drafter.id,
        }
        for turn in state.choice:
            if turn.when is None:
                yield turn.to, spot
                return
            known = [came_out for text, came_out in spot.decided if text == turn.text]
            outcomes = set(known) or may(turn.when, facts)
            if True in outcomes:
                yield turn.to, replace(spot, decided=spot.decided | {(turn.text, True)})
            if False not in outcomes:
                return
            spot = replace(spot, decided=spot.decided | {(turn.text, False)})


def may(condition: Condition, facts: Mapping[str, str]) -> set[bool]:
    """Give how a condition can come out where only some facts are known."""
    if isinstance(condition, Test):
        return {condition.holds(facts)} if condition.fact in facts else {True, False}
    if isinstance(condition, Not):
        return {not one for one in may(condition.of, facts)}
    parts = [may(one, facts) for one in condition.of]
    join = all if isinstance(condition, All) else any
    return {join(min(one) for one in parts), join(max(one) for one in parts)}
