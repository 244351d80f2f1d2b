"""Copies and annexes are marked for the agency, with its key wherever that lies."""

from dataclasses import dataclass
from datetime import datetime

from records.document import Document
from records.errors import Unavailable
from records.level import Level
from records.signing import Awaited, Leave
from workflow.certificates import AGENCY
from workflow.keys import certificate_of, holding_of, require_here
from workflow.office import Office


@dataclass(frozen=True, slots=True)
class Mark:
    """What a copy or an annex bears, and how the name of its signature's field begins."""

    field: str
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A file with its mark on it, which lacks nothing but the agency's signature."""

    content: bytes  # as it is without the mark
    awaited: Awaited
    certificate: bytes  # DER


def marked(office: Office, document: Document, content: bytes, mark: Mark, leave: Leave) -> bytes:
    """Give a file with the agency's mark on it, signed with the key the agency holds.

    Raises  Unreadable: it cannot be signed. Refused: the key is on a device of its own, or its
            holder's word is missing. Unavailable: no timestamp, which nothing here waits for.
    """
    at = office.clock()
    held = holding_of(office, AGENCY)
    require_here(held, document)
    waiting = unsigned(office, content, certificate_of(office, held), mark, at)
    (signature,) = office.custody.sign(held, [waiting.awaited.attributes], leave)
    return finished(office, waiting, signature, at)


def unsigned(
    office: Office, content: bytes, certificate: bytes, mark: Mark, at: datetime
) -> Unsigned:
    """Give a file with its mark, which waits for its signature. Raises as ``marked``."""
    awaited = office.press.await_mark(
        content,
        certificate,
        field=mark.field,
        text=mark.text,
        label=mark.label,
        at=at.astimezone(office.zone),
    )
    return Unsigned(content, awaited, certificate)


def finished(office: Office, waiting: Unsigned, signature: bytes, at: datetime) -> bytes:
    """Give a marked file with the signature it waited for. Raises as ``marked``."""
    local = at.astimezone(office.zone)
    made = office.press.finish(
        waiting.content, waiting.awaited, waiting.certificate, signature, at=local
    )
    return require_timed(office, made)


def require_timed(office: Office, made: bytes) -> bytes:
    """Give marked bytes. Raises Unavailable: they bear no timestamp."""
    if not office.press.lasting.weigh(made).level.reaches(Level.B_T):
        raise Unavailable("timestamp.unavailable")
    return made
