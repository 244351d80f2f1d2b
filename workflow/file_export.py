"""A case file taken out whole: one PDF in the order of dates, its metadata, and every original."""

from collections.abc import Mapping

from exchange.file_record import Told, file_xml
from records.audit import AuditEvent
from records.case_file import Filed, retention_of
from records.document import Classification, Direction, Document, Media, Urgency
from records.person import Person
from storage.bag import bag
from workflow.case_files import FileView, file_view
from workflow.file_prints import author_of, inventory_of
from workflow.office import Office
from workflow.registers import printed_as
from workflow.shown import note_taken

PRIORITY = {
    Urgency.NORMAL: 0,
    Urgency.URGENT: 1,
    Urgency.VERY_URGENT: 2,
    Urgency.IMMEDIATE: 3,
}


def export_file(office: Office, id: str, *, by: Person) -> bytes:
    """Give a file as a ZIP in BagIt's form: ho-so.pdf, metadata.xml and the originals.

    Only documents this person may know of are in it, and counted in it; the export is logged.
    Raises  NotFound: no such file. NotAllowed: a secret in it is for them to look at only.
    """
    seen = file_view(office, id, by=by)
    for one in seen.filed:
        if one.document.classification is not Classification.NONE:
            note_taken(office, one.document, by, {"file": id})
    originals = [(one, _original(office, one.document)) for one in seen.filed]
    inventory = printed_as(office, inventory_of(office, seen, by), "pdf")
    pages = [content for one, content in originals if one.document.latest.media is Media.PDF]
    payload = {
        "ho-so.pdf": office.reader.merged([inventory, *pages]),
        "metadata.xml": metadata_of(office, seen),
    }
    for n, (one, content) in enumerate(originals, 1):
        suffix = "pdf" if one.document.latest.media is Media.PDF else "docx"
        payload[f"van-ban/{n:03d}.{suffix}"] = content
        for extra in one.document.attachments:
            name = f"van-ban/{n:03d}-{extra.n:02d}-{extra.name}"
            payload[name] = office.contents.get(one.document, extra.digest)
    about = {
        "Source-Organization": office.organ.name,
        "External-Identifier": f"{office.organ.id}.{seen.file.year}.{seen.file.notation}",
        "External-Description": seen.file.title,
    }
    packed = bag(id, payload, about, office.today())
    with office.database.unit() as unit:
        facts = {"file": id, "documents": str(len(originals))}
        unit.audit.append(AuditEvent("file:exported", by.id, office.clock(), "", facts))
    return packed


def metadata_of(office: Office, seen: FileView) -> bytes:
    """Give the metadata of a file and its documents as XML."""
    file = seen.file
    with office.database.reading() as unit:
        names = unit.people.names()
    code: Told = {
        "OrganId": office.organ.id,
        "FileCatalog": file.year,
        "FileNotation": file.notation,
    }
    told: Told = {
        "FileCode": code,
        "Title": file.title,
        "Maintenance": retention_of(file.years),
        "Rights": "Hạn chế" if file.classification.rank else "Công khai trong cơ quan",
        "Creator": names.get(file.owner, file.owner),
        "Language": "Tiếng Việt",
        "StartDate": _day(min((one.on for one in seen.filed), default=file.opened_on)),
        "EndDate": _day(file.ended_on),
        "DocTotal": len(seen.filed),
        "PageTotal": seen.pages,
        "Description": file.note,
    }
    documents = [_document(office, code, n, one, names) for n, one in enumerate(seen.filed, 1)]
    return file_xml(told, documents)


def _document(office: Office, code: Told, n: int, filed: Filed, names: Mapping[str, str]) -> Told:
    document = filed.document
    incoming = document.direction is Direction.INCOMING
    number = document.source.number if incoming else str(document.number or "")
    serial, _, notation = number.partition("/")
    form = office.forms.get(document.type)
    common: Told = {
        "FileCode": code,
        "DocOrdinal": n,
        "TypeName": form.name if form else document.type,
        "CodeNumber": serial,
        "CodeNotation": notation,
        "IssuedDate": _day(document.source.on if incoming else filed.on),
        "OrganName": author_of(office, document),
        "Subject": document.subject,
        "Language": "Tiếng Việt",
        "PageAmount": document.latest.pages,
    }
    return {**common, **(_came(document, names) if incoming else _went(office, document, names))}


def _went(office: Office, document: Document, names: Mapping[str, str]) -> Told:
    organs = [
        {"OrganId": one, "OrganName": office.partners[one].name if one in office.partners else one}
        for one in document.recipients
    ]
    return {
        "SignerInfo": {"FullName": names.get(document.signer, "")},
        "To": organs,
        "Priority": PRIORITY[document.urgency],
        "IssuedAmount": 1,
        "DueDate": _day(document.due_on),
    }


def _came(document: Document, names: Mapping[str, str]) -> Told:
    number = document.number
    return {
        "ArrivalDate": _day(number.on if number else None),
        "ArrivalNumber": number.serial if number else "",
        "Priority": PRIORITY[document.urgency],
        "ToPlaces": names.get(document.assignee, ""),
        "DueDate": _day(document.due_on),
    }


def _day(on: object) -> str:
    return f"{on:%d/%m/%Y}" if on else ""


def _original(office: Office, document: Document) -> bytes:
    return office.contents.get(document, document.latest.digest)
