"""The office's register of certificates as rows: whose each is, and until when."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    select,
    tuple_,
    update,
)

from records.errors import NotFound, Outrun, Refused
from records.signing import SOON, Certificate, Holding, KeyKind, Standing
from storage import tables as t


class Certificates:
    """The certificates of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Certificate) -> None:
        """Register a certificate. Raises Refused: it is somebody's already."""
        if self.known([one.fingerprint]):
            raise Refused("certificate.taken")
        self.add_all([one])

    def add_all(self, several: Sequence[Certificate]) -> None:
        """Register certificates of which none is known."""
        if several:
            self._connection.execute(insert(t.certificate), [asdict(one) for one in several])

    def known(self, fingerprints: Sequence[str]) -> set[str]:
        """Give those of these fingerprints that are in the register."""
        column = t.certificate.c.fingerprint
        found = select(column).where(column.in_(fingerprints))
        return set(self._connection.execute(found).scalars())

    def get(self, fingerprint: str) -> Certificate:
        """Give a certificate. Raises NotFound."""
        found = self._several(select(t.certificate), t.certificate.c.fingerprint == fingerprint)
        if not found:
            raise NotFound("certificate.unknown")
        return found[0]

    def remove(self, fingerprint: str) -> Certificate:
        """Take a certificate out of the register and give it. Raises NotFound."""
        one = self.get(fingerprint)
        self._connection.execute(
            delete(t.certificate).where(t.certificate.c.fingerprint == fingerprint)
        )
        return one

    def revoke(self, one: Certificate) -> None:
        """Keep from when on nothing is signed with a certificate. Raises Outrun: it was before."""
        row = t.certificate.c
        done = self._connection.execute(
            update(t.certificate)
            .where(row.fingerprint == one.fingerprint, row.revoked_at.is_(None))
            .values(
                revoked_at=one.revoked_at, revoked_by=one.revoked_by, revoked_why=one.revoked_why
            )
        )
        if done.rowcount != 1:
            raise Outrun("certificate.revoked-before")

    def of(self, person: str) -> list[Certificate]:
        """Give somebody's certificates, newest first; those of the agency for ""."""
        query = select(t.certificate).order_by(
            t.certificate.c.at.desc(), t.certificate.c.fingerprint
        )
        return self._several(query, t.certificate.c.person == person)

    def listed(
        self,
        words: str,
        standing: str,
        now: datetime,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int,
    ) -> list[Certificate]:
        """Give certificates by the day they end, starting behind one that was shown.

        Takes   words: without accents, each of which is in what it is found by; standing: one of
                ``Standing``, "differs" for those that name another than their holder, or "".
        """
        row = t.certificate.c
        clauses = [row.sought.contains(word, autoescape=True) for word in words.split()]
        clauses += [_stands(standing, now)] if standing else []
        if after is not None:
            clauses.append(tuple_(row.not_after, row.fingerprint) > after)
        query = select(t.certificate).order_by(row.not_after, row.fingerprint).limit(limit)
        return self._several(query, *clauses)

    def counts(self, now: datetime) -> dict[str, int]:
        """Give how many certificates stand how, and how many name another than their holder."""
        kinds = [*Standing, "differs"]
        row = self._connection.execute(
            select(*(func.count().filter(_stands(kind, now)) for kind in kinds))
        ).one()
        return dict(zip(kinds, row, strict=True))

    def ending(self, now: datetime, stage: int, limit: int) -> list[Certificate]:
        """Give certificates that end within so many days, whose holder was not told so.

        Whose successor is registered already needs no warning.
        """
        row, later = t.certificate.c, t.certificate.alias()
        told = exists().where(
            t.warning.c.certificate == row.fingerprint, t.warning.c.stage == stage
        )
        replaced = exists().where(
            later.c.person == row.person,
            later.c.revoked_at.is_(None),
            later.c.not_after > now + SOON,
        )
        due = row.not_after <= now + timedelta(days=stage)
        query = select(t.certificate).order_by(row.not_after, row.fingerprint).limit(limit)
        clauses = (row.revoked_at.is_(None), row.not_after > now, due, not_(told), not_(replaced))
        return self._several(query, *clauses)

    def warn(self, fingerprint: str, stages: Sequence[int], at: datetime) -> bool:
        """Keep that somebody was told, and tell whether nobody told them before."""
        known = set(
            self._connection.execute(
                select(t.warning.c.stage).where(t.warning.c.certificate == fingerprint)
            ).scalars()
        )
        new = [{"certificate": fingerprint, "stage": s, "at": at} for s in stages if s not in known]
        if new:
            self._connection.execute(insert(t.warning), new)
        return bool(stages) and min(stages) not in known

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

    def holdings(self, people: Sequence[str]) -> dict[str, Holding]:
        """Give with which keys these people sign, where that was settled."""
        query = select(t.holding).where(t.holding.c.person.in_(people))
        rows = self._connection.execute(query).mappings()
        return {row["person"]: Holding(**{**row, "kind": KeyKind(row["kind"])}) for row in rows}

    def _several(
        self, query: Select[tuple[object, ...]], *clauses: ColumnElement[bool]
    ) -> list[Certificate]:
        rows = self._connection.execute(query.where(*clauses))
        return [Certificate(**row) for row in rows.mappings()]


def _stands(standing: str, now: datetime) -> ColumnElement[bool]:
    """Give what holds of certificates that stand so, as ``Certificate.standing`` says it."""
    row = t.certificate.c
    if standing == "differs":
        return row.differs != ""
    if standing == Standing.REVOKED:
        return row.revoked_at.is_not(None)
    begun, over = row.not_before <= now, row.not_after <= now
    soon = row.not_after <= now + SOON
    clauses = {
        Standing.TO_COME: not_(begun),
        Standing.ENDED: and_(begun, over),
        Standing.ENDING: and_(begun, not_(over), soon),
        Standing.GOOD: and_(begun, not_(over), not_(soon)),
    }
    return and_(row.revoked_at.is_(None), clauses[Standing(standing)])
