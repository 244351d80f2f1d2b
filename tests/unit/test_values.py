"""What fields may hold together on a road; and a drafter is never the only one who approves."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from config.workflows import read_route
from records.condition import condition_of
from records.document import Classification, Digest, Direction
from records.person import Person, Post, Role, Unit
from records.proof import Claim
from records.route import Act, Field, Route, State, Title, Turn, Who, Whom
from tests.roads import roads
from tests.unit.test_prove import cast, claims, council, way
from web.pages.findings import told
from workflow.cast import Cast, Trial
from workflow.prove import prove
from workflow.space import Rules, Space
from workflow.values import values_of
from workflow.walk import explore

WORDS = Title("", "")
OPEN = (Classification.NONE,)
SOMEBODY = (Who(Whom.ROLE, Role.OFFICER),)


# ── values that can hold together ────────────────────────────────────────────────────────


TESTS = st.one_of(
    st.builds(
        "amount {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers(0, 3)
    ),
    st.sampled_from(["amount is empty", "amount is not empty", "type = QĐ", "type in [QĐ, NQ]"]),
    st.sampled_from(["urgency >= urgent", "urgency = normal", "topic = a", "topic != a"]),
    st.sampled_from(["recipients has X", "recipients is empty", "not recipients has Y"]),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=3,
)
KNOWN = {"amount", "topic"}
GRID = [
    dict(zip(("amount", "topic", "type", "urgency", "recipients"), values, strict=True))
    for values in product(
        ("", "abc", "-1", "0", "0.5", "1", "1.5", "2", "2.5", "3", "4"),
        ("", "a", "b"),
        ("QĐ", "NQ", "KH"),
        ("normal", "urgent", "immediate"),
        ((), ("X",), ("Y",), ("X", "Y"), ("Z",)),
    )
    if values[0] != "abc"  # an amount is a number or nothing
]


def chain(texts: list[str]) -> Route:
    """Give a road that only chooses: each condition leads on to the next choice or past it."""
    states = {}
    for n, text in enumerate(texts):
        turns = (Turn(f"yes{n}", condition_of(text, KNOWN), text), Turn(f"c{n + 1}"))
        states[f"c{n}"] = State(f"c{n}", WORDS, choice=turns)
        again = (Turn(f"both{n}", condition_of(texts[0], KNOWN), texts[0]), Turn(f"c{n + 1}"))
        states[f"yes{n}"] = State(f"yes{n}", WORDS, choice=again)
        states[f"both{n}"] = State(f"both{n}", WORDS)
    states[f"c{len(texts)}"] = State(f"c{len(texts)}", WORDS)
    return Route(
        name="chain",
        title=WORDS,
        direction=Direction.INTERNAL,
        start="c0",
        starters=frozenset({Role.OFFICER}),
        states=states,
        digest=Digest("0" * 64),
        fields={name: Field(name, WORDS) for name in KNOWN},
    )


def ends_of(route: Route, facts: Mapping[str, object]) -> str:
    """Give where a document with these facts really goes."""
    at = route.start
    while route.states[at].choice:
        at = next(
            turn.to
            for turn in route.states[at].choice
            if turn.when is None or turn.when.holds(facts)  # type: ignore[arg-type]  # a grid's own
        )
    return at


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CONDITIONS, min_size=1, max_size=3))
def test_a_walk_goes_exactly_where_some_document_could(texts: list[str]) -> None:
    route = chain(texts)
    values = values_of(route)
    found: dict[str, list[dict[str, object]]] = {}

    def follow(at: str, held: frozenset[tuple[str, object]]) -> Iterator[None]:
        if not route.states[at].choice:
            found.setdefault(at, []).append(dict(held))
            return
        for to, settled in values.turns(route.states[at].choice, {}, held, set()):  # type: ignore[arg-type]  # as above
            yield from follow(to, settled)

    list(follow(route.start, frozenset()))

    assert set(found) == {ends_of(route, facts) for facts in GRID}
    for end, ways in found.items():
        for held in ways:
            whole = {"amount": "", "topic": "", "type": "KH", "urgency": "normal", **held}
            assert ends_of(route, {"recipients": (), **whole}) == end


DEAD = ("to: done}\n  done:", "to: small}\n  done:")
"""What makes the small ones go round for ever."""

AGAIN = ("to: checking, needs: [seen]}", "to: checking, needs: [seen], asks: [amount]}")
"""What lets the chief change the amount."""

EMPTY = ("- {when: amount > 100, to: council}", "- {when: amount is empty, to: council}")

LOWERED = """
name: lowered
title: {vi: Chi tiêu, en: Spending}
direction: internal
start: drafting
starters: [officer]
fields:
  amount: {vi: Số tiền, en: Amount, kind: number}
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      submit: {title: {vi: Trình, en: Submit}, to: sorting, asks: [amount]}
  sorting:
    title: {vi: Phân loại, en: Sorting}
    choice:
      - {when: amount > 100, to: council}
      - {to: head}
  council:
    title: {vi: Hội đồng, en: Council}
    who: [role: unit_head]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: head, needs: [seen]}
      return: {title: {vi: Trả lại, en: Return}, to: drafting, needs: [comment]}
  head:
    title: {vi: Chánh Văn phòng, en: Chief}
    who: [role: office_chief]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: checking, needs: [seen]}
  checking:
    title: {vi: Phân loại lại, en: Sorting again}
    choice:
      - {when: amount > 50, to: large}
      - {to: small}
  large:
    title: {vi: Khoản lớn, en: Large}
    who: [role: leader]
    approves: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: done, needs: [seen]}
  small:
    title: {vi: Khoản nhỏ, en: Small}
    who: [role: registry_clerk]
    actions:
      close: {title: {vi: Xong, en: Done}, to: done}
  done: {title: {vi: Xong, en: Done}}
"""


def lowered(*changes: tuple[str, str]) -> Route:
    text = LOWERED
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return read_route(text, "lowered")


def test_nothing_is_wrong_where_two_conditions_on_one_field_agree() -> None:
    assert prove(lowered(), cast(), OPEN) == ()


def test_a_way_no_amount_can_take_is_not_held_against_a_road() -> None:
    # More than 100 is more than 50: nothing that large is ever left for the third turn.
    third = (
        "      - {when: amount > 50, to: large}\n",
        "      - {when: amount > 50, to: large}\n      - {when: amount > 100, to: round}\n",
    )
    round_ = (
        "  done: {",
        """  round:
    title: {vi: Vòng, en: Round}
    who: [role: leader]
    actions:
      again: {title: {vi: Lại, en: Again}, to: round}
  done: {""",
    )

    found = prove(lowered(third, round_), cast(), OPEN)

    assert [(one.claim, one.state) for one in found] == [(Claim.REACHED, "round")]


def test_a_dead_end_that_only_some_amounts_come_to_is_found_and_named() -> None:
    stuck = lowered(DEAD)

    (found,) = prove(stuck, cast(), OPEN)

    # It goes round among the small ones; with such an amount there is no end from here on.
    assert (found.claim, found.state, way(found)) == (Claim.ENDS, "head", ["submit"])
    held = dict(one for move in found.path for one in move.held)
    assert float(str(held["amount"])) <= 50
    spoken = told(found, stuck, {}, "vi").way
    assert f"«Số tiền» = {held['amount']}" in " ".join(spoken)
    assert "where «Amount» =" in " ".join(told(found, stuck, {}, "en").way)


def test_an_amount_that_is_asked_again_is_not_held_to_what_it_was() -> None:
    same = ("amount > 50", "amount > 100")

    def through_council(route: Route) -> bool:
        """Tell whether a document that was large once can come to the small ones."""
        space = explore(route, Trial(cast(), cast().all()[0], "ban-to-chuc"))
        small = [spot for spot in space.came if "small" in spot.active]
        return any(move.state == "council" for spot in small for move in space.path(spot))

    assert not through_council(lowered(same))
    assert through_council(lowered(same, AGAIN))


def test_a_required_field_is_never_empty() -> None:
    found = prove(lowered(EMPTY), cast(), OPEN)

    assert [(one.claim, one.state) for one in found] == [(Claim.REACHED, "council")]
    assert prove(lowered(EMPTY, (", asks: [amount]}", "}")), cast(), OPEN) == ()


def test_a_council_that_no_amount_leads_to_is_found_unreached() -> None:
    never = ("amount > 100000000, to", "amount > 100000000 and amount < 50000000, to")

    assert Claim.REACHED in claims(prove(council(never), cast(), OPEN))


# ── the drafter is never the only one who approves ───────────────────────────────────────


@cache
def crowd(count: int) -> Cast:
    units = [Unit("u", "Ban", "B", None)]
    posts = (Post(Role.OFFICER, "u"),)
    people = [Person(f"p{n}", f"Người {n}", "Chuyên viên", posts) for n in range(count)]
    return Cast(people, units)


def with_recalls(route: Route) -> Route:
    """Give the road where whoever acted may take it back as long as nobody acted since."""
    states = {}
    for name, state in route.states.items():
        acts = state.acts
        if acts and name != route.start and state.home == ("", ""):
            recall = Act("recall", WORDS, route.start, who=(Who(Whom.PREVIOUS),))
            acts = (*acts, recall)
        states[name] = replace(state, acts=acts)
    return replace(route, states=states)


def alone(space: Space, route: Route) -> list[object]:
    """Give the places at an end of the road where only the drafter has approved.

    What several came to together is nobody's own approval, so it speaks for nobody here.
    """
    return [
        spot
        for spot in space.came
        if any(route.states[name].final for name in spot.active)
        and any(by and route.states[name].parallel is None for name, by in spot.approvals)
        and not spot.others
    ]


def tried(route: Route, count: int, rules: Rules) -> Space:
    """Give the nearest few hundred places of a document, drafted by one of so many."""
    people = crowd(count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflow.walk.LARGEST", 300)
        return explore(route, Trial(people, people.all()[0], "u"), rules)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(roads().map(with_recalls), st.integers(1, 3))
def test_on_no_road_is_the_drafter_the_only_one_who_approves(route: Route, count: int) -> None:
    space = tried(route, count, Rules())

    assert alone(space, route) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(roads())
def test_a_road_only_its_drafter_could_approve_is_never_called_proven(route: Route) -> None:
    without = tried(route, 1, Rules(two_people=False))
    if not without.whole or not alone(without, route):
        return

    assert any(one.grave for one in prove(route, crowd(1), OPEN))


def test_without_the_rule_of_two_people_a_road_is_found_where_the_drafter_is_alone() -> None:
    harmed = find(
        roads(),
        lambda route: bool(alone(tried(route, 2, Rules(two_people=False)), route)),
        settings=settings(max_examples=200, deadline=None, database=None),
    )

    assert alone(tried(harmed, 2, Rules()), harmed) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_whoever_is_there_the_one_approving_step_is_never_the_drafters(count: int) -> None:
    submit = Act("submit", WORDS, "check")
    approve = Act("approve", WORDS, "done")
    states = {
        "drafting": State("drafting", WORDS, (Who(Whom.DRAFTER),), (submit,), editable=True),
        "check": State("check", WORDS, SOMEBODY, (approve,), approves=True),
        "done": State("done", WORDS),
    }
    route = Route(
        name="one",
        title=WORDS,
        direction=Direction.INTERNAL,
        start="drafting",
        starters=frozenset({Role.OFFICER}),
        states=states,
        digest=Digest("0" * 64),
    )

    found = prove(route, crowd(count), OPEN)

    assert (Claim.TWO_PEOPLE in claims(found)) is (count == 1)
