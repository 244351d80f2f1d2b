"""Any act by its name: the verb that its effect needs is found on the document's own road."""

from collections.abc import Callable, Mapping

from records.document import Document
from records.person import Person
from records.route import Act, Effect, Initials, State
from workflow.archive import archive
from workflow.decide import decide
from workflow.dispatch import dispatch
from workflow.initial import initial
from workflow.office import Office
from workflow.opinion import ANSWERING, ASKING, ask, call_back, reply
from workflow.reassign import reassign
from workflow.road import Choice, approves_in
from workflow.seal import enter, seal, sealed_already
from workflow.sign import sign
from workflow.suspend import resume, suspend

Verb = Callable[..., Document]

BESIDE: Mapping[str, Verb] = {
    **dict.fromkeys(ASKING, ask),
    **dict.fromkeys(ANSWERING, reply),
    "call-back": call_back,
    "reassign": reassign,
    "suspend": suspend,
    "resume": resume,
}
"""Verbs about a step that stays open; no road can give their names another meaning."""


def _initials(state: State, act: Act) -> bool:
    return state.initials is Initials.SIGN and approves_in(state, act)


def perform(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Do the act of this name on a document, and give it as it then stands.

    Raises  NotFound: there is none that they may know of; else as the verb's own.
    """
    if action in BESIDE:
        return BESIDE[action](office, id, action, choice, by=by)
    with office.database.reading() as unit:
        name, version, state = unit.documents.place(id)
        route = office.roads.of(unit, version, name)
    # Only which verb it is: that one reads and judges for itself, and knows who may know.
    named = [act for act in route.states[state].acts if action in (act.name, act.also)]
    if not named and (done := sealed_already(office, id, action, choice, by=by)):
        return done
    does = named[0].does if named else None
    if does is Effect.DISPATCH or (does is None and action == "dispatch"):
        return dispatch(office, id, action, choice, by=by)[0]
    verbs = {
        Effect.SIGN: sign,
        Effect.SEAL: seal,
        Effect.ENTER: enter,
        Effect.ARCHIVE: archive,
    }
    verb = verbs.get(does, decide) if does else decide
    if named and does is None and _initials(route.states[state], named[0]):
        verb = initial
    return verb(office, id, action, choice, by=by)
