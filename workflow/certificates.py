"""The register of certificates: whose each is, kept by the administrator."""

from hashlib import sha256

from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from records.signing import Certificate, SigningRole
from signing.certificate_text import read_certificate, registered
from storage.unit import Unit
from workflow.office import Office

AGENCY = ""
"""Whose the agency's own certificates are."""


def register(office: Office, person: str, brought: str | bytes, *, by: Person) -> Certificate:
    """Enter a certificate as this person's, or as the agency's for "".

    Raises  NotAllowed: only an administrator may. NotFound: nobody of that name.
            Unreadable: it is no certificate. Refused: its key cannot sign, or it is somebody's.
    """
    _require(by)
    at = office.clock()
    one = registered(read_certificate(brought), person=person, at=at, by=by.id)
    facts = {"person": person or "agency", "certificate": one.fingerprint}
    with office.database.unit() as unit:
        if person != AGENCY:
            unit.people.get(person)
        unit.certificates.add(one)
        unit.audit.append(AuditEvent("certificate:registered", by.id, at, "", facts))
    return one


def remove(office: Office, fingerprint: str, *, by: Person) -> Certificate:
    """Take a certificate out of the register; nothing can be signed with it from now on.

    Raises  NotAllowed: only an administrator may. NotFound: it is not in the register.
    """
    _require(by)
    with office.database.unit() as unit:
        one = unit.certificates.remove(fingerprint)
        facts = {"person": one.person or "agency", "certificate": fingerprint}
        event = AuditEvent("certificate:removed", by.id, office.clock(), "", facts)
        unit.audit.append(event)
    return one


def certificates_of(office: Office, person: str, *, by: Person) -> list[Certificate]:
    """Give somebody's certificates to an administrator or to themselves."""
    if person != by.id:
        _require(by)
    with office.database.reading() as unit:
        return unit.certificates.of(person)


def agency_certificates(office: Office, unit: Unit) -> frozenset[bytes]:
    """Give the agency's certificates in DER: those registered, and that of its key here."""
    registered = {one.der for one in unit.certificates.of(AGENCY)}
    return frozenset(registered | set(office.keyring.held_by(AGENCY)))


def require_theirs(
    office: Office, unit: Unit, certificate: bytes, role: SigningRole, by: Person
) -> None:
    """Raise Refused unless the certificate is registered for who signs in this role."""
    whose = by.id if role is SigningRole.LEADER else AGENCY
    known = {one.fingerprint for one in unit.certificates.of(whose)}
    known |= {sha256(der).hexdigest() for der in office.keyring.held_by(whose)}
    if sha256(certificate).hexdigest() not in known:
        raise Refused("signing.other-certificate")


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
