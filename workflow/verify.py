"""Everything that must always hold is checked: the log's chain, every file, every number."""

from dataclasses import dataclass
from hashlib import sha256

from records.audit import AuditHead
from records.document import Classification, Digest
from records.errors import OfficeError
from workflow.office import Office
from workflow.register_audit import audit_registers


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
        wanted = [*unit.documents.digests(), *unit.registers.files()]
        texts = unit.definitions.all()
    faults = list(office.database.sound())
    faults += [fault for one in wanted for fault in _file_faults(office, *one)]
    faults += [f"definition {kept}: changed" for kept, text in texts if _digest(text) != kept]
    proofs = audit_registers(office)
    faults += [f"register {one.book} {one.year}: {told}" for one in proofs for told in one.faults]
    return Findings(head, len(wanted), sum(one.last for one in proofs), tuple(faults))


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
