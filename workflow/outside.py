"""People come in whom another recognised: who they are here, and which posts their groups give."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from identity.oidc import Asked, Provider
from identity.tokens import hash_of, new_token
from records.audit import AuditEvent
from records.document import Classification
from records.errors import NotAllowed, NotFound, Refused
from records.identity import Link, Told
from records.person import Person, Post
from storage.factors import Challenge
from storage.unit import Unit
from workflow.desks import SYSTEM
from workflow.office import Office
from workflow.session import Admission, Half, Knock, freshen, let_in
from workflow.staff import ACCOUNT, note_person

AWAY = timedelta(minutes=10)
"""How long somebody has time to show the provider that it is them."""

KIND = "provider"
LONGEST = {"name": 200, "email": 320}
"""How many characters of what is told are kept."""


@dataclass(frozen=True, slots=True)
class Led:
    """Where a browser is sent, and what it must come back with beside the answer."""

    address: str
    ticket: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Back:
    """Somebody who came back: let in, half in, or, None, in already as before."""

    wanted: str  # where they were going
    came: Admission | Half | None


def lead_out(
    office: Office, wanted: str, *, purpose: str = "", token: str = "", by: Person | None = None
) -> Led:
    """Send somebody to the identity provider.

    Takes   purpose: "" to come in; "again" to show once more that it is them, "link" to come in
            that way from now on, both by whoever holds the pass ``token`` already.
    Raises  NotFound: there is no provider. Unavailable: it does not answer.
    """
    provider, at = _provider(office), office.clock()
    within = timedelta() if purpose else office.access.lasting
    asked = Asked(new_token(), new_token(), new_token(), at, within)
    address, ticket = provider.lead(asked), new_token()
    state = {
        "state": asked.state,
        "nonce": asked.nonce,
        "verifier": asked.verifier,
        "at": at.isoformat(),
        "wanted": wanted,
        "purpose": purpose,
        "pass": hash_of(token) if token else "",
    }
    with office.database.unit() as unit:
        unit.factors.sweep(at)
        challenge = Challenge(by.id if by else "", KIND, state)
        unit.factors.ask(hash_of(ticket), challenge, at + AWAY)
    return Led(address, ticket, at + AWAY)


def come_back(office: Office, ticket: str, answer: Mapping[str, str], knock: Knock) -> Back:
    """Take somebody back from the identity provider.

    Raises  Refused: they took too long, or it is no answer to what was asked, or they were not
            let in there. NotAllowed: they are nobody here. Unavailable: it does not answer.
    """
    provider, at = _provider(office), office.clock()
    with office.database.unit() as unit:
        challenge = unit.factors.asked(hash_of(ticket), KIND, at)
        if challenge is None or not unit.factors.answered(hash_of(ticket)):
            raise Refused("provider.stale")
    state = challenge.state
    purpose = state["purpose"]
    within = timedelta() if purpose else office.access.lasting
    began = datetime.fromisoformat(state["at"])
    asked = Asked(state["state"], state["nonce"], state["verifier"], began, within)
    told = provider.receive(answer, asked, at)
    if purpose == "again":
        _again(office, told, challenge)
    elif purpose == "link":
        _link_own(office, told, challenge)
    if purpose:
        return Back(state["wanted"], None)
    person = welcome(office, told)
    return Back(state["wanted"], let_in(office, person, knock, told=told))


def welcome(office: Office, told: Told) -> Person:
    """Give who somebody elsewhere is here, with the posts that their groups give today.

    Raises  NotAllowed: they are nobody here, have no post any more, or may not come in.
    """
    with office.database.unit() as unit:
        posts = _posts(office, unit, told)
        id = unit.identities.person_of(told.issuer, told.subject)
        known = unit.people.get(id) if id else _taken_in(office, unit, told, posts)
        person = _seated(office, unit, known, posts)
    if not person.active:
        raise NotAllowed("provider.closed")
    if not person.posts:
        raise NotAllowed("provider.nobody")
    return person


def _provider(office: Office) -> Provider:
    if office.provider is None:
        raise NotFound("provider.none")
    return office.provider


def _posts(office: Office, unit: Unit, told: Told) -> tuple[Post, ...]:
    """Give the posts of somebody's groups, in the units that have their work today."""
    given = (post for group in sorted(told.groups) for post in office.outside.groups.get(group, ()))
    living = {one.id for one in unit.people.units() if one.until is None}
    seats = (Post(post.role, unit.people.heir(post.unit), by_group=True) for post in given)
    return tuple(dict.fromkeys(post for post in seats if post.unit in living))


def _taken_in(office: Office, unit: Unit, told: Told, posts: tuple[Post, ...]) -> Person:
    """Give a new account to somebody nobody knows; never one that there is, whatever its mail."""
    if not posts or not office.outside.create:
        raise NotAllowed("provider.nobody")
    account = told.account.partition("@")[0].lower().replace(".", "-")
    if not ACCOUNT.fullmatch(account) or account == SYSTEM.id:
        raise NotAllowed("provider.account", account=told.account)
    if unit.people.among([account]):
        raise NotAllowed("provider.taken", account=account)
    name = told.name[: LONGEST["name"]] or account
    made = Person(account, name, "", posts, Classification.NONE, told.email[: LONGEST["email"]])
    unit.people.add(made, "", on=office.today())
    _keep(office, unit, told, made, by=SYSTEM)
    note_person(office, unit.audit, made, SYSTEM)
    return made


def _seated(office: Office, unit: Unit, person: Person, given: tuple[Post, ...]) -> Person:
    """Give somebody the posts of their groups beside those that they hold by hand."""
    by_hand = tuple(post for post in person.posts if not post.by_group)
    posts = (*by_hand, *(post for post in given if post not in by_hand))
    if set(posts) == set(person.posts):
        return person
    seated = replace(person, posts=posts)
    unit.people.change(seated, on=office.today())
    if not posts:
        unit.passes.revoke_all(person.id)
    note_person(office, unit.audit, seated, SYSTEM)
    return unit.people.get(person.id)


def _keep(office: Office, unit: Unit, told: Told, person: Person, *, by: Person) -> None:
    at = office.clock()
    unit.identities.add(Link(told.issuer, told.subject, person.id, by.id, at))
    facts = {"person": person.id, "issuer": told.issuer}
    unit.audit.append(AuditEvent("identity:linked", by.id, at, "", facts))


def _again(office: Office, told: Told, challenge: Challenge) -> None:
    with office.database.reading() as unit:
        known = unit.identities.person_of(told.issuer, told.subject)
    if known != challenge.person:
        raise NotAllowed("provider.another")
    freshen(office, challenge.state["pass"], known)


def _link_own(office: Office, told: Told, challenge: Challenge) -> None:
    with office.database.unit() as unit:
        person = unit.people.get(challenge.person)
        if unit.passes.get(challenge.state["pass"], office.clock()) is None or not person.active:
            raise Refused("provider.stale")
        known = unit.identities.person_of(told.issuer, told.subject)
        if known and known != person.id:
            raise NotAllowed("provider.another")
        if not known:
            _keep(office, unit, told, person, by=person)
