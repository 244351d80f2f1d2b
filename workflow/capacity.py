"""In what capacity somebody signs: the lines above their name, by their post or by a mandate."""

from records.delegation import Capacity, Mandate
from records.document import Document
from records.errors import Refused
from records.person import Person, Role
from records.route import Act
from storage.unit import Unit
from workflow.office import Office
from workflow.road import Choice, Standing, mandate_of

CAPACITY = "capacity"
"""The field that keeps the lines of a signature given on a mandate, one a line."""

PRINTED = "printed_signer"
"""The field that tells who is named on the page where that is not the one asked to sign."""

COLLECTIVE = "TM. "
"""How the line of whoever signs for a collective begins (thay mặt)."""


def own_lines(office: Office, person: Person) -> tuple[str, ...]:
    """Give the lines of somebody who signs by their own post."""
    return office.capacities.get(person.id, (person.title.upper(),))


def mandate_lines(office: Office, person: Person, mandate: Mandate) -> tuple[str, ...]:
    """Give the lines of somebody who signs on a mandate: ``TUQ. CHỦ TỊCH``, ``TRƯỞNG BAN``.

    Source  Decree 30/2020, art. 13, and Annex I, part II, 7.
    """
    given, mark = own_lines(office, mandate.principal), mandate.delegation.capacity
    if mark is Capacity.Q:
        return (f"{mark} {given[-1]}",)
    # By order is signed for the collective, where the leader signs for one.
    for_all = mark is Capacity.TL and given[0].startswith(COLLECTIVE)
    whom = given[0].removeprefix(COLLECTIVE) if for_all else given[-1]
    return (f"{mark} {whom}", own_lines(office, person)[-1])


def stamped_lines(  # noqa: PLR0913 - what is judged, in whose name
    office: Office, unit: Unit, at: Standing, act: Act, *, by: Person, choice: Choice
) -> tuple[str, ...]:
    """Give what a signature says of the one who signs in another's name, nothing for their own."""
    mandate = mandate_of(unit, at, act, by, choice)
    return (*mandate_lines(office, by, mandate), by.name) if mandate else ()


def chosen_signer(
    office: Office, unit: Unit, document: Document, who: str
) -> tuple[Person, str, tuple[str, ...]]:
    """Give who is named on the page, who is asked to sign, and the lines above the name.

    Takes   who: a leader, or somebody a leader delegated to for such a document.
    Raises  Refused: neither.
    """
    leaders = {one.id: one for one in unit.people.holding(Role.LEADER)}
    if who in leaders:
        return leaders[who], who, own_lines(office, leaders[who])
    for one in unit.delegations.to(who, office.today()):
        if one.delegator in leaders and not one.passes_on and one.bounds.reach(document):
            person = unit.people.get(who)
            mandate = Mandate(leaders[one.delegator], one)
            return person, one.delegator, mandate_lines(office, person, mandate)
    raise Refused("signer.unknown", signer=who)


def signer_lines(office: Office, document: Document) -> tuple[str, ...]:
    """Give the lines under which a document was signed."""
    kept = document.fields.get(CAPACITY, "")
    return tuple(kept.splitlines()) or office.capacities.get(document.signer, ())
