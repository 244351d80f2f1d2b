"""Which identities of elsewhere may come in as whom, as an administrator or the owner says."""

from records.audit import AuditEvent
from records.errors import NotAllowed, NotFound, Refused
from records.identity import DIRECTORY, Link
from records.person import Person, Role
from workflow.office import Office

LONGEST = 255
"""How many characters a subject may have (OpenID Connect Core 1.0, 2)."""


def links_of(office: Office, id: str, *, by: Person) -> list[Link]:
    """Give the identities that come in as somebody, to them and to administrators."""
    _require(by, id)
    with office.database.reading() as unit:
        return unit.identities.of(unit.people.get(id).id)


def link(office: Office, id: str, subject: str, *, issuer: str = "", by: Person) -> Link:
    """Let somebody whom another knows come in as an account there is.

    Takes   subject: of the provider; of the directory the account there. issuer: "" where there
            is one alone.
    Raises  NotAllowed: no administrator. NotFound: no such account. Refused: the subject is
            none, or comes in as somebody already; or there is no such issuer.
    """
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
    known = issuers(office)
    issuer = issuer or next(iter(known), "")
    if issuer not in known:
        raise Refused("provider.none")
    told = subject.strip()
    if not 0 < len(told) <= LONGEST:
        raise Refused("identity.subject", longest=LONGEST)
    if issuer == DIRECTORY and office.directory:
        told = office.directory.subject_of(told)
        if not told:
            raise Refused("identity.not-there", account=subject.strip())
    at = office.clock()
    with office.database.unit() as unit:
        made = Link(issuer, told, unit.people.get(id).id, by.id, at)
        if unit.identities.person_of(issuer, told):
            raise Refused("identity.taken")
        unit.identities.add(made)
        facts = {"person": id, "issuer": issuer}
        unit.audit.append(AuditEvent("identity:linked", by.id, at, "", facts))
    return made


def issuers(office: Office) -> dict[str, str]:
    """Give who recognises people for this office, and what they are called."""
    provider = {office.provider.rules.issuer: office.provider.rules.name} if office.provider else {}
    return {**provider, **({DIRECTORY: "LDAP"} if office.directory else {})}


def unlink(office: Office, id: str, issuer: str, subject: str, *, by: Person) -> None:
    """Let an identity come in as somebody no more. Raises NotAllowed, NotFound."""
    _require(by, id)
    with office.database.unit() as unit:
        if not unit.identities.remove(id, issuer, subject):
            raise NotFound("identity.unknown")
        if by.id != id:
            unit.passes.revoke_all(id)
        facts = {"person": id, "issuer": issuer}
        unit.audit.append(AuditEvent("identity:unlinked", by.id, office.clock(), "", facts))


def _require(by: Person, id: str) -> None:
    if by.id != id and Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
