"""A letter is left for whoever a change of a part concerns; of a secret document, none."""

from records.assignment import Assignment
from records.document import Classification, Document
from storage.unit import Unit
from workflow.office import Office


def inform(office: Office, unit: Unit, document: Document, one: Assignment, event: str) -> None:
    """Leave the job that writes the letter, in the transaction that makes it true."""
    if office.mailer is not None and document.classification is Classification.NONE:
        key = f"{document.id}:{document.version + 1}:{one.id}"
        unit.enqueue("inform", document.id, f"{event} {one.id}", key=key)
