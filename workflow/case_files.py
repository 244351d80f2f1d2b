"""Case files: opened, filled, closed, opened again; each document keeps its own readers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from secrets import token_hex

from identity.reading import READ_ALL, classes_of, cleared, tokens_of
from records.audit import AuditEvent
from records.case_file import CaseFile, Filed, FileState
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from records.route import Effect
from storage.unit import Unit
from workflow.office import Office
from workflow.road import standing

KEEPERS = frozenset({Role.REGISTRY_CLERK, Role.ARCHIVIST, Role.OFFICE_CHIEF})
"""Who may keep other people's files, as far as they may open them."""

LONGEST = {"notation": 20, "title": 500, "note": 500}
"""How many characters each word may have (Decree 30/2020, Annex VI, part II)."""

MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class FileSaid:
    """What is said of a file that stands in no plan, or is a part of another."""

    notation: str
    title: str
    years: int = 10  # 0: for good
    classification: Classification = Classification.NONE
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as one person sees it: of its documents and parts, what they may know of."""

    file: CaseFile
    filed: tuple[Filed, ...]  # in the order of their dates
    parts: tuple[CaseFile, ...]
    readers: frozenset[str]
    keeps: bool  # whether they may fill, close and open it

    @property
    def pages(self) -> int:
        """Give how many pages its documents have."""
        return sum(one.document.latest.pages for one in self.filed)


def open_planned(office: Office, year: int, notation: str, *, by: Person) -> CaseFile:
    """Open a file that stands in the issued plan of a year, for its owner.

    Raises  NotFound: it stands in no plan. NotAllowed: it is another's, and they keep no others'.
            Refused: the plan is not issued, or the file is open already.
    """
    _require_reader(by)
    with office.database.unit() as unit:
        plan = unit.plans.get(year)
        planned = next((one for one in plan.files if one.notation == notation), None)
        if planned is None:
            raise NotFound("plan.no-such-file", notation=notation)
        if plan.issued_on is None:
            raise Refused("plan.not-issued", year=year)
        if by.id != planned.owner and not by.roles & KEEPERS:
            raise NotAllowed("casefile.not-yours")
        said = FileSaid(planned.notation, planned.title, planned.years, note=planned.note)
        owner = unit.people.get(planned.owner)
        return _opened(office, unit, said, year, owner=owner, planned=True, by=by)


def open_file(office: Office, said: FileSaid, *, by: Person) -> CaseFile:
    """Open a file that no plan foresaw, or a part of one's own file.

    Raises  NotFound: no such file to be a part of. Refused: something is missing, taken or too
            long, or it would be secret where secrets may not be.
    """
    _require_reader(by)
    _check(office, said, by)
    with office.database.unit() as unit:
        owner, year = by, office.today().year
        if said.parent:
            parent = file_for(unit, said.parent, by)
            _require_keeping(unit, parent, by)
            if parent.parent:
                raise Refused("casefile.part-of-part")
            if parent.classification.rank > said.classification.rank:
                raise Refused("casefile.part-more-open")
            owner, year = unit.people.get(parent.owner), parent.year
        return _opened(office, unit, said, year, owner=owner, planned=False, by=by)


def files_seen(office: Office, *, by: Person) -> list[CaseFile]:
    """Give every file this person may open."""
    with office.database.reading() as unit:
        return unit.case_files.seen_by(tokens_of(by), classes_of(by))


def own_open_files(office: Office, *, by: Person) -> list[CaseFile]:
    """Give the open files this person makes, as far as they may still open them."""
    with office.database.reading() as unit:
        found = unit.case_files.open_of(by.id)
    return [one for one in found if tokens_of(by) and cleared(by, one.classification)]


def file_view(office: Office, id: str, *, by: Person) -> FileView:
    """Give a file as this person sees it. Raises NotFound."""
    with office.database.reading() as unit:
        return view_in(unit, id, by)


def view_in(unit: Unit, id: str, by: Person) -> FileView:
    """Give a file as this person sees it, within a unit. Raises NotFound."""
    file = file_for(unit, id, by)
    # Counted anew for each reader: a gap would tell of a document that is none of theirs.
    known = unit.documents.filed(id, tokens_of(by), classes_of(by))
    found = [Filed(n, one) for n, one in enumerate(known, start=1)]
    parts = [one for one in unit.case_files.parts(id) if may_open(unit, one, by)]
    return FileView(
        file=file,
        filed=tuple(sorted(found, key=lambda one: (one.on, one.n))),
        parts=tuple(parts),
        readers=unit.case_files.readers(id),
        keeps=keeps(file, by),
    )


def files_of(unit: Unit, document: Document, by: Person) -> tuple[CaseFile, ...]:
    """Give the files this person may open in which a document lies."""
    return tuple(unit.case_files.of(document.id, tokens_of(by), classes_of(by)))


def put_in(office: Office, id: str, documents: Sequence[str], *, by: Person) -> CaseFile:
    """Put documents into a file; they stay where they are, and may lie in other files too.

    Raises  NotFound: no such file or document, or none they may know of. NotAllowed: not theirs
            to fill. Refused: it is closed, or a document lies there already.
    """
    with office.database.unit() as unit:
        file = file_for(unit, id, by)
        _require_keeping(unit, file, by)
        _require_open(file)
        for document in documents:
            at = standing(office, unit, document, by)
            unit.case_files.put(id, at.document.id)
            _log(office, unit, "file:filled", file, by, document=at.document.id)
        return _changed(unit, file)


def take_out(office: Office, id: str, document: str, *, by: Person) -> CaseFile:
    """Take a document out of an open file; the document itself stays where it is."""
    with office.database.unit() as unit:
        file = file_for(unit, id, by)
        _require_keeping(unit, file, by)
        _require_open(file)
        known = standing(office, unit, document, by).document.id
        unit.case_files.take_out(id, known)
        _log(office, unit, "file:emptied", file, by, document=known)
        return _changed(unit, file)


def close_file(office: Office, id: str, ended_on: date | None, *, by: Person) -> CaseFile:
    """Close a file when the work has ended.

    Raises  NotAllowed: not theirs. Refused: it is empty, a document in it is not finished, a part
            is still open, or the day is none on which the work can have ended.
    """
    with office.database.unit() as unit:
        seen = view_in(unit, id, by)
        file = seen.file
        _require_keeping(unit, file, by)
        _require_open(file)
        if ended_on is None or not file.opened_on <= ended_on <= office.today():
            raise Refused("casefile.ended", opened=f"{file.opened_on:%d/%m/%Y}")
        if any(one.state is FileState.OPEN for one in seen.parts):
            raise Refused("casefile.part-open")
        if not seen.filed and not seen.parts:
            raise Refused("casefile.empty")
        for one in seen.filed:
            if not _finished(office, unit, one.document, by):
                raise Refused("casefile.unfinished", document=_called(one.document))
        _log(office, unit, "file:closed", file, by)
        return _changed(unit, replace(file, state=FileState.CLOSED, ended_on=ended_on))


def reopen_file(office: Office, id: str, reason: str, *, by: Person) -> CaseFile:
    """Open a closed file again, for a reason, unless it was handed in."""
    with office.database.unit() as unit:
        file = file_for(unit, id, by)
        _require_keeping(unit, file, by)
        if not reason.strip():
            raise Refused("comment.required", action="reopen")
        if file.state is not FileState.CLOSED:
            raise Outrun("casefile.not-closed")
        # Of a secret file the reason may tell something, so the log says only that there is one.
        told = "" if file.classification is not Classification.NONE else " ".join(reason.split())
        _log(office, unit, "file:reopened", file, by, reason=told)
        opened = replace(file, state=FileState.OPEN, ended_on=None, noticed_on=None)
        return _changed(unit, opened)


def file_for(unit: Unit, id: str, by: Person) -> CaseFile:
    """Give a file to somebody who may open it. Raises NotFound."""
    file = unit.case_files.get(id)
    if not may_open(unit, file, by):
        raise NotFound("casefile.unknown")
    return file


def readers_of_file(file: CaseFile) -> frozenset[str]:
    """Give who may open a file: its owner, and unless it is secret its unit and who reads all."""
    named = {f"person:{file.owner}"}
    if file.classification is not Classification.NONE:
        return frozenset(named)
    return frozenset({*named, f"unit:{file.unit}", *(f"role:{role}" for role in READ_ALL)})


def _opened(  # noqa: PLR0913 - whose file, of which year, and who opens it
    office: Office,
    unit: Unit,
    said: FileSaid,
    year: int,
    *,
    owner: Person,
    planned: bool,
    by: Person,
) -> CaseFile:
    file = CaseFile(
        id=token_hex(16),
        year=year,
        notation=said.notation,
        title=" ".join(said.title.split()),
        years=said.years,
        owner=owner.id,
        unit=owner.posts[0].unit if owner.posts else by.posts[0].unit,
        classification=said.classification,
        state=FileState.OPEN,
        version=1,
        opened_on=office.today(),
        planned=planned,
        parent=said.parent,
        note=said.note,
    )
    unit.case_files.add(file, readers_of_file(file))
    _log(office, unit, "file:opened", file, by)
    return file


def _check(office: Office, said: FileSaid, by: Person) -> None:
    if said.classification is not Classification.NONE and not office.sealed:
        raise Refused("secrecy.connected")
    if not cleared(by, said.classification):
        raise Refused("secrecy.clearance")
    if not said.notation.strip():
        raise Refused("casefile.notation")
    if not said.title.strip():
        raise Refused("casefile.title")
    for field, most in LONGEST.items():
        if len(getattr(said, field)) > most:
            raise Refused("casefile.too-long", limit=most)
    if not 0 <= said.years <= MOST_YEARS:
        raise Refused("casefile.retention", most=MOST_YEARS)


def may_open(unit: Unit, file: CaseFile, by: Person) -> bool:
    """Tell whether somebody may know of a file: admitted to it, and cleared for its class."""
    admitted = unit.case_files.readers(file.id) & tokens_of(by)
    return bool(admitted) and cleared(by, file.classification)


def keeps(file: CaseFile, by: Person) -> bool:
    """Tell whether a file is somebody's to keep, if they may open it."""
    return by.id == file.owner or bool(by.roles & KEEPERS)


def _require_keeping(unit: Unit, file: CaseFile, by: Person) -> None:
    if not (may_open(unit, file, by) and keeps(file, by)):
        raise NotAllowed("casefile.not-yours")


def _require_open(file: CaseFile) -> None:
    if file.state is not FileState.OPEN:
        raise Refused("casefile.closed")


def _require_reader(by: Person) -> None:
    if not tokens_of(by):
        raise NotAllowed("casefile.not-yours")


def _finished(office: Office, unit: Unit, document: Document, by: Person) -> bool:
    """Tell whether nothing more is to be done with a document but to archive it."""
    state = standing(office, unit, document.id, by).state
    return not state.acts or any(act.does is Effect.ARCHIVE for act in state.acts)


def _called(document: Document) -> str:
    return str(document.number or document.source.number or document.subject)[:80]


def _changed(unit: Unit, file: CaseFile) -> CaseFile:
    changed = replace(file, version=file.version + 1)
    unit.case_files.change(changed, seen=file.version)
    return changed


def _log(  # noqa: PLR0913 - which act, on which file, of which document
    office: Office,
    unit: Unit,
    action: str,
    file: CaseFile,
    by: Person,
    *,
    document: str = "",
    **facts: str,
) -> None:
    told = {"file": file.id, **facts}
    if file.classification is not Classification.NONE:
        # Whoever may read the document may still not know of the secret file it lies in.
        told, document = {**told, "document": document}, ""
    unit.audit.append(AuditEvent(action, by.id, office.clock(), document, told))
