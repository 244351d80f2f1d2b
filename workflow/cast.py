"""Who can act where, told for people who need not exist: those of today, or imagined ones."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from identity.reading import cleared, tokens_of
from records.document import Classification, Digest, Direction, Document, DocumentId, Urgency
from records.errors import NotFound
from records.person import Person, Role, Succession, Unit
from records.route import Route, Who
from storage.people import People
from storage.unit import Unit as UnitOfWork
from workflow.desks import desk_for

NEVER = datetime(2020, 1, 1, tzinfo=UTC)


class Cast(People):
    """People and units held in memory, asked as those of a transaction are."""

    def __init__(self, people: Sequence[Person], units: Sequence[Unit]) -> None:
        self._people = tuple(people)
        self._units = tuple(units)

    def all(self) -> list[Person]:
        """Give everybody."""
        return list(self._people)

    def units(self) -> list[Unit]:
        """Give every unit."""
        return list(self._units)

    def unit(self, id: str) -> Unit:
        """Give a unit. Raises NotFound."""
        found = [one for one in self._units if one.id == id]
        if not found:
            raise NotFound("unit.unknown", unit=id)
        return found[0]

    def names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Give the names of these accounts, or of everybody, by account name."""
        wanted = None if ids is None else set(ids)
        return {one.id: one.name for one in self._people if wanted is None or one.id in wanted}

    def successions(self) -> frozenset[Succession]:
        """Give which unit's work came to which unit that any of them sits in."""
        return frozenset(told for one in self._people for told in one.successions)

    def holding(self, role: Role, unit: str = "") -> list[Person]:
        """Give who holds a role, in one unit or in any."""
        unit = self.heir(unit)
        return [
            one
            for one in self._people
            if one.active
            and any(post.role is role and unit in ("", post.unit) for post in one.posts)
        ]

    @cached_property
    def acting(self) -> tuple[tuple[Person, frozenset[str]], ...]:
        """Give everybody who holds any token, with their tokens."""
        held = ((one, tokens_of(one)) for one in self._people)
        return tuple((one, tokens) for one, tokens in held if tokens)


def cast_of(unit: UnitOfWork) -> Cast:
    """Give the people of today."""
    return Cast(unit.people.all(), unit.people.units())


@dataclass(frozen=True, slots=True)
class Trial:
    """A document that exists only to ask who could act on it."""

    cast: Cast
    drafter: Person
    unit: str
    classification: Classification = Classification.NONE
    signer: str = ""

    def able(self, who: tuple[Who, ...], *, assignee: str = "") -> tuple[Person, ...]:
        """Give everybody who could act where ``who`` is asked for."""
        desk = desk_for(self.cast, self.document(assignee), who)
        return tuple(
            one
            for one, tokens in self.cast.acting
            if tokens & desk and cleared(one, self.classification)
        )

    def chargeable(self) -> str:
        """Give somebody whom a directive could charge, other than the drafter if there is one."""
        able = [one.id for one, _ in self.cast.acting if cleared(one, self.classification)]
        others = [id for id in able if id != self.drafter.id]
        return next(iter([*others, *able]), "")

    def document(self, assignee: str = "") -> Document:
        """Give the document that is asked about."""
        return replace(
            BLANK,
            classification=self.classification,
            own_class=self.classification,
            unit=self.unit,
            drafter=self.drafter.id,
            fields={"signer": self.signer} if self.signer else {},
            assignee=assignee,
        )


BLANK = Document(
    id=DocumentId("0" * 32),
    direction=Direction.OUTGOING,
    type="",
    subject="",
    classification=Classification.NONE,
    own_class=Classification.NONE,
    urgency=Urgency.NORMAL,
    workflow="",
    definition=Digest("0" * 64),
    state="",
    version=1,
    unit="",
    drafter="",
    created_at=NEVER,
    changed_at=NEVER,
)


def trials(route: Route, cast: Cast, classes: Sequence[Classification]) -> Iterator[Trial]:
    """Give a trial for everybody who may begin on a road, one for each kind of people.

    Two people with the same posts and clearance are of one kind: the road treats them alike.
    """
    beginning = [person for person, _ in cast.acting if person.roles & route.starters]
    seen = set()
    for classification in classes:
        for person in beginning:
            for unit in sorted(person.units):
                kind = (unit, frozenset(person.posts), classification)
                if cleared(person, classification) and kind not in seen:
                    seen.add(kind)
                    yield Trial(cast, person, unit, classification)
