"""On whose desk a step lies: the people a road means, found when the document gets there."""

from identity.reading import cleared, tokens_of
from records.document import Classification, Document
from records.errors import Refused
from records.person import Person, Role
from records.route import Who, Whom
from storage.people import People
from storage.unit import Unit as UnitOfWork
from workflow.turns import signers_of, turn_of

SYSTEM = Person("system", "Hệ thống", "", ())
"""Who does what the office does by itself; nobody can log in as it."""

BY_ITSELF = f"person:{SYSTEM.id}"


def desk_of(unit: UnitOfWork, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    """Give the tokens of the people a step is for; of named, cleared people when classified.

    Raises  Refused: nobody can act there.
    """
    tokens = desk_for(unit.people, document, who)
    if not tokens:
        raise Refused("step.nobody")
    return tokens


def desk_for(people: People, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    """Give the tokens of those among ``people`` a step is for; none where nobody can act."""
    return frozenset(token for one in who for token in _tokens(people, document, one))


def possible(unit: UnitOfWork, document: Document, who: tuple[Who, ...]) -> frozenset[str]:
    """Give the tokens of the people a step is for, none where nobody can act there."""
    return desk_for(unit.people, document, who)


def chosen_desk(
    unit: UnitOfWork, document: Document, who: tuple[Who, ...], id: str
) -> frozenset[str]:
    """Give the desk of the one who was chosen, and of whoever else the step is for.

    Raises  Refused: nobody was chosen, or somebody who is not among those one may choose.
    """
    if not id:
        raise Refused("next.required")
    if id not in {one.id for one in candidates(unit, document, who)}:
        raise Refused("next.not-allowed", person=id)
    others = tuple(one for one in who if one.whom is not Whom.CHOSEN)
    return possible(unit, document, others) | {f"person:{id}"}


def candidates(unit: UnitOfWork, document: Document, who: tuple[Who, ...]) -> list[Person]:
    """Give whom one may choose from, in the order of their account names."""
    among = tuple(inner for one in who if one.whom is Whom.CHOSEN for inner in one.among)
    tokens = possible(unit, document, among)
    return [one for one in able(unit, document) if tokens_of(one) & tokens]


def able(unit: UnitOfWork, document: Document) -> list[Person]:
    """Give everybody who could be given a document to act on: here, reading, cleared for it."""
    return [
        one for one in unit.people.all() if tokens_of(one) and cleared(one, document.classification)
    ]


def _tokens(people: People, document: Document, who: Who) -> frozenset[str]:
    named = {Whom.DRAFTER: document.drafter, Whom.ASSIGNEE: document.assignee}
    if who.whom in named:
        return frozenset({f"person:{named[who.whom]}"} if named[who.whom] else ())
    if who.whom is Whom.OWNER:
        return _owner(people, document)
    if who.whom is Whom.CHOSEN:
        return frozenset(token for one in who.among for token in _tokens(people, document, one))
    if who.whom is Whom.SIGNER and (signer := signers_of(document)[turn_of(document)[0] - 1]):
        leaders = [one for one in people.holding(Role.LEADER) if one.id == signer]
        return frozenset(f"person:{one.id}" for one in leaders)
    if who.whom in (Whom.HEAD_OF_DRAFTERS_UNIT, Whom.HEAD_OF):
        return _head(people, document, who.unit or document.unit)
    return _holders(people, document, who.role or Role.LEADER, who.unit)


def _owner(people: People, document: Document) -> frozenset[str]:
    named = document.fields.get("owner", "")
    if not named:
        return frozenset({f"person:{document.drafter}"})
    fit = [
        one
        for one in people.among([named])
        if tokens_of(one) and cleared(one, document.classification)
    ]
    return frozenset(f"person:{one.id}" for one in fit)


def _holders(people: People, document: Document, role: Role, unit: str) -> frozenset[str]:
    holders = [
        person for person in people.holding(role, unit) if cleared(person, document.classification)
    ]
    if _secret(document):
        return frozenset(f"person:{person.id}" for person in holders)
    if not holders:
        return frozenset()
    return frozenset({f"desk:{unit}/{role}" if unit else f"role:{role}"})


def _head(people: People, document: Document, of: str) -> frozenset[str]:
    """Give the head of a unit, or of the nearest unit above who did not draft."""
    unit: str | None = of
    while unit is not None:
        heads = people.holding(Role.UNIT_HEAD, unit)
        others = [
            person
            for person in heads
            if person.id != document.drafter and cleared(person, document.classification)
        ]
        if others and (len(others) < len(heads) or _secret(document)):
            return frozenset(f"person:{person.id}" for person in others)
        if others:
            return frozenset({f"desk:{unit}/{Role.UNIT_HEAD}"})
        unit = people.unit(unit).parent
    return _holders(people, document, Role.LEADER, "")


def _secret(document: Document) -> bool:
    return document.classification is not Classification.NONE
