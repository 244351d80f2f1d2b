"""What is brought as no secret is looked over for marks of secrecy; what bears one is held."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex

from drafting.sniff import attachment_media
from drafting.words import head_of
from exchange.secrecy import field_mark, name_mark, stamp_of
from records.audit import AuditEvent
from records.document import Media
from records.errors import Refused, Unreadable
from records.quarantine import HeldFile, Kind, Mark, Quarantined, Where
from workflow.office import Office


@dataclass(frozen=True, slots=True)
class Came:
    """What was brought, by whom, and what was said of it."""

    kind: Kind
    by: str  # id of the person
    files: Sequence[tuple[str, bytes]]  # name and content, the document itself first
    said: Mapping[str, object]
    document: str = ""  # id, of a revision


def require_unmarked(office: Office, came: Came) -> None:
    """Raise Refused where what is said to be no secret bears a mark of secrecy.

    It is held in the vault under the class of its mark then, for whoever brought it and a clerk to
    decide; where nothing secret may be kept, nothing is.

    Raises  Refused: secrecy.marked, secrecy.marked-connected. Unreadable: it is no PDF or DOCX.
    Source  Law 117/2025/QH15; Decree 26/2020, on stamps of degrees of secrecy.
    """
    mark = mark_of(office, str(came.said.get("subject", "")), came.files)
    if mark is None:
        return
    if not office.sealed:
        note_refused(office, mark, came.by)
        raise Refused("secrecy.marked-connected", found=mark.where)
    hold(office, came, mark)
    raise Refused("secrecy.marked", found=mark.where)


def mark_of(office: Office, subject: str, files: Sequence[tuple[str, bytes]]) -> Mark | None:
    """Give the highest mark in a subject and in files, by name, head and properties."""
    found = [*_in_text(subject), *(mark for file in files for mark in _in_file(office, *file))]
    return max(found, key=lambda one: one.classification.rank, default=None)


def _in_text(subject: str) -> Iterator[Mark]:
    if of := stamp_of([subject]):
        yield Mark(of, Where.SUBJECT)


def _in_file(office: Office, name: str, content: bytes) -> Iterator[Mark]:
    if len(content) > office.largest:
        raise Refused("file.too-large", limit=office.largest)
    if of := name_mark(name):
        yield Mark(of, Where.NAME)
    # What cannot be read is refused later, where its own rule is told.
    with suppress(Unreadable):
        media = attachment_media(content, name)
        if media not in set(Media):
            return
        head = head_of(content, Media(media), reader=office.reader, isolate=office.isolate)
        if of := stamp_of(head.lines):
            yield Mark(of, Where.PAGE)
        for field, value in head.fields:
            if of := field_mark(field, value):
                yield Mark(of, Where.FIELD)


def hold(office: Office, came: Came, mark: Mark) -> Quarantined:
    """Keep what was brought in the vault, where no job and nobody uncleared finds it."""
    at, id = office.clock(), token_hex(16)
    sealed = office.contents.vault
    files = tuple(HeldFile(name, sealed.put(id, one), len(one)) for name, one in came.files)
    held = Quarantined(id, came.kind, mark, came.by, at, files, came.said, came.document)
    with office.database.reading() as unit:
        before = [one for one in unit.quarantine.held((), by=came.by) if _same(one, held)]
    if before:
        sealed.destroy(id)
        return before[0]
    facts = {"quarantine": id, "class": str(mark.classification), "found": str(mark.where)}
    with office.database.unit() as unit:
        unit.quarantine.add(held)
        unit.audit.append(AuditEvent("upload:held", came.by, at, came.document, facts))
    return held


def _same(one: Quarantined, other: Quarantined) -> bool:
    told = (one.kind, one.files, dict(one.said), one.document)
    return told == (other.kind, other.files, dict(other.said), other.document)


def note_refused(office: Office, mark: Mark, by: str) -> None:
    """Log that something marked came to where nothing secret may be, and no word of it."""
    facts = {"class": str(mark.classification), "found": str(mark.where)}
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("upload:refused", by, office.clock(), "", facts))
