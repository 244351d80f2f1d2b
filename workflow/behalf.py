"""What waits for those somebody stands in for."""

from identity.reading import classes_of, tokens_of
from records.delegation import Mandate
from records.document import Document
from records.person import Person
from records.route import Act
from storage.unit import Unit
from workflow.mandates import mandates_of
from workflow.office import Office
from workflow.road import Standing, behalf_of, offered


def waiting_for_others(
    office: Office, unit: Unit, by: Person
) -> list[tuple[Standing, tuple[Act, ...], Mandate]]:
    """Give where this person may act in another's name, what they may do, and in whose name."""
    found = []
    for document in _documents(office, unit, by):
        at = Standing(
            document,
            tuple(unit.steps.of(document.id)),
            office.roads.of(unit, document.definition, document.workflow),
            mandates_of(unit, document, by, office.today()),
        )
        acts = tuple(offered(unit, at, by))
        behalf = list(behalf_of(unit, at, acts, by).values())
        if behalf:
            found.append((at, acts, behalf[0]))
    return found


def _documents(office: Office, unit: Unit, by: Person) -> list[Document]:
    """Give what lies on the desks of whoever delegated to them, as far as they are cleared."""
    found: dict[str, Document] = {}
    for giver in _givers(office, unit, by):
        classes = classes_of(by) & classes_of(giver)
        for one in unit.documents.waiting(tokens_of(giver), classes):
            found.setdefault(one.id, one)
    return list(found.values())


def _givers(office: Office, unit: Unit, by: Person) -> list[Person]:
    givers: dict[str, Person] = {}
    for one in unit.delegations.to(by.id, office.today()):
        first = one
        while first.passes_on:
            first = unit.delegations.get(first.passes_on)
        givers.setdefault(first.delegator, unit.people.get(first.delegator))
    return list(givers.values())
