"""A document's class is lowered: by two people, on a decision, and never otherwise."""

from dataclasses import replace
from datetime import date, datetime
from secrets import token_hex

from identity.reading import readers_of
from records.audit import AuditEvent
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.lowering import Lowering
from records.person import Person, Role
from records.raised import Raised
from storage.unit import Unit
from workflow.begin import leave_reading
from workflow.classify import RAISERS, desk_again, files_of
from workflow.office import Office
from workflow.road import Standing, standing

CONFIRMERS = frozenset({Role.LEADER, Role.OFFICE_CHIEF})
"""Who may confirm; one of the two people must lead the agency."""

LONGEST_DECISION = 60
"""How many characters the number of a decision may have."""


def propose(  # noqa: PLR0913 - what the law wants to be known of a lowering
    office: Office,
    id: str,
    to: Classification,
    *,
    decision: str,
    on: date | None,
    reason: str,
    by: Person,
) -> Lowering:
    """Propose that a document's class be lowered, or taken from it; nothing changes by that.

    Raises  NotFound: it is none they may know of. NotAllowed: not theirs to propose.
            Refused: the class is not lower, decision or reason is missing, or one waits already.
    Source  Law 117/2025/QH15, art. 21 and 22.
    """
    with office.database.unit() as unit:
        document = standing(office, unit, id, by).document
        if not may_propose(document, by):
            raise NotAllowed("class.not-yours-to-lower")
        if to.rank >= document.classification.rank:
            raise Refused("class.not-lower")
        _require_no_higher_source(unit, document, to)
        number = " ".join(decision.split())
        if not number or len(number) > LONGEST_DECISION or on is None or on > office.today():
            raise Refused("class.decision", limit=LONGEST_DECISION)
        if not reason.strip():
            raise Refused("class.lowering-reason")
        if waiting(unit, document) is not None:
            raise Refused("class.proposed-already")
        at = office.clock()
        one = Lowering(
            id=token_hex(16),
            document=document.id,
            was=document.classification,
            to=to,
            decision=number,
            decided_on=on,
            reason=reason.strip(),
            proposed_by=by.id,
            proposed_at=at,
        )
        unit.lowerings.propose(one)
        facts = {"was": str(one.was), "class": str(to)}
        event = AuditEvent("document:lowering-proposed", by.id, at, document.id, facts)
        unit.audit.remark(unit.audit.append(event, _said(one)), document, _said(one))
    return one


def withdraw(office: Office, id: str, *, by: Person) -> None:
    """Let a proposal go: by whoever made it, or by whoever would have had to confirm it."""
    with office.database.unit() as unit:
        document = standing(office, unit, id, by).document
        one = _waiting(unit, document)
        if by.id != one.proposed_by and not by.roles & CONFIRMERS:
            raise NotAllowed("class.not-yours-to-lower")
        at = office.clock()
        unit.lowerings.settle(one, at)
        unit.audit.append(AuditEvent("document:lowering-withdrawn", by.id, at, document.id, {}))


def declassify(office: Office, id: str, *, by: Person) -> Document:
    """Confirm what another person proposed: the one way by which a class is ever lowered.

    What is no secret any more leaves the vault's keeping and is read, indexed and known to all
    who read such documents; remarks and register rows of before stay shut. Its number stays.

    Raises  NotFound: no such document, or nothing proposed. NotAllowed: not theirs to confirm, or
            neither of the two leads the agency. Refused: they proposed it themselves.
            Outrun: somebody was faster.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by, whole=True)
        one = _waiting(unit, was.document)
        _require(unit, one, by)
        files = files_of(unit, was.document)
    if one.to is Classification.NONE:
        for digest in sorted(files):
            office.contents.blobs.put(office.contents.vault.get(id, digest))
    with office.database.unit() as unit:
        now = standing(office, unit, id, by, whole=True)
        if now.document.version != was.document.version:
            raise Outrun("step.outrun")
        lowered = _lowered(office, unit, now, one, by)
    office.ledger.note(Raised(lowered.id, lowered.classification, lowered.changed_at))
    return lowered


def may_propose(document: Document, by: Person) -> bool:
    """Tell whether somebody may propose to lower a document's class."""
    return document.classification is not Classification.NONE and bool(by.roles & RAISERS)


def _require_no_higher_source(unit: Unit, document: Document, to: Classification) -> None:
    if unit.links.highest(document.id).rank > to.rank:
        raise Refused("class.held-by-source")


def lower_than(document: Document) -> tuple[Classification, ...]:
    """Give the classes below a document's."""
    return tuple(one for one in Classification if one.rank < document.classification.rank)


def lowerings(office: Office, id: str, *, by: Person) -> list[Lowering]:
    """Give every proposal for a document, oldest first, to whoever may know of it."""
    with office.database.reading() as unit:
        return unit.lowerings.of(standing(office, unit, id, by).document.id)


def proposer_of(office: Office, one: Lowering) -> str:
    """Give the name of whoever proposed it."""
    with office.database.reading() as unit:
        return unit.people.names({one.proposed_by}).get(one.proposed_by, one.proposed_by)


def waiting(unit: Unit, document: Document) -> Lowering | None:
    """Give the proposal that waits to be confirmed, if it still speaks of the class there is."""
    found = [one for one in unit.lowerings.of(document.id) if one.waits]
    return next((one for one in found if one.was is document.classification), None)


def _waiting(unit: Unit, document: Document) -> Lowering:
    one = waiting(unit, document)
    if one is None:
        raise NotFound("class.nothing-proposed")
    return one


def _require(unit: Unit, one: Lowering, by: Person) -> None:
    if not by.roles & CONFIRMERS:
        raise NotAllowed("class.not-yours-to-lower")
    if by.id == one.proposed_by:
        raise Refused("class.two-people")
    if Role.LEADER not in by.roles | unit.people.get(one.proposed_by).roles:
        raise NotAllowed("class.no-leader")


def _lowered(office: Office, unit: Unit, was: Standing, one: Lowering, by: Person) -> Document:
    document, at = was.document, office.clock()
    _require_no_higher_source(unit, document, one.to)
    lowered = _at_most(document, one.to, at)
    unit.lowerings.settle(one, at, by=by.id, version=lowered.version)
    unit.documents.release(lowered)
    unit.documents.change(lowered, seen=document.version)
    unit.links.settle([document.id])
    known = unit.documents.readers(document.id)
    if one.to is Classification.NONE:
        unit.documents.open(lowered)
        for step in (step for step in was.steps if step.closed_at is None):
            desk = desk_again(unit, was, lowered, step, by.id)
            unit.steps.lay(step, desk)
            known |= desk
        unit.documents.admit(document.id, readers_of(lowered, known))
    facts = {"was": str(one.was), "class": str(one.to), "proposed_by": one.proposed_by}
    event = AuditEvent("document:lowered", by.id, at, document.id, facts)
    unit.audit.remark(unit.audit.append(event, _said(one)), lowered, _said(one))
    leave_reading(unit, lowered)
    return lowered


def _at_most(document: Document, to: Classification, at: datetime) -> Document:
    """Give a document lowered to a class, and with it what it says itself and its files."""

    def lower(own: Classification) -> Classification:
        return min(own, to, key=lambda each: each.rank)

    files = (replace(one, own_class=lower(one.own_class)) for one in document.attachments)
    return replace(
        document,
        classification=to,
        own_class=lower(document.own_class),
        attachments=tuple(files),
        version=document.version + 1,
        changed_at=at,
    )


def _said(one: Lowering) -> str:
    return f"Quyết định số {one.decision} ngày {one.decided_on:%d/%m/%Y}. {one.reason}"
