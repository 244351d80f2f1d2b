"""Everybody keeps their own account: password, second factors, passes, and tokens for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any

from identity.otp import address_of, hash_of_code, new_codes, new_secret, period_of, written
from identity.tokens import hash_of, new_token
from records.access import Pass, PassKind, Scope
from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Refused
from records.person import Person, Role
from storage.factors import Challenge, Device
from storage.unit import Unit
from workflow.good_passwords import require_good
from workflow.office import Office
from workflow.session import known_passkeys, require_password

ASKED = timedelta(minutes=10)
"""How long a browser has time to make a passkey."""

NAME = 100
DEVICES = 10
"""How many passkeys somebody may have."""

TOKENS = 50
"""How many tokens made by hand somebody may have at a time."""


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody sees of their own account."""

    passes: tuple[Pass, ...]  # newest first, tokens too
    telephone: bool
    devices: tuple[Device, ...]
    codes: int  # left on paper
    required: bool  # whether the office asks them for a second factor


def account(office: Office, *, by: Person) -> Account:
    """Give somebody their own account."""
    with office.database.reading() as unit:
        telephone = unit.factors.telephone(by.id)
        return Account(
            passes=tuple(unit.passes.of(by.id, office.clock())),
            telephone=bool(telephone and telephone.confirmed_at),
            devices=tuple(unit.factors.devices(by.id)),
            codes=unit.factors.codes_left(by.id),
            required=bool(office.access.second_factor & by.roles),
        )


def change_password(  # noqa: PLR0913 - from which to which, on which pass, from where
    office: Office, old: str, new: str, token: str, *, address: str, by: Person
) -> int:
    """Change one's own password; every other pass ends. Gives how many did.

    Raises  Refused: the old one is wrong, or the new one too short, too long or guessed.
    """
    require_password(office, old, address=address, by=by)
    require_good(office, new, by.id, by.name)
    if new == old:
        raise Refused("password.same")
    with office.database.unit() as unit:
        unit.people.set_password(by.id, office.passwords.hash(new))
        ended = unit.passes.revoke_all(by.id, but=hash_of(token))
        _note(office, unit, "password:changed", by, {"ended": str(ended)})
    return ended


# ── telephones and paper ─────────────────────────────────────────────────────────────────


def begin_telephone(office: Office, *, by: Person) -> tuple[str, str]:
    """Give a new secret, as people type it and as a telephone reads it; it does not count yet."""
    secret = new_secret()
    with office.database.unit() as unit:
        known = unit.factors.telephone(by.id)
        if known and known.confirmed_at:
            raise Refused("factor.telephone-there")
        unit.factors.lay(by.id, office.telephones.shut(by.id, secret))
    return written(secret), address_of(secret, by.id, office.organ.name)


def laid_telephone(office: Office, *, by: Person) -> tuple[str, str]:
    """Give the secret that waits for its first code again. Raises NotFound."""
    with office.database.reading() as unit:
        laid = unit.factors.telephone(by.id)
    if laid is None or laid.confirmed_at:
        raise NotFound("factor.no-telephone")
    secret = office.telephones.open(by.id, laid.secret)
    return written(secret), address_of(secret, by.id, office.organ.name)


def confirm_telephone(office: Office, code: str, token: str, *, by: Person) -> list[str]:
    """Count a telephone that shows the right code, and give codes for paper, shown this once.

    Raises  Refused: the code is wrong, or nothing waits for one.
    """
    at, codes = office.clock(), new_codes()
    with office.database.unit() as unit:
        laid = unit.factors.telephone(by.id)
        if laid is None or laid.confirmed_at:
            raise Refused("factor.no-telephone")
        secret = office.telephones.open(by.id, laid.secret)
        period = period_of(secret, code, at, after=laid.last)
        if period is None or not unit.factors.spend(by.id, period):
            raise Refused("factor.code")
        unit.factors.confirm(by.id, at)
        unit.factors.give_codes(by.id, [hash_of_code(by.id, one) for one in codes])
        unit.passes.promote(hash_of(token))
        _note(office, unit, "factor:added", by, {"kind": "otp"})
    return codes


def new_paper(office: Office, *, by: Person) -> list[str]:
    """Give new codes for paper; earlier ones end. Raises Refused: there is no second factor."""
    codes = new_codes()
    with office.database.unit() as unit:
        if not _has_factor(unit, by.id):
            raise Refused("factor.none")
        unit.factors.give_codes(by.id, [hash_of_code(by.id, one) for one in codes])
        _note(office, unit, "factor:added", by, {"kind": "paper"})
    return codes


def remove_telephone(office: Office, *, by: Person) -> None:
    """Forget one's telephone. Raises Refused: the office asks them for a second factor."""
    with office.database.unit() as unit:
        unit.factors.remove_telephone(by.id)
        _require_enough(office, unit, by)
        _note(office, unit, "factor:removed", by, {"kind": "otp"})


# ── passkeys ─────────────────────────────────────────────────────────────────────────────


def begin_passkey(office: Office, *, by: Person) -> tuple[str, dict[str, Any]]:
    """Give what a browser is asked to make a passkey with, and what it brings back with it.

    Raises  Refused: no browser makes one for this office's address, or there are too many.
    """
    if not office.passkeys.possible:
        raise Refused("factor.passkey-address")
    token, until = new_token(), office.clock() + ASKED
    with office.database.unit() as unit:
        known = known_passkeys(unit, by.id)
        if len(known) >= DEVICES:
            raise Refused("factor.too-many", most=DEVICES)
        options, state = office.passkeys.begin(by.id, by.name, known)
        unit.factors.sweep(office.clock())
        unit.factors.ask(hash_of(token), Challenge(by.id, "passkey", state), until)
    return token, options


def add_passkey(  # noqa: PLR0913 - which answer to what was asked, on which pass
    office: Office, asked: str, answer: Mapping[str, Any], name: str, token: str, *, by: Person
) -> Device:
    """Keep a passkey a browser made. Raises Refused: it answers nothing that was asked."""
    at = office.clock()
    with office.database.unit() as unit:
        waiting = unit.factors.asked(hash_of(asked), "passkey", at)
        if waiting is None or waiting.person != by.id or not unit.factors.answered(hash_of(asked)):
            raise Refused("factor.passkey-late")
        made = office.passkeys.finish(waiting.state, answer)
        if made is None:
            raise Refused("factor.passkey-wrong")
        told = " ".join(name.split())[:NAME] or "Passkey"
        device = Device(made.id, told, made.public, made.counter, at, None)
        unit.factors.add_device(by.id, device)
        unit.passes.promote(hash_of(token))
        _note(office, unit, "factor:added", by, {"kind": "passkey"})
    return device


def remove_passkey(office: Office, id: str, *, by: Person) -> None:
    """Forget one of one's passkeys. Raises NotFound, Refused: it is the last, and one is asked."""
    with office.database.unit() as unit:
        if not unit.factors.remove_device(by.id, id):
            raise NotFound("factor.no-passkey")
        _require_enough(office, unit, by)
        _note(office, unit, "factor:removed", by, {"kind": "passkey"})


def _require_enough(office: Office, unit: Unit, by: Person) -> None:
    if _has_factor(unit, by.id):
        return
    if office.access.second_factor & by.roles:
        raise Refused("factor.last")
    unit.factors.remove_codes(by.id)


def _has_factor(unit: Unit, person: str) -> bool:
    telephone = unit.factors.telephone(person)
    return bool((telephone and telephone.confirmed_at) or unit.factors.devices(person))


# ── passes and tokens ────────────────────────────────────────────────────────────────────


def end_pass(office: Office, id: str, *, by: Person) -> None:
    """End one of one's own passes or tokens. Raises NotFound."""
    with office.database.unit() as unit:
        if not unit.passes.revoke_one(by.id, id):
            raise NotFound("pass.unknown")
        _note(office, unit, "session:revoked", by, {"pass": id})


def end_everywhere(office: Office, token: str, *, by: Person) -> int:
    """End every pass of one's own but this one, tokens too, and give how many."""
    with office.database.unit() as unit:
        ended = unit.passes.revoke_all(by.id, but=hash_of(token))
        _note(office, unit, "session:revoked", by, {"ended": str(ended)})
    return ended


def make_token(
    office: Office, name: str, scopes: frozenset[Scope], days: int, *, by: Person
) -> tuple[str, Pass]:
    """Make a token for a program; it is shown this once.

    Raises  Refused: no name, no scope, or longer than the office allows. NotAllowed: a scope that
            is not theirs.
    """
    told = " ".join(name.split())
    if not told or len(told) > NAME:
        raise Refused("token.name", longest=NAME)
    if not scopes:
        raise Refused("token.no-scope")
    if Scope.ADMINISTER in scopes and Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("token.not-yours")
    longest = office.access.longest_token.days
    if not 1 <= days <= longest:
        raise Refused("token.days", longest=longest)
    at, token = office.clock(), new_token()
    granted = Pass(
        person=by.id,
        csrf="",
        expires_at=at + timedelta(days=days),
        created_at=at,
        seen_at=at,
        fresh_at=at,
        kind=PassKind.TOKEN,
        id=token_hex(8),
        name=told,
        scopes=scopes,
    )
    with office.database.unit() as unit:
        held = [one for one in unit.passes.of(by.id, at) if one.kind is PassKind.TOKEN]
        if len(held) >= TOKENS:
            raise Refused("token.too-many", most=TOKENS)
        unit.passes.add(hash_of(token), granted)
        facts = {"pass": granted.id, "scopes": " ".join(sorted(scopes))}
        _note(office, unit, "token:made", by, facts)
    return token, granted


# ── by an administrator ──────────────────────────────────────────────────────────────────


def reset_factors(office: Office, id: str, *, by: Person) -> None:
    """Forget somebody's second factors and end their passes: they lost telephone and paper.

    Raises  NotAllowed: no administrator, or their own. NotFound.
    """
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
    if id == by.id:
        raise NotAllowed("factor.own-reset")
    with office.database.unit() as unit:
        person = unit.people.get(id)
        unit.factors.remove_all(person.id)
        unit.passes.revoke_all(person.id)
        _note(office, unit, "factor:reset", by, {"person": person.id})


def _note(office: Office, unit: Unit, action: str, by: Person, facts: Mapping[str, str]) -> None:
    unit.audit.append(AuditEvent(action, by.id, office.clock(), "", dict(facts)))
