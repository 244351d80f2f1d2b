"""Messages that partners left for this office are taken in: documents and notices."""

from hashlib import sha256
from pathlib import Path

from exchange import edxml
from exchange.spool import Arrival
from records.audit import AuditEvent
from records.document import Classification, Direction, Origin, Source
from records.errors import NotFound, Outrun, Refused
from records.exchange import Dispatch, DispatchState, Envelope, RecallNotice, StatusNotice
from records.person import Person, Post, Role
from records.quarantine import Kind, Mark, Where
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
from workflow.carry import document_id_of, folder_of
from workflow.give_up import take_in
from workflow.marked import Came, hold, mark_of, note_refused
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

    A message that cannot be taken is put aside with its reason; the next one is not held up. Of one
    that bears a mark of secrecy nothing stays in its folder.
    """
    taken = 0
    for arrival in office.spool.waiting(Path(office.organ.spool)):
        try:
            kept = _take(office, arrival)
        except Refused as refusal:
            if refusal.rule == "exchange.secret":
                note_refused(office, Mark(Classification.CONFIDENTIAL, Where.FIELD), EXCHANGE)
                office.spool.erase(arrival)
                continue
            office.spool.reject(arrival, str(refusal))
        else:
            if kept:
                office.spool.done(arrival)
            else:
                office.spool.erase(arrival)
            taken += 1
    return taken


def _take(office: Office, arrival: Arrival) -> bool:
    """Take one message in and tell whether it may be kept as evidence."""
    message = _read(office, arrival.content)
    with office.database.reading() as unit:
        known = unit.arrivals.known(_key(message))
        became = unit.arrivals.document_of(_key(message)) if known else ""
    if isinstance(message, StatusNotice):
        if not known:
            _hear(office, message)
        return True
    if isinstance(message, RecallNotice):
        if not known:
            _wanted_back(office, message)
        return True
    if known:
        return bool(became)
    _require_ours(office, message)
    files = [(one.name, one.content) for one in message.enclosures]
    if mark := mark_of(office, message.subject, files):
        _hold_off(office, message, arrival.content, mark)
        return False
    accept(office, message)
    return True


def _read(office: Office, content: bytes) -> Envelope | StatusNotice | RecallNotice:
    return edxml.read(
        content, limit=office.spool.limit, own={office.organ.id}, received_at=office.clock()
    )


def held_envelope(office: Office, message: bytes) -> Envelope:
    """Give a message that was held, as it came. Raises Refused: it is none."""
    envelope = _read(office, message)
    if not isinstance(envelope, Envelope):
        raise Refused("exchange.no-document")
    return envelope


def _hold_off(office: Office, envelope: Envelope, message: bytes, mark: Mark) -> None:
    """Hold a marked message in the vault, or, where nothing secret may be, send word and forget it.

    The sender hears code 02 (domain words: từ chối tiếp nhận) at once, or when it is discarded.
    """
    if office.sealed:
        said = {"message": envelope.id, "organ": envelope.sender.id}
        hold(office, Came(Kind.MESSAGE, EXCHANGE, [("message.edxml", message)], said), mark)
    else:
        turn_away(office, envelope)
        note_refused(office, mark, EXCHANGE)
    with office.database.unit() as unit:
        unit.arrivals.add(_key(envelope), None, office.clock())


def turn_away(office: Office, envelope: Envelope) -> None:
    """Tell the sender that a message is not taken: what is secret does not travel this way."""
    partner = office.partners[envelope.sender.id]
    if not partner.spool:
        return
    notice = StatusNotice(
        id=sha256(f"{envelope.id}/02/marked".encode()).hexdigest()[:32],
        sender=office.organ,
        recipient=partner,
        about=envelope.document_id,
        about_message=envelope.id,
        code="02",
        reason=MARKED,
        at=office.clock().astimezone(office.zone),
    )
    office.tray.send_status(folder_of(partner), notice)


MARKED = "Văn bản có dấu hiệu chứa bí mật nhà nước, không tiếp nhận qua mạng."


def _require_ours(office: Office, envelope: Envelope) -> None:
    if envelope.recipient.id != office.organ.id:
        raise Refused("exchange.not-ours", organ=envelope.recipient.id)
    if envelope.sender.id not in office.partners:
        raise Refused("exchange.unknown-sender", organ=envelope.sender.id)


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
    said = notice.reason if state is RecallState.REFUSED else ""
    settle(office, unit, one, state, answer=said, by=EXCHANGE)
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


def accept(office: Office, envelope: Envelope, *, released_by: str = "") -> str:
    """Take in a document from another agency, once, and give its id.

    Takes   released_by: who let a message go that was held.
    Raises  Refused, Unreadable: it cannot be taken. Outrun: it was taken in meanwhile.
    """
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
        **({"released_by": released_by} if released_by else {}),
    }
    event = AuditEvent("document:received", by.id, document.created_at, document.id, facts)
    with office.database.unit() as unit:
        key = _key(envelope)
        if released_by and (became := unit.arrivals.document_of(key)):
            return became
        if unit.arrivals.known(key) and not released_by:
            raise Outrun("exchange.known")
        lay_down(office, unit, route, document, event)
        if released_by:
            unit.arrivals.become(key, document.id)
        else:
            unit.arrivals.add(key, document.id, event.at)
        unit.enqueue("report", document.id, "01", key=f"{document.id}:01")
    return document.id


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
