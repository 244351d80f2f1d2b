"""Whether the office can work now, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.errors import OfficeError
from workflow.office import Office


def readiness(office: Office) -> dict[str, bool]:
    """Give for database, storage, index and queue whether it answers."""
    return {
        "database": _answers(office),
        "storage": office.contents.ready(),
        "index": not office.index.stale,
        "queue": office.database.queue_stands(),
    }


def carries(office: Office) -> bool:
    """Tell whether a process carries messages out of the office now."""
    try:
        return office.tray.carrying().runs
    except OfficeError:
        return False


def _answers(office: Office) -> bool:
    try:
        with office.database.reading() as unit:
            return bool(unit.people.units())
    except OfficeError:
        return False


@dataclass(frozen=True, slots=True)
class Figures:
    """How the office stands, in numbers; classified documents are not even counted."""

    waiting: Mapping[str, int]  # jobs by kind
    failed: Mapping[str, int]  # jobs by kind
    workers: int
    documents: Mapping[tuple[str, str], int]  # by road and state
    indexed: int
    stale: bool
    leaving: int  # messages that wait to be carried out
    carried: bool  # whether a process does it


def figures(office: Office) -> Figures:
    """Give how the office stands. Raises Unavailable: the database does not answer."""
    carrying = office.tray.carrying()
    with office.database.reading() as unit:
        return Figures(
            waiting=unit.jobs.waiting(),
            failed=unit.jobs.failures(),
            workers=len(unit.jobs.workers()),
            documents=unit.documents.counted(),
            indexed=office.index.count(),
            stale=office.index.stale,
            leaving=carrying.waiting,
            carried=carrying.runs,
        )
