"""People come in and go: passwords, passes, and patience with those who knock in vain."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.tokens import hash_of, new_token
from records.audit import AuditEvent
from records.errors import NotFound, NotKnown, Refused, TooOften
from records.person import Person
from storage.passes import Pass
from workflow.office import Office

LIFETIME = timedelta(hours=12)
"""How long somebody stays logged in: a working day, however long."""

WINDOW = timedelta(minutes=1)
"""In what time failures are counted together."""

FAILURES = 5
"""How many failures of one account from one address in a window are heard."""

FAILURES_OF_ADDRESS = 50
"""How many failures of one address, whatever the account."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody let in; ``token`` is shown this once."""

    token: str
    csrf: str
    expires_at: datetime
    person: Person


def enter(office: Office, username: str, password: str, *, address: str) -> Admission:
    """Let somebody in who knows their password.

    Raises  NotKnown: no such account, or another password; both answer alike.
            TooOften: too many failures lately; the password was not even looked at.
    """
    at = office.clock()
    username, password = _sound(username), _sound(password)
    # Kept as hashes only: people type their password where the account name belongs.
    doors = {hash_of(f"{username}@{address}"): FAILURES, hash_of(address): FAILURES_OF_ADDRESS}
    with office.database.reading() as unit:
        for door, limit in doors.items():
            if unit.passes.failures(door, at - WINDOW) >= limit:
                raise TooOften("login.too-often", seconds=int(WINDOW.total_seconds()))
        hash = unit.people.password(username)
    if not office.passwords.match(hash, password):
        _turn_away(office, username, tuple(doors), at)
    return _admit(office, username, tuple(doors), at)


def require_password(office: Office, password: str, *, address: str, by: Person) -> None:
    """Let somebody who is in already show once more that it is them.

    Raises  Refused: another password. TooOften: too many failures lately.
    """
    at = office.clock()
    door = hash_of(f"{by.id}@{address}")
    with office.database.reading() as unit:
        if unit.passes.failures(door, at - WINDOW) >= FAILURES:
            raise TooOften("login.too-often", seconds=int(WINDOW.total_seconds()))
        hash = unit.people.password(by.id)
    if not office.passwords.match(hash, _sound(password)):
        with office.database.unit() as unit:
            unit.passes.failed(door, at, at - WINDOW)
            unit.audit.append(AuditEvent("person:unknown", by.id, at))
        raise Refused("batch.password")


def _sound(words: str) -> str:
    """Give words that can be encoded and compared: JSON may bring half a character, or NUL."""
    return words.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _turn_away(office: Office, username: str, doors: tuple[str, ...], at: datetime) -> None:
    with office.database.unit() as unit:
        for door in doors:
            unit.passes.failed(door, at, at - WINDOW)
        known = username if unit.people.password(username) else ""
        unit.audit.append(AuditEvent("person:unknown", known or "nobody", at))
    raise NotKnown("login.wrong")


def _admit(office: Office, username: str, doors: tuple[str, ...], at: datetime) -> Admission:
    token, csrf = new_token(), new_token()
    granted = Pass(username, csrf, at + LIFETIME)
    with office.database.unit() as unit:
        unit.passes.sweep(at)
        unit.passes.forgive(doors[0])
        unit.passes.add(hash_of(token), granted)
        unit.audit.append(AuditEvent("person:known", username, at))
        person = unit.people.get(username)
    return Admission(token, csrf, granted.expires_at, person)


def recognise(office: Office, token: str) -> tuple[Person, Pass]:
    """Give whose token this is. Raises NotKnown: nobody's, or it ran out."""
    with office.database.reading() as unit:
        granted = unit.passes.get(hash_of(token), office.clock())
        if granted is None:
            raise NotKnown("login.needed")
        try:
            person = unit.people.get(granted.person)
        except NotFound as gone:
            raise NotKnown("login.needed") from gone
    if not person.active:
        raise NotKnown("login.needed")
    return person, granted


def leave(office: Office, token: str) -> None:
    """Take a token's pass away."""
    with office.database.unit() as unit:
        unit.passes.revoke(hash_of(token))
