"""Nobody signs what they did not see: what a PDF holds beside its pages is found first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from records.beneath import Beneath, Finding, Response
from records.document import Attachment, Direction, Document, Media, Origin, Revision
from records.errors import NotFound, Refused
from records.person import Person
from workflow.office import Office
from workflow.road import standing

_SIGNED = (Origin.INITIALLED, Origin.SIGNED, Origin.SEALED, Origin.PROVEN)
_ITS_HISTORY = (Beneath.EARLIER_REVISIONS, Beneath.UNUSED_OBJECTS)


@dataclass(frozen=True, slots=True)
class Inspected:
    """A revision and what was found in it."""

    revision: Revision
    findings: tuple[Finding, ...]

    @property
    def signable(self) -> bool:
        """Tell whether it may be submitted and signed as it is."""
        return not any(map(stops, self.findings))


def inspected(office: Office, id: str, *, n: int | None = None, by: Person) -> Inspected:
    """Give what the n-th revision of a document (the latest) holds beside its pages.

    Raises  NotFound: no such document or revision, or it is no PDF. Unreadable, Unavailable.
    """
    with office.database.reading() as unit:
        document = standing(office, unit, id, by).document
    found = [one for one in document.revisions if one.n == (n or document.latest.n)]
    if not found or found[0].media is not Media.PDF:
        raise NotFound("revision.unknown")
    content = office.contents.get(document, found[0].digest)
    told = beneath(office, content)
    return Inspected(found[0], tuple(one for one in told if one.response is not Response.ALLOW))


def beneath(office: Office, pdf: bytes) -> tuple[Finding, ...]:
    """Give what a PDF holds beside its pages, each with what the office does about it."""
    found = office.reader.beneath(pdf)
    signed = any(one.kind is Beneath.SIGNATURES for one in found)
    return tuple(
        replace(one, response=_response(office.beneath, one.kind, signed=signed)) for one in found
    )


def _response(policy: Mapping[Beneath, Response], kind: Beneath, *, signed: bool) -> Response:
    usual = policy[kind]
    if usual is not Response.REWRITE or not signed:
        return usual
    # Rewriting would break the signatures; what a file was before them is their own history.
    return Response.WARN if kind in _ITS_HISTORY else Response.REFUSE


def stops(finding: Finding) -> bool:
    """Tell whether a finding keeps a file from being signed; what a rewriting left behind does."""
    return finding.response in (Response.REFUSE, Response.REWRITE)


def require_nothing_beneath(office: Office, document: Document) -> None:
    """Refuse a document whose file or annexes could show one thing and say another.

    Once somebody here has signed it, its bytes only grow; what comes in is not ours to clean.

    Raises  Refused: ``paper.beneath``, ``paper.beneath-annex``. Unreadable, Unavailable.
    """
    if document.direction is Direction.INCOMING or document.latest.origin in _SIGNED:
        return
    for finding in beneath(office, office.contents.get(document, document.latest.digest)):
        if stops(finding):
            raise Refused("paper.beneath", kind=finding.kind, page=finding.page)
    for annex in document.attachments:
        if annex.media == Media.PDF:
            _require_annex(office, document, annex)


def _require_annex(office: Office, document: Document, annex: Attachment) -> None:
    """Refuse an annex, which the seal signs too, for what is refused; it is never rewritten."""
    for finding in beneath(office, office.contents.get(document, annex.digest)):
        if finding.response is Response.REFUSE:
            raise Refused("paper.beneath-annex", name=annex.name, kind=finding.kind)
