"""One act on several documents, each by itself: what one refuses is not taken back from others."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from records.document import Document
from records.errors import OfficeError
from records.person import Person
from workflow.office import Office
from workflow.perform import perform
from workflow.road import Choice


@dataclass(frozen=True, slots=True)
class Item:
    """One document of several, as it was shown."""

    id: str
    shown: str = ""  # digest of the bytes
    seen: int | None = None  # its version
    step: int = 0  # which of its steps


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the act on one document."""

    id: str
    came: Document | OfficeError  # as it then stands, or why nothing was done


def perform_each(
    office: Office, items: Iterable[Item], action: str, choice: Choice, *, by: Person
) -> list[Outcome]:
    """Do one act on each of several documents and tell what came of each, in order."""
    return [_one(office, item, action, choice, by) for item in items]


def _one(office: Office, item: Item, action: str, choice: Choice, by: Person) -> Outcome:
    own = replace(choice, shown=item.shown, seen=item.seen, step=item.step)
    try:
        return Outcome(item.id, perform(office, item.id, action, own, by=by))
    except OfficeError as refusal:
        return Outcome(item.id, refusal)
