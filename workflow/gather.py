"""Messages that partners left for this office are taken in: documents and notices."""

from pathlib import Path

from exchange import edxml
from exchange.spool import Arrival
from records.audit import AuditEvent
from records.document import Classification, Direction, Origin, Source
from records.errors import NotFound, Outrun, Refused
from records.exchange import Dispatch, DispatchState, Envelope, RecallNotice, StatusNotice
from records.person import Person, Post, Role
from records.recall import RecallState
from storage.unit import Unit
from workflow.begin import (
    Enclosed,
    Particulars,
    lay_down,
    new_document,
    with_attachments,
    with_bytes,
)
from workflow.carry import document_id_of
from workflow.give_up import take_in
from workflow.office import Office
from workflow.recall import DEMAND, recall_meant, settle

EXCHANGE = "lien-thong"
"""Account name under which documents from partners come in; nobody can log in with it."""

CODES = {
    "01": DispatchState.ARRIVED,
    "02": DispatchState.REJECTED,
    "03": DispatchState.ACCEPTED,
    "04": DispatchState.ASSIGNED,
    "05": DispatchState.PROCESSING,
    "06": DispatchState.COMPLETED,
    "15": DispatchState.RECALLED,
}


ANSWERS = {
    "01": RecallState.ACKNOWLEDGED,
    "15": RecallState.DESTROYED,
    "16": RecallState.REFUSED,
}


def gather(office: Office) -> int:
    """Take in every message that lies waiting and give how many were taken.

    A message that cannot be taken is put aside with its reason; the next one is not held up.
    """
    taken = 0
    for arrival in office.spool.waiting(Path(office.organ.spool)):
        try:
            _take(office, arrival)
        except Refused as refusal:
            office.spool.reject(arrival, str(refusal))
        else:
            office.spool.done(arrival)
            taken += 1
    return taken


def _take(office: Office, arrival: Arrival) -> None:
    message = edxml.read(
        arrival.content,
        limit=office.spool.limit,
        own={office.organ.id},
        received_at=office.clock(),
    )
    with office.database.reading() as unit:
        if unit.arrivals.known(_key(message)):
            return
    if isinstance(message, StatusNotice):
        _hear(office, message)
    elif isinstance(message, RecallNotice):
        _wanted_back(office, message)
    else:
        _accept(office, message)


def _hear(office: Office, notice: StatusNotice) -> None:
    state = CODES.get(notice.code)
    at = office.clock()
    with office.database.unit() as unit:
        if _recall_answered(office, unit, notice):
            return
        if state is None:
            raise Refused("exchange.code", code=notice.code)
        dispatch = _meant(office, unit, notice)
        if dispatch.recipient != notice.sender.id:
            raise Refused("exchange.other-recipient", organ=notice.sender.id)
        unit.arrivals.add(_key(notice), None, at)
        if unit.dispatches.move(dispatch.id, state, at, notice.reason):
            facts = {"dispatch": dispatch.id, "recipient": dispatch.recipient, "state": str(state)}
            unit.audit.append(
                AuditEvent("document:delivered", EXCHANGE, at, dispatch.document, facts)
            )


def _recall_answered(office: Office, unit: Unit, notice: StatusNotice) -> bool:
    """Take in an answer to a recall, and tell whether the notice was one."""
    state = ANSWERS.get(notice.code)
    # A status 01 of a document is no answer; of a demand it is.
    if state is None or (notice.code == "01" and not notice.about_message.endswith(DEMAND)):
        return False
    id = recall_meant(office, unit, notice.about_message, notice.about, notice.sender.id)
    if not id:
        return False
    one = unit.recalls.get(id)
    if one.recipient != notice.sender.id:
        raise Refused("exchange.other-recipient", organ=notice.sender.id)
    unit.arrivals.add(_key(notice), None, office.clock())
    settle(office, unit, one, state, answer=notice.reason, by=EXCHANGE)
    return True


def _wanted_back(office: Office, notice: RecallNotice) -> None:
    if notice.recipient.id != office.organ.id:
        raise Refused("exchange.not-ours", organ=notice.recipient.id)
    if notice.sender.id not in office.partners:
        raise Refused("exchange.unknown-sender", organ=notice.sender.id)
    with office.database.unit() as unit:
        unit.arrivals.add(_key(notice), None, office.clock())
        take_in(office, unit, notice, EXCHANGE)


def _key(message: Envelope | StatusNotice | RecallNotice) -> str:
    # A partner speaks for its own messages only: it cannot use up another's id.
    return f"{message.sender.id}/{message.id}"


def _meant(office: Office, unit: Unit, notice: StatusNotice) -> Dispatch:
    """Give the dispatch a notice is about: by message id, else by the document's identifier."""
    if notice.about_message:
        return unit.dispatches.get(notice.about_message)
    for dispatch in unit.dispatches.to(notice.sender.id):
        number = unit.documents.get(dispatch.document).number
        if number is None:
            continue
        ours = document_id_of(office.organ.id, number.on, str(number))
        if edxml.comparable(ours) == edxml.comparable(notice.about):
            return dispatch
    raise NotFound("dispatch.unknown")


def _accept(office: Office, envelope: Envelope) -> None:
    if envelope.recipient.id != office.organ.id:
        raise Refused("exchange.not-ours", organ=envelope.recipient.id)
    if envelope.sender.id not in office.partners:
        raise Refused("exchange.unknown-sender", organ=envelope.sender.id)
    main = next((one for one in envelope.enclosures if one.main), None)
    if main is None:
        raise Refused("exchange.no-document")
    by = _receiver(office)
    route = office.routes[Direction.INCOMING]
    document = new_document(route, _particulars(office, envelope), by, office.clock())
    document = with_bytes(office, document, main.content, Origin.RECEIVED, by.id)
    others = tuple(Enclosed(one.name, one.content) for one in envelope.enclosures if not one.main)
    document = with_attachments(office, document, others)
    facts = {
        "digest": document.revisions[0].digest,
        "message": envelope.id,
        "organ": envelope.sender.id,
    }
    event = AuditEvent("document:received", by.id, document.created_at, document.id, facts)
    with office.database.unit() as unit:
        if unit.arrivals.known(_key(envelope)):
            raise Outrun("exchange.known")
        lay_down(office, unit, route, document, event)
        unit.arrivals.add(_key(envelope), document.id, event.at)
        unit.enqueue("report", document.id, "01", key=f"{document.id}:01")


def _particulars(office: Office, envelope: Envelope) -> Particulars:
    number = f"{envelope.code_number}/{envelope.code_notation}".strip("/")
    types = {form.name.casefold(): type for type, form in office.forms.items()}
    return Particulars(
        direction=Direction.INCOMING,
        type=types.get(envelope.type_name.casefold(), "công văn"),
        subject=envelope.subject or number or envelope.sender.name,
        classification=Classification.NONE,
        urgency=envelope.urgency,
        due_on=envelope.due_on,
        source=Source(
            number=number,
            organ=envelope.sender.name,
            on=envelope.issued_on,
            organ_id=envelope.sender.id,
            message=envelope.id,
        ),
    )


def _receiver(office: Office) -> Person:
    with office.database.reading() as unit:
        clerks = unit.people.holding(Role.REGISTRY_CLERK)
    unit_id = clerks[0].posts[0].unit if clerks else ""
    return Person(
        EXCHANGE, "Trục liên thông", "", (Post(Role.REGISTRY_CLERK, unit_id),), active=False
    )
