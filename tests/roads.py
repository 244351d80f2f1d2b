"""Random roads, and a walk along them that knows only the rules, for what must hold of any road."""

from dataclasses import replace

from hypothesis import strategies as st

from records.condition import condition_of
from records.document import Digest, Direction
from records.person import Role
from records.route import (
    AGREED,
    DECLINED,
    Act,
    Branch,
    Need,
    Parallel,
    Route,
    State,
    Title,
    Turn,
    Who,
    Whom,
)

NOWHERE = Title("", "")
SOMEBODY = (Who(Whom.ROLE, Role.OFFICER),)


class Plan:
    """States of a road as they are drawn, each under a name of its own."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.states: dict[str, State] = {}

    def sequence(self, home: tuple[str, str], after: tuple[str, str], depth: int) -> str:
        """Draw one to three states one after the other and give the first one's name.

        Takes   after: where the last one leads with a yes, and any of them with a no.
        """
        to = after[0]
        for _ in range(self.draw(st.integers(1, 3 if depth < 2 else 2))):
            to = self._state(home, (to, after[1]), depth)
        return to

    def _state(self, home: tuple[str, str], after: tuple[str, str], depth: int) -> str:
        name = f"s{len(self.states)}"
        kind = self.draw(
            st.sampled_from(["act", "act", "choice", "parallel"][: 4 if depth < 3 else 3])
        )
        state = State(name, NOWHERE, SOMEBODY, home=home)
        self.states[name] = state
        if kind == "act":
            self.states[name] = replace(state, acts=self._acts(after), approves=True)
        elif kind == "choice":
            turns = (Turn(after[1], condition_of("turn = back", {"turn"})), Turn(after[0]))
            self.states[name] = replace(state, who=(), choice=turns)
        else:
            self.states[name] = replace(state, who=(), parallel=self._parallel(name, after, depth))
        return name

    def _acts(self, after: tuple[str, str]) -> tuple[Act, ...]:
        return (
            Act("approve", NOWHERE, after[0], needs=frozenset({Need.SEEN})),
            Act("return", NOWHERE, after[1]),
        )

    def _parallel(self, name: str, after: tuple[str, str], depth: int) -> Parallel:
        count = self.draw(st.integers(2, 4))
        branches = tuple(
            Branch(f"b{n}", NOWHERE, self.sequence((name, f"b{n}"), (AGREED, DECLINED), depth + 1))
            for n in range(count)
        )
        return Parallel(
            branches=branches,
            wanted=self.draw(st.integers(1, count)),
            collects=self.draw(st.booleans()),
            agreed=after[0],
            declined=after[1],
        )


@st.composite
def roads(draw: st.DrawFn) -> Route:
    """Draw a road with parallels in sequences, sequences in parallels, and choices in both."""
    plan = Plan(draw)
    plan.states["drafting"] = State(
        "drafting", NOWHERE, (Who(Whom.DRAFTER),), (Act("submit", NOWHERE, ""),), editable=True
    )
    plan.states["done"] = State("done", NOWHERE)
    first = plan.sequence(("", ""), ("done", "drafting"), 0)
    submit = Act("submit", NOWHERE, first)
    plan.states["drafting"] = replace(plan.states["drafting"], acts=(submit,))
    return Route(
        name="road",
        title=NOWHERE,
        direction=Direction.INTERNAL,
        start="drafting",
        starters=frozenset({Role.OFFICER}),
        states=plan.states,
        digest=Digest("0" * 64),
    )
