"""The register of certificates: whose each is, until when, and whether it may still be used."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from records.signing import Certificate, Holding, SigningRole, Standing
from search.folding import fold
from signing.certificate_text import read_certificate, registered
from storage.unit import Unit
from workflow.belonging import differing
from workflow.office import Office

AGENCY = ""
"""Whose the agency's own certificates are."""

STANDINGS = (*Standing, "differs")
"""By what the register can be looked through."""


def register(
    office: Office, person: str, brought: str | bytes, *, by: Person, kept_on: str = ""
) -> Certificate:
    """Enter a certificate as this person's, or as the agency's for "".

    Raises  NotAllowed: only an administrator may. NotFound: nobody of that name.
            Unreadable: it is no certificate. Refused: its key cannot sign, it is somebody's, or
            it names another and the office uses no such one.
    """
    require_keeper(by)
    at = office.clock()
    der = read_certificate(brought)
    with office.database.unit() as unit:
        holder = unit.people.get(person) if person != AGENCY else None
        one = entry_of(office, unit, der, holder, at=at, by=by, kept_on=kept_on)
        unit.certificates.add(one)
        unit.audit.append(registration(one))
    return one


def entry_of(  # noqa: PLR0913 - whose it is, who brings it when, and on what it lies
    office: Office,
    unit: Unit,
    der: bytes,
    holder: Person | None,
    *,
    at: datetime,
    by: Person,
    kept_on: str = "",
) -> Certificate:
    """Give a certificate as the register keeps it. Raises Refused: it names another."""
    one = registered(der, person=holder.id if holder else AGENCY, at=at, by=by.id)
    if one.not_after <= at:
        raise Refused("certificate.ended", on=_day(office, one.not_after))
    told = f"{one.person} {holder.name if holder else office.organ.name} {one.name}"
    return replace(
        one,
        kept_on=" ".join(kept_on.split())[:200],
        differs=differing(office, unit, holder, der),
        sought=fold(f"{told} {one.issuer} {one.serial} {kept_on} {one.fingerprint}"),
    )


def registration(one: Certificate) -> AuditEvent:
    """Give what the log says of a certificate that is entered."""
    facts = {"person": one.person or "agency", "certificate": one.fingerprint}
    if one.differs:
        facts["differs"] = one.differs
    return AuditEvent("certificate:registered", one.by, one.at, "", facts)


def remove(office: Office, fingerprint: str, *, by: Person) -> Certificate:
    """Take a certificate out of the register; nothing can be signed with it from now on.

    Raises  NotAllowed: only an administrator may. NotFound: it is not in the register.
            Refused: it was revoked, and must stay known as such.
    """
    require_keeper(by)
    with office.database.unit() as unit:
        one = unit.certificates.get(fingerprint)
        if one.revoked_at is not None:
            raise Refused("certificate.stays")
        unit.certificates.remove(fingerprint)
        facts = {"person": one.person or "agency", "certificate": fingerprint}
        event = AuditEvent("certificate:removed", by.id, office.clock(), "", facts)
        unit.audit.append(event)
    return one


def revoke(office: Office, fingerprint: str, why: str, *, by: Person) -> Certificate:
    """Let nothing be signed with a certificate from this moment on, and never again.

    Its issuer must be told apart: only their list stops it in other offices.

    Raises  NotAllowed: only an administrator may. NotFound: it is not in the register.
            Refused: no reason is given. Outrun: it was revoked before.
    """
    require_keeper(by)
    if not (why := why.strip()):
        raise Refused("certificate.why")
    with office.database.unit() as unit:
        one = replace(
            unit.certificates.get(fingerprint),
            revoked_at=office.clock(),
            revoked_by=by.id,
            revoked_why=why[:500],
        )
        unit.certificates.revoke(one)
        facts = {"person": one.person or "agency", "certificate": fingerprint, "why": why[:500]}
        unit.audit.append(
            AuditEvent("certificate:revoked", by.id, office.clock(), "", facts),
        )
    return one


def certificates_of(office: Office, person: str, *, by: Person) -> list[Certificate]:
    """Give somebody's certificates to an administrator or to themselves."""
    if person != by.id:
        require_keeper(by)
    with office.database.reading() as unit:
        return unit.certificates.of(person)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of the register."""

    certificates: list[Certificate]
    names: dict[str, str]  # of holders, by account
    holdings: dict[str, Holding]  # with which key they sign, where that was settled
    counts: dict[str, int]  # by standing
    more: str  # where the next page begins, "" after the last


def look_through(  # noqa: PLR0913 - by what, from where, how far
    office: Office, *, words: str, standing: str, after: str, limit: int, by: Person
) -> Shelf:
    """Give a page of the register, what ends first before the rest, to an administrator.

    Raises  NotAllowed: only an administrator may. Refused: there is no such standing or page.
    """
    require_keeper(by)
    if standing and standing not in STANDINGS:
        raise Refused("body.invalid", field="standing", why=standing)
    now = office.clock()
    with office.database.reading() as unit:
        found = unit.certificates.listed(
            fold(words), standing, now, after=_place(after), limit=limit + 1
        )
        shown = found[:limit]
        holders = sorted({one.person for one in shown})
        return Shelf(
            certificates=shown,
            names=unit.people.names(holders),
            holdings=unit.certificates.holdings(holders),
            counts=unit.certificates.counts(now),
            more=_mark(shown[-1]) if len(found) > limit else "",
        )


def _mark(one: Certificate) -> str:
    return f"{one.not_after.isoformat()} {one.fingerprint}"


def _place(after: str) -> tuple[datetime, str] | None:
    if not after:
        return None
    moment, _, fingerprint = after.partition(" ")
    try:
        at: datetime | None = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused("body.invalid", field="cursor", why="not a cursor")
    return at, fingerprint


def agency_certificates(office: Office, unit: Unit) -> frozenset[bytes]:
    """Give the agency's certificates in DER: those registered, and that of its key here."""
    registered_ones = {one.der for one in unit.certificates.of(AGENCY)}
    return frozenset(registered_ones | set(office.keyring.held_by(AGENCY)))


def require_theirs(
    office: Office, unit: Unit, certificate: bytes, role: SigningRole, by: Person
) -> None:
    """Raise Refused unless the certificate is of who signs in this role, and may be used now."""
    whose = by.id if role is SigningRole.LEADER else AGENCY
    known = {one.fingerprint for one in unit.certificates.of(whose)}
    known |= {sha256(der).hexdigest() for der in office.keyring.held_by(whose)}
    if sha256(certificate).hexdigest() not in known:
        raise Refused("signing.other-certificate")
    require_usable(office, unit, certificate, whose)


def require_usable(office: Office, unit: Unit, certificate: bytes, whose: str) -> None:
    """Raise Refused unless nothing the office itself knows forbids to sign with a certificate.

    Its issuer's lists are asked later, by the press, which may have to wait for them.
    """
    at = office.clock()
    fingerprint = sha256(certificate).hexdigest()
    one = registered(certificate, person=whose, at=at, by="")
    if unit.certificates.known([fingerprint]):
        one = unit.certificates.get(fingerprint)
    standing = one.standing(at)
    facts = {"name": one.name, "person": whose}
    if standing is Standing.REVOKED:
        raise Refused("certificate.revoked", why=one.revoked_why, **facts)
    if standing is Standing.ENDED:
        raise Refused("certificate.ended", on=_day(office, one.not_after))
    if standing is Standing.TO_COME:
        raise Refused("certificate.to-come", on=_day(office, one.not_before))
    holder = unit.people.get(whose) if whose != AGENCY else None
    if office.naming.refuses:
        differing(office, unit, holder, certificate)


def _day(office: Office, at: datetime) -> str:
    return f"{at.astimezone(office.zone):%d/%m/%Y}"


def require_keeper(by: Person) -> None:
    """Raise NotAllowed unless somebody keeps the register."""
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
