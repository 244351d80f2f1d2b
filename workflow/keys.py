"""With which key somebody signs: settled by the administrator, used by whoever it is."""

from dataclasses import replace

from records.audit import AuditEvent
from records.document import Classification, Document
from records.errors import NotAllowed, Refused
from records.person import Person, Role
from records.signing import Certificate, Holding, KeyKind
from signing.certificate_text import registered
from storage.unit import Unit
from workflow.certificates import AGENCY, entry_of, registration, require_usable
from workflow.office import Office

ON_FILE = "PKCS#12"
"""On what a key lies that is in a file of the office's own."""


def holding_of(office: Office, person: str) -> Holding:
    """Give with which key somebody signs, or the agency for ""."""
    with office.database.reading() as unit:
        return unit.certificates.held_by(person)


def require_here(held: Holding, document: Document) -> None:
    """Raise Refused if a key at a provider would sign a classified document.

    What goes to a provider is a digest; of a classified document not even that leaves.
    """
    if held.kind is KeyKind.REMOTE and document.classification is not Classification.NONE:
        raise Refused("key.remote-classified")


def certificate_of(office: Office, held: Holding) -> bytes:
    """Give the certificate of a key in DER.

    Raises  Refused: there is none, it is not here, or the office lets nothing be signed with it.
    """
    if held.kind is KeyKind.DEVICE:
        raise Refused("key.own-device")
    if held.kind is KeyKind.SERVICE:
        raise Refused("key.own-service")
    keys = office.keyring.held_by(held.person) if held.kind is KeyKind.FILE else []
    if held.kind is KeyKind.FILE and not keys:
        raise Refused("sign.no-certificate", person=held.person)
    with office.database.reading() as unit:
        found = keys[0] if keys else _registered(unit, held).der
        require_usable(office, unit, found, held.person)
    return found


def own_certificate(office: Office, person: str, *, by: Person) -> Certificate | None:
    """Give what the certificate beside somebody's own key file says, to an administrator."""
    _require(by)
    return next(
        (
            registered(der, person=person, at=office.clock(), by="")
            for der in office.keyring.held_by(person)
        ),
        None,
    )


def settle(office: Office, held: Holding, *, by: Person) -> Holding:
    """Settle with which key somebody signs from now on.

    Raises  NotAllowed: only an administrator may. NotFound: nobody of that name.
            Refused: there is no such keeper, or its certificate is not registered.
    """
    _require(by)
    known = office.custody.keepers
    apart = held.kind in (KeyKind.TOKEN, KeyKind.REMOTE)
    if apart and (held.kind, held.keeper) not in known:
        raise Refused("key.keeper-unknown", keeper=held.keeper)
    if apart and not held.credential.strip():
        raise Refused("key.credential")
    settled = held if apart else Holding(held.person, held.kind)
    with office.database.unit() as unit:
        if held.person != AGENCY:
            unit.people.get(held.person)
        if apart:
            settled = replace(settled, certificate=_registered(unit, held).fingerprint)
        unit.certificates.hold(settled)
        _note(office, unit, settled, by)
    return settled


def bring_key(office: Office, person: str, content: bytes, password: str, *, by: Person) -> None:
    """Keep somebody's key, brought as a PKCS#12 file, and let them sign with it.

    Raises  NotAllowed: only an administrator may. NotFound: nobody of that name.
            Refused: it cannot be opened, or its key cannot sign.
    """
    _require(by)
    if person != AGENCY:
        with office.database.reading() as unit:
            unit.people.get(person)
    der = office.keyring.bring(person, content, password)
    with office.database.unit() as unit:
        _enrol(office, unit, person, der, by)
        held = Holding(person, KeyKind.FILE)
        unit.certificates.hold(held)
        _note(office, unit, held, by)


def enrol_files(office: Office, *, by: Person) -> int:
    """Enter in the register every certificate whose key lies in a file here, and tell how many."""
    _require(by)
    with office.database.reading() as unit:
        people = [AGENCY, *(one.id for one in unit.people.all())]
    kept = [(one, der) for one in people for der in office.keyring.held_by(one)]
    with office.database.unit() as unit:
        return sum(_enrol(office, unit, one, der, by) for one, der in kept)


def _enrol(office: Office, unit: Unit, person: str, der: bytes, by: Person) -> bool:
    """Enter the certificate of a key in a file, unless it is known or useless."""
    at = office.clock()
    fresh = registered(der, person=person, at=at, by=by.id)
    if unit.certificates.known([fresh.fingerprint]) or fresh.not_after <= at:
        return False
    holder = unit.people.get(person) if person != AGENCY else None
    one = entry_of(office, unit, der, holder, at=at, by=by, kept_on=ON_FILE)
    unit.certificates.add(one)
    unit.audit.append(registration(one))
    return True


def bring_picture(office: Office, person: str, png: bytes, *, by: Person) -> None:
    """Keep the picture of somebody's signature, or of the seal. Raises as ``bring_key``."""
    _require(by)
    if person != AGENCY:
        with office.database.reading() as unit:
            unit.people.get(person)
    office.keyring.bring_picture(person, png)
    with office.database.unit() as unit:
        facts = {"person": person or "agency", "kind": "picture"}
        unit.audit.append(AuditEvent("key:settled", by.id, office.clock(), "", facts))


def _registered(unit: Unit, held: Holding) -> Certificate:
    """Give the certificate meant, or the one registered last where none is."""
    found = [
        one
        for one in unit.certificates.of(held.person)
        if held.certificate in ("", one.fingerprint)
    ]
    if not found:
        raise Refused("key.no-certificate")
    return found[0]


def _note(office: Office, unit: Unit, held: Holding, by: Person) -> None:
    facts = {
        "person": held.person or "agency",
        "kind": str(held.kind),
        "keeper": held.keeper,
        "certificate": held.certificate,
    }
    unit.audit.append(AuditEvent("key:settled", by.id, office.clock(), "", facts))


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")
