"""Units are renamed, merged, split and dissolved from a day on; their papers stay with somebody."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_hex

from records.audit import AuditEvent
from records.errors import NotAllowed, Refused
from records.person import Person, Post, Role, Succession
from records.person import Unit as Part
from records.reorganisation import Change, Reorganisation
from storage.unit import Unit
from workflow.desks import SYSTEM
from workflow.office import Office
from workflow.planned import carry_out_each

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""What the id of a unit may be."""

LONGEST = {"name": 200, "notation": 30, "basis": 100}
"""How many characters each word may have."""


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it was put before the office."""

    change: Change
    units: tuple[str, ...]
    into: tuple[Part, ...]
    on: date
    basis: str
    basis_on: date
    moves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Structure:
    """The office's units, of today and of before."""

    parts: tuple[Part, ...]
    former: Mapping[str, list[tuple[date, str, str]]]  # until when a unit bore which name
    successions: frozenset[Succession]

    @property
    def living(self) -> tuple[Part, ...]:
        """Give the units there are today."""
        return tuple(one for one in self.parts if one.until is None)


def structure(office: Office) -> Structure:
    """Give the units with their past, as everybody may know them."""
    with office.database.reading() as unit:
        return Structure(
            parts=tuple(unit.people.units()),
            former=unit.people.former_names(),
            successions=unit.people.successions(),
        )


def decisions(office: Office, *, by: Person) -> list[Reorganisation]:
    """Give what was decided of units, the latest first. Raises NotAllowed: no administrator."""
    _require(by)
    with office.database.reading() as unit:
        return unit.reorganisations.all()


def reorganise(office: Office, said: Said, *, by: Person) -> Reorganisation:
    """Take a decision on units: carried out at once if its day has come, else on that day.

    Raises  NotAllowed: no administrator. Refused: it is incomplete or cannot be.
    """
    _require(by)
    at = office.clock()
    made = Reorganisation(token_hex(16), *_told(said), by=by.id, at=at, moves=dict(said.moves))
    with office.database.unit() as unit:
        _check(unit, made)
        unit.reorganisations.add(made)
        if made.on > office.today():
            unit.audit.append(AuditEvent("unit:planned", by.id, at, "", _facts(made)))
            return made
        return _carry_out(unit, made, at, by.id)


def call_off(office: Office, id: str, *, by: Person) -> None:
    """Give up a decision before its day. Raises NotFound. Outrun: it was carried out."""
    _require(by)
    at = office.clock()
    with office.database.unit() as unit:
        made = unit.reorganisations.get(id)
        unit.reorganisations.cancel(id, at)
        unit.audit.append(AuditEvent("unit:called-off", by.id, at, "", _facts(made)))


def carry_out_due(office: Office) -> int:
    """Carry out every decision whose day has come, and tell how many.

    One that can no longer be carried out as it was decided is given up, and the log says so.
    """
    at = office.clock()
    with office.database.reading() as unit:
        due = unit.reorganisations.due(office.today())

    def carry_out(unit: Unit, one: Reorganisation) -> None:
        _check(unit, one)
        _carry_out(unit, one, at, SYSTEM.id)

    def give_up(unit: Unit, one: Reorganisation, rule: str) -> None:
        unit.reorganisations.cancel(one.id, at)
        facts = {**_facts(one), "rule": rule}
        unit.audit.append(AuditEvent("unit:called-off", SYSTEM.id, at, "", facts))

    return carry_out_each(office, due, carry_out, give_up)


# ── what cannot be ───────────────────────────────────────────────────────────────────────


def _require(by: Person) -> None:
    if Role.ADMINISTRATOR not in by.roles:
        raise NotAllowed("staff.not-yours")


def _told(
    said: Said,
) -> tuple[Change, tuple[str, ...], tuple[Part, ...], date, str, date]:
    units = tuple(dict.fromkeys(said.units))
    into = tuple(
        replace(one, name=one.name.strip(), notation=one.notation.strip()) for one in said.into
    )
    return said.change, units, into, said.on, said.basis.strip(), said.basis_on


def _check(unit: Unit, one: Reorganisation) -> None:
    known = {part.id: part for part in unit.people.units()}
    if not one.basis or len(one.basis) > LONGEST["basis"]:
        raise Refused("reorganise.basis", limit=LONGEST["basis"])
    if one.on < one.basis_on:
        raise Refused("reorganise.before-basis", basis_on=f"{one.basis_on:%d/%m/%Y}")
    if not one.units or not one.into:
        raise Refused("reorganise.incomplete")
    for id in one.units:
        _living(known, id)
    for made in one.into:
        _check_part(known, made)
    _COUNTS[one.change](one)
    if one.change is Change.SPLIT:
        _require_places(unit, one)


def _living(known: Mapping[str, Part], id: str) -> Part:
    part = known.get(id)
    if part is None:
        raise Refused("unit.unknown", unit=id)
    if part.until is not None:
        raise Refused("unit.gone", unit=part.name, until=f"{part.until:%d/%m/%Y}")
    return part


def _check_part(known: Mapping[str, Part], made: Part) -> None:
    if made.id in known:
        _living(known, made.id)
    elif not NAME.fullmatch(made.id):
        raise Refused("unit.id", unit=made.id)
    if not (made.name and made.notation):
        raise Refused("unit.incomplete")
    for name in ("name", "notation"):
        if len(getattr(made, name)) > LONGEST[name]:
            raise Refused("casefile.too-long", limit=LONGEST[name])
    if made.parent:
        _living(known, made.parent)


def _alone(one: Reorganisation) -> None:
    if len(one.units) != 1 or [made.id for made in one.into] != list(one.units):
        raise Refused("reorganise.incomplete")


def _together(one: Reorganisation) -> None:
    if len(one.into) != 1:
        raise Refused("reorganise.incomplete")
    if one.into[0].id in one.units:
        raise Refused("reorganise.itself")
    if one.into[0].parent in one.units:
        raise Refused("reorganise.below", unit=one.into[0].name)


def _apart(one: Reorganisation) -> None:
    ids = [made.id for made in one.into]
    if len(one.units) != 1 or len(set(ids)) != len(ids) or len(ids) < 2:  # noqa: PLR2004 - several
        raise Refused("reorganise.several")
    if any(made.parent in one.units for made in one.into if one.units[0] not in ids):
        raise Refused("reorganise.below", unit=one.into[0].name)


_COUNTS: Mapping[Change, Callable[[Reorganisation], None]] = {
    Change.RENAME: _alone,
    Change.MERGE: _together,
    Change.DISSOLVE: _together,
    Change.SPLIT: _apart,
}


def _require_places(unit: Unit, one: Reorganisation) -> None:
    ids = {made.id for made in one.into}
    for person in unit.people.sitting(one.units[0]):
        if one.moves.get(person.id) not in ids:
            raise Refused("reorganise.unplaced", person=person.name)


# ── what becomes of units ────────────────────────────────────────────────────────────────


def _carry_out(unit: Unit, one: Reorganisation, at: datetime, by: str) -> Reorganisation:
    unit.reorganisations.done(one.id, at)
    known = {part.id for part in unit.people.units()}
    if one.change is Change.RENAME:
        [called] = one.into
        unit.people.rename_unit(replace(called, parent=unit.people.unit(called.id).parent), one.on)
    else:
        for made in one.into:
            if made.id not in known:
                unit.people.add_unit(made)
        _reseat(unit, one, at, by)
        for id in one.units:
            _end(unit, one, id)
    unit.audit.append(AuditEvent("unit:reorganised", by, at, "", _facts(one)))
    return replace(one, done_at=at)


def _reseat(unit: Unit, one: Reorganisation, at: datetime, by: str) -> None:
    """Let everybody who sits in a unit of old sit where the decision puts them, from now on."""
    for person in unit.people.all():
        posts = tuple(dict.fromkeys(_moved(one, person)))
        if posts == person.posts:
            continue
        unit.people.change(replace(person, posts=posts), on=one.on, basis=one.basis)
        told = " ".join(f"{post.role}@{post.unit}" for post in posts)
        facts = {"person": person.id, "posts": told, "active": str(person.active)}
        unit.audit.append(AuditEvent("person:changed", by, at, "", facts))


def _moved(one: Reorganisation, person: Person) -> Iterable[Post]:
    first = one.into[0].id
    for post in person.posts:
        if post.unit not in one.units:
            yield post
        elif one.change is not Change.DISSOLVE:
            yield replace(post, unit=one.moves.get(person.id, first))


def _end(unit: Unit, one: Reorganisation, id: str) -> None:
    """End a unit that does not go on; its papers stay readable, its work with the first heir."""
    heirs = [made.id for made in one.into]
    if id in heirs:
        return  # what it has stays its own; the units taken from it begin with nothing
    for n, heir in enumerate(heirs):
        unit.people.succeed(Succession(id, heir, works=n == 0))
    for part in unit.people.units():
        if part.parent == id and part.until is None:
            unit.people.change_unit(replace(part, parent=heirs[0]))
    unit.people.end_unit(id, one.on)


def _facts(one: Reorganisation) -> dict[str, str]:
    return {
        "change": one.change,
        "units": " ".join(one.units),
        "into": " ".join(made.id for made in one.into),
        "on": one.on.isoformat(),
        "basis": f"{one.basis} {one.basis_on:%d/%m/%Y}",
    }
