"""Signatures are checked: of a document of ours, or of any file somebody brings."""

from records.document import Document, Media
from records.errors import NotFound, Refused
from records.person import Person
from records.signature import ValidationReport, Verdict
from workflow.office import Office
from workflow.road import standing
from workflow.shown import note_look, note_taken, picture

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


def signed_bytes(office: Office, id: str, n: int, *, by: Person) -> bytes:
    """Give a document's latest file as it was when the n-th signature (from 1) was made.

    That is logged.

    Raises  NotFound: no such document, or it has not so many signatures; as ``note_taken``.
    """
    document, length = _signed(office, id, n, by)
    note_taken(office, document, by, {"signature": str(n)})
    return office.contents.get(document, document.latest.digest)[:length]


def signed_page(office: Office, id: str, n: int, page: int, *, width: int, by: Person) -> bytes:  # noqa: PLR0913 - which page of what was signed by whom
    """Give a page of what the n-th signature covers, as a picture. Raises NotFound, Unreadable."""
    document, length = _signed(office, id, n, by)
    note_look(office, document, by, {"signature": str(n), "page": str(page)})
    content = office.contents.get(document, document.latest.digest)[:length]
    return picture(office, document, content, page, width=width, by=by)


def _signed(office: Office, id: str, n: int, by: Person) -> tuple[Document, int]:
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    found = report_on(office, document).signatures
    if not 1 <= n <= len(found) or not found[n - 1].length:
        raise NotFound("signature.unknown")
    return document, found[n - 1].length


def check_file(office: Office, pdf: bytes) -> ValidationReport:
    """Give the verdict on any PDF. Raises Unreadable: it is none; Refused: it is too large."""
    if len(pdf) > office.largest:
        raise Refused("file.too-large", limit=office.largest)
    return office.validator.report(pdf, office.clock())


def signed_bytes_of(office: Office, pdf: bytes, n: int) -> bytes:
    """Give any PDF as it was when its n-th signature (from 1) was made. Raises as ``check_file``.

    Raises  NotFound: it has not so many signatures.
    """
    found = check_file(office, pdf).signatures
    if not 1 <= n <= len(found) or not found[n - 1].length:
        raise NotFound("signature.unknown")
    return pdf[: found[n - 1].length]
