"""An issued document is sent to other agencies, through the one gate there is."""

from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from exchange.gate import Exchangeable, clear
from records.audit import AuditEvent
from records.document import Circulation, Classification, Document, Origin
from records.errors import Refused
from records.exchange import Dispatch, DispatchState, Passport
from records.person import Organ, Person
from storage.unit import Unit
from workflow.advance import Deed, advance
from workflow.annexes import lacking
from workflow.office import Office
from workflow.road import Choice, judge, standing


def dispatch(
    office: Office, id: str, action: str, choice: Choice, *, by: Person
) -> tuple[Document, list[Dispatch]]:
    """Send a sealed document to its recipients; each sending is then carried by a job.

    Raises  Refused ``egress.classified``: it is secret; nothing is written but the log entry.
            as ``judge``; Refused: a recipient is unknown or has no address.
    """
    at = office.clock()
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
    admit(office, was.document, destination="exchange", by=by.id)
    require_leaving(was.document)
    if unsigned := lacking(office, was.document):
        # Each annex in a file of its own bears the agency's signature (Annex I, part II, 7).
        raise Refused("dispatch.annex-unsigned", annex=unsigned[0].name)
    with office.database.unit() as unit:
        now = standing(office, unit, id, by)
        wanted = choice.recipients or now.document.recipients
        act = judge(unit, now, action, by, choice)
        organs = [_recipient(office, one) for one in dict.fromkeys(wanted)]
        if not organs:
            raise Refused("recipients.required")
        if now.document.origin is not Origin.SEALED:
            raise Refused("dispatch.unsealed")
        everybody = tuple(dict.fromkeys((*now.document.recipients, *wanted)))
        deed = Deed(act, by, at, choice, "document:dispatched", {"recipients": " ".join(wanted)})
        moved = advance(office, unit, now, replace(now.document, recipients=everybody), deed)
        sent = _queue(office, unit, moved, organs, at)
    return moved, sent


def require_leaving(document: Document) -> None:
    """Raise Refused: the document bears a mark by which it stays in this agency."""
    if document.circulation is not Circulation.NONE:
        raise Refused("circulation.stays", mark=str(document.circulation))


def admit(office: Office, document: Document, *, destination: str, by: str) -> Exchangeable:
    """Give the gate's leave for a document's bytes, or log and pass on its refusal."""
    try:
        return clear(passport_of(document), destination=destination, purpose="dispatch")
    except Refused as refusal:
        with office.database.unit() as unit:
            event = AuditEvent(
                "egress:refused",
                by,
                office.clock(),
                document.id,
                {"rule": refusal.rule, "destination": destination},
            )
            unit.audit.append(event)
        raise


def passport_of(document: Document) -> Passport:
    """Give what the gate must know of a document and the files that would leave with it."""
    files = {document.latest.digest, *(one.digest for one in document.attachments)}
    classified = document.classification is not Classification.NONE
    return Passport(
        document=document.id,
        classification=document.classification,
        digests=frozenset(files),
        secret_digests=frozenset(files if classified else ()),
    )


def _recipient(office: Office, id: str) -> Organ:
    organ = office.partners.get(id)
    if organ is None or organ.id == office.organ.id:
        raise Refused("recipient.unknown", recipient=id)
    if not organ.spool:
        raise Refused("partner.no-address", partner=organ.name)
    return organ


def _queue(
    office: Office, unit: Unit, document: Document, organs: list[Organ], at: datetime
) -> list[Dispatch]:
    sent_before = {one.recipient for one in unit.dispatches.of(document.id)}
    for organ in organs:
        if organ.id in sent_before:
            continue
        one = Dispatch(
            id=token_hex(16),
            document=document.id,
            recipient=organ.id,
            state=DispatchState.QUEUED,
            revision=document.latest.digest,
            queued_at=at,
            changed_at=at,
        )
        unit.dispatches.add(one)
        unit.enqueue("carry", one.id, key=one.id)
    unit.registers.note(document, "sent_on", at.astimezone(office.zone).strftime("%d/%m/%Y"))
    return unit.dispatches.of(document.id)
