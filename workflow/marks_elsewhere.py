"""Copies and annexes that the agency signs with a key that is not here."""

from dataclasses import dataclass, replace
from hashlib import sha256

from records.audit import AuditEvent
from records.document import Attachment, Digest, Document, Media, Origin
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.person import Person, Role
from records.signing import Awaited, SigningRequest, SigningRole
from workflow.advance import leave_jobs
from workflow.annexes import annex_mark, lacking, with_signed
from workflow.certificates import require_theirs
from workflow.copy import copy_mark, keep_copy, source_of, with_copy
from workflow.marking import Mark, require_timed, unsigned
from workflow.office import Office
from workflow.road import standing


@dataclass(frozen=True, slots=True)
class Part:
    """What is signed beside the document itself: a copy that is to be made, or an annex."""

    kind: str = ""  # of a copy: sao-y, sao-luc, trich-sao
    annex: int = 0  # its number among the attachments, from 1
    extract: bytes = b""  # PDF of the part that is copied, for trích sao alone

    @property
    def name(self) -> str:
        """Give what a request keeps of it."""
        return self.kind or str(self.annex)


NOTHING = Part()


def awaited_part(
    office: Office, document: Document, asked: SigningRequest, part: Part, *, by: Person
) -> tuple[Digest, Awaited]:
    """Give the digest of what a copy or an annex is made of, and what waits for a signature.

    Raises  as ``source_of_part``.
    """
    source, mark = source_of_part(office, document, asked, part, by=by)
    awaited = unsigned(office, source, asked.certificate, mark, asked.created_at).awaited
    return Digest(sha256(source).hexdigest()), kept_with(asked, source, awaited)


def source_of_part(
    office: Office, document: Document, asked: SigningRequest, part: Part, *, by: Person
) -> tuple[bytes, Mark]:
    """Give what a copy or an annex is made of, and the mark it gets.

    Raises  NotAllowed: only a registry clerk may. Refused: there is nothing of that kind to sign.
    """
    if asked.role is SigningRole.COPY:
        source = source_of(office, document, part.kind, part.extract, by)
        return source, copy_mark(office, part.kind, asked.created_at)
    one = annex_of(document, part.annex, by)
    if one not in lacking(office, document):
        raise Refused("annex.signed")
    if document.number is None:
        raise Refused("annex.unsealed")
    source = office.contents.get(document, one.digest)
    return source, annex_mark(office, document.number, asked.created_at)


def kept_with(asked: SigningRequest, source: bytes, awaited: Awaited) -> Awaited:
    """Give what waits as its request keeps it.

    An extract is no file of the document until it is signed, so it waits with the request.
    """
    if asked.role is SigningRole.COPY:
        return replace(awaited, tail=source + awaited.tail)
    return awaited


def before(office: Office, asked: SigningRequest, document: Document) -> bytes:
    """Give the file before the revision that waits, where the request does not keep it itself."""
    if asked.role is SigningRole.COPY:
        return b""
    return office.contents.get(document, asked.digest)


def annex_of(document: Document, n: int, by: Person) -> Attachment:
    """Give an annex that the agency may sign now.

    Raises  NotAllowed: only a registry clerk may. NotFound: there is no such attachment.
            Refused: the document is not sealed, or the annex is no PDF.
    """
    if Role.REGISTRY_CLERK not in by.roles:
        raise NotAllowed("annex.not-yours")
    found = [one for one in document.attachments if one.n == n]
    if not found:
        raise NotFound("attachment.unknown")
    if document.number is None or document.origin is not Origin.SEALED:
        raise Refused("annex.unsealed")
    if found[0].media != Media.PDF:
        raise Refused("annex.not-pdf")
    return found[0]


def require_part(asked: SigningRequest, document: Document, by: Person) -> None:
    """Raise unless what waits for a signature may still be signed by this person."""
    if asked.version != document.version:
        raise Outrun("step.outrun")
    if asked.role is SigningRole.ANNEX:
        annex_of(document, int(asked.part), by)
    elif Role.REGISTRY_CLERK not in by.roles:
        raise NotAllowed("copy.not-yours")


def keep_part(
    office: Office, asked: SigningRequest, document: Document, made: bytes, *, by: Person
) -> Document:
    """Keep the signed copy or annex and close its request, or nothing.

    Raises  Outrun: the document changed meanwhile. Unavailable: it bears no timestamp.
    """
    at = office.clock()
    require_timed(office, made)
    if asked.role is SigningRole.COPY:
        changed = with_copy(office, document, asked.part, made, at)
        with office.database.unit() as unit:
            require_part(asked, standing(office, unit, document.id, by).document, by)
            require_theirs(office, unit, asked.certificate, asked.role, by)
            unit.signing_requests.complete(asked.id)
            return keep_copy(office, unit, changed, asked.part, seen=asked.version, by=by)
    annexed, facts = with_signed(office, document, {int(asked.part): made})
    moved = replace(annexed, version=document.version + 1, changed_at=at)
    facts = {**facts, "digest": document.latest.digest, "request": asked.id}
    with office.database.unit() as unit:
        require_part(asked, standing(office, unit, document.id, by).document, by)
        require_theirs(office, unit, asked.certificate, asked.role, by)
        unit.signing_requests.complete(asked.id)
        unit.documents.change(moved, seen=asked.version)
        unit.documents.sign_attachments(moved)
        unit.audit.append(AuditEvent("document:annex-signed", by.id, at, document.id, facts))
        leave_jobs(office, unit, moved)
    return moved
