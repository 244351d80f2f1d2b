"""The office is founded: its units and people come in, once."""

from collections.abc import Sequence

from records.audit import AuditEvent
from records.document import Classification
from records.person import Person, Unit
from workflow.gather import EXCHANGE
from workflow.office import Office


def found(office: Office, units: Sequence[Unit], people: Sequence[Person], password: str) -> bool:
    """Take in units and people on the first start and give whether it was the first.

    Takes   password: everybody's first password, in clear.
    """
    at = office.clock()
    with office.database.unit() as unit:
        if unit.people.units():
            return False
        for one in units:
            unit.people.add_unit(one)
        hash = office.passwords.hash(password)
        for person in people:
            unit.people.add(person, hash)
        # Documents from partners need somebody who brought them; an empty hash opens to nobody.
        axis = Person(EXCHANGE, "Trục liên thông", "", (), Classification.NONE, active=False)
        unit.people.add(axis, "")
        unit.audit.append(
            AuditEvent("office:founded", "system", at, "", {"organ": office.organ.id})
        )
    return True


def set_passwords(office: Office, people: Sequence[Person], password: str) -> None:
    """Give these people a new password and let nobody stay logged in with an old one.

    Who has this password already keeps it and stays logged in: a restart changes nothing.
    """
    with office.database.reading() as unit:
        known = {person.id: unit.people.password(person.id) for person in people}
    right = {one for one in set(known.values()) if office.passwords.match(one, password)}
    hash = office.passwords.hash(password)
    with office.database.unit() as unit:
        for person in people:
            if known[person.id] in right:
                continue
            unit.people.set_password(person.id, hash)
            unit.passes.revoke_all(person.id)
