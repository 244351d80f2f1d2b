"""What a document has from others: said later than its beginning, shown to who may know of both."""

from collections.abc import Iterable
from dataclasses import dataclass

from identity.reading import classes_of, tokens_of
from records.audit import AuditEvent
from records.document import Document
from records.errors import NotAllowed, Refused
from records.finding import Query
from records.link import Drawn, Link, LinkKind
from records.person import Person
from storage.unit import Unit
from workflow.begin import known_source
from workflow.classify import drawn_from, forget_words, lift, may_raise, require_same, shelter
from workflow.find import find
from workflow.mandates import may_know
from workflow.office import Office
from workflow.road import Standing, standing

MOST = 20
"""How many documents are offered for a number or words."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of a document, and the other one."""

    link: Link
    other: Document

    @property
    def source(self) -> bool:
        """Tell whether the other one is the source."""
        return self.other.id == self.link.source


def link(office: Office, id: str, kind: LinkKind, source: str, *, by: Person) -> Document:
    """Say that a document has something from another one, and give it.

    Where that one is of a higher class, the document rises to it in the same transaction, and with
    it whatever has something from the document itself; it comes down again by two people alone.

    Raises  NotFound: no such document. NotAllowed: not theirs to say. Outrun: somebody was faster.
            Refused: the source is none they may know of, or the document itself.
    """
    with office.database.reading() as unit:
        was = _rising(office, unit, id, source, by)
    shelter(office, was)
    at = office.clock()
    with office.database.unit() as unit:
        now = _rising(office, unit, id, source, by)
        require_same(was, now)
        to = known_source(unit, source, by).classification
        lift(unit, now, to, at, by=by)
        unit.links.settle([one.document.id for one in now])
        if unit.links.add(id, kind, source, by=by.id, at=at):
            facts = {"kind": str(kind), "source": source}
            unit.audit.append(AuditEvent("document:linked", by.id, at, id, facts))
        linked = unit.documents.get(id)
    if now:
        forget_words(office, now)
    return linked


def unlink(office: Office, id: str, kind: str, source: str, *, by: Person) -> None:
    """Take back that a document has something from another one, which is no secret.

    Raises  NotFound: no such document. NotAllowed: not theirs to say.
            Refused: there is no such link that they know of, or its source is a secret.
    """
    at = office.clock()
    with office.database.unit() as unit:
        document = standing(office, unit, id, by).document
        _require(document, by)
        other = known_source(unit, source, by)
        if other.classification.rank:
            raise Refused("link.stays")
        if kind not in set(LinkKind) or not unit.links.remove(id, LinkKind(kind), source):
            raise Refused("link.unknown")
        facts = {"kind": str(kind), "source": source}
        unit.audit.append(AuditEvent("document:unlinked", by.id, at, id, facts))


def links_of(unit: Unit, document: Document, by: Person) -> tuple[Linked, ...]:
    """Give the links of a document whose other end somebody may know of."""
    found = unit.links.about(document.id)
    others = {_other(one, document) for one in found}
    known = {
        str(one.id): one for one in unit.documents.among(sorted(others)) if may_know(unit, one, by)
    }
    ends = ((one, known.get(_other(one, document))) for one in found)
    return tuple(Linked(one, other) for one, other in ends if other is not None)


def named(office: Office, drawn: Iterable[Drawn], *, by: Person) -> list[tuple[LinkKind, Document]]:
    """Give the sources somebody names for a document to come. Raises Refused: one is unknown."""
    with office.database.reading() as unit:
        return [(one.kind, known_source(unit, one.source, by)) for one in drawn]


def linked(office: Office, id: str, *, by: Person) -> tuple[Linked, ...]:
    """Give the links of a document to whoever may know of it. Raises NotFound."""
    with office.database.reading() as unit:
        return links_of(unit, standing(office, unit, id, by).document, by)


def candidates(office: Office, told: str, *, but: str = "", by: Person) -> list[Document]:
    """Give documents somebody may read by number or words, as sources to choose from."""
    words = told.strip()
    if not words:
        return []
    hits = [hit.id for hit in find(office, Query(words, frozenset()), by=by).hits]
    with office.database.reading() as unit:
        numbered = unit.documents.numbered(words, tokens_of(by), classes_of(by), limit=MOST)
        named = unit.documents.among([*hits[:MOST], words])
        found = {one.id: one for one in (*numbered, *named) if may_know(unit, one, by)}
    return [one for one in found.values() if one.id != but][:MOST]


def may_link(document: Document, by: Person) -> bool:
    """Tell whether somebody may say what a document has from others: who may raise its class."""
    return may_raise(document, by)


def _rising(office: Office, unit: Unit, id: str, source: str, by: Person) -> tuple[Standing, ...]:
    """Give what rises when a document is linked to a source: nothing where it stands as high."""
    was = standing(office, unit, id, by, whole=True)
    _require(was.document, by)
    to = known_source(unit, source, by)
    if to.id == was.document.id:
        raise Refused("link.itself")
    if to.classification.rank <= was.document.classification.rank:
        return ()
    return (was, *drawn_from(office, unit, id, to.classification))


def _require(document: Document, by: Person) -> None:
    if not may_link(document, by):
        raise NotAllowed("link.not-yours")


def _other(one: Link, document: Document) -> str:
    return one.source if one.document == document.id else one.document
