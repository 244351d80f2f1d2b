"""What lay too long reaches the head of the unit: beside those who had it, or instead of them."""

from identity.reading import readers_of, tokens_of
from records.audit import AuditEvent
from records.document import Classification, Document
from records.person import Person, Role
from records.reminder import Reminder
from records.route import Way
from records.step import Step
from storage.people import People
from storage.unit import Unit
from workflow.office import Office


def escalate(office: Office, unit: Unit, document: Document, step: Step, one: Reminder) -> bool:
    """Lay an overdue step on the desk of the head of the unit, and tell whether there is one.

    A classified document is not passed by machine to somebody its road does not name.
    """
    route = office.roads.of(unit, document.definition, document.workflow)
    state = route.states.get(step.state)
    secret = document.classification is not Classification.NONE
    if state is None or state.escalates is None or secret:
        return False
    heads = _heads(unit.people, document, step)
    if not heads:
        return False
    alone = state.escalates.how is Way.REASSIGN
    desk = heads if alone else step.desk | heads
    unit.steps.lay(step, desk)
    unit.documents.admit(document.id, readers_of(document, desk))
    facts = {"how": state.escalates.how, "to": " ".join(sorted(heads)), "step": str(step.n)}
    unit.audit.append(AuditEvent("step:escalated", "system", one.at, document.id, facts))
    return True


def _heads(people: People, document: Document, step: Step) -> frozenset[str]:
    """Give the desks of the heads above those who have a step, a leader's where there is none."""
    having = [one for one in people.all() if tokens_of(one) & step.desk]
    above = {one.id: one.parent for one in people.units()}
    found: set[str] = set()
    for person in having:
        for unit in sorted(person.units):
            found |= _above(people, document, above, unit, having)
    leaders = people.holding(Role.LEADER)
    if not found and any(one not in having for one in leaders):
        return frozenset({f"role:{Role.LEADER}"})
    return frozenset(found)


def _above(
    people: People,
    document: Document,
    above: dict[str, str | None],
    unit: str | None,
    having: list[Person],
) -> set[str]:
    while unit is not None:
        heads = people.holding(Role.UNIT_HEAD, unit)
        if any(one not in having and one.id != document.drafter for one in heads):
            return {f"desk:{unit}/{Role.UNIT_HEAD}"}
        unit = above.get(unit)
    return set()
