"""Everything that must always hold is checked: the log's chain, every file, every number."""

from dataclasses import dataclass
from hashlib import sha256

from records.audit import AuditHead
from records.document import Classification, Digest
from records.errors import OfficeError
from workflow.office import Office


@dataclass(frozen=True, slots=True)
class Findings:
    """What was checked, and every fault found."""

    head: AuditHead
    files: int
    numbers: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether nothing at all was found."""
        return self.head.holds and not self.faults


def verify(office: Office) -> Findings:
    """Check chain, files, registers and database, changing nothing."""
    with office.database.reading() as unit:
        head = unit.audit.verify()
        wanted = unit.documents.digests()
        texts = unit.definitions.all()
    faults = list(office.database.sound())
    faults += [fault for one in wanted for fault in _file_faults(office, *one)]
    faults += [f"definition {kept}: changed" for kept, text in texts if _digest(text) != kept]
    numbers, missing = _register_faults(office)
    return Findings(head, len(wanted), numbers, (*faults, *missing))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _file_faults(office: Office, document: str, classification: str, digest: Digest) -> list[str]:
    try:
        if classification == Classification.NONE:
            office.contents.blobs.get(digest)
        else:
            office.contents.vault.get(document, digest)
    except OfficeError as fault:
        # Without its key the vault is closed: that is told elsewhere, and nothing is wrong with it.
        return [] if fault.rule == "vault.closed" else [f"document {document}: {fault.rule}"]
    return []


def _register_faults(office: Office) -> tuple[int, list[str]]:
    counted, faults = 0, []
    with office.database.reading() as unit:
        for book in office.books:
            for year in unit.registers.years(book.id):
                series = unit.registers.serials(book.id, year)
                counted += sum(len(serials) for serials in series.values())
                faults += [
                    f"register {book.id} {name or 'joint'} {year}: not 1…{last}"
                    for name, last in unit.registers.drawn(book.id, year).items()
                    if series.get(name, []) != list(range(1, last + 1))
                ]
    return counted, faults
