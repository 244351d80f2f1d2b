"""What was dispatched is handed to the process that carries it, and its sender hears of it."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from exchange import edxml
from exchange.gate import clear
from records.document import Document
from records.exchange import Dispatch, DispatchState, Enclosure, Envelope, StatusNotice
from records.person import Organ, Person
from workflow.capacity import signer_lines
from workflow.dispatch import passport_of, require_leaving
from workflow.office import Office
from workflow.prints import publish


def carry(office: Office, dispatch_id: str) -> None:
    """Put one dispatched document into the tray to leave; a second time has no effect.

    Raises  Refused ``egress.classified``: it became secret meanwhile; nothing is written.
            Broken ``egress.unguarded``: the database holds no secret back. Unavailable: the tray
            or the list of what is secret cannot be reached now.
    """
    with office.database.reading() as unit:
        dispatch = unit.dispatches.get(dispatch_id)
        document = unit.documents.get(dispatch.document)
        signer = unit.people.get(document.signer) if document.signer else None
        unit.dispatches.require_guarded()
    if dispatch.state is not DispatchState.QUEUED:
        return
    # The gate is asked again at the very moment of leaving: its class may have been raised.
    cleared = clear(passport_of(document), destination=dispatch.recipient, purpose="exchange")
    require_leaving(document)
    publish(office)
    envelope = _envelope(office, document, dispatch, signer)
    office.tray.send(
        cleared,
        folder_of(office.partners[dispatch.recipient]),
        dispatch.id,
        edxml.write(envelope),
        [one.content for one in envelope.enclosures],
    )


def report(office: Office, id: str, code: str) -> None:
    """Tell the agency a document came from how it fares here (codes 01-06)."""
    with office.database.reading() as unit:
        document = unit.documents.get(id)
    source = document.source
    partner = office.partners.get(source.organ_id)
    if partner is None or not partner.spool:
        return
    notice = StatusNotice(
        id=sha256(f"{source.message}/{code}/{document.version}".encode()).hexdigest()[:32],
        sender=office.organ,
        recipient=partner,
        about=document_id_of(source.organ_id, source.on, source.number),
        about_message=source.message,
        code=code,
        reason=REASONS[code],
        at=office.clock().astimezone(office.zone),
    )
    office.tray.send_status(folder_of(partner), notice)


REASONS = {
    "01": "Đã đến",
    "02": "Từ chối tiếp nhận",
    "03": "Đã tiếp nhận",
    "04": "Phân công",
    "05": "Đang xử lý",
    "06": "Hoàn thành",
}


def folder_of(partner: Organ) -> Path:
    """Give the partner's folder, below the root of the spool."""
    return Path(partner.spool)


def document_id_of(organ: str, on: object, code: str) -> str:
    """Give edXML's identifier of a document: organ, date and number, joined by commas."""
    day = f"{on:%Y/%m/%d}" if on else ""
    return f"{organ},{day},{code}"


def _envelope(
    office: Office, document: Document, dispatch: Dispatch, signer: Person | None
) -> Envelope:
    number = document.number
    main = office.contents.get(document, dispatch.revision)
    enclosures = (
        Enclosure(_file_name(document), document.latest.media, main, main=True),
        *(
            Enclosure(one.name, one.media, office.contents.get(document, one.digest))
            for one in document.attachments
        ),
    )
    capacity = signer_lines(office, document)
    return Envelope(
        id=dispatch.id,
        sender=office.organ,
        recipient=office.partners[dispatch.recipient],
        document_id=document_id_of(
            office.organ.id, number.on if number else None, str(number or "")
        ),
        code_number=number.code if number else "",
        code_notation=number.notation if number else "",
        issued_on=number.on if number else None,
        place=office.organ.place,
        type_name=office.forms[document.type].name,
        subject=document.subject,
        signer_capacity=capacity[0] if capacity else "",
        signer_position=signer.title if signer else "",
        signer_name=signer.name if signer else "",
        urgency=document.urgency,
        pages=document.latest.pages,
        enclosures=enclosures,
        sent_at=_moment(office, dispatch.queued_at),
        due_on=document.due_on,
    )


def _moment(office: Office, at: datetime) -> datetime:
    return at.astimezone(office.zone)


def _file_name(document: Document) -> str:
    return f"{document.number or document.id}.pdf".replace("/", "_")
