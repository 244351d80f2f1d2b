"""The key of a secret document is destroyed: nobody opens it any more, also not in a backup."""

from identity.reading import cleared
from records.audit import AuditEvent
from records.document import Classification, Document
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from workflow.desks import SYSTEM
from workflow.office import Office
from workflow.road import Standing, standing

DESTROYERS = frozenset({Role.LEADER, Role.ARCHIVIST})
"""Who destroys what the office's head decided to (Decree 30/2020, art. 31; Law 117/2025/QH15)."""


def may_destroy(was: Standing, by: Person) -> bool:
    """Tell whether somebody may destroy this document's key now."""
    secret = was.document.classification is not Classification.NONE
    return secret and was.state.final and bool(by.roles & DESTROYERS)


def destroy(office: Office, id: str, decision: str, confirmed: str, *, by: Person) -> None:
    """Destroy a document's key; row, number and log stay, every word and file is gone for good.

    Takes   confirmed: the document's id once more.
    Raises  NotFound; NotAllowed; Refused: destroy.open, destroy.decision, destroy.unconfirmed.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by)
    if not (by.roles & DESTROYERS and cleared(by, was.document.classification)):
        raise NotAllowed("destroy.not-yours")
    if not may_destroy(was, by):
        raise Refused("destroy.open")
    if not decision.strip():
        raise Refused("destroy.decision")
    if confirmed.strip() != id:
        raise Refused("destroy.unconfirmed")
    _destroy(office, was.document, by, decision.strip()[:80])


def destroy_by_operator(office: Office, id: str) -> None:
    """Destroy the key of a document by who keeps the machine. Raises NotFound; Refused."""
    with office.database.reading() as unit:
        document = unit.documents.get(id)
    if document.classification is Classification.NONE:
        raise Refused("destroy.open")
    _destroy(office, document, SYSTEM, "")


def destroy_again(office: Office, id: str) -> None:
    """Finish what a process that died began; a second time has no effect."""
    office.contents.vault.destroy(id)


def _destroy(office: Office, document: Document, by: Person, decision: str) -> None:
    at = office.clock()
    facts = {"decision": decision} if decision else {}
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("document:destroyed", by.id, at, document.id, facts))
        unit.enqueue("destroy", document.id, key=f"{document.id}:destroyed")
    office.contents.vault.destroy(document.id)
