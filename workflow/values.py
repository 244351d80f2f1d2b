"""Which values a document's fields can have together, as far as the choices of a road ask."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise

from records.condition import (
    ORDERED,
    All,
    Condition,
    Fact,
    Not,
    Test,
    facts_in,
    number_in,
)
from records.delegation import AMOUNT
from records.route import FieldKind, Route, Turn, fits

Held = frozenset[tuple[str, Fact]]
"""What is settled of a document's facts, one value a fact."""

NOTHING: Held = frozenset()

ELSE = "khác"
"""A text that no condition names."""

_LISTED = frozenset({"recipients"})  # facts of which a document has several
_ALWAYS = frozenset({"type", "direction", "unit", "drafter", *ORDERED})  # never empty
_MOST_LISTED = 3  # values a list is tried with in every combination


@dataclass(frozen=True, slots=True)
class Values:
    """The values that a road's choices tell apart, one for each way their tests come out."""

    kinds: Mapping[str, FieldKind]
    tests: Mapping[str, tuple[Test, ...]]

    @property
    def asked(self) -> AbstractSet[str]:
        """Give the facts that choices ask for."""
        return self.tests.keys()

    def turns(
        self,
        choice: Sequence[Turn],
        known: Mapping[str, Fact],
        held: Held,
        filled: AbstractSet[str],
    ) -> Iterator[tuple[str, Held]]:
        """Give where a choice can lead, each with what must then hold of the document.

        Takes   known: facts that are certain; held: what was settled on the way here; filled:
                fields that were asked for, so that something stands in them that may.
        """
        turn, *later = choice
        if turn.when is None:
            yield turn.to, held
            return
        for came_out, settled in self._settled(turn.when, known, held, filled):
            if came_out:
                yield turn.to, settled
            else:
                yield from self.turns(later, known, settled, filled)

    def _settled(
        self, when: Condition, known: Mapping[str, Fact], held: Held, filled: AbstractSet[str]
    ) -> Iterator[tuple[bool, Held]]:
        """Give how a condition can come out, settling only as many facts as that takes."""
        facts = {**dict(held), **known}
        outcomes = may(when, facts)
        if len(outcomes) == 1:
            yield outcomes.pop(), held
            return
        fact = min(facts_in(when) - facts.keys())
        for value in self.values(fact, filled=fact in filled):
            yield from self._settled(when, known, held | {(fact, value)}, filled)

    def values(self, fact: str, *, filled: bool) -> list[Fact]:
        """Give one value of a fact for each way that all tests of it can come out together."""
        found: dict[tuple[bool, ...], Fact] = {}
        for value in self._candidates(fact):
            if self._may_stand(fact, value, filled=filled):
                came_out = tuple(test.holds({fact: value}) for test in self.tests[fact])
                found.setdefault(came_out, value)
        return list(found.values())

    def _may_stand(self, fact: str, value: Fact, *, filled: bool) -> bool:
        if isinstance(value, tuple):
            return True
        kind = self.kinds.get(fact)
        if filled and kind is not None:
            return bool(value) and fits(kind, value)
        if fact == AMOUNT:
            return not value or number_in(value) is not None
        return bool(value) or fact not in _ALWAYS

    def _candidates(self, fact: str) -> Iterator[Fact]:
        """Give values beside, at and between all that tests name, numbers before words."""
        named = list(dict.fromkeys(v for test in self.tests[fact] for v in test.values))
        if fact in ORDERED:
            yield from ORDERED[fact]
            return
        if fact in _LISTED:
            most = min(len(named), _MOST_LISTED)
            yield from (c for n in range(most + 1) for c in combinations(named, n))
            yield (*named, ELSE)
            yield (ELSE,)
            return
        yield from _beside({n for one in named if (n := number_in(one)) is not None})
        yield from named
        yield from _days(named)
        yield ELSE
        yield ""


def values_of(route: Route) -> Values:
    """Give the values that the choices of a road tell apart."""
    tests: dict[str, list[Test]] = {}
    for state in route.states.values():
        for turn in state.choice:
            for test in _tests_in(turn.when) if turn.when else ():
                tests.setdefault(test.fact, []).append(test)
    kinds = {name: field.kind for name, field in route.fields.items()}
    return Values(kinds, {fact: tuple(dict.fromkeys(found)) for fact, found in tests.items()})


def _tests_in(condition: Condition) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
        return
    for one in (condition.of,) if isinstance(condition, Not) else condition.of:
        yield from _tests_in(one)


def _beside(named: AbstractSet[Decimal]) -> Iterator[str]:
    """Give numbers at, below, between and above those that are named."""
    order = sorted(named)
    if not order:
        yield "1"
        return
    yield from (_written(one) for one in order)
    yield from (_written((low + high) / 2) for low, high in pairwise(order))
    yield _written(order[0] - 1)
    yield _written(order[-1] + 1)


def _written(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _days(named: Sequence[str]) -> Iterator[str]:
    """Give a day that is named nowhere, where days are."""
    days = [date.fromisoformat(one) for one in named if fits(FieldKind.DATE, one)]
    yield (max(days, default=date(2026, 1, 1)) + timedelta(days=1)).isoformat()


def may(condition: Condition, facts: Mapping[str, Fact]) -> set[bool]:
    """Give how a condition can come out where only some facts are known."""
    if isinstance(condition, Test):
        return {condition.holds(facts)} if condition.fact in facts else {True, False}
    if isinstance(condition, Not):
        return {not one for one in may(condition.of, facts)}
    parts = [may(one, facts) for one in condition.of]
    join = all if isinstance(condition, All) else any
    return {join(min(one) for one in parts), join(max(one) for one in parts)}
