"""Conditions a clerk writes about a document: ``amount > 100000000 and urgency >= urgent``."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

LONGEST = 500
"""How many signs a condition may have."""

DEEPEST = 20
"""How many brackets and denials may lie inside one another."""

ORDERED: Mapping[str, tuple[str, ...]] = {
    "urgency": ("normal", "urgent", "very_urgent", "immediate"),
    "classification": ("none", "confidential", "secret", "top_secret"),
}
"""Facts whose values have an order of their own, lowest first."""

FACTS = frozenset({"type", "direction", "unit", "drafter", "recipients", "signer", *ORDERED})
"""What every document can be asked; other names are fields that the road declares."""

Fact = str | tuple[str, ...]  # a field's text, or several where it is a list


class Comparison(StrEnum):
    """How a fact is compared with what is written."""

    IS = "="
    IS_NOT = "!="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    IN = "in"
    HAS = "has"
    EMPTY = "is empty"


@dataclass(frozen=True, slots=True)
class Test:
    """One fact compared; a missing fact, or one that is no number where one is asked, fails."""

    fact: str
    how: Comparison
    values: tuple[str, ...] = ()

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether it is so of these facts."""
        found = facts.get(self.fact, "")
        had = found if isinstance(found, tuple) else (found,) if found else ()
        if self.how is Comparison.EMPTY:
            return not had
        if self.how in (Comparison.HAS, Comparison.IN, Comparison.IS):
            return any(_same(one, value) for one in had for value in self.values)
        if self.how is Comparison.IS_NOT:
            return not any(_same(one, value) for one in had for value in self.values)
        return bool(had) and self._compared(had[0])

    def _compared(self, found: str) -> bool:
        if order := ORDERED.get(self.fact):
            left, right = (_rank(order, one) for one in (found, self.values[0]))
        else:
            left, right = number_in(found), number_in(self.values[0])
        if left is None or right is None:
            return False
        return {
            Comparison.BELOW: left < right,
            Comparison.AT_MOST: left <= right,
            Comparison.ABOVE: left > right,
            Comparison.AT_LEAST: left >= right,
        }[self.how]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: "Condition"

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether it is so of these facts."""
        return not self.of.holds(facts)


@dataclass(frozen=True, slots=True)
class All:
    """Every one of several."""

    of: tuple["Condition", ...]

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether it is so of these facts."""
        return all(one.holds(facts) for one in self.of)


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of several."""

    of: tuple["Condition", ...]

    def holds(self, facts: Mapping[str, Fact]) -> bool:
        """Tell whether it is so of these facts."""
        return any(one.holds(facts) for one in self.of)


Condition = Test | Not | All | Any


def number_in(text: str) -> Decimal | None:
    """Give the number in a text as Vietnamese offices write it: ``1.500.000,5``; None for none."""
    plain = text.replace(" ", "").replace("_", "")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d+", plain, re.ASCII):
        plain = plain.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", plain, re.ASCII):
        return None
    return Decimal(plain)


def facts_in(condition: Condition) -> AbstractSet[str]:
    """Give the names of the facts a condition asks for."""
    if isinstance(condition, Test):
        return {condition.fact}
    inner = (condition.of,) if isinstance(condition, Not) else condition.of
    return {name for one in inner for name in facts_in(one)}


def condition_of(text: str, known: AbstractSet[str]) -> Condition:
    """Give the condition that ``text`` says; ``known`` are the facts beside those of FACTS.

    The whole grammar::

        condition := all ("or" all)*          all := one ("and" one)*
        one       := "not" one | "(" condition ")" | test
        test      := NAME ("=" | "!=" | "<" | "<=" | ">" | ">=" | "has") VALUE
                   | NAME "in" "[" VALUE ("," VALUE)* "]" | NAME "is" ["not"] "empty"

    Raises  ValueError: it says nothing that could be understood; told in the office's words.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a condition has at most {LONGEST} signs")
    reader = _Reader(_words(text), FACTS | known)
    condition = reader.any()
    reader.end()
    return condition


WORD = re.compile(
    r"""\s*(?: (?P<quoted>"[^"]*"|'[^']*') | (?P<sign><=|>=|!=|==|=|<|>|[()\[\],])
        | (?P<word>[^\s()\[\],<>=!"']+) )""",
    re.VERBOSE,
)
KEYWORDS = frozenset({"and", "or", "not", "in", "has", "is", "empty"})
SIGNS = frozenset({"=", "!=", "<", "<=", ">", ">=", "has"})


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    quoted: bool = False


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    at = 0
    while text[at:].strip():
        match = WORD.match(text, at)
        if match is None:
            raise ValueError(f"{text[at:].strip()[:20]!r} is not understood")
        at = match.end()
        if match["quoted"]:
            found.append(_Word(match["quoted"][1:-1], quoted=True))
        else:
            found.append(_Word(match["sign"] or match["word"]))
    return found


class _Reader:
    """Reads words one by one, from the loosest binding to the tightest."""

    def __init__(self, words: list[_Word], known: AbstractSet[str]) -> None:
        self._words = words
        self._known = known
        self._at = 0
        self._depth = 0

    def any(self) -> Condition:
        """Read parts joined by "or"."""
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def end(self) -> None:
        """Require that nothing follows."""
        if self._at < len(self._words):
            raise ValueError(f"{self._words[self._at].text!r} was not expected")

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Condition:
        if self._took("not"):
            self._deeper(1)
            denied = Not(self._one())
            self._deeper(-1)
            return denied
        if self._took("("):
            self._deeper(1)
            inner = self.any()
            self._deeper(-1)
            self._must(")")
            return inner
        return self._test()

    def _deeper(self, by: int) -> None:
        self._depth += by
        if self._depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} brackets inside one another")

    def _test(self) -> Condition:
        fact = self._next("a field")
        if fact.quoted or fact.text not in self._known:
            known = ", ".join(sorted(self._known))
            raise ValueError(f"{fact.text!r} is no field; known are {known}")
        if self._took("is"):
            denied = self._took("not")
            self._must("empty")
            test = Test(fact.text, Comparison.EMPTY)
            return Not(test) if denied else test
        if self._took("in"):
            return Test(fact.text, Comparison.IN, self._list(fact.text))
        sign = self._next("a comparison").text.replace("==", "=")
        if sign not in SIGNS:
            raise ValueError(f"{sign!r} is no comparison; known are {', '.join(sorted(SIGNS))}, in")
        return self._compared(fact.text, Comparison(sign))

    def _compared(self, fact: str, how: Comparison) -> Test:
        value = self._value(fact)
        ranks = how not in (Comparison.IS, Comparison.IS_NOT, Comparison.HAS)
        if ranks and fact not in ORDERED and number_in(value) is None:
            raise ValueError(f"{value!r} is no number, so nothing is {how} it")
        return Test(fact, how, (value,))

    def _list(self, fact: str) -> tuple[str, ...]:
        self._must("[")
        values = [self._value(fact)]
        while self._took(","):
            values.append(self._value(fact))
        self._must("]")
        return tuple(values)

    def _value(self, fact: str) -> str:
        word = self._next("a value")
        if not word.quoted and (word.text in KEYWORDS or not WORD.match(word.text)["word"]):  # type: ignore[index]  # every word was matched
            raise ValueError(f"{word.text!r} stands where a value should")
        order = ORDERED.get(fact)
        if order and word.text not in order:
            raise ValueError(f"{fact} is never {word.text!r}; it is one of {', '.join(order)}")
        return word.text

    def _took(self, text: str) -> bool:
        if self._at < len(self._words) and self._words[self._at] == _Word(text):
            self._at += 1
            return True
        return False

    def _must(self, text: str) -> None:
        if not self._took(text):
            found = self._words[self._at].text if self._at < len(self._words) else "the end"
            raise ValueError(f"{text!r} should stand where {found!r} does")

    def _next(self, what: str) -> _Word:
        if self._at >= len(self._words):
            raise ValueError(f"{what} is missing at the end")
        self._at += 1
        return self._words[self._at - 1]


def _rank(order: tuple[str, ...], value: str) -> Decimal | None:
    return Decimal(order.index(value)) if value in order else None


def _same(found: str, value: str) -> bool:
    if found == value:
        return True
    left, right = number_in(found), number_in(value)
    return left is not None and left == right
