"""Everything that must always hold is checked: the log's chain, every file, every number."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from records.audit import AuditHead
from records.document import Classification, Digest
from records.errors import OfficeError
from storage.unit import Unit
from workflow.checkpoint import log_faults
from workflow.office import Office
from workflow.register_audit import audit_registers

UNOPENED = frozenset({"vault.closed", "vault.destroyed"})
"""Why a file is not opened though nothing is wrong with it."""


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


def verify(office: Office, *, witnessed: bool = True, marked: bool = True) -> Findings:
    """Check chain, checkpoints, files, registers and database, changing nothing.

    Takes   witnessed: whether those who keep the log's checkpoints elsewhere are asked too; an
            office that was put back from a backup knows less than they do.
            marked: whether the key is there under which the log marks remarks; nothing can be
            said of them without it.
    """
    with office.database.reading() as unit:
        head = unit.audit.verify()
        told = log_faults(office, unit, witnessed=witnessed)
        told += unit.audit.remark_faults() if marked else []
        told += _unspoken(unit)
        wanted = [*unit.documents.digests(), *unit.registers.files()]
        texts = unit.definitions.all()
    faults = [*office.database.sound(), *told]
    faults += [fault for one in wanted for fault in _file_faults(office, *one)]
    faults += [f"definition {kept}: changed" for kept, text in texts if _digest(text) != kept]
    proofs = audit_registers(office)
    faults += [f"register {one.book} {one.year}: {told}" for one in proofs for told in one.faults]
    return Findings(head, len(wanted), sum(one.last for one in proofs), tuple(faults))


def _unspoken(unit: Unit) -> Iterator[str]:
    """Give what the database has and the log never told: files and numbers put there since."""
    spoken = {id: words for id, words in unit.audit.spoken().items() if "brought" in words}
    files: dict[str, set[str]] = {}
    for document, digest in unit.documents.brought():
        files.setdefault(document, set()).add(digest)
    for document in sorted(spoken.keys() - files.keys()):
        yield f"document {document}, of which the log tells, is missing"
    for document in sorted(spoken.keys() & files.keys()):
        for digest in sorted(files[document] - spoken[document]):
            yield f"document {document}: the log knows no file {digest}"
    for document, number in unit.registers.numbered():
        if document in spoken and number not in spoken[document]:
            yield f"register: the log knows no number {number} of document {document}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _file_faults(office: Office, document: str, classification: str, digest: Digest) -> list[str]:
    try:
        if classification == Classification.NONE:
            office.contents.blobs.get(digest)
        else:
            office.contents.vault.get(document, digest)
    except OfficeError as fault:
        # Without its key the vault is closed: that is told elsewhere, and nothing is wrong with it;
        # nor with what was destroyed.
        return [] if fault.rule in UNOPENED else [f"document {document}: {fault.rule}"]
    return []
