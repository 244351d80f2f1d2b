"""Why somebody cannot do something with a document: the very rule that would refuse it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from records.delegation import Mandate
from records.errors import OfficeError, Refused
from records.person import Person
from records.route import Act, Effect, State
from records.step import Step
from storage.unit import Unit
from workflow.office import Office
from workflow.road import (
    Choice,
    Standing,
    aimed,
    behalf_of,
    judge,
    needs_revision,
    offers,
    standing,
)

INPUTS = frozenset(
    {
        "comment.required",
        "shown.required",
        "field.required",
        "assignee.required",
        "recipients.required",
        "next.required",
    }
)
"""Rules that ask for something to be told with an act, which whoever does it can tell."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether an act of a document's road can be done by somebody now, and if not, why not."""

    act: Act
    state: State  # to which the act belongs
    refusal: OfficeError | None = None  # None: it can be done
    behalf: Mandate | None = None  # in whose name
    waits_for: tuple[Step, ...] = field(default_factory=tuple)  # where the document lies instead

    @property
    def allowed(self) -> bool:
        """Tell whether it can be done."""
        return self.refusal is None


def reasons(
    office: Office, id: str, action: str, *, barred: str = "", by: Person
) -> tuple[list[Reason], Mapping[str, str]]:
    """Give for each act of a document's road, or the one named, whether and why not; and names.

    The answer names nobody and nothing that the document's own page does not show this person.

    Takes   barred: the rule by which their pass signs, numbers and seals nothing, if it may not.
    Raises  NotFound: no such document, or none they may know of: both alike.
            Refused: its road has no act of this name.
    """
    with office.database.reading() as unit:
        at = standing(office, unit, id, by, whole=True)
        named = [
            (state, act)
            for state in _in_order(at)
            for act in state.acts
            if not action or action in (act.name, act.also)
        ]
        if not named:
            raise Refused("step.unknown-action", action=action)
        found = {one.act.name: one for one in offers(unit, at, by)}
        behalf = behalf_of(unit, at, found.values(), by)
        told: dict[str, Reason] = {}
        for state, act in named:
            if act.name in told:
                continue  # where the document is comes first
            refusal = _refusal(unit, at, act, by, barred, offered=act.name in found)
            told[act.name] = Reason(act, state, refusal, behalf.get(act.name), tuple(at.open))
        return list(told.values()), unit.people.names(_on_desks(at))


def _in_order(at: Standing) -> list[State]:
    """Give the states of a road, those first in which the document is."""
    here = {one.state for one in at.open}
    states = at.route.states.values()
    return [
        *(one for one in states if one.name in here),
        *(s for s in states if s.name not in here),
    ]


def _refusal(  # noqa: PLR0913 - what is asked of whom, on which pass
    unit: Unit, at: Standing, act: Act, by: Person, barred: str, *, offered: bool
) -> OfficeError | None:
    """Give what would refuse an act, as the act itself would; what can be told with it does not."""
    choice = Choice(shown=at.document.latest.digest, barred=barred)
    try:
        judge(unit, aimed(unit, at, act.name, by, 0), act.name, by, choice)
    except OfficeError as refusal:
        if refusal.rule not in INPUTS:
            return refusal
    if offered:
        return None
    if act.does is Effect.DISPATCH:
        return Refused("egress.classified")
    return (
        Refused("submit.needs-revision") if needs_revision(at, act) else Refused("why.not-offered")
    )


def _on_desks(at: Standing) -> set[str]:
    return {
        token.removeprefix("person:")
        for step in at.open
        for token in step.desk
        if token.startswith("person:")
    }
