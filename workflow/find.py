"""Documents are found again by their words, by whoever may read them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from identity.reading import tokens_of
from records.document import Classification, Document
from records.finding import Findings, IndexEntry, Query
from records.person import Person
from storage.unit import Unit
from workflow.office import Office

A_BATCH = 500
"""How many documents are read at a time for a new index."""


def find(office: Office, query: Query, *, by: Person) -> Findings:
    """Answer a query with what this person may read, and nothing of what they may not."""
    found = office.index.find(replace(query, readers=tokens_of(by)))
    # The index may be a moment behind: what became secret since is not shown from it.
    with office.database.reading() as unit:
        shown = unit.documents.unclassified(hit.id for hit in found.hits)
    return replace(found, hits=tuple(hit for hit in found.hits if hit.id in shown))


def complete(office: Office, prefix: str, *, by: Person) -> tuple[str, ...]:
    """Give completions of a word, out of what this person may read."""
    return office.index.complete(prefix, tokens_of(by))


def index(office: Office, id: str, version: str = "") -> None:
    """Bring one document's entry up to date, or take it out if it may not be there.

    Takes   version: after which change; a document that moved on since has a later job, which
            will do it. Empty after its words were read, which no later job would notice.
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        if version and version != str(document.version):
            return
        entry = entry_of(unit, document)
    while True:
        if entry is None:
            office.index.remove([document.id])
        else:
            office.index.add([entry])
        with office.database.reading() as unit:
            now = entry_of(unit, unit.documents.get(id))
        # Two jobs of one document may run side by side: whoever writes last looks once more.
        if now == entry:
            return
        entry = now


def reindex(office: Office) -> int:
    """Rebuild the whole index from the database and give how many documents are in it."""
    office.index.rebuild(_entries(office))
    return office.index.count()


def lay_index(office: Office) -> None:
    """Give an office that has no document yet its empty index, which then lacks nothing."""
    with office.database.reading() as unit:
        empty = not unit.documents.open_ids()
    if empty and office.index.stale:
        reindex(office)


def entry_of(unit: Unit, document: Document) -> IndexEntry | None:
    """Give what the index may keep of a document: nothing of a classified one."""
    return next(iter(_entries_of(unit, [document])), None)


def _entries_of(unit: Unit, documents: Sequence[Document]) -> Iterator[IndexEntry]:
    open_ones = [
        one for one in documents if one.classification is Classification.NONE and not one.destroyed
    ]
    ids = [one.id for one in open_ones]
    names = unit.people.names({name for one in open_ones for name in (one.drafter, one.signer)})
    readers, texts = unit.documents.readers_of(ids), unit.readings.texts(ids)
    for one in open_ones:
        people = (names.get(one.drafter, ""), names.get(one.signer, ""))
        yield IndexEntry(
            id=one.id,
            readers=readers[one.id],
            subject=one.subject,
            number=str(one.number) if one.number else "",
            text=texts.get(one.id, ""),
            direction=one.direction,
            type=one.type,
            unit=one.unit,
            state=one.state,
            issued_on=one.number.on if one.number else None,
            created_on=one.created_at.date(),
            people=" ".join(people).strip(),
            source=f"{one.source.number} {one.source.organ}".strip(),
        )


def _entries(office: Office) -> Iterator[IndexEntry]:
    with office.database.reading() as unit:
        ids = unit.documents.open_ids()
    for first in range(0, len(ids), A_BATCH):
        with office.database.reading() as unit:
            found = list(_entries_of(unit, unit.documents.among(ids[first : first + A_BATCH])))
        yield from found
