"""Everything the office must never lose is copied while it works, and tried before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from records.audit import AuditEvent, AuditHead
from records.document import Classification, Digest, Direction
from records.errors import Broken, OfficeError
from records.signature import Verdict
from storage.copies import KEYS, becoming
from storage.folder import keep_first
from storage.manifest import Manifest, digests_in
from storage.snapshot import snapshot
from storage.unit import Unit
from workflow.check import report_on
from workflow.office import Office
from workflow.verify import UNOPENED, verify

Named = list[tuple[str, str, Digest]]  # document, classification, digest


@dataclass(frozen=True, slots=True)
class Keys:
    """What a backup says of the office's keys."""

    fingerprints: Mapping[str, str]  # by file name
    public: Mapping[str, bytes]  # certificates and revocation lists, as they are
    shut: bytes  # all of them under a pass phrase, or nothing
    trust: Mapping[str, bytes] = field(default_factory=dict)  # the list of authorities, by file


def back_up(office: Office, target: Path, keys: Keys) -> Manifest:
    """Copy database, files and vault as of one moment; the index and the keys stay behind.

    Others work on meanwhile: what they add afterwards is not in the copy, and no file that the
    copied database names is ever removed or rewritten.

    Raises  Broken: a file is lost or was changed. Refused: ``target`` is there already.
            Unavailable: a disk or the database does not answer. No backup appears in any case.
    """
    at = office.clock()
    with becoming(target) as folder:
        with office.database.unit() as unit:
            unit.audit.append(AuditEvent("office:copied", "system", at))
        with snapshot(office.database, office.contents.vault, folder) as unit:
            head = _sound_head(unit)
            named = unit.documents.digests()
            numbers = sum(_drawn(office, unit))
            books = unit.registers.files()
        _copy_files(office, [*named, *books], folder)
        _copy_keys(keys, folder)
        manifest = Manifest(
            made_at=at.astimezone(UTC).isoformat(),
            organ=office.organ.id,
            database=office.database.engine.dialect.name,
            seq=head.seq,
            head=head.hash,
            documents=len({document for document, _, _ in named}),
            numbers=numbers,
            keys=dict(keys.fingerprints),
            files=digests_in(folder),
        )
        manifest.write(folder)
    return manifest


def try_out(office: Office, manifest: Manifest, *, marked: bool = True) -> tuple[str, ...]:
    """Give what is wrong with an office put back from a backup, nothing when it may open.

    Chain, files, numbers and database are verified, then every archived document's signatures.

    Takes   marked: whether the key of the log came along, without which no remark can be checked.
    """
    found = verify(office, witnessed=False, marked=marked)
    faults = [*found.head.faults, *found.faults]
    if (found.head.seq, found.head.hash) != (manifest.seq, manifest.head):
        faults.append("the log does not end where the manifest says")
    if found.numbers != manifest.numbers:
        faults.append(f"{found.numbers} numbers instead of {manifest.numbers}")
    with office.database.reading() as unit:
        archived = unit.readings.archived()
    faults += [fault for one in archived for fault in _signature_faults(office, one)]
    return tuple(faults)


def reopen(office: Office, manifest: Manifest) -> None:
    """Append to the log that the office goes on from a backup, and from which."""
    facts = {"made_at": manifest.made_at, "seq": str(manifest.seq), "head": manifest.head}
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("office:restored", "system", office.clock(), "", facts))


def _sound_head(unit: Unit) -> AuditHead:
    head = unit.audit.verify()
    if not head.holds:
        raise Broken("backup.unsound", faults="; ".join(head.faults))
    return head


def _drawn(office: Office, unit: Unit) -> list[int]:
    return [
        last
        for book in office.books
        for year in unit.registers.years(book.id)
        for last in unit.registers.drawn(book.id, year).values()
    ]


def _copy_files(office: Office, named: Named, folder: Path) -> None:
    blobs, vault = office.contents.blobs, office.contents.vault
    for digest in sorted({one for _, kind, one in named if kind == Classification.NONE}):
        keep_first(folder / "blobs" / digest[:2] / digest, blobs.get(digest))
    secret = [(document, digest) for document, kind, digest in named if kind != Classification.NONE]
    for document, digest in secret if not vault.closed else ():
        if not vault.destroyed(document):
            vault.get(document, digest)
    # Keys of what is no document, or no secret any more, open words in the database, too.
    for name, sealed in vault.sealed_files():
        keep_first(folder / "vault" / name, sealed)


def _copy_keys(keys: Keys, folder: Path) -> None:
    for name, content in keys.public.items():
        keep_first(folder / "public" / name, content)
    for name, content in keys.trust.items():
        keep_first(folder / "trust" / name, content)
    if keys.shut:
        keep_first(folder / KEYS, keys.shut)


def _signature_faults(office: Office, id: str) -> list[str]:
    try:
        with office.database.reading() as unit:
            document = unit.documents.get(id)
        if document.direction is Direction.INCOMING:  # what others signed was judged on arrival
            return []
        report = report_on(office, document)
    except OfficeError as fault:
        return [] if fault.rule in UNOPENED else [f"document {id}: {fault.rule}"]
    if report.verdict is Verdict.VALID:
        return []
    return [f"document {id}: signature {report.verdict}: {', '.join(report.reasons)}"]
