"""Annexes in files of their own are signed for the agency as the document is sealed, or after."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from records.document import Attachment, Document, Media, Number, Origin
from records.errors import Unreadable
from records.person import Person, Role
from signing.stamp_text import annex_text
from workflow.certificates import agency_certificates
from workflow.marking import Mark, Unsigned, finished, unsigned
from workflow.office import Office

FIELD = "PhuLuc"


def annex_mark(office: Office, number: Number, at: datetime) -> Mark:
    """Give what an annex bears: the document's number and symbol, and when it was signed."""
    return Mark(FIELD, annex_text(str(number), at.astimezone(office.zone)), "Ký phụ lục")


def lacking(office: Office, document: Document) -> list[Attachment]:
    """Give the PDFs that go along, could be signed for the agency, and are not.

    One that cannot be signed, as one that is encrypted, goes along as it was brought.
    """
    with office.database.reading() as unit:
        own = agency_certificates(office, unit)
    return [
        one
        for one in document.attachments
        if one.media == Media.PDF
        and office.press.lacks_mark(office.contents.get(document, one.digest), FIELD, own)
    ]


def unsigned_annexes(office: Office, document: Document, *, by: Person) -> list[Attachment]:
    """Give a clerk the annexes of a sealed document that still lack the agency's signature."""
    sealed = document.number is not None and document.origin is Origin.SEALED
    if not sealed or Role.REGISTRY_CLERK not in by.roles:
        return []
    return lacking(office, document)


def awaited_annexes(
    office: Office, document: Document, number: Number, certificate: bytes, at: datetime
) -> dict[int, Unsigned]:
    """Give every annex that lacks its signature, ready for it, by number. Raises as ``marked``."""
    mark = annex_mark(office, number, at)
    pending = {}
    for one in lacking(office, document):
        content = office.contents.get(document, one.digest)
        with suppress(Unreadable):
            pending[one.n] = unsigned(office, content, certificate, mark, at)
    return pending


def with_annexes(
    office: Office,
    document: Document,
    pending: Mapping[int, Unsigned],
    signatures: Sequence[bytes],
    at: datetime,
) -> tuple[Document, dict[str, str]]:
    """Give the document with its annexes signed, and what the log says of it.

    What is there stays in its place: a signed annex begins with the bytes that were brought.

    Raises  Unavailable: no timestamp authority answers; nothing was signed.
    """
    signed = {
        n: finished(office, one, signature, at)
        for (n, one), signature in zip(pending.items(), signatures, strict=True)
    }
    return with_signed(office, document, signed)


def with_signed(
    office: Office, document: Document, signed: dict[int, bytes]
) -> tuple[Document, dict[str, str]]:
    """Give the document with these bytes as its annexes of these numbers, and what the log says."""
    attachments = tuple(
        _kept(office, document, one, signed[one.n]) if one.n in signed else one
        for one in document.attachments
    )
    pairs = [
        (before.digest, one.digest)
        for before, one in zip(document.attachments, attachments, strict=True)
        if one != before
    ]
    facts = {
        "annexes_before": " ".join(before for before, _ in pairs),
        "annexes": " ".join(made for _, made in pairs),
    }
    return replace(document, attachments=attachments), facts if pairs else {}


def _kept(office: Office, document: Document, one: Attachment, content: bytes) -> Attachment:
    digest = office.contents.put(document.id, document.classification, content)
    return replace(one, digest=digest, size=len(content))
