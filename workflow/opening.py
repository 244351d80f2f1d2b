"""Steps begin: each with its desk, its deadline, its readers, and the job that does it."""

from datetime import datetime

from identity.reading import readers_of
from records.document import Classification, Document
from records.route import Route, State, Whom
from records.step import Step
from storage.unit import Unit
from workflow.course import Course, Opening
from workflow.deadline import open_step
from workflow.desks import BY_ITSELF, candidates, chosen_desk, desk_of
from workflow.office import Office


def begin_steps(  # noqa: PLR0913 - of which document, on which road, when, and whom they chose
    office: Office,
    unit: Unit,
    route: Route,
    document: Document,
    course: Course,
    *,
    at: datetime,
    chosen: str = "",
) -> list[Step]:
    """Open what an act let begin and give it.

    Raises  Refused: nobody can act there, or nobody was chosen.
    """
    opened = []
    for one in course.opened:
        state = route.states[one.state]
        desk = _desk(unit, document, state, chosen)
        by_itself = _by_itself(document, state)
        step = _step(document, one, desk | ({BY_ITSELF} if by_itself else set()), course, at)
        open_step(office, unit, document, state, step)
        opened.append(step)
        unit.documents.admit(document.id, readers_of(document, step.desk))
        if by_itself:
            unit.enqueue("automatic", document.id, str(one.n), key=f"{document.id}:{one.n}")
    return opened


def _step(
    document: Document, one: Opening, desk: frozenset[str], course: Course, at: datetime
) -> Step:
    return Step(
        document=document.id,
        n=one.n,
        state=one.state,
        desk=desk,
        opened_at=at,
        kind=one.kind,
        parent=one.parent,
        branch=one.branch,
        since=document.version,
        votes=course.votes.get(one.n, {}),
    )


def _desk(unit: Unit, document: Document, state: State, chosen: str) -> frozenset[str]:
    if not state.who:
        return frozenset()
    if not any(one.whom is Whom.CHOSEN for one in state.who):
        return desk_of(unit, document, state.who)
    return chosen_desk(unit, document, state.who, chosen or _chosen_before(unit, document, state))


def _chosen_before(unit: Unit, document: Document, state: State) -> str:
    """Give who was chosen when the document was here before, if they still may be."""
    before = [one for one in unit.steps.of(document.id) if one.state == state.name]
    fit = {one.id for one in candidates(unit, document, state.who)}
    named = {token.removeprefix("person:") for token in before[-1].desk} if before else set()
    return min(named & fit, default="")


def _by_itself(document: Document, state: State) -> bool:
    # No job touches a classified document: there the people of the step do it.
    return bool(state.automatic) and document.classification is Classification.NONE
