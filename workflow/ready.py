"""Whether the office can work now, part by part."""

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


def _answers(office: Office) -> bool:
    try:
        with office.database.reading() as unit:
            return bool(unit.people.units())
    except OfficeError:
        return False
