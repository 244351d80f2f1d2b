"""Plain acts, which only lead on: submit, approve, return, refuse, recall, assign, close."""

from dataclasses import replace

from identity.reading import readers_of, tokens_of
from records.document import Classification, Direction, Document
from records.errors import Refused
from records.person import Person
from records.route import Act, Effect, Initials
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.assigning import begin_directive, charge, note_handler
from workflow.behind import returnable
from workflow.beneath import require_nothing_beneath
from workflow.beside import Aside
from workflow.desks import desk_of
from workflow.layout import require_layout
from workflow.office import Office
from workflow.road import (
    Choice,
    Standing,
    aimed,
    approves_in,
    judge,
    mandate_of,
    needs_revision,
    standing,
)
from workflow.sign import placement_of

EVENTS = {
    "submit": "document:submitted",
    "approve": "step:approved",
    "return": "step:returned",
    "refuse": "step:refused",
    "recall": "step:recalled",
    "assign": "step:assigned",
    "complete": "step:completed",
    "close": "step:closed",
    "cancel": "number:cancelled",
    "decline": "step:declined",
    "notify": "step:told",
}


def decide(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Do one plain act on a document and give it as it then stands.

    Raises  as ``judge``, and Outrun when somebody was faster; nothing is then half done.
    """
    at = office.clock()
    if action == "submit":
        _require_places(office, id, choice, by)
    with office.database.unit() as unit:
        found = standing(office, unit, id, by, whole=action == "return")
        was = aimed(unit, found, action, by, choice.step)
        act = _meant(was, judge(unit, was, action, by, choice), choice)
        day = at.astimezone(office.zone).strftime("%d/%m/%Y")
        changed, facts = _effect(unit, was, act, choice, day)
        event = EVENTS.get(act.name, "step:approved")
        moved = advance(office, unit, was, changed, Deed(act, by, at, choice, event, facts))
        if act.does is Effect.NOTIFY:
            _tell(office, unit, moved, act)
        if act.does is Effect.ASSIGN:
            mandate = mandate_of(unit, was, act, by, choice)
            done = Aside(event, act.name, by, at, mandate=mandate)
            begin_directive(office, unit, was, choice, done)
        return moved


def _meant(was: Standing, act: Act, choice: Choice) -> Act:
    """Give the act as it was meant: a return may lead to any step the document passed.

    Raises  Refused: it was never there, or cannot go back behind a signature or a number.
    """
    if act.name != "return" or choice.to in ("", act.to):
        return act
    if choice.to not in {state.name for state in returnable(was)}:
        raise Refused("return.not-there", to=choice.to)
    return replace(act, to=choice.to)


def _require_places(office: Office, id: str, choice: Choice, by: Person) -> None:
    """Refuse a draft that could not be numbered, before anybody spends time on it."""
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
        judge(unit, was, "submit", by, choice)
    document = was.document
    if document.direction is not Direction.INCOMING:
        placement_of(office, document)
        require_layout(office, document, was.route)
        require_nothing_beneath(office, document)


def _tell(office: Office, unit: Unit, document: Document, act: Act) -> None:
    """Let in those an act tells, and leave them a message; of a secret one, no message."""
    tokens = desk_of(unit, document, act.tells)
    unit.documents.admit(document.id, readers_of(document, tokens))
    if document.classification is not Classification.NONE or office.mailer is None:
        return
    for one in unit.people.all():
        if one.email and tokens_of(one) & tokens:
            key = f"{document.id}:{document.version}:{one.id}"
            unit.enqueue("tell", document.id, one.id, key=key)


def _effect(
    unit: Unit, was: Standing, act: Act, choice: Choice, day: str
) -> tuple[Document, dict[str, str]]:
    document = was.document
    if needs_revision(was, act):
        raise Refused("submit.needs-revision")
    if act.does is Effect.ASSIGN:
        charged = charge(unit, document, choice.to)
        note_handler(unit, document, charged, day)
        return replace(document, assignee=charged.id), {"assignee": charged.id}
    if act.does is Effect.CANCEL_NUMBER:
        unit.registers.cancel(document, choice.comment.strip())
        return document, {"number": str(document.number)}
    if was.state.initials is Initials.RECORD and approves_in(was.state, act):
        return document, {"initials": Initials.RECORD}
    return document, {}
