"""Who is away lets another act for them: recorded with its paper, seen by both, revoked at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from secrets import token_hex

from identity.reading import tokens_of
from records.audit import AuditEvent
from records.delegation import PASSED_ON, Bounds, Capacity, Delegation
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person, Role
from storage.unit import Unit
from workflow.office import Office

EVERYTHING = Bounds()

LONGEST_BASIS = 100
"""How many characters the number of a paper may have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A delegation as somebody asks for it."""

    delegate: str
    capacity: Capacity
    since: date
    until: date
    basis: str
    basis_on: date
    delegator: str = ""  # "": who asks
    bounds: Bounds = EVERYTHING
    passes_on: str = ""


def delegate(office: Office, wanted: Wanted, *, by: Person) -> Delegation:
    """Record that one person acts for another, from a day to a day.

    Raises  NotAllowed: it is another's authority, and they are no administrator.
            Refused: no paper, no such people, wrong days, a circle, or a giving on that the law
            forbids; nothing is then recorded.
    Source  Decree 30/2020, art. 13(3) and (4).
    """
    at = office.clock()
    delegator = wanted.delegator or by.id
    if delegator != by.id and Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("delegation.not-yours")
    _check(office, wanted)
    one = Delegation(
        id=token_hex(16),
        delegator=delegator,
        delegate=wanted.delegate,
        capacity=wanted.capacity,
        since=wanted.since,
        until=wanted.until,
        basis=wanted.basis.strip(),
        basis_on=wanted.basis_on,
        bounds=wanted.bounds,
        recorded_by=by.id,
        recorded_at=at,
        passes_on=wanted.passes_on,
    )
    with office.database.unit() as unit:
        # Whoever writes to the log waits for the one before: two halves of a circle cannot meet.
        unit.audit.append(AuditEvent("delegation:given", by.id, at, "", _facts(one)))
        _check_people(unit, one)
        _check_giving_on(unit, one)
        _check_circle(unit.delegations.overlapping(one.since, one.until), one)
        unit.delegations.add(one)
    return one


def revoke(office: Office, id: str, *, by: Person) -> Delegation:
    """End a delegation now; whoever acts on it in this moment is refused.

    Raises  NotFound: there is none that is theirs to see. NotAllowed: it is not theirs to end.
            Refused: it was ended before.
    """
    at = office.clock()
    with office.database.unit() as unit:
        one = unit.delegations.get(id)
        _require_sight(one, by)
        if by.id != one.delegator and Role.ADMINISTRATOR not in by.roles:
            raise NotAllowed("delegation.not-yours")
        if not unit.delegations.revoke(id, by.id, at):
            raise Refused("delegation.revoked")
        unit.audit.append(AuditEvent("delegation:revoked", by.id, at, "", _facts(one)))
        return unit.delegations.get(id)


def delegations(office: Office, *, by: Person) -> list[Delegation]:
    """Give what somebody delegated or was delegated; an administrator sees everybody's."""
    with office.database.reading() as unit:
        if Role.ADMINISTRATOR in by.roles:
            return unit.delegations.all()
        return unit.delegations.of(by.id)


def in_force(office: Office, *, by: Person) -> list[Delegation]:
    """Give what somebody delegated or was delegated and holds today."""
    today = office.today()
    with office.database.reading() as unit:
        return [one for one in unit.delegations.of(by.id) if one.in_force(today)]


def _require_sight(one: Delegation, by: Person) -> None:
    if by.id not in (one.delegator, one.delegate) and Role.ADMINISTRATOR not in by.roles:
        raise NotFound("delegation.unknown")


def _check(office: Office, wanted: Wanted) -> None:
    if not wanted.basis.strip() or len(wanted.basis) > LONGEST_BASIS:
        raise Refused("delegation.basis")
    if wanted.until < wanted.since:
        raise Refused("delegation.days")
    if wanted.until < office.today():
        raise Refused("delegation.past")
    if wanted.basis_on > wanted.since:
        raise Refused("delegation.basis-date")
    if wanted.bounds.most is not None and wanted.bounds.most < 0:
        raise Refused("delegation.amount")
    _check_bounds(office, wanted.bounds)


def _check_bounds(office: Office, bounds: Bounds) -> None:
    with office.database.reading() as unit:
        units = {one.id for one in unit.people.units()}
    known: tuple[tuple[str, frozenset[str], Iterable[str]], ...] = (
        ("types", bounds.types, office.forms),
        ("workflows", bounds.workflows, office.routes),
        ("units", bounds.units, units),
    )
    for field, wanted, there in known:
        unknown = wanted - set(there)
        if unknown:
            raise Refused("delegation.bound", field=field, value=min(unknown))


def _check_people(unit: Unit, one: Delegation) -> None:
    if one.delegator == one.delegate:
        raise Refused("delegation.self")
    able = {person.id for person in unit.people.all() if tokens_of(person) and person.posts}
    if one.delegator not in able:
        raise Refused("delegation.delegator", person=one.delegator)
    if one.delegate not in able:
        raise Refused("delegation.delegate", person=one.delegate)


def _check_giving_on(unit: Unit, one: Delegation) -> None:
    if not one.passes_on:
        return
    given = unit.delegations.get(one.passes_on)
    if given.delegate != one.delegator or given.revoked_at is not None:
        raise NotFound("delegation.unknown")
    if given.capacity not in PASSED_ON:
        raise Refused("delegation.no-redelegation", capacity=given.capacity)
    within = given.since <= one.since and one.until <= given.until
    if not within or not given.bounds.hold(one.bounds):
        raise Refused("delegation.wider")


def _check_circle(others: list[Delegation], one: Delegation) -> None:
    leads: dict[str, set[str]] = defaultdict(set)
    for other in others:
        leads[other.delegator].add(other.delegate)
    seen: set[str] = set()
    waiting = [one.delegate]
    while waiting:
        person = waiting.pop()
        if person == one.delegator:
            raise Refused("delegation.circle")
        if person not in seen:
            seen.add(person)
            waiting += leads[person]


def _facts(one: Delegation) -> dict[str, str]:
    return {
        "delegation": one.id,
        "delegator": one.delegator,
        "delegate": one.delegate,
        "capacity": one.capacity,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "basis": one.basis,
        "basis_on": one.basis_on.isoformat(),
    }
