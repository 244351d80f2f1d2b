"""The office's register of certificates as rows: whose each is."""

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from records.errors import NotFound, Refused
from records.signing import Certificate, Holding, KeyKind
from storage import tables as t


class Certificates:
    """The certificates of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Certificate) -> None:
        """Register a certificate. Raises Refused: it is somebody's already."""
        known = select(t.certificate.c.person).where(t.certificate.c.fingerprint == one.fingerprint)
        if self._connection.execute(known).first() is not None:
            raise Refused("certificate.taken")
        self._connection.execute(insert(t.certificate).values(**asdict(one)))

    def remove(self, fingerprint: str) -> Certificate:
        """Take a certificate out of the register and give it. Raises NotFound."""
        found = select(t.certificate).where(t.certificate.c.fingerprint == fingerprint)
        row = self._connection.execute(found).mappings().first()
        if row is None:
            raise NotFound("certificate.unknown")
        self._connection.execute(
            delete(t.certificate).where(t.certificate.c.fingerprint == fingerprint)
        )
        return Certificate(**row)

    def of(self, person: str) -> list[Certificate]:
        """Give somebody's certificates, newest first; those of the agency for ""."""
        query = select(t.certificate).where(t.certificate.c.person == person)
        rows = self._connection.execute(
            query.order_by(t.certificate.c.at.desc(), t.certificate.c.fingerprint)
        )
        return [Certificate(**row) for row in rows.mappings()]

    def hold(self, held: Holding) -> None:
        """Keep with which key somebody signs from now on."""
        self._connection.execute(delete(t.holding).where(t.holding.c.person == held.person))
        self._connection.execute(insert(t.holding).values(**asdict(held)))

    def held_by(self, person: str) -> Holding:
        """Give with which key somebody signs: with that of their file unless it was settled."""
        query = select(t.holding).where(t.holding.c.person == person)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return Holding(person, KeyKind.FILE)
        return Holding(**{**row, "kind": KeyKind(row["kind"])})
