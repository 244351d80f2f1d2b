"""People come in and go: passwords, second factors, passes, and patience with vain knocks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from secrets import token_hex
from typing import Any, NoReturn

from identity.otp import hash_of_code, period_of
from identity.passkeys import Passkey
from identity.tokens import hash_of, new_token
from records.access import Pass, PassKind
from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, NotKnown, OfficeError, Refused, TooOften
from records.identity import DIRECTORY, Told
from records.person import Person
from storage.factors import Challenge
from storage.unit import Unit
from workflow.office import Office
from workflow.welcome import welcome

WINDOW = timedelta(minutes=1)
"""In what time failures are counted together."""

FAILURES = 5
"""How many failures of one account from one address in a window are heard."""

FAILURES_OF_ADDRESS = 50
"""How many failures of one address, whatever the account."""

FAILURES_OF_ACCOUNT = 100
"""How many failures of one account in ``LONG``, from all addresses that it does not know."""

LONG = timedelta(hours=1)

HALF = timedelta(minutes=5)
"""How long somebody whose password was right has time to bring their second factor."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody showed that it is them, where another recognised them and does not say when."""

TOUCH = timedelta(minutes=1)
"""How exactly it is known when a pass was last used."""

_AGENT = 200


@dataclass(frozen=True, slots=True)
class Knock:
    """From where somebody knocks."""

    address: str
    device: str = ""  # a browser that was let in as this account before
    agent: str = ""
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Somebody let in; ``token`` is shown this once."""

    token: str
    csrf: str
    expires_at: datetime
    person: Person
    kind: PassKind = PassKind.PROGRAM


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password was right and who still owes a second factor."""

    token: str
    until: datetime


def enter(
    office: Office, username: str, password: str, *, address: str, otp: str = ""
) -> Admission:
    """Let a program in with a password and, where its person has one, a second factor.

    Raises  NotKnown: no such account, or another password, both alike; or no right code.
            NotAllowed: the office asks this person for a second factor, and they have none.
            Unavailable: the directory, whose account it may be, does not answer.
            TooOften: too many failures lately; the password was not even looked at.
    """
    knock = Knock(address)
    name = _recognised(office, username, password, knock)
    with office.database.reading() as unit:
        factors = _kinds(unit, name)
        person = unit.people.get(name)
    if not factors and office.access.second_factor & person.roles:
        raise NotAllowed("factor.required")
    if factors and not otp:
        raise NotKnown("login.otp-needed")
    if factors and not spend_code(office, name, otp):
        _turn_away(office, name, knock, "login.otp-wrong")
    return admit(office, person, knock, kind=PassKind.PROGRAM)


def come(office: Office, username: str, password: str, knock: Knock) -> Admission | Half:
    """Let a browser in with a password, or half in where its person has a second factor.

    Raises  as ``enter``; who is asked for a second factor and has none is let in to add one.
    """
    name = _recognised(office, username, password, knock)
    with office.database.reading() as unit:
        person = unit.people.get(name)
    return let_in(office, person, knock)


def let_in(
    office: Office, person: Person, knock: Knock, *, told: Told | None = None
) -> Admission | Half:
    """Let a browser in whose person was recognised, or half in where they have a second factor.

    Takes   told: who they are elsewhere, where it was not us who recognised them.
    """
    with office.database.reading() as unit:
        factors = _kinds(unit, person.id)
    whole = told is not None and told.strong
    if whole or not factors:
        lacking = not whole and bool(office.access.second_factor & person.roles)
        kind = PassKind.ENROLLING if lacking else PassKind.BROWSER
        shown_at = (told.shown_at or LONG_AGO) if told else None
        return admit(office, person, knock, kind=kind, shown_at=shown_at)
    token, until = new_token(), office.clock() + HALF
    with office.database.unit() as unit:
        unit.factors.sweep(office.clock())
        unit.factors.ask(hash_of(token), Challenge(person.id, "half", {}), until)
    return Half(token, until)


def come_whole(office: Office, half: str, otp: str, knock: Knock) -> Admission:
    """Let a browser in whose password was right, with a code of its telephone or on paper.

    Raises  NotKnown: no right code, or it took too long. TooOften.
    """
    name = half_in(office, half)
    _be_patient(office, name, knock)
    if not spend_code(office, name, otp):
        _turn_away(office, name, knock, "login.otp-wrong")
    return _whole(office, half, name, knock)


def ask_passkey(office: Office, half: str) -> dict[str, Any]:
    """Give what a browser's passkey is asked to sign. Raises NotKnown, Refused: there is none."""
    name = half_in(office, half)
    with office.database.unit() as unit:
        known = known_passkeys(unit, name)
        if not known:
            raise Refused("factor.no-passkey")
        options, state = office.passkeys.ask(known)
        unit.factors.note(hash_of(half), {"passkey": state})
    return options


def come_with_passkey(
    office: Office, half: str, answer: Mapping[str, Any], knock: Knock
) -> Admission:
    """Let a browser in whose password was right, with what its passkey signed. Raises NotKnown."""
    name = half_in(office, half)
    _be_patient(office, name, knock)
    with office.database.unit() as unit:
        asked = unit.factors.asked(hash_of(half), "half", office.clock())
        state = asked.state.get("passkey") if asked else None
        known = known_passkeys(unit, name)
        used = office.passkeys.signed(state, answer, known) if state else None
        if used:
            unit.factors.used(used.id, used.counter, office.clock())
    if used is None:
        _turn_away(office, name, knock, "login.passkey-wrong")
    return _whole(office, half, name, knock)


def half_in(office: Office, half: str) -> str:
    """Give whose password was right a moment ago. Raises NotKnown: nobody's."""
    with office.database.reading() as unit:
        asked = unit.factors.asked(hash_of(half), "half", office.clock())
    if asked is None:
        raise NotKnown("login.needed")
    return asked.person


def _whole(office: Office, half: str, name: str, knock: Knock) -> Admission:
    with office.database.unit() as unit:
        if not unit.factors.answered(hash_of(half)):
            raise NotKnown("login.needed")
        person = unit.people.get(name)
    if not person.active:
        raise NotKnown("login.needed")
    return admit(office, person, knock, kind=PassKind.BROWSER)


def factors_of(office: Office, name: str) -> frozenset[str]:
    """Give which second factors somebody has: ``otp``, ``passkey``."""
    with office.database.reading() as unit:
        return _kinds(unit, name)


def known_passkeys(unit: Unit, name: str) -> list[Passkey]:
    """Give somebody's passkeys as the craft knows them."""
    return [Passkey(one.id, one.public, one.counter) for one in unit.factors.devices(name)]


def _kinds(unit: Unit, name: str) -> frozenset[str]:
    telephone = unit.factors.telephone(name)
    found = {"otp"} if telephone and telephone.confirmed_at else set()
    return frozenset(found | ({"passkey"} if unit.factors.devices(name) else set()))


def spend_code(office: Office, name: str, otp: str) -> bool:
    """Use up a code of somebody's telephone or paper; the same one is never taken twice."""
    told = _sound(otp)
    with office.database.unit() as unit:
        telephone = unit.factors.telephone(name)
        if telephone and telephone.confirmed_at:
            secret = office.telephones.open(name, telephone.secret)
            period = period_of(secret, told, office.clock(), after=telephone.last)
            if period is not None and unit.factors.spend(name, period):
                return True
        return unit.factors.spend_code(name, hash_of_code(name, told))


def require_password(office: Office, password: str, *, address: str, by: Person) -> None:
    """Let somebody who is in already show once more that it is them.

    Raises  Refused: another password. TooOften: too many failures lately.
    """
    if not _is_theirs(office, password, address, by):
        raise Refused("batch.password")


def _is_theirs(office: Office, password: str, address: str, by: Person) -> bool:
    knock = Knock(address)
    _be_patient(office, by.id, knock)
    with office.database.reading() as unit:
        hash = unit.people.password(by.id)
        subject = _subject(unit, by.id)
    right = office.passwords.match(hash, _sound(password))
    if not right and subject and office.directory:
        right = office.directory.confirm(subject, _sound(password))
    if not right:
        _failed_again(office, by, knock)
    return right


def confirm(  # noqa: PLR0913 - which pass, shown by what, from where
    office: Office, token: str, *, password: str = "", otp: str = "", address: str, by: Person
) -> Pass:
    """Let a pass count as fresh again: by password, or by a code where somebody has a telephone.

    Raises  Refused: neither is right. TooOften.
    """
    if otp:
        _be_patient(office, by.id, Knock(address))
        if not spend_code(office, by.id, otp):
            _failed_again(office, by, Knock(address))
            raise Refused("confirm.otp")
    elif not _is_theirs(office, password, address, by):
        raise Refused("confirm.password")
    with office.database.unit() as unit:
        unit.passes.forgive(hash_of(f"{by.id}@{address}"))
    return freshen(office, hash_of(token), by.id)


def freshen(office: Office, hash: str, name: str) -> Pass:
    """Let a pass of somebody's who showed that it is them count as fresh. Raises NotKnown."""
    at = office.clock()
    with office.database.unit() as unit:
        granted = unit.passes.get(hash, at)
        if granted is None or granted.person != name:
            raise NotKnown("login.needed")
        unit.passes.confirm(hash, at)
        unit.audit.append(AuditEvent("session:confirmed", name, at))
    return replace(granted, fresh_at=at)


def is_fresh(office: Office, granted: Pass) -> bool:
    """Tell whether the holder of a pass showed lately enough that it is them."""
    rules = office.access
    browser = granted.kind in (PassKind.BROWSER, PassKind.ENROLLING)
    return office.clock() - granted.fresh_at <= (rules.fresh if browser else rules.fresh_program)


def _failed_again(office: Office, by: Person, knock: Knock) -> None:
    at = office.clock()
    with office.database.unit() as unit:
        unit.passes.failed(_doors(by.id, knock)[0][0], at, at - WINDOW)
        unit.audit.append(AuditEvent("person:unknown", by.id, at))


def _sound(words: str) -> str:
    """Give words that can be encoded and compared: JSON may bring half a character, or NUL."""
    return words.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _doors(username: str, knock: Knock) -> list[tuple[str, int, timedelta]]:
    """Give what failures are counted by, how many are heard, and in what time.

    Kept as hashes only: people type their password where the account name belongs. A browser that
    its person came in with before has a door of its own, which no stranger can shut.
    """
    if knock.device:
        return [(hash_of(f"{username}#{knock.device}"), FAILURES, WINDOW)]
    return [
        (hash_of(f"{username}@{knock.address}"), FAILURES, WINDOW),
        (hash_of(knock.address), FAILURES_OF_ADDRESS, WINDOW),
        (hash_of(f"{username}@*"), FAILURES_OF_ACCOUNT, LONG),
    ]


def _be_patient(office: Office, username: str, knock: Knock) -> None:
    at = office.clock()
    with office.database.reading() as unit:
        for door, limit, window in _doors(username, knock):
            if unit.passes.failures(door, at - window) >= limit:
                raise TooOften("login.too-often", seconds=int(window.total_seconds()))


def _recognised(office: Office, username: str, password: str, knock: Knock) -> str:
    """Give the account whose password this is. Raises NotKnown, TooOften."""
    username, password = _sound(username), _sound(password)
    _be_patient(office, username, knock)
    with office.database.reading() as unit:
        hash = unit.people.password(username)
        elsewhere = not hash or bool(_subject(unit, username))
    if office.passwords.match(hash, password):
        return username
    # The password of an account of the house alone is none of the directory's business.
    directory = office.directory if elsewhere else None
    told = directory.recognise(username, password) if directory else None
    if told is None:
        _turn_away(office, username, knock, "login.wrong")
    return welcome(office, told).id


def _subject(unit: Unit, name: str) -> str:
    """Give who somebody is in the directory, "" if they do not come in by it."""
    linked = (one.subject for one in unit.identities.of(name) if one.issuer == DIRECTORY)
    return next(linked, "")


def _turn_away(office: Office, username: str, knock: Knock, rule: str) -> NoReturn:
    at = office.clock()
    with office.database.unit() as unit:
        for door, _, window in _doors(username, knock):
            unit.passes.failed(door, at, at - window)
        known = username if unit.people.password(username) else ""
        unit.audit.append(AuditEvent("person:unknown", known or "nobody", at))
    if rule == "login.otp-wrong":
        raise NotKnown("login.otp-wrong")
    if rule == "login.passkey-wrong":
        raise NotKnown("login.passkey-wrong")
    raise NotKnown("login.wrong")


def admit(
    office: Office,
    person: Person,
    knock: Knock,
    *,
    kind: PassKind,
    shown_at: datetime | None = None,
) -> Admission:
    """Give somebody who was recognised their pass; it ends however busy they are.

    Takes   shown_at: when they showed that it is them, if that is not now.
    """
    at = office.clock()
    token, csrf = new_token(), new_token()
    granted = Pass(
        person=person.id,
        csrf=csrf,
        expires_at=at + office.access.lasting,
        created_at=at,
        seen_at=at,
        fresh_at=shown_at or at,
        kind=kind,
        id=token_hex(8),
        agent="".join(c for c in knock.agent if c.isprintable())[:_AGENT],
        address=_around(knock.address),
    )
    with office.database.unit() as unit:
        unit.passes.sweep(at)
        unit.passes.forgive(_doors(person.id, knock)[0][0])
        unit.passes.add(hash_of(token), granted)
        unit.audit.append(AuditEvent("person:known", person.id, at, "", {"pass": granted.id}))
    return Admission(token, csrf, granted.expires_at, person, kind)


def _around(address: str) -> str:
    """Give an address without what would name one machine."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))  # noqa: PLR2004 - IPv4


def recognise(office: Office, token: str) -> tuple[Person, Pass]:
    """Give whose token this is. Raises NotKnown: nobody's, or it ran out, or lay unused."""
    at, hash = office.clock(), hash_of(token)
    with office.database.reading() as unit:
        granted = unit.passes.get(hash, at)
        if granted is None or _idle(office, granted, at):
            raise NotKnown("login.needed")
        try:
            person = unit.people.get(granted.person)
        except NotFound as gone:
            raise NotKnown("login.needed") from gone
    if not person.active:
        raise NotKnown("login.needed")
    if at - granted.seen_at >= TOUCH:
        _touch(office, hash, at)
        granted = replace(granted, seen_at=at)
    return person, granted


def _idle(office: Office, granted: Pass, at: datetime) -> bool:
    browser = granted.kind in (PassKind.BROWSER, PassKind.ENROLLING)
    return browser and at - granted.seen_at > office.access.idle


def _touch(office: Office, hash: str, at: datetime) -> None:
    try:
        with office.database.unit() as unit:
            unit.passes.seen(hash, at)
    except OfficeError:
        # A database that only reads must still be read.
        return


def leave(office: Office, token: str) -> None:
    """Take a token's pass away."""
    with office.database.unit() as unit:
        unit.passes.revoke(hash_of(token))
