"""A year of a register is printed, sealed by the agency and laid down for good."""

from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.paper import Box
from records.person import Person
from records.register import Closing
from records.signing import Holding, KeyKind
from workflow.certificates import AGENCY
from workflow.keys import certificate_of
from workflow.office import Office
from workflow.register_audit import faults_of
from workflow.registers import open_book, printed_as, printed_book
from workflow.reserve import kept_by

SEAL = Box(0, 640, 64, 742, 166)
"""Where the seal stands on the cover of a book: landscape A4, below its lines, to the right."""


def close_book(office: Office, id: str, year: int, *, by: Person) -> Closing:
    """Close a year that is over: its PDF is sealed and kept, and no row can be added any more.

    Raises  NotFound, NotAllowed: no such register, or not theirs to close. Refused: the year is
            not over, numbers are still held, or it is not 1…n. Outrun: closed meanwhile.
    """
    book = kept_by(office, id, by)
    at = office.clock()
    if year >= office.today().year:
        raise Refused("register.year-running", year=year)
    opened = open_book(office, id, year, by=by)
    with office.database.reading() as unit:
        _require_whole(len(opened.entries), len(unit.registers.entries(id, year)), opened.held)
        if unit.registers.closing(id, year):
            raise Refused("register.closed", book=book.name, year=year)
        seen = unit.registers.drawn(id, year)
        if faults_of(unit, id, year):
            raise Refused("register.gap", year=year)
    pdf = printed_as(office, printed_book(office, opened, at, by), "pdf")
    certificate_of(office, Holding(AGENCY, KeyKind.FILE))  # refuses one that was revoked
    # The seal may wait for a timestamp, so it is set outside any unit.
    sealed = office.press.attest(pdf, box=SEAL, at=at.astimezone(office.zone))
    shelf = f"register-{id}-{year}" if book.classified else ""
    contents = office.contents
    digest = contents.vault.put(shelf, sealed) if shelf else contents.blobs.put(sealed)
    closing = Closing(id, year, digest, len(opened.entries), by.id, at, shelf)
    with office.database.unit() as unit:
        unit.registers.close(closing, seen=seen)
        facts = {"book": id, "year": str(year), "digest": digest, "rows": str(closing.rows)}
        unit.audit.append(AuditEvent("register:closed", by.id, at, "", facts))
    return closing


def _require_whole(shown: int, entered: int, held: tuple[object, ...]) -> None:
    if held:
        raise Refused("register.held", count=len(held))
    # A clerk who may not know of every document would seal a book with rows left out.
    if shown < entered:
        raise NotAllowed("register.not-yours")
