"""Second factors as rows: telephones, codes on paper, passkeys, and challenges under way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import tables as t


@dataclass(frozen=True, slots=True)
class Device:
    """A passkey of somebody's."""

    id: str
    name: str
    public: bytes
    counter: int
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Telephone:
    """Somebody's authenticator."""

    secret: bytes  # encrypted
    last: int  # the last period whose code was used
    confirmed_at: datetime | None  # None until it showed a right code


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something asked of somebody, whose answer is awaited."""

    person: str
    kind: str
    state: dict[str, Any]


class Factors:
    """The second factors of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def telephone(self, person: str) -> Telephone | None:
        """Give somebody's authenticator, if there is one."""
        query = select(t.authenticator).where(t.authenticator.c.person == person)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return Telephone(bytes(row.secret), row.last, row.confirmed_at)

    def lay(self, person: str, secret: bytes) -> None:
        """Keep a secret that is not confirmed yet, in place of an earlier one."""
        self._connection.execute(delete(t.authenticator).where(t.authenticator.c.person == person))
        self._connection.execute(
            insert(t.authenticator).values(person=person, secret=secret, last=0)
        )

    def confirm(self, person: str, at: datetime) -> None:
        """Count an authenticator from now on."""
        self._connection.execute(
            update(t.authenticator)
            .where(t.authenticator.c.person == person)
            .values(confirmed_at=at)
        )

    def spend(self, person: str, period: int) -> bool:
        """Use up a period's code; False where it or a later one was used, by whomever."""
        spent = self._connection.execute(
            update(t.authenticator)
            .where(t.authenticator.c.person == person, t.authenticator.c.last < period)
            .values(last=period)
        )
        return spent.rowcount == 1

    def give_codes(self, person: str, hashes: list[str]) -> None:
        """Keep codes on paper, in place of earlier ones."""
        self._connection.execute(delete(t.paper_code).where(t.paper_code.c.person == person))
        rows = [{"hash": hash, "person": person} for hash in hashes]
        self._connection.execute(insert(t.paper_code), rows)

    def spend_code(self, person: str, hash: str) -> bool:
        """Use up a code on paper; False where there is none of this hash."""
        spent = self._connection.execute(
            delete(t.paper_code).where(t.paper_code.c.person == person, t.paper_code.c.hash == hash)
        )
        return spent.rowcount == 1

    def codes_left(self, person: str) -> int:
        """Give how many codes on paper somebody has left."""
        query = (
            select(func.count()).select_from(t.paper_code).where(t.paper_code.c.person == person)
        )
        return self._connection.execute(query).scalar() or 0

    def devices(self, person: str) -> list[Device]:
        """Give somebody's passkeys, oldest first."""
        query = select(t.passkey).where(t.passkey.c.person == person)
        rows = self._connection.execute(query.order_by(t.passkey.c.made_at, t.passkey.c.id))
        return [
            Device(row.id, row.name, bytes(row.public), row.counter, row.made_at, row.used_at)
            for row in rows
        ]

    def add_device(self, person: str, one: Device) -> None:
        """Keep a passkey."""
        self._connection.execute(
            insert(t.passkey).values(
                id=one.id,
                person=person,
                name=one.name,
                public=one.public,
                counter=one.counter,
                made_at=one.made_at,
            )
        )

    def used(self, id: str, counter: int, at: datetime) -> None:
        """Note that a passkey signed, and how far it has counted."""
        self._connection.execute(
            update(t.passkey).where(t.passkey.c.id == id).values(counter=counter, used_at=at)
        )

    def remove_device(self, person: str, id: str) -> bool:
        """Forget a passkey, and tell whether there was such."""
        gone = self._connection.execute(
            delete(t.passkey).where(t.passkey.c.person == person, t.passkey.c.id == id)
        )
        return gone.rowcount == 1

    def remove_telephone(self, person: str) -> None:
        """Forget somebody's authenticator."""
        self._connection.execute(delete(t.authenticator).where(t.authenticator.c.person == person))

    def remove_codes(self, person: str) -> None:
        """Forget somebody's codes on paper."""
        self._connection.execute(delete(t.paper_code).where(t.paper_code.c.person == person))

    def remove_all(self, person: str) -> None:
        """Forget every second factor of somebody."""
        self.remove_telephone(person)
        self.remove_codes(person)
        self._connection.execute(delete(t.passkey).where(t.passkey.c.person == person))

    def ask(self, hash: str, one: Challenge, until: datetime) -> None:
        """Keep a challenge until it is answered or its time is over."""
        self._connection.execute(
            insert(t.challenge).values(
                hash=hash, person=one.person, kind=one.kind, state=one.state, until=until
            )
        )

    def asked(self, hash: str, kind: str, at: datetime) -> Challenge | None:
        """Give a challenge that still waits."""
        row = self._connection.execute(
            select(t.challenge).where(
                t.challenge.c.hash == hash, t.challenge.c.kind == kind, t.challenge.c.until > at
            )
        ).first()
        return None if row is None else Challenge(row.person, row.kind, dict(row.state))

    def note(self, hash: str, state: dict[str, Any]) -> None:
        """Keep what else is to be remembered of a challenge."""
        self._connection.execute(
            update(t.challenge).where(t.challenge.c.hash == hash).values(state=state)
        )

    def answered(self, hash: str) -> bool:
        """Forget a challenge, so that it is answered once; False where somebody was faster."""
        gone = self._connection.execute(delete(t.challenge).where(t.challenge.c.hash == hash))
        return gone.rowcount == 1

    def sweep(self, at: datetime) -> None:
        """Forget challenges whose time is over."""
        self._connection.execute(delete(t.challenge).where(t.challenge.c.until <= at))
