"""The administrator keeps people, posts and units; documents are none of their business."""

import re
from dataclasses import replace

from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.person import Person, Role, Unit
from storage.audit import Audit
from workflow.desks import SYSTEM
from workflow.good_passwords import require_good
from workflow.office import Office

ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""What an account may be called; it also names its certificate's file."""


def everybody(office: Office, *, by: Person) -> tuple[list[Person], list[Unit]]:
    """Give all people and units to an administrator."""
    _require(by)
    with office.database.reading() as unit:
        return unit.people.all(), unit.people.units()


def hire(office: Office, person: Person, password: str, *, by: Person) -> Person:
    """Take somebody new in. Raises Refused: the account name is taken, or the password no good."""
    _require(by)
    _check(office, person)
    require_good(office, password, person.id, person.name)
    with office.database.unit() as unit:
        if unit.people.among([person.id]):
            raise Refused("person.taken", id=person.id)
        unit.people.add(person, office.passwords.hash(password), on=office.today())
        note_person(office, unit.audit, person, by)
    return person


def change(office: Office, person: Person, password: str, *, by: Person) -> Person:
    """Change somebody's name, posts, clearance or password; posts count from the next request."""
    _require(by)
    _check(office, person)
    if password:
        require_good(office, password, person.id, person.name)
    if person.id == by.id and not (person.active and Role.ADMINISTRATOR in person.roles):
        raise Refused("person.last-administrator")
    with office.database.unit() as unit:
        unit.people.change(person, on=office.today())
        if password:
            unit.people.set_password(person.id, office.passwords.hash(password))
        if password or not person.active:
            unit.passes.revoke_all(person.id)
        note_person(office, unit.audit, person, by)
    return person


def settle_unit(office: Office, changed: Unit, *, by: Person) -> Unit:
    """Add a unit or change one. Raises Refused: its place would be below itself."""
    _require(by)
    if not (changed.id and changed.name.strip() and changed.notation.strip()):
        raise Refused("unit.incomplete")
    with office.database.unit() as unit:
        known = {one.id: one for one in unit.people.units()}
        if _below(changed, {**known, changed.id: changed}):
            raise Refused("unit.circle", unit=changed.id)
        if changed.parent and changed.parent not in known:
            raise Refused("unit.unknown", unit=changed.parent)
        if changed.id in known and (gone := known[changed.id].until):
            raise Refused("unit.gone", unit=known[changed.id].name, until=f"{gone:%d/%m/%Y}")
        (unit.people.change_unit if changed.id in known else unit.people.add_unit)(changed)
        facts = {"unit": changed.id}
        unit.audit.append(AuditEvent("person:changed", by.id, office.clock(), "", facts))
    return replace(changed)


def _below(unit: Unit, known: dict[str, Unit]) -> bool:
    seen = {unit.id}
    parent = unit.parent
    while parent:
        if parent in seen:
            return True
        seen.add(parent)
        above = known.get(parent)
        parent = above.parent if above else None
    return False


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")


def _check(office: Office, person: Person) -> None:
    if not ACCOUNT.fullmatch(person.id) or person.id == SYSTEM.id:
        raise Refused("person.id", id=person.id)
    if not person.name.strip():
        raise Refused("person.name")
    with office.database.reading() as unit:
        known = {one.id for one in unit.people.units() if one.until is None}
    unknown = person.units - known
    if unknown:
        raise Refused("unit.unknown", unit=min(unknown))


def note_person(office: Office, audit: Audit, person: Person, by: Person) -> None:
    """Let the log know whom somebody made of somebody."""
    posts = " ".join(f"{post.role}@{post.unit}" for post in person.posts)
    facts = {"person": person.id, "posts": posts, "active": str(person.active)}
    audit.append(AuditEvent("person:changed", by.id, office.clock(), "", facts))
