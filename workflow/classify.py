"""A document's class is raised: at once, everywhere, whatever became of it before."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from identity.reading import cleared, readers_of
from records.audit import AuditEvent
from records.document import Classification, Digest, Document
from records.errors import NotAllowed, Outrun, Refused, Unavailable
from records.person import Person, Role
from records.route import Whom
from records.step import Step, StepKind
from storage.unit import Unit
from workflow.desks import SYSTEM, able, desk_of
from workflow.mandates import may_know
from workflow.office import Office
from workflow.prints import publish
from workflow.road import Choice, Standing, standing

WITH_ITS_SOURCE = "Nâng cùng văn bản mà văn bản này trả lời, trích dẫn hoặc lấy nội dung."

RAISERS = frozenset(
    {Role.UNIT_HEAD, Role.OFFICE_CHIEF, Role.LEADER, Role.REGISTRY_CLERK, Role.ARCHIVIST}
)
"""Who may raise the class of a document they may read, beside its drafter."""


def classify(
    office: Office,
    id: str,
    to: Classification,
    choice: Choice,
    *,
    by: Person,
) -> Document:
    """Raise a document's class and close it in one transaction, wherever it was known until then.

    From then on only named, cleared people know of it, nothing of it leaves, and what was sent is
    recalled. Whatever answers it, quotes it or was drawn from it rises with it, near or far. A job
    then takes away what lay in clear: see ``workflow.purge``.

    Raises  NotAllowed: not theirs to raise. Outrun: somebody was faster.
            Refused: the class is not higher, or beyond them; no reason; no vault in this office.
    """
    with office.database.reading() as unit:
        was = standing(office, unit, id, by, whole=True)
        behind = drawn_from(office, unit, id, to)
    _require(office, was.document, to, choice.comment, by)
    if choice.seen is not None and choice.seen != was.document.version:
        raise Outrun("step.outrun")
    all_of_them = (was, *behind)
    shelter(office, all_of_them)
    at = office.clock()
    with office.database.unit() as unit:
        now = standing(office, unit, id, by, whole=True)
        require_same(all_of_them, (now, *drawn_from(office, unit, id, to)))
        own = replace(now, document=replace(now.document, own_class=to))
        raised = close(unit, own, to, at, by=by.id, reason=choice.comment)
        lift(unit, behind, to, at, by=by)
        unit.links.settle([one.document.id for one in all_of_them])
    forget_words(office, all_of_them)
    return raised


def drawn_from(office: Office, unit: Unit, id: str, to: Classification) -> tuple[Standing, ...]:
    """Give whatever must rise with a document to a class, since it has something from it."""
    found = []
    for one in unit.links.below(id, to):
        document = unit.documents.get(one)
        route = office.roads.of(unit, document.definition, document.workflow)
        found.append(Standing(document, tuple(unit.steps.of(one)), route))
    return tuple(found)


def shelter(office: Office, rising: Iterable[Standing]) -> None:
    """Keep the files of what is about to become secret in the vault, too."""
    for one in rising:
        if one.document.classification is Classification.NONE:
            with office.database.reading() as unit:
                files = files_of(unit, one.document)
            keep_files(office, one.document, files)
            publish(office, files)


def require_same(was: Sequence[Standing], now: Sequence[Standing]) -> None:
    """Make sure that what rises is what was read before. Raises Outrun."""
    seen = [(one.document.id, one.document.version) for one in was]
    if seen != [(one.document.id, one.document.version) for one in now]:
        raise Outrun("step.outrun")


def lift(
    unit: Unit, behind: Iterable[Standing], to: Classification, at: datetime, *, by: Person | None
) -> list[Document]:
    """Raise what has something from a document that rises; nobody comes to know of it by that."""
    who = (by or SYSTEM).id
    return [
        close(
            unit,
            one,
            to,
            at,
            by=who,
            reason=WITH_ITS_SOURCE,
            knows=by is not None and may_know(unit, one.document, by),
        )
        for one in behind
    ]


def forget_words(office: Office, raised: Iterable[Standing]) -> None:
    """Take what rose out of the index, and tell the edge, at once, if they can be reached."""
    with suppress(Unavailable):  # the job that follows does it again
        publish(office)
        office.index.remove([one.document.id for one in raised])


def may_classify(document: Document, by: Person) -> tuple[Classification, ...]:
    """Give the classes this person may raise a document to."""
    if not may_raise(document, by):
        return ()
    higher = (one for one in Classification if one.rank > document.classification.rank)
    return tuple(one for one in higher if cleared(by, one))


def may_raise(document: Document, by: Person) -> bool:
    """Tell whether somebody may raise a document's class, as far as their clearance reaches."""
    return bool(by.id == document.drafter or by.roles & RAISERS)


def close(  # noqa: PLR0913 - who raised what to which class, when and why
    unit: Unit,
    was: Standing,
    to: Classification,
    at: datetime,
    *,
    by: str,
    reason: str,
    knows: bool = True,
) -> Document:
    """Raise the class of a document whose files lie in the vault already, and give it.

    Takes   knows: whether who raises it may know of it, or only of what it was drawn from.
    """
    document = was.document
    recalled = unit.raising.withdraw(document.id, at, by=by)
    raised = replace(document, classification=to, version=document.version + 1, changed_at=at)
    unit.documents.change(raised, seen=document.version)
    unit.raising.shut(raised)
    involved = {f"person:{one.closed_by}" for one in was.steps if one.closed_by}
    involved |= {f"person:{by}"} if knows else set()
    for step in was.steps:
        if step.closed_at is None:
            desk = desk_again(unit, was, raised, step, by)
            unit.steps.lay(step, desk)
            involved |= desk
    unit.documents.admit_only(document.id, readers_of(raised, involved))
    facts = {"was": str(document.classification), "class": str(to), "recalled": str(recalled)}
    event = AuditEvent("document:raised", by, at, document.id, facts)
    seq = unit.audit.append(event, reason.strip())
    unit.audit.remark(seq, raised, reason.strip())
    unit.enqueue("purge", document.id, str(to), key=f"{document.id}:{to}")
    return raised


def files_of(unit: Unit, document: Document) -> frozenset[Digest]:
    """Give the digest of every file a document has, or had before its annexes were signed."""
    package = unit.readings.package(document.id)
    intake = unit.proofs.intake_of(document.id)
    before = [
        one.event.facts.get("annexes_before", "").split() for one, _ in unit.audit.of(document.id)
    ]
    return frozenset(
        {
            *(one.digest for one in document.revisions),
            *(one.digest for one in document.attachments),
            *([package] if package else ()),
            *([intake.report] if intake else ()),
            *(Digest(digest) for digests in before for digest in digests),
        }
    )


def keep_files(office: Office, document: Document, files: Iterable[Digest]) -> None:
    """Keep a document's files in the vault, too; its class may be raised afterwards."""
    for digest in sorted(files):
        office.contents.vault.put(document.id, office.contents.blobs.get(digest))


def desk_again(unit: Unit, was: Standing, changed: Document, step: Step, by: str) -> frozenset[str]:
    """Give the desk of an open step once its document's class is another one."""
    state = was.route.states[step.state]
    if step.kind is StepKind.JOIN and not state.who:
        return frozenset()
    chosen = step.by_hand or any(one.whom is Whom.CHOSEN for one in state.who)
    if chosen:
        cleared_for = {f"person:{one.id}" for one in able(unit, changed)}
        return step.desk & cleared_for or frozenset({f"person:{by}"})
    try:
        return desk_of(unit, changed, state.who)
    except Refused:  # nobody there is cleared: it waits with whoever changed it
        return frozenset({f"person:{by}"})


def _require(
    office: Office, document: Document, to: Classification, reason: str, by: Person
) -> None:
    if not office.sealed:
        raise Refused("secrecy.connected")
    if to.rank <= document.classification.rank:
        raise Refused("class.not-higher")
    if not may_raise(document, by):
        raise NotAllowed("class.not-yours")
    if not cleared(by, to):
        raise Refused("secrecy.clearance")
    if not reason.strip():
        raise Refused("class.reason")
