"""A road is played through with people who need not exist; nothing of it is kept anywhere."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from records.document import Classification
from records.errors import Refused
from records.person import Person, Post, Role, Unit
from records.proof import Claim, Finding, Move
from records.route import Route, State
from workflow.cast import Cast, Trial, cast_of
from workflow.office import Office
from workflow.space import Blocked, Paper, Spot
from workflow.walk import USUAL, Walk

OWN, ABOVE = "soan-thao", "co-quan"
LONGEST = 200
"""How many acts one play may have."""

PEOPLE = (
    ("an", "An", Role.OFFICER, OWN),
    ("binh", "Bình", Role.UNIT_HEAD, OWN),
    ("chi", "Chi", Role.OFFICE_CHIEF, ABOVE),
    ("dung", "Dũng", Role.LEADER, ABOVE),
    ("giang", "Giang", Role.LEADER, ABOVE),
    ("hoa", "Hoa", Role.REGISTRY_CLERK, ABOVE),
    ("khanh", "Khánh", Role.ARCHIVIST, ABOVE),
)
"""Everybody an office has at least: one for each role, and a second leader."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be done next."""

    key: str  # names it among the others
    move: Move


@dataclass(frozen=True, slots=True)
class Desk:
    """A state the imagined document is in, and who has it on their desk."""

    state: State
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """How far a play has come."""

    route: Route
    cast: Cast
    drafter: Person
    path: tuple[Move, ...]
    desks: tuple[Desk, ...]
    options: tuple[Option, ...]
    refused: tuple[Finding, ...]  # what the office would not let happen here
    paper: Paper
    numbered: bool
    ended: bool


def imagined(route: Route, units: Sequence[Unit]) -> Cast:
    """Give imagined people for every desk of a road, in imagined units and the named real ones."""
    known = {unit.id: unit for unit in units}
    own = (Unit(ABOVE, "Cơ quan", "CQ"), Unit(OWN, "Đơn vị soạn thảo", "ST", ABOVE))
    people = [_person(id, name, Post(role, unit)) for id, name, role, unit in PEOPLE]
    desks = {
        (one.unit, one.role or Role.UNIT_HEAD)
        for state in route.states.values()
        for who in (state.who, *(act.who for act in state.acts))
        for whole in who
        for one in (whole, *whole.among)
        if one.unit
    }
    named = []
    for n, (unit, role) in enumerate(sorted(desks), start=1):
        named.append(known.get(unit, Unit(unit, unit, unit)))
        people.append(_person(f"nguoi-{n}", f"{unit} {n}", Post(role, unit)))
    return Cast(people, (*own, *dict.fromkeys(named)))


def _person(id: str, name: str, post: Post) -> Person:
    return Person(id, name, "", (post,), Classification.TOP_SECRET)


def cast_for(office: Office, route: Route, *, real: bool = False) -> Cast:
    """Give the people of a play: those of today, or imagined ones."""
    with office.database.reading() as unit:
        return cast_of(unit) if real else imagined(route, unit.people.units())


def beginners(route: Route, cast: Cast) -> tuple[Person, ...]:
    """Give who may begin on a road."""
    return tuple(one for one, _ in cast.acting if one.roles & route.starters)


def play(  # noqa: PLR0913 - what is played, by whom, and what was chosen
    route: Route,
    cast: Cast,
    chosen: Sequence[str],
    *,
    drafter: str = "",
    classification: Classification = Classification.NONE,
    away: Collection[str] = (),
) -> Play:
    """Give where an imagined document has come to after what was chosen.

    Takes   chosen: keys of options, in their order; away: ids of people who are not there.
    Raises  Refused: nobody may begin, or something was chosen that cannot be done.
    """
    present = Cast([one for one in cast.all() if one.id not in away], cast.units())
    starting = beginners(route, present)
    begins = next((one for one in starting if drafter in ("", one.id)), None)
    if begins is None:
        raise Refused("simulation.nobody")
    walk = Walk(route, Trial(present, begins, min(begins.units), classification), USUAL)
    spot = next(walk.entered(Spot(frozenset()), route.start))
    path: list[Move] = []
    for key in chosen[:LONGEST]:
        found = [(move, to) for option, move, to in _offered(walk, spot, []) if option == key]
        if not found:
            raise Refused("simulation.not-offered", option=key)
        path.append(found[0][0])
        spot = found[0][1]
    blocked: list[Blocked] = []
    options = tuple(Option(key, move) for key, move, _ in _offered(walk, spot, blocked))
    return Play(
        route=route,
        cast=present,
        drafter=begins,
        path=tuple(path),
        desks=tuple(_desk(walk, name) for name in sorted(spot.active)),
        options=options,
        refused=tuple(_finding(one) for one in blocked),
        paper=spot.paper,
        numbered=spot.numbered,
        ended=any(route.states[name].final for name in spot.active),
    )


def _offered(walk: Walk, spot: Spot, blocked: list[Blocked]) -> Iterator[tuple[str, Move, Spot]]:
    seen: dict[str, int] = {}
    for move, to in walk.moves(spot, blocked):
        key = f"{move.state}.{move.act}.{move.by}"
        seen[key] = seen.get(key, 0) + 1
        yield key if seen[key] == 1 else f"{key}.{seen[key]}", move, to


def _desk(walk: Walk, name: str) -> Desk:
    state = walk.route.states[name]
    return Desk(state, () if state.final or state.parallel else walk.able(state.who))


def _finding(blocked: Blocked) -> Finding:
    where = blocked.move.to if blocked.claim is Claim.MANNED else blocked.move.state
    return Finding(blocked.claim, where, blocked.move.act, missing=blocked.missing)
