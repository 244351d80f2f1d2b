"""Electronic copies: sao y of what was digitised, sao lục of a copy, trích sao of a part."""

from dataclasses import dataclass, replace
from datetime import datetime

from drafting.sniff import sniff
from records.audit import AuditEvent
from records.document import Attachment, Classification, Document, Media, Number
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from signing.stamp_text import copy_text
from storage.unit import Unit
from workflow.check import report_on
from workflow.marking import Mark, marked
from workflow.number import require_open
from workflow.office import Office
from workflow.road import Choice, standing


@dataclass(frozen=True, slots=True)
class Kind:
    """A form of copy (Decree 30/2020, art. 25)."""

    title: str  # as the copy bears it
    symbol: str  # before the agency's in the register of copies
    field: str  # how the name of its signature's field begins
    label: str


KINDS = {
    "sao-y": Kind("SAO Y", "SY", "SaoY", "Ký sao y"),
    "sao-luc": Kind("SAO LỤC", "SL", "SaoLuc", "Ký sao lục"),
    "trich-sao": Kind("TRÍCH SAO", "TrS", "TrichSao", "Ký trích sao"),
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
        return keep_copy(office, unit, changed, kind, seen=seen, by=by)


def copy_mark(office: Office, kind: str, at: datetime) -> Mark:
    """Give what a copy bears: its form, the copying agency, and when."""
    form = KINDS[kind]
    text = copy_text(form.title, office.organ.name, at.astimezone(office.zone))
    return Mark(form.field, text, form.label)


def with_copy(office: Office, document: Document, kind: str, made: bytes, at: datetime) -> Document:
    """Give the document with a copy, whose bytes are kept, as a file that goes with it."""
    digest = office.contents.put(document.id, document.classification, made)
    name = f"{KINDS[kind].title} {at.astimezone(office.zone):%Y%m%d-%H%M%S}.pdf"
    n, own = len(document.attachments) + 1, document.own_class
    kept = Attachment(n, name, digest, len(made), Media.PDF, own)
    return replace(
        document,
        attachments=(*document.attachments, kept),
        version=document.version + 1,
        changed_at=at,
    )


def keep_copy(  # noqa: PLR0913 - which copy of what, as it was seen, by whom
    office: Office, unit: Unit, changed: Document, kind: str, *, seen: int, by: Person
) -> Document:
    """Keep a document with its new copy, entered in the register of copies where there is one.

    Raises  Outrun: it changed meanwhile. Refused: the register of this year is closed.
    """
    number = _entered(office, unit, changed, kind, by)
    if number:
        *others, last = changed.attachments
        name = last.name.replace(KINDS[kind].title, f"{KINDS[kind].title} {number}", 1)
        renamed = replace(last, name=name.replace("/", "-"))
        changed = replace(changed, attachments=(*others, renamed))
    unit.documents.change(changed, seen=seen)
    unit.documents.sign_attachments(changed)
    made = changed.attachments[-1].digest
    facts = {"digest": changed.latest.digest, "made": made, "kind": kind, "number": number}
    event = AuditEvent("document:copied", by.id, changed.changed_at, changed.id, facts)
    unit.audit.append(event)
    return changed


def _entered(office: Office, unit: Unit, changed: Document, kind: str, by: Person) -> str:
    """Enter a copy under the next number, and give that: one series a year for all three forms.

    Source  Decree 30/2020, Annex I, part II, II.1c.
    """
    form = KINDS[kind]
    book = next((one for one in office.books if form.symbol in one.types), None)
    if book is None:
        return ""
    on = changed.changed_at.astimezone(office.zone).date()
    unit.registers.await_turn(book.id, "", on.year)
    require_open(unit, book, "", on)
    serial = unit.registers.upcoming(book.id, "", on.year)
    number = Number(book.id, "", on.year, serial, f"{form.symbol}-{office.organ.notation}", on)
    columns = {
        "code": str(number),
        "issued_on": f"{on:%d/%m/%Y}",
        "subject": f"{form.title}: {office.forms[changed.type].name} {changed.subject}",
        "signer": by.name,
        "keeper": "VT",
        "copies": "1",
        "remark": f"Từ văn bản {changed.source.number or changed.number or changed.subject}",
    }
    unit.registers.enter_copy(number, changed.id, columns)
    return str(number)


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
