"""A document that came before is recognised when it comes again, and only ever warned of."""

from identity.reading import tokens_of
from records.document import Classification, Document
from records.person import Person
from storage.unit import Unit


def twin_of(unit: Unit, document: Document, *, by: Person) -> str:
    """Give the id of an earlier document this person may read that is the same, or "".

    The same is: known by the same identifier or the same number, symbol and issuer of one year,
    or the same bytes. Nothing is said of classified documents, whose words are kept from here.
    """
    if document.classification is not Classification.NONE:
        return ""
    tokens = tokens_of(by)
    alike = [one for one in unit.documents.twins(document, tokens) if _one_year(one, document)]
    if alike:
        return alike[0].id
    first = unit.documents.with_digest(document.revisions[0].digest, tokens)
    return "" if first == document.id else first


def _one_year(one: Document, other: Document) -> bool:
    # Every year each issuer begins again with 01, so the same number of another year is no twin.
    if one.source.on is None or other.source.on is None:
        return True
    return one.source.on.year == other.source.on.year
