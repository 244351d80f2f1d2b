"""Electronic copies: sao y of what was digitised, sao lục of a copy, trích sao of a part."""

from dataclasses import dataclass, replace
from datetime import datetime

from drafting.sniff import sniff
from records.audit import AuditEvent
from records.document import Attachment, Classification, Document, Media
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from signing.stamp_text import copy_text
from storage.unit import Unit
from workflow.check import report_on
from workflow.marking import Mark, marked
from workflow.office import Office
from workflow.road import Choice, standing


@dataclass(frozen=True, slots=True)
class Kind:
    """A form of copy (Decree 30/2020, art. 25)."""

    title: str  # as the copy bears it
    field: str  # how the name of its signature's field begins
    label: str


KINDS = {
    "sao-y": Kind("SAO Y", "SaoY", "Ký sao y"),
    "sao-luc": Kind("SAO LỤC", "SaoLuc", "Ký sao lục"),
    "trich-sao": Kind("TRÍCH SAO", "TrichSao", "Ký trích sao"),
}


def copy(  # noqa: PLR0913 - of which document, in which form, from what, as it was seen
    office: Office, id: str, kind: str, extract: bytes, choice: Choice, *, by: Person
) -> Document:
    """Make an electronic copy, signed for the agency, as a file that goes with the document.

    Takes   extract: the PDF with the part to be copied, for trích sao alone.
    Raises  NotAllowed, Refused: see ``copy.…``. Outrun: the document changed meanwhile.
            Unavailable: no timestamp authority answers; nothing was made.
    Source  Decree 30/2020, art. 25 to 27, and Annex I, part II, 7.
    """
    at = office.clock()
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    source = source_of(office, document, kind, extract, by)
    made = marked(office, document, source, copy_mark(office, kind, at), choice.leave)
    changed = with_copy(office, document, kind, made, at)
    with office.database.unit() as unit:
        standing(office, unit, id, by)
        seen = document.version if choice.seen is None else choice.seen
        return keep_copy(unit, changed, kind, seen=seen, by=by)


def copy_mark(office: Office, kind: str, at: datetime) -> Mark:
    """Give what a copy bears: its form, the copying agency, and when."""
    form = KINDS[kind]
    text = copy_text(form.title, office.organ.name, at.astimezone(office.zone))
    return Mark(form.field, text, form.label)


def with_copy(office: Office, document: Document, kind: str, made: bytes, at: datetime) -> Document:
    """Give the document with a copy, whose bytes are kept, as a file that goes with it."""
    digest = office.contents.put(document.id, document.classification, made)
    name = f"{KINDS[kind].title} {at.astimezone(office.zone):%Y%m%d-%H%M%S}.pdf"
    kept = Attachment(len(document.attachments) + 1, name, digest, len(made), Media.PDF)
    return replace(
        document,
        attachments=(*document.attachments, kept),
        version=document.version + 1,
        changed_at=at,
    )


def keep_copy(unit: Unit, changed: Document, kind: str, *, seen: int, by: Person) -> Document:
    """Keep a document with its new copy. Raises Outrun: it changed meanwhile."""
    unit.documents.change(changed, seen=seen)
    unit.documents.sign_attachments(changed)
    made = changed.attachments[-1].digest
    facts = {"digest": changed.latest.digest, "made": made, "kind": kind}
    event = AuditEvent("document:copied", by.id, changed.changed_at, changed.id, facts)
    unit.audit.append(event)
    return changed


def source_of(office: Office, document: Document, kind: str, extract: bytes, by: Person) -> bytes:
    """Give the file a copy is made of, if this person may make such a copy. Raises as ``copy``."""
    if Role.REGISTRY_CLERK not in by.roles:
        raise NotAllowed("copy.not-yours")
    if kind not in KINDS:
        raise Refused("copy.kind")
    if document.classification is not Classification.NONE:
        raise Refused("copy.classified")
    if kind == "trich-sao":
        if not extract or sniff(extract) is not Media.PDF:
            raise Refused("copy.no-extract")
        office.reader.inspect(extract)
        return extract
    if kind == "sao-luc":
        copies = [one for one in document.attachments if one.name.startswith("SAO Y ")]
        if not copies:
            raise Refused("copy.no-source")
        return office.contents.get(document, copies[-1].digest)
    if document.latest.media is not Media.PDF or report_on(office, document).signatures:
        raise Refused("copy.electronic")
    return office.contents.get(document, document.latest.digest)
