"""A part of a directive is reported on, passed down, given more time, given back, and ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from identity.reading import tokens_of
from records.assignment import Assignment, AssignmentState, Part, Wanted
from records.document import Direction, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.link import LinkKind
from records.person import Person
from records.step import Step, StepKind
from storage.unit import Unit
from workflow.advance import PASSED, Deed, advance
from workflow.assigning import Laying, close_below, give, hold_within, set_due
from workflow.beside import Aside, answer, hang, keep
from workflow.charges import Handling, above, below, directing, handlings
from workflow.desks import able, possible
from workflow.inform import inform
from workflow.office import Office
from workflow.road import Choice, Standing, judge, standing

MOST = 100
"""What a part comes to when it is done, in percent."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said when they did something about a part."""

    comment: str = ""
    percent: int | None = None  # how far it has come
    due: datetime | None = None
    to: str = ""  # to whom it is passed on: a person, or a unit, whose head it then is
    part: Part = Part.LEAD  # as what
    reply: str = ""  # id of the document that answers
    no_reply: bool = False  # none is needed, and the comment says why
    seen: int | None = None  # the version of the document that was shown
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A part in the transaction in which something is done about it."""

    office: Office
    unit: Unit
    was: Standing
    one: Assignment
    every: tuple[Assignment, ...]
    said: Said
    done: Aside

    @property
    def step(self) -> Step:
        return next(each for each in self.was.steps if each.n == self.one.step)

    @property
    def leads(self) -> bool:
        """Tell whether it is the step of the road itself."""
        return self.one.part is Part.LEAD and not self.one.parent

    def doing(self, event: str, **facts: str) -> Aside:
        return replace(self.done, event=event, facts={"assignment": self.one.id, **facts})

    def kept(self, done: Aside) -> Document:
        return keep(self.office, self.unit, self.was, self.was.document, done)


def handle(office: Office, id: str, action: str, said: Said, *, by: Person) -> Document:
    """Do something about a part of a directive, and give the document as it then stands.

    Raises  NotFound: there is none that they may know of. Outrun: it has ended, or somebody was
            faster. NotAllowed: it is not theirs. Refused: a rule forbids it; nothing is kept.
    """
    at = office.clock()
    with office.database.unit() as unit:
        was = _standing(office, unit, id, by)
        if action not in set(Handling):
            raise Refused("step.unknown-action", action=action)
        # Read once more: whoever was before held the document, and is through by now.
        one, every = unit.assignments.get(id), tuple(unit.assignments.of(was.document.id))
        if not one.open:
            raise Outrun("assignment.ended")
        _require_question(was, one, Handling(action))
        done = Aside("", action, by, at, said.comment)
        held = _in_whose_name(_Held(office, unit, was, one, every, said, done))
        if said.seen is not None and not held.step.since <= said.seen <= was.document.version:
            raise Outrun("step.outrun")
        return VERBS[Handling(action)](held)


def _standing(office: Office, unit: Unit, id: str, by: Person) -> Standing:
    try:
        return standing(office, unit, unit.assignments.get(id).document, by, whole=True)
    except NotFound:
        raise NotFound("assignment.unknown") from None


def _require_question(was: Standing, one: Assignment, action: Handling) -> None:
    """Refuse to ask for time twice, or of a part without a day, or to answer what nobody asks."""
    if action in (Handling.GRANT, Handling.REFUSE) and one.asked_until is None:
        raise Outrun("step.outrun")
    if action is Handling.EXTENSION:
        if one.asked_until:
            raise Refused("extension.pending")
        if not any(step.n == one.step and step.due_at for step in was.steps):
            raise Refused("extension.no-day")


def _in_whose_name(held: _Held) -> _Held:
    """Give the part as it is handled in somebody's name. Raises NotAllowed: it is not theirs."""
    was, by, named = held.was, held.done.by, held.said.on_behalf_of
    if named:
        fit = tuple(one for one in was.mandates if one.principal.id == named != by.id)
        was = replace(was, mandates=fit)
    acts = handlings(held.unit, was, held.one, held.every, by)
    action = Handling(held.done.name)
    if action not in acts or (named not in ("", by.id) and acts[action] is None):
        raise NotAllowed("assignment.not-yours")
    return replace(held, done=replace(held.done, mandate=acts[action]))


def _require_words(held: _Held) -> None:
    if not held.said.comment.strip():
        raise Refused("comment.required", action=held.done.name)


# ── by whoever has it ────────────────────────────────────────────────────────────────────


def _report(held: _Held) -> Document:
    _require_words(held)
    percent = held.one.percent if held.said.percent is None else held.said.percent
    if not 0 <= percent <= MOST:
        raise Refused("assignment.percent")
    held.unit.assignments.change(replace(held.one, percent=percent))
    return held.kept(held.doing("assignment:reported", percent=str(percent)))


def _pass_on(held: _Held) -> Document:
    said, step = held.said, held.step
    giver = held.done.mandate.principal if held.done.mandate else held.done.by
    due = said.due or step.due_at
    _require_within(due, step.due_at)
    siblings = [one for one in held.every if one.open and one.parent == held.one.id]
    if said.part is Part.LEAD and any(one.part is Part.LEAD for one in siblings):
        raise Refused("assignment.one-lead")
    wanted = Wanted(said.part, said.to, due)
    done = held.done
    laying = Laying(held.office, held.unit, held.was, step, done)
    given = give(laying, wanted, held.one.id)
    if given.person not in {one.id for one in below(held.unit, held.one, held.every, giver)}:
        raise Refused("assignment.not-below", to=said.to)
    told = {"assignment": given.id, "assignee": given.person, "part": str(given.part)}
    return held.kept(replace(done, event="assignment:given", facts=told | _day(due)))


def _ask_for_time(held: _Held) -> Document:
    _require_words(held)
    wanted, step = held.said.due, held.step
    if wanted is None or step.due_at is None or wanted <= max(step.due_at, held.done.at):
        raise Refused("extension.not-later")
    held.unit.assignments.change(replace(held.one, asked_until=wanted))
    due = step.due_at if step.due_at > held.done.at else None
    hang(
        held.office,
        held.unit,
        held.was,
        step,
        held.done,
        kind=StepKind.EXTENSION,
        whom=_giver(held),
        due=due,
    )
    return held.kept(held.doing("extension:asked", **_day(wanted)))


def _giver(held: _Held) -> Person:
    """Give who decides about a part: whoever has the one above it, or whoever directs."""
    upper = above(held.every, held.one)
    people = able(held.unit, held.was.document)
    named = upper.person if upper else held.one.given_by
    found = [one for one in people if one.id == named]
    if found:
        return found[0]
    act = directing(held.was)
    tokens = possible(held.unit, held.was.document, act[1]) if act else frozenset()
    found = [one for one in people if tokens_of(one) & tokens]
    if not found:
        raise Refused("step.nobody")
    return found[0]


def _note(held: _Held) -> Document:
    return _ended(held, AssignmentState.DONE, "assignment:noted")


def _give_back(held: _Held) -> Document:
    _require_words(held)
    if not held.leads:
        return _ended(held, AssignmentState.RETURNED, "assignment:returned")
    return _lead_on(held, "return", "step:returned", held.said.comment)


def _complete(held: _Held) -> Document:
    said = held.said
    number = _number_of_reply(held)
    if not held.leads:
        _require_words(held)
        return _ended(held, AssignmentState.DONE, "assignment:done")
    if not (said.reply or said.no_reply):
        raise Refused("assignment.reply-or-reason")
    if not said.reply:
        _require_words(held)
    if said.reply:
        asked, done = held.was.document.id, held.done
        held.unit.links.add(said.reply, LinkKind.REPLIES, asked, by=done.by.id, at=done.at)
    words = said.comment.strip() or f"Trả lời bằng văn bản {number}"
    moved = _lead_on(held, "complete", "step:completed", words)
    unit, one = held.unit, held.unit.assignments.get(held.one.id)
    unit.assignments.change(replace(one, reply=said.reply))
    return moved if held.one.review else _close_document(held, moved)


def _number_of_reply(held: _Held) -> str:
    """Give the number of the document that answers. Raises Refused: it is none they may name."""
    id = held.said.reply
    if not id:
        return ""
    try:
        document = standing(held.office, held.unit, id, held.done.by).document
    except NotFound:
        raise Refused("reply.unknown") from None
    if document.direction is Direction.INCOMING or document.number is None:
        raise Refused("reply.unnumbered")
    if document.classification.rank > held.was.document.classification.rank:
        raise Refused("reply.secret")
    if document.classification.rank < held.was.document.classification.rank:
        raise Refused("reply.lower")
    return str(document.number)


def _lead_on(held: _Held, action: str, event: str, words: str) -> Document:
    """Let the lead's step end by the act of the road; what hangs on it ends with it."""
    said, done = held.said, held.done
    was = held.was.on(held.step.n)
    choice = Choice(comment=words, on_behalf_of=said.on_behalf_of)
    act = judge(held.unit, was, action, done.by, choice)
    facts = {"assignment": held.one.id} | ({"reply": said.reply} if said.reply else {})
    deed = Deed(act, done.by, done.at, choice, event, facts)
    return advance(held.office, held.unit, was, was.document, deed)


def _close_document(held: _Held, moved: Document) -> Document:
    """Let the document be complete at once: the leader said that nobody looks at the result."""
    was = Standing(moved, tuple(held.unit.steps.of(moved.id)), held.was.route)
    act = next((one for one in was.state.acts if one.name == "close" and not one.needs), None)
    if act is None or was.step is None:
        return moved
    facts = {"assignment": held.one.id, "review": "none"}
    deed = Deed(act, held.done.by, held.done.at, PASSED, "step:closed", facts, granted=True)
    return advance(held.office, held.unit, was, moved, deed)


# ── by whoever gave it ───────────────────────────────────────────────────────────────────


def _grant(held: _Held) -> Document:
    due = held.said.due or held.one.asked_until
    upper = above(held.every, held.one)
    _require_within(due, _due_of(held, upper) if upper else None)
    set_due(held.office, held.unit, held.step, due, held.done.at)
    _answer_extension(held, "granted")
    return held.kept(_informed(held, "extension:granted", **_day(due)))


def _refuse(held: _Held) -> Document:
    _require_words(held)
    _answer_extension(held, "refused")
    return held.kept(_informed(held, "extension:refused"))


def _answer_extension(held: _Held, outcome: str) -> None:
    for one in held.was.steps:
        if one.open and one.kind is StepKind.EXTENSION and one.parent == held.step.n:
            answer(held.unit, held.was, one, held.done, outcome=outcome)
    held.unit.assignments.change(replace(held.one, asked_until=None))


def _reschedule(held: _Held) -> Document:
    _require_words(held)
    if held.said.due is None:
        raise Refused("assignment.day")
    upper = above(held.every, held.one)
    _require_within(held.said.due, _due_of(held, upper) if upper else None)
    set_due(held.office, held.unit, held.step, held.said.due, held.done.at)
    laying = Laying(held.office, held.unit, held.was, held.step, held.done)
    hold_within(laying, held.one, held.said.due)
    return held.kept(_informed(held, "assignment:moved", **_day(held.said.due)))


def _recall(held: _Held) -> Document:
    _require_words(held)
    return _ended(held, AssignmentState.RECALLED, "assignment:recalled")


def _due_of(held: _Held, one: Assignment) -> datetime | None:
    return next(each.due_at for each in held.was.steps if each.n == one.step)


def _require_within(due: datetime | None, outer: datetime | None) -> None:
    if due and outer and due > outer:
        raise Refused("assignment.beyond")


def _ended(held: _Held, state: AssignmentState, event: str) -> Document:
    """End a part that hangs on another step, and whatever was passed on of it."""
    done, unit = held.done, held.unit
    close_below(unit, held.was.steps, held.step.n, done)
    answer(unit, held.was, held.step, done, outcome=state)
    unit.assignments.change(
        replace(
            held.one,
            state=state,
            percent=MOST if state is AssignmentState.DONE else held.one.percent,
            ended_at=done.at,
            asked_until=None,
            reply=held.said.reply if state is AssignmentState.DONE else "",
        )
    )
    return held.kept(_informed(held, event))


def _informed(held: _Held, event: str, **facts: str) -> Aside:
    """Leave a letter to whom it concerns, and give what is kept."""
    inform(held.office, held.unit, held.was.document, held.one, event)
    return held.doing(event, **facts)


def _day(due: datetime | None) -> dict[str, str]:
    return {"due": due.isoformat()} if due else {}


VERBS: Mapping[Handling, Callable[[_Held], Document]] = {
    Handling.PROGRESS: _report,
    Handling.ACKNOWLEDGE: _note,
    Handling.ASSIGN: _pass_on,
    Handling.EXTENSION: _ask_for_time,
    Handling.COMPLETE: _complete,
    Handling.RETURN: _give_back,
    Handling.GRANT: _grant,
    Handling.REFUSE: _refuse,
    Handling.RESCHEDULE: _reschedule,
    Handling.RECALL: _recall,
}
