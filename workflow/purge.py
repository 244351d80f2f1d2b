"""What lay in clear of a document that became secret is taken away, and that this was done."""

from collections.abc import Iterable
from dataclasses import replace

from records.audit import AuditEvent
from records.document import DocumentId
from records.errors import NotFound, Unavailable
from records.raised import Raised
from storage.unit import Unit
from workflow.carry import folder_of
from workflow.classify import close, drawn_from, files_of, lift, shelter
from workflow.desks import SYSTEM
from workflow.find import reindex
from workflow.office import Office
from workflow.prints import print_words
from workflow.road import Standing


def purge(office: Office, id: str, to: str) -> None:
    """Leave nothing of a secret document in clear: index, files, messages and database pages.

    Every step may be done twice; a job that was killed between two begins again.

    Raises  Unavailable: somebody reads an older state of the database still, or one of its messages
            is leaving at this very moment.
    """
    with office.database.reading() as unit:
        document = unit.documents.get(id)
        files = files_of(unit, document) - unit.documents.still_open(files_of(unit, document))
        sent = unit.dispatches.of(id)
        done = any(one.event.action == "document:purged" for one, _ in unit.audit.of(id))
    office.ledger.note(Raised(id, document.classification, office.clock()))
    print_words(office, id)
    office.index.remove([DocumentId(id)])
    reindex(office)
    for digest in sorted(files):
        office.contents.blobs.remove(digest)
    clear = [
        office.tray.call_back(folder_of(office.partners[one.recipient]), one.id) for one in sent
    ]
    if document.source.message:
        office.spool.forget(folder_of(office.organ), document.source.message)
    office.database.scrub()
    if not all(clear):
        raise Unavailable("exchange.leaving")
    if done:
        return
    facts = {"class": to, "files": str(len(files))}
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("document:purged", "system", office.clock(), id, facts))


def raise_again(office: Office, known: Iterable[Raised]) -> int:
    """Close and purge, in an office put back from a backup, what was raised after it was copied.

    Gives   how many documents it were.
    Raises  Unavailable ``vault.closed``: its key is needed for that.
    """
    count = 0
    # Only what was known last counts: what two people lowered afterwards is not raised again.
    for one in {one.document: one for one in known}.values():
        with office.database.reading() as unit:
            was = _lower(office, unit, one)
            behind = drawn_from(office, unit, one.document, one.classification)
        if was is None:
            continue
        shelter(office, (was, *behind))
        at = office.clock()
        own = replace(was, document=replace(was.document, own_class=one.classification))
        with office.database.unit() as unit:
            raised = close(unit, own, one.classification, at, by=SYSTEM.id, reason=AGAIN)
            lifted = lift(unit, behind, one.classification, at, by=None)
            unit.links.settle([each.id for each in (raised, *lifted)])
        for each in (raised, *lifted):
            purge(office, each.id, str(one.classification))
        count += 1 + len(lifted)
    return count


AGAIN = "Nâng độ mật sau thời điểm sao lưu, thực hiện lại khi phục hồi."


def _lower(office: Office, unit: Unit, one: Raised) -> Standing | None:
    try:
        document = unit.documents.get(one.document)
    except NotFound:
        return None
    if document.classification.rank >= one.classification.rank:
        return None
    route = office.roads.of(unit, document.definition, document.workflow)
    return Standing(document, tuple(unit.steps.of(document.id)), route)
