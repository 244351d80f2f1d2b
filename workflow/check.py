"""Signatures are checked: of a document of ours, or of any file somebody brings."""

from records.document import Document, Media
from records.errors import Refused
from records.person import Person
from records.signature import ValidationReport, Verdict
from workflow.office import Office
from workflow.road import standing

UNSIGNED = ValidationReport(Verdict.INDETERMINATE, ("no-signature",), ())


def check(office: Office, id: str, *, by: Person) -> ValidationReport:
    """Give the verdict on the signatures of a document's latest revision. Raises NotFound."""
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    return report_on(office, document)


def report_on(office: Office, document: Document) -> ValidationReport:
    """Give the verdict on the signatures of a document's latest revision."""
    if document.latest.media is not Media.PDF:
        return UNSIGNED
    content = office.contents.get(document, document.latest.digest)
    return office.validator.report(content, office.clock())


def check_file(office: Office, pdf: bytes) -> ValidationReport:
    """Give the verdict on any PDF. Raises Unreadable: it is none; Refused: it is too large."""
    if len(pdf) > office.largest:
        raise Refused("file.too-large", limit=office.largest)
    return office.validator.report(pdf, office.clock())
