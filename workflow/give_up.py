"""Another office wants a document back: it is destroyed here, or kept with a reason, and told."""

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from secrets import token_hex

from exchange.moments import read_date
from records.assignment import AssignmentState
from records.audit import AuditEvent
from records.document import Classification, DocumentId, Source
from records.errors import Outrun, Refused
from records.exchange import RecallNotice, StatusNotice
from records.person import Person, Role
from records.recall import Order, OrderState
from storage.unit import Unit
from workflow.carry import folder_of
from workflow.classify import files_of
from workflow.find import reindex
from workflow.office import Office
from workflow.recall import end_steps, require_caller, require_words
from workflow.road import standing

INSTEAD = "Văn bản đã thu hồi"
"""Stands where a document that was taken back said what it is about."""

SAID = {"01": "Đã đến", "15": "Đã hủy văn bản theo yêu cầu thu hồi"}
UNKNOWN = "Không có văn bản này"
NO_WORDS = "Không thực hiện được yêu cầu thu hồi"

KEEPERS = frozenset({Role.REGISTRY_CLERK, Role.INSPECTOR})
"""Who still sees that there was a document."""


def take_in(office: Office, unit: Unit, notice: RecallNotice, by: str) -> Order:
    """Keep what is demanded; whoever sent a document wants it back, and nobody else can."""
    at = office.clock()
    document = _meant(unit, notice)
    order = Order(
        id=token_hex(16),
        organ=notice.sender.id,
        message=notice.id,
        document=document,
        about=notice.about,
        about_message=notice.about_message,
        reason=notice.reason,
        at=at,
    )
    code = "01"
    if not document:
        code, order = "16", replace(order, state=OrderState.REFUSED, answered_at=at, answer=UNKNOWN)
    elif unit.documents.get(document).destroyed:
        code, order = "15", replace(order, state=OrderState.DESTROYED, answered_at=at)
    unit.recalls.ask(order)
    facts = {"organ": order.organ, "message": order.message}
    unit.audit.append(AuditEvent("recall:asked", by, at, document, facts))
    unit.enqueue("answer", order.id, code, key=f"{order.id}:{code}")
    return order


def agree(office: Office, id: str, *, by: Person) -> Order:
    """Give a document up: nobody but the registry sees that it was here, and a job destroys it.

    Raises  NotFound; NotAllowed: not theirs. Outrun: answered meanwhile. Refused: it became secret
            here, and is for those who keep secrets to give back.
    Source  Decree 30/2020, article 18(4), Annex VI, part I, III.8: it is destroyed with its
            metadata; that of the recall stays.
    """
    require_caller(by)
    at = office.clock()
    with office.database.unit() as unit:
        order = _asked(unit, id)
        was = standing(office, unit, order.document, by, whole=True)
        document = was.document
        if document.classification is not Classification.NONE:
            raise Refused("recall.classified")
        emptied = replace(
            document,
            subject=INSTEAD,
            fields={},
            recalled_at=at,
            version=document.version + 1,
            changed_at=at,
        )
        unit.documents.change(emptied, seen=document.version)
        unit.recalls.empty(emptied, INSTEAD)
        unit.raising.shut_remarks(emptied)
        end_steps(unit, was, at, by)
        for one in unit.assignments.of(document.id):
            if one.open:
                dropped = replace(one, state=AssignmentState.DROPPED, ended_at=at, asked_until=None)
                unit.assignments.change(dropped)
        unit.documents.admit_only(document.id, {f"role:{role}" for role in KEEPERS})
        agreed = _answered(unit, order, OrderState.AGREED, at, by)
        unit.enqueue("give-up", document.id, key=f"{document.id}:{order.id}")
    return agreed


def refuse(office: Office, id: str, reason: str, *, by: Person) -> Order:
    """Keep a document, and tell its issuer why.

    Raises  NotFound; NotAllowed: not theirs. Outrun: answered meanwhile. Refused: no reason, or one
            that may not leave.
    """
    require_caller(by)
    told = require_words(reason)
    at = office.clock()
    with office.database.unit() as unit:
        order = _asked(unit, id)
        document = standing(office, unit, order.document, by).document
        secret = document.classification is not Classification.NONE
        order = replace(order, answer="" if secret else told)
        refused = _answered(unit, order, OrderState.REFUSED, at, by)
        unit.enqueue("answer", order.id, "16", key=f"{order.id}:16")
    return refused


def clear_away(office: Office, id: str) -> None:
    """Take away every file and word of a document that was given up, then tell its issuer so.

    Every step may be done twice. Raises Unavailable: a disk, or somebody reads an older state.
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        files = files_of(unit, document) - unit.documents.still_open(files_of(unit, document))
    office.index.remove([DocumentId(id)])
    reindex(office)
    for digest in sorted(files):
        office.contents.blobs.remove(digest)
    if document.source.message:
        office.spool.forget(folder_of(office.organ), document.source.message)
    office.database.scrub()
    at = office.clock()
    with office.database.unit() as unit:
        agreed = [one for one in unit.recalls.orders_about(id) if one.state is OrderState.AGREED]
        for one in agreed:
            unit.recalls.answer(replace(one, state=OrderState.DESTROYED), OrderState.AGREED)
            unit.enqueue("answer", one.id, "15", key=f"{one.id}:15")
        if agreed:
            facts = {"files": str(len(files))}
            unit.audit.append(AuditEvent("document:given-up", "system", at, id, facts))


def answer(office: Office, id: str, code: str) -> None:
    """Tell who wants a document back how that stands: 01 come, 15 destroyed, 16 refused."""
    with office.database.reading() as unit:
        order = unit.recalls.order(id)
    partner = office.partners.get(order.organ)
    if partner is None or not partner.spool:
        return
    notice = StatusNotice(
        id=sha256(f"{order.id}/{code}".encode()).hexdigest()[:32],
        sender=office.organ,
        recipient=partner,
        about=order.about or f"{order.organ},,",
        about_message=order.message,
        code=code,
        reason=SAID.get(code) or order.answer or NO_WORDS,
        at=office.clock().astimezone(office.zone),
    )
    office.tray.send_status(folder_of(partner), notice)


def _asked(unit: Unit, id: str) -> Order:
    order = unit.recalls.order(id)
    if order.state is not OrderState.ASKED:
        raise Outrun("step.outrun")
    return order


def _answered(unit: Unit, order: Order, state: OrderState, at: datetime, by: Person) -> Order:
    answered = replace(order, state=state, by=by.id, answered_at=at)
    unit.recalls.answer(answered, OrderState.ASKED)
    facts = {"organ": order.organ, "message": order.message, "state": str(state)}
    unit.audit.append(AuditEvent("recall:answered", by.id, at, order.document, facts))
    return answered


def _meant(unit: Unit, notice: RecallNotice) -> str:
    """Give the document a demand is about: by the message that brought it, else by its number."""
    sender = notice.sender.id
    if notice.about_message:
        return unit.arrivals.document_of(f"{sender}/{notice.about_message}")
    parts = [part.strip() for part in notice.about.split(",", 2)]
    organ, day, number = parts if len(parts) == 3 else ("", "", "")  # noqa: PLR2004 - "<OrganId>,<date>,<code>"
    if organ != sender:
        return ""
    on: date | None = read_date(day)
    found = unit.documents.marked(Source(number=number, on=on, organ_id=organ))
    return next((one.id for one in found if one.source.organ_id == sender), "")
