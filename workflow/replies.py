"""The numbers of documents that answer others, for those who may know of them."""

from collections.abc import Iterable

from records.person import Person
from storage.unit import Unit
from workflow.mandates import may_know


def numbers_of(unit: Unit, ids: Iterable[str], *, by: Person) -> dict[str, str]:
    """Give by id the number of each of these documents that somebody may know of."""
    found = unit.documents.among(sorted({id for id in ids if id}))
    return {one.id: str(one.number or "") for one in found if may_know(unit, one, by)}
