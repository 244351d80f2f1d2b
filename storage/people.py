"""People, posts and units as rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from records.appointment import Tenure
from records.document import Classification
from records.errors import NotFound
from records.person import Person, Post, Role, Succession, Unit
from storage import tables as t


class People:
    """The people of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # A list asks for the same holders once a line; within one transaction they stay.
        self._held: dict[tuple[Role, str], list[Person]] = {}
        self._known_units: dict[str, Unit] = {}
        self._followed: frozenset[Succession] | None = None

    def add(self, person: Person, password: str, *, on: date | None = None) -> None:
        """Take somebody in; ``password`` is its hash, ``on`` the day from which they are here."""
        self._connection.execute(
            insert(t.person).values(id=person.id, password=password, **_row(person))
        )
        self._seat(person, on, "")

    def change(self, person: Person, *, on: date, basis: str = "") -> None:
        """Keep ``person`` as they are from ``on``, posts and all; what they held stays told."""
        done = self._connection.execute(
            update(t.person).where(t.person.c.id == person.id).values(**_row(person))
        )
        if done.rowcount != 1:
            raise NotFound("person.unknown")
        self._seat(person, on, basis)

    def set_password(self, id: str, password: str) -> None:
        """Keep a new password's hash."""
        self._connection.execute(
            update(t.person).where(t.person.c.id == id).values(password=password)
        )

    def get(self, id: str) -> Person:
        """Give somebody. Raises NotFound."""
        found = self._several(t.person.c.id == id)
        if not found:
            raise NotFound("person.unknown")
        return found[0]

    def holding(self, role: Role, unit: str = "") -> list[Person]:
        """Give who holds a role now, in one unit or in any."""
        unit = self.heir(unit)
        if (role, unit) not in self._held:
            held = select(t.post.c.person).where(t.post.c.role == role)
            if unit:
                held = held.where(t.post.c.unit == unit)
            found = self._several(t.person.c.id.in_(held), t.person.c.active)
            self._held[role, unit] = found
        return list(self._held[role, unit])

    def sitting(self, unit: str) -> list[Person]:
        """Give who holds any post in a unit now."""
        held = select(t.post.c.person).where(t.post.c.unit == self.heir(unit))
        return self._several(t.person.c.id.in_(held), t.person.c.active)

    def among(self, ids: Iterable[str]) -> list[Person]:
        """Give those of these accounts that there are, in their order of names."""
        return self._several(t.person.c.id.in_(sorted(set(ids))))

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Give the names of these accounts, or of everybody, by account name."""
        query = select(t.person.c.id, t.person.c.name)
        if ids is not None:
            query = query.where(t.person.c.id.in_(sorted(set(ids))))
        return {row.id: row.name for row in self._connection.execute(query)}

    def password(self, id: str) -> str:
        """Give the hash of somebody's password, "" where there is no such account."""
        query = select(t.person.c.password).where(t.person.c.id == id, t.person.c.active)
        return self._connection.execute(query).scalar() or ""

    def all(self) -> list[Person]:
        """Give everybody, in the order of their account names."""
        return self._several()

    def _several(self, *bounds: ColumnElement[bool]) -> list[Person]:
        rows = self._connection.execute(select(t.person).where(*bounds).order_by(t.person.c.id))
        people = rows.all()
        posts: dict[str, list[Post]] = {row.id: [] for row in people}
        held = select(t.post)
        if bounds:
            held = held.where(t.post.c.person.in_(list(posts)))
        for row in self._connection.execute(held.order_by(t.post.c.role, t.post.c.unit)):
            posts[row.person].append(Post(Role(row.role), row.unit, row.by_group))
        return [self._person(row, tuple(posts[row.id])) for row in people]

    def _person(self, row: Any, posts: tuple[Post, ...]) -> Person:
        units = {post.unit for post in posts}
        return Person(
            id=row.id,
            name=row.name,
            title=row.title,
            posts=posts,
            clearance=Classification(row.clearance),
            email=row.email,
            active=row.active,
            successions=frozenset(one for one in self.successions() if one.new in units),
        )

    def add_unit(self, unit: Unit) -> None:
        """Add a unit."""
        self._forget()
        self._connection.execute(
            insert(t.unit).values(
                id=unit.id, name=unit.name, notation=unit.notation, parent=unit.parent
            )
        )

    def change_unit(self, unit: Unit) -> None:
        """Keep a unit's new name, notation and place."""
        self._forget()
        done = self._connection.execute(
            update(t.unit)
            .where(t.unit.c.id == unit.id)
            .values(name=unit.name, notation=unit.notation, parent=unit.parent)
        )
        if done.rowcount != 1:
            raise NotFound("unit.unknown", unit=unit.id)

    def unit(self, id: str) -> Unit:
        """Give a unit. Raises NotFound."""
        if id not in self._known_units:
            row = self._connection.execute(select(t.unit).where(t.unit.c.id == id)).first()
            if row is None:
                raise NotFound("unit.unknown", unit=id)
            self._known_units[id] = _unit(row)
        return self._known_units[id]

    def units(self) -> list[Unit]:
        """Give every unit, in the order of their ids."""
        rows = self._connection.execute(select(t.unit).order_by(t.unit.c.id))
        return [_unit(row) for row in rows]

    def heir(self, unit: str) -> str:
        """Give the unit that has a unit's work today: itself, unless another took its place."""
        heirs = {one.new for one in self.successions() if one.old == unit and one.works}
        return next(iter(heirs), unit)

    def successions(self) -> frozenset[Succession]:
        """Give which unit's papers and work came to which unit of today."""
        if self._followed is None:
            rows = self._connection.execute(select(t.succession))
            ended = select(t.unit.c.id).where(t.unit.c.until.is_not(None))
            gone = frozenset(self._connection.execute(ended).scalars())
            told = [Succession(row.old, row.new, row.works) for row in rows]
            self._followed = followed(told, gone)
        return self._followed

    def end_unit(self, id: str, on: date) -> None:
        """Let there be no such unit from a day on; what it wrote stays its own."""
        self._forget()
        self._connection.execute(update(t.unit).where(t.unit.c.id == id).values(until=on))

    def succeed(self, one: Succession) -> None:
        """Let a unit have what another had."""
        self._forget()
        self._connection.execute(
            insert(t.succession).values(old=one.old, new=one.new, works=one.works)
        )

    def rename_unit(self, unit: Unit, since: date) -> None:
        """Give a unit another name and notation from a day on, and keep what it was called."""
        was = self.unit(unit.id)
        self._connection.execute(
            insert(t.former_name).values(
                unit=unit.id, until=since, name=was.name, notation=was.notation
            )
        )
        self.change_unit(unit)

    def former_names(self) -> dict[str, list[tuple[date, str, str]]]:
        """Give what units were called until when: name and notation, by unit, latest first."""
        query = select(t.former_name).order_by(t.former_name.c.unit, t.former_name.c.until.desc())
        found: dict[str, list[tuple[date, str, str]]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.unit, []).append((row.until, row.name, row.notation))
        return found

    def name_on(self, unit: str, on: date) -> str:
        """Give what a unit was called on a day. Raises NotFound."""
        query = select(t.former_name.c.name).where(
            t.former_name.c.unit == unit, t.former_name.c.until > on
        )
        was = self._connection.execute(query.order_by(t.former_name.c.until).limit(1)).scalar()
        return was or self.unit(unit).name

    def _forget(self) -> None:
        self._held.clear()
        self._known_units.clear()
        self._followed = None

    def tenures(self, person: str) -> list[Tenure]:
        """Give the posts somebody holds and held, the latest first."""
        column = t.tenure.c
        query = select(t.tenure).where(column.person == person)
        rows = self._connection.execute(query.order_by(column.role, column.unit, column.n)).all()
        found = [
            Tenure(row.person, Post(Role(row.role), row.unit), row.since, row.until, row.basis)
            for row in rows
        ]
        return sorted(found, key=lambda one: (one.until or date.max, one.since or date.min))[::-1]

    def _seat(self, person: Person, on: date | None, basis: str) -> None:
        self._held.clear()
        post, held = t.post.c, t.tenure.c
        rows = self._connection.execute(select(t.post).where(post.person == person.id))
        had = {Post(Role(row.role), row.unit) for row in rows}
        for one in had - set(person.posts):
            its = (held.person == person.id, held.role == one.role, held.unit == one.unit)
            self._connection.execute(
                delete(t.post).where(
                    post.person == person.id, post.role == one.role, post.unit == one.unit
                )
            )
            self._connection.execute(
                update(t.tenure).where(*its, held.until.is_(None)).values(until=on)
            )
        for one in set(person.posts) - had:
            its = (held.person == person.id, held.role == one.role, held.unit == one.unit)
            times = self._connection.execute(select(func.count()).where(*its)).scalar_one()
            key = {"person": person.id, "role": one.role, "unit": one.unit}
            self._connection.execute(insert(t.post).values(**key, by_group=one.by_group))
            self._connection.execute(
                insert(t.tenure).values(**key, n=times + 1, since=on, basis=basis)
            )


def _row(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "title": person.title,
        "email": person.email,
        "clearance": person.clearance,
        "active": person.active,
    }


def _unit(row: Any) -> Unit:
    return Unit(row.id, row.name, row.notation, row.parent, row.until)


def followed(told: Iterable[Succession], gone: frozenset[str]) -> frozenset[Succession]:
    """Give successions as they stand after all reorganisations, through units that are gone.

    Takes   told: one step each; gone: the units there are no more, whose own heirs have it all.
    """
    steps: dict[str, list[Succession]] = {}
    for one in told:
        steps.setdefault(one.old, []).append(one)
    found: dict[tuple[str, str], bool] = {}
    for old, first in steps.items():
        waiting, passed = list(first), {old}
        while waiting:
            one = waiting.pop()
            if one.new in passed:
                continue
            passed.add(one.new)
            if one.new not in gone:
                found[old, one.new] = one.works
            further = steps.get(one.new, []) if one.new in gone else []
            waiting += [Succession(old, then.new, one.works and then.works) for then in further]
    return frozenset(Succession(old, new, works) for (old, new), works in found.items())
