"""A step becomes somebody else's, who could have had it, for a reason that is kept."""

from identity.reading import readers_of
from records.document import Document
from records.errors import Refused
from records.person import Person, Role
from records.route import Who, Whom
from storage.unit import Unit
from workflow.beside import Aside, keep, side
from workflow.desks import able
from workflow.office import Office
from workflow.road import Choice, Standing, standing

HEADS = frozenset({Role.UNIT_HEAD, Role.LEADER})


def reassign(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Lay an open step on another's desk alone, and give the document as it then stands.

    Raises  as ``side``; Refused: they could not have had this step.
    """
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        step, here = meant.step, was.on(meant.step.n)
        giver = meant.mandate.principal if meant.mandate else by
        if choice.to == giver.id or choice.to not in {one.id for one in successors(unit, here, by)}:
            raise Refused("reassign.not-allowed", to=choice.to)
        token = frozenset({f"person:{choice.to}"})
        unit.steps.hand_over(step, token, since=was.document.version + 1)
        unit.documents.admit(id, readers_of(was.document, token))
        facts = {"from": step.state, "assignee": choice.to}
        done = Aside("step:reassigned", action, by, at, choice.comment, facts, meant.mandate)
        return keep(office, unit, was, was.document, done)


def successors(unit: Unit, at: Standing, by: Person) -> list[Person]:
    """Give whom a step may become: who holds a role it asks for, or sits where its holder does.

    Never somebody without clearance, nor the drafter where the step approves.
    """
    roles = frozenset().union(*(_roles(one) for one in at.state.who))
    return [
        one
        for one in able(unit, at.document)
        if one.id != by.id
        and not (at.state.approves and one.id == at.document.drafter)
        and (one.roles & roles or (not roles and one.units & by.units))
    ]


def _roles(who: Who) -> frozenset[Role]:
    if who.whom is Whom.CHOSEN:
        return frozenset().union(*(_roles(one) for one in who.among))
    if who.whom in (Whom.HEAD_OF, Whom.HEAD_OF_DRAFTERS_UNIT):
        return HEADS
    if who.whom is Whom.SIGNER:
        return frozenset({Role.LEADER})
    return frozenset({who.role}) if who.role else frozenset()
