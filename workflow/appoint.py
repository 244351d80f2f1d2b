"""People take up, change and leave posts from a day on; what they held before stays told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_hex

from identity.reading import tokens_of
from records.appointment import Appointment, Tenure
from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.person import Person, Post, Role
from storage.unit import Unit
from workflow.desks import SYSTEM
from workflow.handover import Leaving, pass_work
from workflow.office import Office
from workflow.planned import carry_out_each

LONGEST = 100
"""How many characters the number of a decision may have."""


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it was put before the office."""

    person: str
    posts: tuple[Post, ...]
    on: date
    basis: str
    basis_on: date
    title: str = ""  # "": as it is
    successor: str = ""


def appoint(office: Office, said: Said, *, by: Person) -> Appointment:
    """Take a decision on somebody's posts: carried out at once if its day has come, or on its day.

    Rights change with it, from that moment on; open work passes to the successor if one is named.

    Raises  NotAllowed: no administrator. NotFound: no such person. Refused: it is incomplete or
            cannot be; nothing is then kept.
    """
    _require(by)
    at = office.clock()
    with office.database.unit() as unit:
        one = _made(unit, said, by=by.id, at=at)
        _check(unit, one, by)
        unit.appointments.add(one)
        if one.on > office.today():
            unit.audit.append(AuditEvent("post:planned", by.id, at, "", _facts(one)))
            return one
        return _carry_out(office, unit, one, by)


def call_off(office: Office, id: str, *, by: Person) -> None:
    """Give up a decision before its day. Raises NotFound. Outrun: it was carried out."""
    _require(by)
    at = office.clock()
    with office.database.unit() as unit:
        one = unit.appointments.get(id)
        unit.appointments.cancel(id, at)
        unit.audit.append(AuditEvent("post:called-off", by.id, at, "", _facts(one)))


def decisions(office: Office, person: str, *, by: Person) -> tuple[list[Appointment], list[Tenure]]:
    """Give what was decided of somebody's posts, and those they hold and held, latest first.

    Raises  NotAllowed: it is another's and they are no administrator. NotFound: there is nobody.
    """
    if by.id != person:
        _require(by)
    with office.database.reading() as unit:
        unit.people.get(person)
        decided = [one for one in unit.appointments.all() if one.person == person]
        return decided, unit.people.tenures(person)


def appoint_due(office: Office) -> int:
    """Carry out every decision whose day has come, and tell how many.

    Who takes something over sits down first, so that work finds them.
    """
    at = office.clock()
    with office.database.reading() as unit:
        due = unit.appointments.due(office.today())

    def carry_out(unit: Unit, one: Appointment) -> None:
        _check(unit, one, SYSTEM)
        _carry_out(office, unit, one, SYSTEM)

    def give_up(unit: Unit, one: Appointment, rule: str) -> None:
        unit.appointments.cancel(one.id, at)
        facts = {**_facts(one), "rule": rule}
        unit.audit.append(AuditEvent("post:called-off", SYSTEM.id, at, "", facts))

    order = sorted(due, key=lambda one: (one.on, bool(one.successor)))
    return carry_out_each(office, order, carry_out, give_up)


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")


def _made(unit: Unit, said: Said, *, by: str, at: datetime) -> Appointment:
    return Appointment(
        id=token_hex(16),
        person=said.person,
        title=said.title.strip() or unit.people.get(said.person).title,
        posts=tuple(dict.fromkeys(said.posts)),
        successor=said.successor,
        on=said.on,
        basis=said.basis.strip(),
        basis_on=said.basis_on,
        by=by,
        at=at,
    )


def _check(unit: Unit, one: Appointment, by: Person) -> None:
    if not one.basis or len(one.basis) > LONGEST:
        raise Refused("reorganise.basis", limit=LONGEST)
    if one.on < one.basis_on:
        raise Refused("reorganise.before-basis", basis_on=f"{one.basis_on:%d/%m/%Y}")
    known = {part.id: part for part in unit.people.units()}
    for post in one.posts:
        part = known.get(post.unit)
        if part is None:
            raise Refused("unit.unknown", unit=post.unit)
        if part.until is not None:
            raise Refused("unit.gone", unit=part.name, until=f"{part.until:%d/%m/%Y}")
    if one.person == by.id and not any(post.role is Role.ADMINISTRATOR for post in one.posts):
        raise Refused("person.last-administrator")
    if one.successor == one.person:
        raise Refused("handover.self")
    if one.successor:
        takes_over = unit.people.get(one.successor)
        if not (tokens_of(takes_over) and takes_over.posts):
            raise Refused("handover.successor", person=one.successor)


def _carry_out(office: Office, unit: Unit, one: Appointment, by: Person) -> Appointment:
    at = office.clock()
    unit.appointments.done(one.id, at)
    was = unit.people.get(one.person)
    unit.people.change(replace(was, title=one.title, posts=one.posts), on=one.on, basis=one.basis)
    unit.audit.append(AuditEvent("post:changed", by.id, at, "", _facts(one)))
    if one.successor:
        now = unit.people.get(one.person)
        lost = tokens_of(was) - tokens_of(now)
        pass_work(office, unit, Leaving(now, unit.people.get(one.successor), lost, by, at))
    return replace(one, done_at=at)


def _facts(one: Appointment) -> dict[str, str]:
    return {
        "person": one.person,
        "posts": _told(one.posts),
        "successor": one.successor,
        "on": one.on.isoformat(),
        "basis": f"{one.basis} {one.basis_on:%d/%m/%Y}",
    }


def _told(posts: Iterable[Post]) -> str:
    return " ".join(f"{post.role}@{post.unit}" for post in posts)
