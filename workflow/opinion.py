"""Others are asked, for their opinion, to look first, or to agree too; and they answer."""

from records.document import Document
from records.errors import Refused
from records.person import Person
from records.route import AGREED, DECLINED, Extra
from records.step import DROPPED, StepKind
from workflow.beside import Aside, answer, asked, goes_no_further, hang, keep, side
from workflow.office import Office
from workflow.road import Choice, standing

ASKING = {
    Extra.OPINION: (StepKind.OPINION, "opinion:requested"),
    Extra.FORWARD: (StepKind.ERRAND, "step:forwarded"),
    Extra.APPROVER: (StepKind.APPROVER, "approver:added"),
}
ANSWERING = {
    "give-opinion": ("opinion:given", ""),
    "hand-back": ("step:handed-back", ""),
    "co-approve": ("approver:agreed", AGREED),
    "co-decline": ("approver:disagreed", DECLINED),
}


def ask(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Ask somebody about a step that stays open, and give the document as it then stands.

    Raises  as ``side``; Refused: it is nobody who may be asked, or the time is past.
    """
    at = office.clock()
    kind, event = ASKING[Extra(action)]
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        if goes_no_further(was, action, by):
            raise Refused("circulation.no-further")
        whom, step = asked(unit, was, meant, choice, by), meant.step
        if kind is StepKind.APPROVER and whom.id == was.document.drafter:
            raise Refused("approver.drafter")
        facts = {"from": step.state, "asked": whom.id}
        done = Aside(event, action, by, at, choice.comment, facts, meant.mandate)
        hang(office, unit, was, step, done, kind=kind, whom=whom, due=choice.due)
        if kind is not StepKind.OPINION:
            unit.steps.touch(id, step.n, since=was.document.version + 1)
        return keep(office, unit, was, was.document, done)


def reply(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Answer what one was asked, and give the document as it then stands.

    Raises  as ``side``; Refused: agreeing speaks of bytes, and none were shown.
    """
    at = office.clock()
    event, outcome = ANSWERING[action]
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        if action == "co-approve" and not choice.shown:
            raise Refused("shown.required", action=action)
        facts = {"from": meant.step.state, "asked_by": meant.step.asked_by}
        done = Aside(event, action, by, at, choice.comment, facts, meant.mandate)
        answer(unit, was, meant.step, done, outcome=outcome)
        return keep(office, unit, was, was.document, done)


def call_back(office: Office, id: str, action: str, choice: Choice, *, by: Person) -> Document:
    """Take a step back from whoever was to look first."""
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by)
        meant = side(unit, was, action, by, choice)
        step, facts = meant.step, {"from": meant.step.state}
        done = Aside("step:called-back", action, by, at, choice.comment, facts, meant.mandate)
        for one in was.hanging(step.n):
            if one.kind is StepKind.ERRAND:
                answer(unit, was, one, done, outcome=DROPPED)
        return keep(office, unit, was, was.document, done)
