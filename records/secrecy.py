"""What a label allows beyond looking: who may take the bytes away."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.document import Circulation, Classification, Document
from records.person import Person, Role

DRAFTER = "drafter"
"""Among roles, whoever brought the document."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """By class, the roles that may have a document as bytes; all others see pictures of pages."""

    granted: Mapping[Classification, frozenset[str]]

    def grants(self, document: Document, person: Person) -> bool:
        """Tell whether this reader of a document may have its bytes."""
        if document.classification is Classification.NONE:
            return document.circulation is not Circulation.RETURN or _keeps(document, person)
        named = self.granted.get(document.classification, frozenset())
        return bool(named & person.roles) or (DRAFTER in named and document.drafter == person.id)


def _keeps(document: Document, person: Person) -> bool:
    """Tell whether somebody works on a document that its readers give back, or keeps it."""
    return person.id in {document.drafter, document.signer, document.fields.get("signer")} or bool(
        person.roles & {Role.REGISTRY_CLERK, Role.ARCHIVIST}
    )
