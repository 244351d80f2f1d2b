"""Closed files are handed in to the archive, which accepts them or gives them back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex

from identity.reading import classes_of, tokens_of
from records.audit import AuditEvent
from records.case_file import LONG, CaseFile, FileState, HandIn
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from storage.unit import Unit
from workflow.case_files import KEEPERS, file_for
from workflow.file_prints import print_list
from workflow.office import Office

NOTICE = timedelta(days=30)
"""How long before a file falls due its owner is told (Decree 30/2020, Annex VI, III.5b)."""


SHORTEST_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as one person sees it: of its files, those they may open."""

    list: HandIn
    files: tuple[CaseFile, ...]


def hand_in(office: Office, ids: Sequence[str], *, by: Person) -> ListView:
    """Give closed files to the archive on one list.

    Raises  NotFound: no such file. NotAllowed: another's. Refused: none named, one is not closed,
            or is kept for less than five years. Outrun: one lies on a list already.
    """
    if not ids:
        raise Refused("handin.empty")
    at = office.clock()
    made = HandIn(token_hex(16), at, by.id)
    with office.database.unit() as unit:
        unit.case_files.make_list(made)
        files = []
        for id in dict.fromkeys(ids):
            file = file_for(unit, id, by)
            if by.id != file.owner and not by.roles & KEEPERS:
                raise NotAllowed("casefile.not-yours")
            _require_ready(file)
            files.append(_moved(unit, replace(file, state=FileState.SUBMITTED, hand_in=made.id)))
            _log(office, unit, "file:handed-in", file, by)
    return ListView(made, tuple(files))


def settle(office: Office, id: str, returned: str | None, *, by: Person) -> ListView:
    """Let the archive accept a list, or give it back with a reason.

    Takes   returned: why it goes back; None accepts it.
    Raises  NotFound, NotAllowed. Refused: no reason. Outrun: it was settled before.
    """
    with office.database.unit() as unit:
        made = unit.case_files.list_of(id)
        files = unit.case_files.handed_in(id)
        if not any(file.id == seen.id for file in files for seen in _seen(unit, id, by)):
            raise NotFound("handin.unknown")
        if Role.ARCHIVIST not in by.roles:
            raise NotAllowed("handin.not-yours")
        if returned is not None and not returned.strip():
            raise Refused("comment.required", action="return")
        told = " ".join((returned or "").split())
        unit.case_files.settle(id, by=by.id, at=office.clock(), returned=told)
        state = FileState.CLOSED if told else FileState.ACCEPTED
        for file in files:
            _moved(unit, replace(file, state=state))
            _log(office, unit, "file:returned" if told else "file:accepted", file, by)
        settled = replace(made, settled_at=office.clock(), settled_by=by.id, returned=told)
        return ListView(settled, tuple(_seen(unit, id, by)))


def lists(office: Office, *, by: Person) -> list[ListView]:
    """Give every list on which there is a file this person may open, the latest first."""
    with office.database.reading() as unit:
        found = [ListView(one, tuple(_seen(unit, one.id, by))) for one in unit.case_files.lists()]
    return [one for one in found if one.files]


def list_view(office: Office, id: str, *, by: Person) -> ListView:
    """Give a list as this person sees it. Raises NotFound."""
    with office.database.reading() as unit:
        found = ListView(unit.case_files.list_of(id), tuple(_seen(unit, id, by)))
    if not found.files:
        raise NotFound("handin.unknown")
    return found


def print_hand_in(office: Office, id: str, half: str, form: str, *, by: Person) -> bytes:
    """Give one of a list's two halves printed: ``permanent`` or ``term``."""
    if half not in ("permanent", "term"):
        raise NotFound("handin.unknown")
    seen = list_view(office, id, by=by)
    made_on = seen.list.made_at.astimezone(office.zone).date()
    return print_list(office, seen.files, made_on, for_good=half == "permanent", form=form, by=by)


def falling_due(office: Office, files: Sequence[CaseFile]) -> list[CaseFile]:
    """Give those of the files that are to be handed in within thirty days, or should have been."""
    until = office.today() + NOTICE
    return [
        one
        for one in files
        if one.state is FileState.CLOSED and one.due_on is not None and one.due_on <= until
    ]


def notice_due(office: Office) -> int:
    """Note once of each file that it falls due, and give how many were noted."""
    with office.database.reading() as unit:
        due = falling_due(
            office, unit.case_files.unnoticed(office.today() + NOTICE - SHORTEST_YEAR)
        )
    noted = 0
    for file in due:
        try:
            with office.database.unit() as unit:
                _moved(unit, replace(file, noticed_on=office.today()))
                event = AuditEvent("file:due", "system", office.clock(), "", {"file": file.id})
                unit.audit.append(event)
        except Outrun:
            continue  # it moved on, or another process noted it
        noted += 1
    return noted


def _require_ready(file: CaseFile) -> None:
    if file.state in (FileState.SUBMITTED, FileState.ACCEPTED):
        raise Outrun("handin.listed", notation=file.notation)
    if file.state is not FileState.CLOSED:
        raise Refused("handin.open", notation=file.notation)
    if 0 < file.years < LONG:
        raise Refused("handin.short", notation=file.notation, years=LONG)


def _seen(unit: Unit, id: str, by: Person) -> list[CaseFile]:
    return unit.case_files.on_list(id, tokens_of(by), classes_of(by))


def _moved(unit: Unit, file: CaseFile) -> CaseFile:
    changed = replace(file, version=file.version + 1)
    unit.case_files.change(changed, seen=file.version)
    return changed


def _log(office: Office, unit: Unit, action: str, file: CaseFile, by: Person) -> None:
    facts = {"file": file.id, "list": file.hand_in}
    unit.audit.append(AuditEvent(action, by.id, office.clock(), "", facts))
