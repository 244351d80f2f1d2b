"""A document that was sent is taken back: unopened where it can be, on demand where it cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from exchange.gate import clear
from exchange.secrecy import is_marked
from records.audit import AuditEvent
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Refused
from records.exchange import Dispatch, DispatchState, Outcome, RecallNotice
from records.person import Person, Role
from records.recall import Order, OrderState, Recall, RecallState
from records.step import DROPPED
from storage.unit import Unit
from workflow.carry import document_id_of, folder_of
from workflow.mandates import may_know
from workflow.office import Office
from workflow.reminding import NOTHING
from workflow.road import Standing, standing

CALLERS = frozenset({Role.REGISTRY_CLERK, Role.OFFICE_CHIEF, Role.LEADER})
"""Who takes back what was sent, and answers who wants something back."""

WATCHERS = CALLERS | {Role.INSPECTOR}
"""Who sees what is wanted back."""

DEMAND = "-recall"
"""What follows the id of a sending in that of the message that wants it back."""

WITHOUT_WORDS = "Thu hồi văn bản theo quy định."
"""Told instead of a reason when there is none that may leave."""

AGAIN = timedelta(days=1)
"""How often the clerks are reminded of a recall that is overdue."""


def recall(
    office: Office, id: str, reason: str, recipients: Iterable[str] = (), *, by: Person
) -> list[Recall]:
    """Want a sent document back, from everybody or only from some; from everybody, it is frozen.

    Raises  NotFound; NotAllowed: not theirs. Refused: no reason, one that may not leave, nobody has
            it, or somebody is named who was not sent it.
    Source  Decree 30/2020, article 18(4), Annex VI, part I, III.8.
    """
    at = office.clock()
    with office.database.unit() as unit:
        was = standing(office, unit, id, by, whole=True)
        require_caller(by)
        told = require_words(reason)
        sent = _still_there(unit, was.document)
        chosen = _chosen(sent, tuple(recipients))
        for one in chosen:
            unit.recalls.begin(one, told, at, by=by.id)
            unit.enqueue("call-back", one.id, key=one.id)
        document = was.document
        if len(chosen) == len(sent):
            document = replace(
                document, recalled_at=at, version=document.version + 1, changed_at=at
            )
            unit.documents.change(document, seen=was.document.version)
            end_steps(unit, was, at, by)
        facts = {"recipients": " ".join(one.recipient for one in chosen)}
        seq = unit.audit.append(AuditEvent("document:recalled", by.id, at, id, facts), told)
        unit.audit.remark(seq, document, told)
        return unit.recalls.of(id)


def call_back(office: Office, id: str) -> None:
    """Ask the process that carries messages to take one back, if it lies unopened."""
    with office.database.reading() as unit:
        one = unit.recalls.get(id)
    if one.state is RecallState.QUEUED:
        office.tray.call_back(folder_of(office.partners[one.recipient]), id)


def answered_by_porter(office: Office, unit: Unit, id: str, outcome: Outcome) -> None:
    """Take in whether a sending could be taken back unopened; else its recipient must be asked."""
    one = unit.recalls.get(id)
    if one.state is not RecallState.QUEUED:
        return
    # What that process does not remember may have left long ago: the office knows whether it had.
    if outcome is Outcome.WITHDRAWN or (outcome is Outcome.KEPT and not one.left):
        settle(office, unit, one, RecallState.WITHDRAWN)
    else:
        unit.enqueue("demand", id, key=f"{id}{DEMAND}")


def demand(office: Office, id: str) -> None:
    """Ask a recipient to give a document up; the message says no word of it but its number."""
    with office.database.reading() as unit:
        one = unit.recalls.get(id)
        document = unit.documents.get(one.document)
    if one.state is not RecallState.QUEUED:
        return
    number = document.number
    recipient = office.partners[one.recipient]
    notice = RecallNotice(
        id=f"{id}{DEMAND}",
        sender=office.organ,
        recipient=recipient,
        about=document_id_of(office.organ.id, number.on if number else None, str(number or "")),
        about_message=id,
        reason=one.reason or WITHOUT_WORDS,
        at=one.at.astimezone(office.zone),
    )
    office.tray.send_recall(folder_of(recipient), notice)


def settle(  # noqa: PLR0913 - of which recall, how far, and who said so
    office: Office,
    unit: Unit,
    one: Recall,
    state: RecallState,
    *,
    answer: str = "",
    by: str = "system",
) -> None:
    """Keep how far a recall has come, and note it, unless it had come farther."""
    at = office.clock()
    if not unit.recalls.move(one.id, state, at, answer):
        return
    if state.over:
        unit.dispatches.move(one.id, DispatchState.RECALLED, at, answer)
    facts = {"dispatch": one.id, "recipient": one.recipient, "state": str(state)}
    unit.audit.append(AuditEvent("document:recall-answered", by, at, one.document, facts))


def chase(office: Office) -> int:
    """Remind the clerks of every recall nobody answered in time, once a day, and count them."""
    at, count = office.clock(), 0
    with office.database.reading() as unit:
        late = unit.recalls.overdue(at - office.recall_time, at - AGAIN)
    for one in late:
        with office.database.unit() as unit:
            if not unit.recalls.reminded(one, at):
                continue
            facts = {"dispatch": one.id, "recipient": one.recipient}
            event = AuditEvent("document:recall-overdue", "system", at, one.document, facts)
            unit.audit.append(event)
            for person in _clerks(unit) if office.mailer else ():
                unit.enqueue("chase", one.id, person.id, key=f"{one.id}:{at:%Y%m%d}:{person.id}")
        count += 1
    return count


def chasing_letter(office: Office, id: str, to: str) -> None:
    """Write to a clerk that something is wanted back still; the letter does not say what."""
    with office.database.reading() as unit:
        open_one = not unit.recalls.get(id).state.over
        person = next((one for one in _clerks(unit) if one.id == to), None)
    if office.mailer is None or person is None or not open_one:
        return
    office.mailer.notify(
        clear(NOTHING, destination=person.email, purpose="mail"),
        to=person.email,
        subject="[Trình Ký] Có thu hồi văn bản quá hạn xác nhận",
        text=(
            f"Kính gửi {person.name},\n\nCó nơi nhận chưa xác nhận việc thu hồi văn bản sau "
            f"{office.recall_time.days} ngày. Hãy đôn đốc nơi nhận.\n{office.address}/recalls\n"
        ),
        at=office.clock(),
    )


@dataclass(frozen=True, slots=True)
class Board:
    """What is wanted back, of others and of this office, as far as somebody may know."""

    wanted: tuple[tuple[Recall, Document], ...]  # not over yet, the oldest first
    overdue: frozenset[str]  # ids of those that nobody answered in time
    asked: tuple[tuple[Order, Document | None], ...]  # the newest first, what waits before all


def board(office: Office, *, by: Person) -> Board:
    """Give what is wanted back. Raises NotAllowed."""
    if not by.roles & WATCHERS:
        raise NotAllowed("recall.not-yours")
    with office.database.reading() as unit:
        wanted = [(one, unit.documents.get(one.document)) for one in unit.recalls.open()]
        known = tuple(pair for pair in wanted if may_know(unit, pair[1], by))
        orders = [
            (one, unit.documents.get(one.document) if one.document else None)
            for one in reversed(unit.recalls.orders())
        ]
        asked = [pair for pair in orders if pair[1] is None or may_know(unit, pair[1], by)]
    asked.sort(key=lambda pair: pair[0].state is not OrderState.ASKED)
    late = frozenset(one.id for one, _ in known if is_late(office, one))
    return Board(known, late, tuple(asked))


@dataclass(frozen=True, slots=True)
class Count:
    """How much is wanted back of others and of this office."""

    wanted: int
    overdue: int
    asked: int = 0  # and waits for an answer


NONE = Count(0, 0)


def open_recalls(office: Office, *, by: Person) -> Count:
    """Count what nobody gave up yet, of documents this person may know of."""
    with office.database.reading() as unit:
        known = [one for one in unit.recalls.open() if _may_know(unit, one.document, by)]
    return Count(len(known), sum(is_late(office, one) for one in known))


def pressing(office: Office, *, by: Person) -> Count:
    """Count what somebody who recalls and gives up for the office must see to."""
    if not by.roles & CALLERS:
        return NONE
    with office.database.reading() as unit:
        asked = [one for one in unit.recalls.asked() if _may_know(unit, one.document, by)]
    return replace(open_recalls(office, by=by), asked=len(asked))


def _may_know(unit: Unit, document: str, by: Person) -> bool:
    return may_know(unit, unit.documents.get(document), by)


def recallable(
    document: Document, dispatches: Iterable[Dispatch], known: Iterable[Recall]
) -> list[Dispatch]:
    """Give the sendings that can be wanted back still."""
    if document.classification is not Classification.NONE:
        return []  # its raising took everything back
    recalled = {one.id for one in known}
    return [one for one in dispatches if one.id not in recalled]


def is_late(office: Office, one: Recall) -> bool:
    """Tell whether a recall is open for longer than the law gives."""
    return not one.state.over and one.at < office.clock() - office.recall_time


def require_caller(by: Person) -> None:
    """Raise NotAllowed unless somebody takes back and gives up for the office."""
    if not by.roles & CALLERS:
        raise NotAllowed("recall.not-yours")


def require_words(reason: str) -> str:
    """Give a reason that may be told outside. Raises Refused."""
    told = " ".join(reason.split())
    if not told:
        raise Refused("recall.reason")
    if is_marked(told):
        raise Refused("exchange.secret", where="reason")
    return told


def end_steps(unit: Unit, was: Standing, at: datetime, by: Person) -> None:
    """Close every open step: nobody does anything more on the document."""
    for step in was.steps:
        if step.open:
            ended = replace(
                step, closed_at=at, closed_by=by.id, act="recalled", outcome=DROPPED, digest=""
            )
            unit.steps.close(ended)


def _still_there(unit: Unit, document: Document) -> list[Dispatch]:
    sent = recallable(document, unit.dispatches.of(document.id), unit.recalls.of(document.id))
    if not sent:
        raise Refused("recall.nothing")
    return sent


def _chosen(sent: list[Dispatch], recipients: tuple[str, ...]) -> list[Dispatch]:
    chosen = [one for one in sent if not recipients or one.recipient in recipients]
    if strangers := set(recipients) - {one.recipient for one in chosen}:
        raise Refused("recipient.unknown", recipient=min(strangers))
    return chosen


def _clerks(unit: Unit) -> list[Person]:
    return [one for one in unit.people.holding(Role.REGISTRY_CLERK) if one.email]


def recall_meant(office: Office, unit: Unit, about_message: str, about: str, sender: str) -> str:
    """Give the id of the recall an answer is about, "" for none: by message, else by number."""
    if about_message:
        id = about_message.removesuffix(DEMAND)
        try:
            return unit.recalls.get(id).id
        except NotFound:
            return ""
    for one in unit.recalls.to(sender):
        number = unit.documents.get(one.document).number
        if number and document_id_of(office.organ.id, number.on, str(number)) == about:
            return one.id
    return ""
