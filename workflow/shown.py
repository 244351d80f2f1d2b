"""A secret is looked at in pictures that name their reader; bytes go to whom its label grants.

Source  Law 117/2025/QH15 on state secrets: copying and taking away are for those allowed to.
"""

from collections.abc import Mapping

from records.audit import AuditEvent
from records.document import Circulation, Classification, Document
from records.errors import NotAllowed
from records.person import Person
from workflow.office import Office

MARKS = {
    Classification.CONFIDENTIAL: "MẬT",
    Classification.SECRET: "TỐI MẬT",
    Classification.TOP_SECRET: "TUYỆT MẬT",
}
"""The words of each class, as its stamp has them."""


def picture(  # noqa: PLR0913 - which page of which bytes of what, how wide, for whom
    office: Office, document: Document, pdf: bytes, page: int, *, width: int, by: Person
) -> bytes:
    """Give a page as a PNG; across one that is secret stand its class, its reader and the hour."""
    return office.reader.page_png(pdf, page, width=width, across=across(office, document, by))


def across(office: Office, document: Document, by: Person) -> str:
    """Give what stands across a page for this reader, "" where whoever reads it may keep it."""
    if document.classification is not Classification.NONE:
        return stamp_of_reader(office, MARKS[document.classification], by)
    if document.circulation is Circulation.RETURN:
        return stamp_of_reader(office, "XEM XONG TRẢ LẠI", by)
    return ""


def stamp_of_reader(office: Office, mark: str, by: Person) -> str:
    """Give a mark, who looks, and the hour."""
    at = office.clock().astimezone(office.zone)
    return f"{mark} · {by.name} ({by.id}) · {at:%d/%m/%Y %H:%M}"


def note_look(
    office: Office, document: Document, by: Person, facts: Mapping[str, str], *, opened: str = ""
) -> None:
    """Log that somebody looked: at a secret by an action of its own, with revision and page.

    Takes   opened: the digest of the revision that was opened, where one was.
    """
    secret = document.classification is not Classification.NONE
    _log(
        office, document, by, "secret:looked" if secret else "document:viewed", facts, opened=opened
    )


def note_taken(
    office: Office, document: Document, by: Person, facts: Mapping[str, str], *, opened: str = ""
) -> None:
    """Log that somebody has the bytes now.

    Raises  NotAllowed: the label of the document's class does not grant them; that is logged too.
    """
    if not office.downloads.grants(document, by):
        secret = document.classification is not Classification.NONE
        refused = NotAllowed("secrecy.pictures-only" if secret else "circulation.pictures-only")
        _log(office, document, by, "egress:refused", {**facts, "rule": refused.rule})
        raise refused
    secret = document.classification is not Classification.NONE
    _log(
        office, document, by, "secret:taken" if secret else "document:viewed", facts, opened=opened
    )


def note_handed(office: Office, document: Document, by: Person, request: str) -> None:
    """Log that a secret went to its signer's own device, whatever its label grants.

    Whoever answers for bytes with a signature may read them on a device they trust.
    """
    if document.classification is not Classification.NONE:
        _log(office, document, by, "secret:taken", {"request": request})


def _log(  # noqa: PLR0913 - who did what to which bytes of which document
    office: Office,
    document: Document,
    by: Person,
    action: str,
    facts: Mapping[str, str],
    *,
    opened: str = "",
) -> None:
    told = {"digest": document.latest.digest, **facts}
    with office.database.unit() as unit:
        if opened:
            unit.documents.note_opening(document.id, by.id, opened, office.clock())
        unit.audit.append(AuditEvent(action, by.id, office.clock(), document.id, told))
