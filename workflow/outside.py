"""People are sent to the identity provider, and come back with its word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from identity.oidc import Asked, Provider
from identity.tokens import hash_of, new_token
from records.errors import NotAllowed, NotFound, Refused
from records.identity import Told
from records.person import Person
from storage.factors import Challenge
from workflow.office import Office
from workflow.session import Admission, Half, Knock, freshen, let_in
from workflow.welcome import keep, welcome

AWAY = timedelta(minutes=10)
"""How long somebody has time to show the provider that it is them."""

KIND = "provider"


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


def _provider(office: Office) -> Provider:
    if office.provider is None:
        raise NotFound("provider.none")
    return office.provider


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
            keep(office, unit, told, person, by=person)
