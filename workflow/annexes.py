"""Annexes in files of their own are signed for the agency as the document is sealed."""

from dataclasses import replace
from datetime import datetime

from records.document import Attachment, Document, Media, Number
from records.errors import Unreadable
from signing.stamp_text import annex_text
from workflow.office import Office

FIELD = "PhuLuc"


def with_annexes(
    office: Office, document: Document, number: Number, at: datetime
) -> tuple[Document, dict[str, str]]:
    """Give the document with every PDF that goes along signed, and what the log says of it.

    What is there stays in its place: a signed annex begins with the bytes that were brought.
    A PDF that cannot be signed, as one that is encrypted, stays as it was brought.

    Raises  Unavailable: no timestamp authority answers; nothing was signed.
    """
    signed = tuple(_signed(office, document, one, number, at) for one in document.attachments)
    pairs = [
        (before.digest, one.digest)
        for before, one in zip(document.attachments, signed, strict=True)
        if one != before
    ]
    facts = {
        "annexes_before": " ".join(before for before, _ in pairs),
        "annexes": " ".join(made for _, made in pairs),
    }
    return replace(document, attachments=signed), facts if pairs else {}


def _signed(
    office: Office, document: Document, one: Attachment, number: Number, at: datetime
) -> Attachment:
    if one.media != Media.PDF:
        return one
    content = office.contents.get(document, one.digest)
    local = at.astimezone(office.zone)
    text = annex_text(str(number), local)
    try:
        marked = office.press.mark(content, field=FIELD, text=text, label="Ký phụ lục", at=local)
    except Unreadable:
        return one
    digest = office.contents.put(document.id, document.classification, marked)
    return replace(one, digest=digest, size=len(marked))
