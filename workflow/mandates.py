"""Who may know of a document, and in whose name: by their own posts, or by a delegation."""

from datetime import date

from identity.reading import cleared, tokens_of
from records.delegation import Delegation, Mandate
from records.document import Document
from records.errors import NotFound
from records.person import Person
from storage.unit import Unit


def facts_of(mandate: Mandate | None) -> dict[str, str]:
    """Give what the log tells of in whose name somebody acted, nothing where it was their own."""
    if mandate is None:
        return {}
    one = mandate.delegation
    return {
        "on_behalf_of": mandate.principal.id,
        "capacity": one.capacity,
        "delegation": one.id,
        "basis": one.basis,
        "basis_on": one.basis_on.isoformat(),
    }


def may_know(unit: Unit, document: Document, by: Person) -> bool:
    """Tell whether somebody may know of a document: admitted to it, and cleared for its class."""
    admitted = unit.documents.readers(document.id) & tokens_of(by)
    return bool(admitted) and cleared(by, document.classification)


def mandates_of(unit: Unit, document: Document, by: Person, on: date) -> tuple[Mandate, ...]:
    """Give in whose names somebody may act on a document today.

    A delegation gives no clearance: who lacks it has no mandate, nor has who left every post. It
    reaches no further than its giver, who must hold their posts and be allowed to know of the
    document themselves.
    """
    if not (by.posts and tokens_of(by) and cleared(by, document.classification)):
        return ()
    found = []
    for one in unit.delegations.to(by.id, on):
        giver = _giver(unit, one, document, on)
        if giver is None or giver.id == by.id:
            continue
        if tokens_of(giver) and may_know(unit, document, giver):
            found.append(Mandate(giver, one))
    return tuple(found)


def _giver(unit: Unit, one: Delegation, document: Document, on: date) -> Person | None:
    """Give whose authority it is, if every link to them holds for this document today."""
    while one.in_force(on) and one.bounds.reach(document):
        if not one.passes_on:
            return unit.people.get(one.delegator)
        try:
            one = unit.delegations.get(one.passes_on)
        except NotFound:
            return None
    return None
