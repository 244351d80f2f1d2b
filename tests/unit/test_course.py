"""Whatever road is drawn and whoever is faster: no branch is lost, no join comes out twice."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.route import AGREED, DECLINED, OUTCOMES, Branch, Parallel, Route, State, Title
from records.step import DROPPED, StepKind
from tests.roads import roads
from workflow.course import Course, Opening, outcome_of

QUICK = settings(
    deadline=None, database=None, max_examples=150, suppress_health_check=list(HealthCheck)
)


class Walk:
    """One document on its way, and everything that was ever said in its branches."""

    def __init__(self, route: Route, facts: dict[str, str]) -> None:
        self.route = route
        self.course = Course(route, route.start, facts, {}, 1)
        self.course.enter(route.start)
        self.joins: dict[int, list[str]] = {}

    def step(self, n: int, which: int) -> None:
        """Let somebody do one act of an open step, and note what became of every join."""
        step = self.course.live[n]
        act = self.route.states[step.state].acts[which]
        self.course.leave(n, act.to)
        for closed, outcome in self.course.closed.items():
            self.joins.setdefault(closed, []).append(outcome)
        self.course.closed.clear()

    def actable(self) -> list[Opening]:
        """Give the open steps in which somebody acts."""
        return [one for one in self.course.live.values() if self.route.states[one.state].acts]


@QUICK
@given(roads(), st.randoms(use_true_random=False), st.sampled_from(["on", "back"]))
def test_no_road_loses_a_branch_or_comes_out_of_one_twice(
    route: Route, chance: random.Random, turn: str
) -> None:
    walk = Walk(route, {"turn": "on"})
    for _ in range(60):
        _check_place(walk)
        if not walk.actable():
            break
        # Only on the way out may a choice lead back: from the draft it would for ever.
        walk.course.facts = {"turn": turn if walk.course.state != route.start else "on"}
        step = chance.choice(walk.actable())
        acts = len(route.states[step.state].acts)
        walk.step(step.n, 0 if chance.random() < 0.8 else acts - 1)

    assert all(len(outcomes) == 1 for outcomes in walk.joins.values())


def _check_place(walk: Walk) -> None:
    live, route = walk.course.live, walk.route
    top = [one for one in live.values() if one.parent == 0]
    ended = route.states[walk.course.state].final
    assert [one.state for one in top] == ([] if ended else [walk.course.state])
    for one in live.values():
        state = route.states[one.state]
        assert (one.kind is StepKind.JOIN) == bool(state.parallel)
        assert bool(state.acts) != bool(state.parallel)
        inside = (live[one.parent].state, one.branch) if one.parent else ("", "")
        assert state.home == inside
        if state.parallel:
            _check_join(walk, one, state.parallel)


def _check_join(walk: Walk, join: Opening, parallel: Parallel) -> None:
    votes = walk.course.votes[join.n]
    running = [one.branch for one in walk.course.live.values() if one.parent == join.n]
    assert len(running) == len(set(running)), "two steps of one branch"
    assert set(running) | set(votes) == {one.name for one in parallel.branches}, "a branch is lost"
    assert not set(running) & set(votes), "a branch goes on after its end"
    assert outcome_of(parallel, votes) is None, "it is decided and still open"


@given(
    wanted=st.integers(1, 5),
    votes=st.lists(st.sampled_from([AGREED, DECLINED, ""]), min_size=2, max_size=5),
    collects=st.booleans(),
)
def test_it_is_decided_exactly_when_no_later_vote_could_change_it(
    wanted: int, votes: list[str], *, collects: bool
) -> None:
    wanted = min(wanted, len(votes))
    parallel = _parallel(len(votes), wanted, collects=collects)
    said = {f"b{n}": vote for n, vote in enumerate(votes) if vote}
    waiting = votes.count("")

    most, least = votes.count(AGREED) + waiting, votes.count(AGREED)
    certain = AGREED if least >= wanted else DECLINED if most < wanted else None
    heard_out = not (certain == DECLINED and collects and waiting)
    assert outcome_of(parallel, said) == (certain if heard_out else None)


@pytest.mark.parametrize(
    ("wanted", "collects", "votes", "comes_to"),
    [
        (3, False, "a", None),
        (3, False, "ad", DECLINED),
        (3, True, "ad", None),
        (3, True, "ada", DECLINED),
        (1, False, "a", AGREED),
        (1, False, "dd", None),
        (1, False, "ddd", DECLINED),
        (2, False, "aa", AGREED),
        (2, False, "ada", AGREED),
        (2, False, "dd", DECLINED),
        (2, True, "dda", DECLINED),
    ],
)
def test_all_any_and_n_of_m(wanted: int, collects: bool, votes: str, comes_to: str) -> None:  # noqa: FBT001
    said = {f"b{n}": AGREED if vote == "a" else DECLINED for n, vote in enumerate(votes)}

    assert outcome_of(_parallel(3, wanted, collects=collects), said) == comes_to


@QUICK
@given(roads(), st.randoms(use_true_random=False))
def test_who_leaves_a_branch_for_the_road_ends_every_other_branch(
    route: Route, chance: random.Random
) -> None:
    # Every act of a branch that says no leads straight back to the draft.
    states = {name: _homeward(state) for name, state in route.states.items()}
    walk = Walk(replace(route, states=states), {"turn": "on"})
    for _ in range(30):
        inner = [one for one in walk.actable() if one.parent]
        if inner:
            walk.step(chance.choice(inner).n, 1)
            assert [one.state for one in walk.course.live.values()] == ["drafting"]
            assert {outcome for one in walk.joins.values() for outcome in one} <= {
                *OUTCOMES,
                DROPPED,
                "",
            }
        elif walk.actable():
            walk.step(chance.choice(walk.actable()).n, 0)


def _homeward(state: State) -> State:
    acts = tuple(replace(act, to="drafting") if act.to == DECLINED else act for act in state.acts)
    return replace(state, acts=acts)


def _parallel(count: int, wanted: int, *, collects: bool) -> Parallel:
    branches = tuple(Branch(f"b{n}", Title("", ""), f"s{n}") for n in range(count))
    return Parallel(branches, wanted, collects, AGREED, DECLINED)
