"""The parts of directives somebody has, or follows because they gave them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from records.assignment import Assignment, AssignmentState, Part
from records.document import Document
from records.errors import Refused
from records.person import Person
from records.step import Step
from workflow.charges import Charge
from workflow.mandates import may_know
from workflow.office import Office

NOBODY: Mapping[str, str] = {}

MOST = 200
"""How many parts one list shows."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A part with the document it is of, and the step it is done in."""

    assignment: Assignment
    document: Document
    step: Step


def followed(office: Office, *, given: bool, state: str = "", by: Person) -> list[Followed]:
    """Give the parts somebody has or, where ``given``, charged others with: open ones first.

    Only of documents they may know of. Raises  Refused: there is no such state.
    """
    if state and state not in set(AssignmentState):
        raise Refused("body.invalid", field="state", why=state)
    with office.database.reading() as unit:
        found = unit.assignments.about(by.id, given=given, state=state, limit=MOST)
        ids = sorted({one.document for one in found})
        known = {str(one.id): one for one in unit.documents.among(ids) if may_know(unit, one, by)}
        steps = unit.steps.several(list(known))
        return [
            Followed(one, known[one.document], step)
            for one in found
            if one.document in known
            for step in steps[one.document]
            if step.n == one.step
        ]


STANDING = frozenset({AssignmentState.OPEN, AssignmentState.DONE, AssignmentState.DROPPED})
"""States of parts that count as given: neither returned nor taken back."""


def parts_of(charges: Sequence[Charge], part: Part) -> list[Charge]:
    """Give the parts of one kind that the directive itself gave and that stand."""
    return [
        one
        for one in charges
        if one.assignment.part is part
        and not one.assignment.parent
        and one.assignment.state in STANDING
    ]


def named(one: Assignment, names: Mapping[str, str], units: Mapping[str, str] = NOBODY) -> str:
    """Give whom a part was given to, as a book has it: the person, and the unit they head."""
    unit = units.get(one.unit, "")
    person = names.get(one.person, one.person)
    return f"{unit} ({person})" if unit else person


def leader_of(
    charges: Sequence[Charge], names: Mapping[str, str], units: Mapping[str, str] = NOBODY
) -> str:
    """Give who leads, "" where nobody was charged or the lead gave it back."""
    leads = parts_of(charges, Part.LEAD)
    return named(leads[-1].assignment, names, units) if leads else ""


def due_of(office: Office, charges: Sequence[Charge], otherwise: date | None) -> str:
    """Give until when the lead has, else the document's own day, as a book has it."""
    leads = parts_of(charges, Part.LEAD)
    due = leads[-1].step.due_at if leads else None
    day = due.astimezone(office.zone).date() if due else otherwise
    return f"{day:%d/%m/%Y}" if day else ""
