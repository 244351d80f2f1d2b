"""What waits for those somebody stands in for."""

from collections.abc import Iterator
from dataclasses import dataclass

from identity.reading import classes_of, tokens_of
from records.delegation import Mandate
from records.person import Person
from records.route import Act
from records.step import OF_DIRECTIVES, Step
from storage.unit import Unit
from workflow.beside import Side, sides
from workflow.mandates import mandates_of
from workflow.office import Office
from workflow.road import Standing, behalf_of, offers

A_PAGE = 100
"""How many documents of another's desk are read at a time."""


@dataclass(frozen=True, slots=True)
class Standin:
    """A document that waits for somebody one stands in for."""

    at: Standing
    step: Step  # what lies on their desk longest
    acts: tuple[Act, ...]
    sides: tuple[Side, ...]
    mandate: Mandate


def waiting_for_others(
    office: Office, unit: Unit, by: Person, *, after: str, limit: int
) -> list[Standin]:
    """Give where this person may act in another's name, what they may do, and in whose name.

    Takes   after, limit: which part of each giver's desk, longest waiting first.
    """
    found: dict[str, Standin] = {}
    for giver in _givers(office, unit, by):
        ours = 0
        for at in _desk(office, unit, giver, by, after):
            one = _standin(unit, at, giver, by)
            if one is not None:
                found.setdefault(at.document.id, one)
                ours += 1
            if ours == limit:
                break
    return list(found.values())


def _standin(unit: Unit, at: Standing, giver: Person, by: Person) -> Standin | None:
    theirs, beside = offers(unit, at, by), sides(unit, at, by)
    behalf = list(behalf_of(unit, at, theirs, by).values())
    behalf += [one.mandate for one in beside if one.mandate]
    lying = next(one for one in at.steps if one.open and one.desk & tokens_of(giver))
    if lying.kind in OF_DIRECTIVES:
        behalf += [one for one in at.mandates if one.principal.id == giver.id]
    if not behalf:
        return None
    acts = tuple({one.act.name: one.act for one in theirs}.values())
    return Standin(at, lying, acts, tuple(beside), behalf[0])


def _desk(office: Office, unit: Unit, giver: Person, by: Person, after: str) -> Iterator[Standing]:
    """Give what lies on somebody's desk, as far as the other is cleared for it too."""
    classes, tokens = classes_of(by) & classes_of(giver), tokens_of(giver)
    while page := unit.documents.waiting(tokens, classes, after=after, limit=A_PAGE):
        steps = unit.steps.several([one.id for one in page])
        unit.proofs.read_ahead([one.id for one in page])
        for document in page:
            at = Standing(
                document,
                tuple(steps[document.id]),
                office.roads.of(unit, document.definition, document.workflow),
                mandates_of(unit, document, by, office.today()),
            )
            yield at
            since = min(one.opened_at for one in at.steps if one.open and one.desk & tokens)
            after = f"{since.isoformat()}_{document.id}"
        if len(page) < A_PAGE:
            return


def _givers(office: Office, unit: Unit, by: Person) -> list[Person]:
    givers: dict[str, Person] = {}
    for one in unit.delegations.to(by.id, office.today()):
        first = one
        while first.passes_on:
            first = unit.delegations.get(first.passes_on)
        givers.setdefault(first.delegator, unit.people.get(first.delegator))
    return list(givers.values())
