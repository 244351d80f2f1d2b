"""Who reads a document or case file beside its road changes when a second person confirms it."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from identity.reading import cleared, tokens_of
from records.audit import AuditEvent
from records.case_file import CaseFile
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.permission import PermissionChange
from records.person import Person, Post, Role
from storage.unit import Unit
from workflow.case_files import file_for, keeps
from workflow.mandates import may_know
from workflow.office import Office
from workflow.road import standing

WAITS = timedelta(days=14)
"""How long a proposal may be confirmed; who proposed it may do so again."""

PROPOSERS = frozenset({Role.REGISTRY_CLERK, Role.OFFICE_CHIEF, Role.LEADER})
"""Who may propose it of any document they may read; others of their own and their unit's."""

CONFIRMERS = frozenset({Role.LEADER, Role.OFFICE_CHIEF})
"""Who may confirm it of anything; of what is no secret also the head of its unit."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal as one person sees it."""

    change: PermissionChange
    title: str  # "" where they may confirm it and not read what it is about
    confirms: bool
    withdraws: bool


@dataclass(frozen=True, slots=True)
class _Thing:
    """What it is about: a document or a case file."""

    unit: str
    classification: Classification
    title: str
    readers: frozenset[str]


def propose_document(office: Office, id: str, person: str, *, grants: bool, by: Person) -> str:
    """Propose that somebody reads a document, or no more; give the proposal's id.

    Raises  NotFound: it is none they may know of. NotAllowed: not theirs to propose.
            Refused: they read it already, or by their post or part in it, or it is proposed.
    """
    with office.database.unit() as unit:
        document = standing(office, unit, id, by).document
        own = by.id == document.drafter or document.unit in by.units
        if not (may_know(unit, document, by) and (own or by.roles & PROPOSERS)):
            raise NotAllowed("permission.not-yours")
        if not grants and _part_in(unit, document, person):
            raise Refused("permission.by-part")
        at = office.clock()
        made = PermissionChange(token_hex(16), id, "", person, grants, by.id, at, at + WAITS)
        return _propose(office, unit, _of_document(unit, document), made, by)


def propose_file(office: Office, id: str, person: str, *, grants: bool, by: Person) -> str:
    """Propose that somebody opens a case file, or no more; each document decides for itself.

    Raises  as ``propose_document``.
    """
    with office.database.unit() as unit:
        file = file_for(unit, id, by)
        if not keeps(file, by):
            raise NotAllowed("casefile.not-yours")
        if not grants and person == file.owner:
            raise Refused("permission.by-part")
        at = office.clock()
        made = PermissionChange(token_hex(16), "", id, person, grants, by.id, at, at + WAITS)
        return _propose(office, unit, _of_file(unit, file), made, by)


def confirm(office: Office, id: str, *, by: Person) -> PermissionChange:
    """Let a proposal take effect.

    Raises  NotFound: they may not know of it. NotAllowed: they proposed it, or it is about them,
            or not theirs to confirm. Refused: it is too old, or can no longer be. Outrun.
    """
    at = office.clock()
    with office.database.unit() as unit:
        change = unit.permissions.get(id)
        thing = _thing(unit, change)
        if not _may_confirm(change, thing, by):
            raise (
                NotAllowed("permission.not-yours")
                if _sees(change, by)
                else NotFound("permission.unknown")
            )
        if change.settled_at is not None:
            raise Outrun("permission.settled")
        if not change.waits(at):
            raise Refused("permission.expired")
        _require_able(unit, thing, change.person, grants=change.grants)
        if change.document and not change.grants:
            document = unit.documents.get(change.document)
            if _part_in(unit, document, change.person):
                raise Refused("permission.by-part")
        unit.permissions.settle(id, at, by=by.id)
        _carry_out(unit, change, thing)
        _note(office, unit, "permission:changed", change, by)
    return change


def withdraw(office: Office, id: str, *, by: Person) -> None:
    """Give a proposal up, as its author or as who might confirm it. Raises as ``confirm``."""
    with office.database.unit() as unit:
        change = unit.permissions.get(id)
        if not (change.proposed_by == by.id or _may_confirm(change, _thing(unit, change), by)):
            raise NotFound("permission.unknown")
        unit.permissions.settle(id, office.clock())
        _note(office, unit, "permission:withdrawn", change, by)


def proposals(office: Office, *, by: Person) -> list[Proposal]:
    """Give what waits for this person to confirm, and what they proposed, oldest first."""
    with office.database.reading() as unit:
        found = [_seen(unit, one, by) for one in unit.permissions.waiting(office.clock())]
    return [one for one in found if one.confirms or one.withdraws]


def waiting_of(office: Office, *, document: str = "", file: str = "", by: Person) -> list[Proposal]:
    """Give what waits about a document or a file they may read, for its warning.

    Raises  NotFound: it is none they may know of.
    """
    with office.database.reading() as unit:
        if document and not may_know(unit, unit.documents.get(document), by):
            raise NotFound("document.unknown")
        if file:
            file_for(unit, file, by)
        known = unit.permissions.of(document=document, file=file)
        return [_seen(unit, one, by) for one in known if one.waits(office.clock())]


def names_of(office: Office, ids: set[str]) -> dict[str, str]:
    """Give the names of those a warning speaks of, asking nothing where there is none."""
    if not ids:
        return {}
    with office.database.reading() as unit:
        return unit.people.names(ids)


def _propose(office: Office, unit: Unit, thing: _Thing, made: PermissionChange, by: Person) -> str:
    _require_able(unit, thing, made.person, grants=made.grants)
    known = unit.permissions.of(document=made.document, file=made.file)
    if any(one.waits(made.proposed_at) and one.person == made.person for one in known):
        raise Refused("permission.waiting")
    unit.permissions.propose(made)
    _note(office, unit, "permission:proposed", made, by)
    return made.id


def _require_able(unit: Unit, thing: _Thing, person: str, *, grants: bool) -> None:
    found = unit.people.among([person])
    if not found:
        raise Refused("assignee.unknown", to=person)
    [one] = found
    if not grants:
        if f"person:{one.id}" not in thing.readers:
            raise Refused("permission.by-post")
        return
    if not (tokens_of(one) and cleared(one, thing.classification)):
        raise Refused("assignee.unknown", to=person)
    if tokens_of(one) & thing.readers:
        raise Refused("permission.already")


def _part_in(unit: Unit, document: Document, person: str) -> bool:
    """Tell whether somebody drafted a document, acted on it, or has it on their desk."""
    token = f"person:{person}"
    return document.drafter == person or any(
        token in step.desk or step.closed_by == person for step in unit.steps.of(document.id)
    )


def _carry_out(unit: Unit, change: PermissionChange, thing: _Thing) -> None:
    token = f"person:{change.person}"
    if change.file:
        if change.grants:
            unit.case_files.admit(change.file, [token])
        else:
            unit.case_files.dismiss(change.file, token)
        return
    if change.grants:
        unit.documents.admit(change.document, [token])
    else:
        unit.documents.dismiss(change.document, token)
    if thing.classification is Classification.NONE:
        unit.enqueue("index", change.document, key=f"permission:{change.id}")


def _thing(unit: Unit, change: PermissionChange) -> _Thing:
    if change.file:
        return _of_file(unit, unit.case_files.get(change.file))
    return _of_document(unit, unit.documents.get(change.document))


def _of_document(unit: Unit, one: Document) -> _Thing:
    return _Thing(one.unit, one.classification, one.subject, unit.documents.readers(one.id))


def _of_file(unit: Unit, one: CaseFile) -> _Thing:
    title = f"{one.notation} {one.title}"
    return _Thing(one.unit, one.classification, title, unit.case_files.readers(one.id))


def _may_confirm(change: PermissionChange, thing: _Thing, by: Person) -> bool:
    if by.id in (change.proposed_by, change.person) or not tokens_of(by):
        return False
    if not cleared(by, thing.classification):
        return False
    head = thing.classification is Classification.NONE and (
        Post(Role.UNIT_HEAD, thing.unit) in by.posts
    )
    return head or bool(by.roles & CONFIRMERS)


def _sees(change: PermissionChange, by: Person) -> bool:
    return by.id in (change.proposed_by, change.person)


def _seen(unit: Unit, change: PermissionChange, by: Person) -> Proposal:
    thing = _thing(unit, change)
    confirms = _may_confirm(change, thing, by)
    reads = bool(thing.readers & tokens_of(by)) and cleared(by, thing.classification)
    own = change.proposed_by == by.id
    return Proposal(change, thing.title if reads else "", confirms, confirms or own)


def _note(office: Office, unit: Unit, action: str, change: PermissionChange, by: Person) -> None:
    facts = {"person": change.person, "grants": str(change.grants), "change": change.id}
    if change.file:
        facts["file"] = change.file
    unit.audit.append(AuditEvent(action, by.id, office.clock(), change.document, facts))
