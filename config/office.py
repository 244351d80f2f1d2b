"""The office itself, its registers and its stand on secrets, as its files describe them."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.located import Located, Strict
from records.document import Classification, Direction
from records.person import Organ, Person, Post, Role, Unit
from records.register import Book
from records.secrecy import Downloads


class FormerText(Strict):
    """One of ``former``: what the agency was, or still is, called before a day."""

    until: date
    name: str
    letterhead: str
    superior: str = ""


class OrganText(Strict):
    """``organ`` in office.yaml."""

    id: str
    name: str
    letterhead: str
    superior: str = ""
    place: str
    notation: str
    collective: str = ""
    former: list[FormerText] = Field(default_factory=list)


class UnitText(Strict):
    """One of ``units``."""

    name: str
    notation: str
    parent: str | None = None


class PersonText(Strict):
    """One of ``people``; posts are written role@unit."""

    name: str
    title: str
    posts: list[str]
    clearance: Classification = Classification.NONE
    email: str = ""


class OfficeText(Strict):
    """office.yaml."""

    organ: OrganText
    units: dict[str, UnitText]
    people: dict[str, PersonText]
    default_signer: str
    capacities: dict[str, list[str]]


ColumnId = Literal[
    "arrived_on",
    "author",
    "code",
    "copies",
    "handler",
    "issued_on",
    "keeper",
    "received_by",
    "recipients",
    "remark",
    "sent_on",
    "signer",
    "source_number",
    "subject",
]
"""What a register can say of a document; any other column would stay empty for ever."""


class ColumnText(Strict):
    """One printed column of a register."""

    id: ColumnId
    title: str
    width: int = Field(gt=0)


class BookText(Strict):
    """One of ``books`` in registers.yaml."""

    name: str
    direction: Direction
    classified: bool = False
    per_type: bool
    types: tuple[str, ...] = ()
    notation: str = "{type}-{office}"
    notation_plain: str = "{office}-{unit}"
    columns: str


class RegistersText(Strict):
    """registers.yaml."""

    columns: dict[str, list[ColumnText]]
    books: dict[str, BookText]


class Profile(StrEnum):
    """What becomes of state secrets (security design, section 1)."""

    SEALED = "sealed"
    CONNECTED = "connected"


class DownloadText(Strict):
    """``download`` in secrecy.yaml; a class of which nothing is said grants nothing."""

    confidential: tuple[Role | Literal["drafter"], ...] = ()
    secret: tuple[Role | Literal["drafter"], ...] = ()
    top_secret: tuple[Role | Literal["drafter"], ...] = ()


class SecrecyText(Strict):
    """secrecy.yaml."""

    profile: Profile
    download: DownloadText = DownloadText()


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """Who the office is, before anybody moved in."""

    organs: tuple[tuple[date, Organ], ...]  # the first day of another name, and what it was until
    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    default_signer: str
    capacities: dict[str, tuple[str, ...]]

    @property
    def organ(self) -> Organ:
        """Give the agency under its newest name."""
        return self.organs[-1][1]


def read_office(path: Path) -> OfficeFile:
    """Give the office of ``office.yaml``. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(OfficeText)
    if text.default_signer not in text.people:
        raise located.wrong(["default_signer"], f"nobody is called {text.default_signer!r}")
    people = tuple(_person(located, name, body, text) for name, body in text.people.items())
    if not any(one.id == text.default_signer and Role.LEADER in one.roles for one in people):
        raise located.wrong(["default_signer"], f"{text.default_signer!r} holds no post of leader")
    for name in text.capacities:
        if name not in text.people:
            raise located.wrong(["capacities", name], f"nobody is called {name!r}")
    return OfficeFile(
        organs=_organs(located, text.organ),
        units=_units(located, text),
        people=people,
        default_signer=text.default_signer,
        capacities={name: tuple(lines) for name, lines in text.capacities.items()},
    )


def _organs(located: Located, text: OrganText) -> tuple[tuple[date, Organ], ...]:
    """Give the agency under each of its names, in their order, the newest for ever."""
    newest = Organ(
        id=text.id,
        name=text.name,
        superior=text.superior,
        place=text.place,
        notation=text.notation,
        facts={"letterhead": text.letterhead, "collective": text.collective},
    )
    days = [one.until for one in text.former]
    if days != sorted(set(days)):
        raise located.wrong(
            ["organ", "former"], "each name ends on a later day than the one before"
        )
    former = (
        replace(
            newest,
            name=one.name,
            superior=one.superior,
            facts={**newest.facts, "letterhead": one.letterhead},
        )
        for one in text.former
    )
    return (*zip(days, former, strict=True), (date.max, newest))


def _units(located: Located, text: OfficeText) -> tuple[Unit, ...]:
    """Give the units, each behind the one it lies in, as they must be taken in."""
    units = [_unit(located, name, unit, text) for name, unit in text.units.items()]
    placed: dict[str | None, Unit] = {}
    while units:
        fitting = [one for one in units if one.parent is None or one.parent in placed]
        if not fitting:
            raise located.wrong(["units", units[0].id], "this unit lies below itself")
        placed |= {one.id: one for one in fitting}
        units = [one for one in units if one.id not in placed]
    return tuple(placed.values())


def _unit(located: Located, name: str, unit: UnitText, text: OfficeText) -> Unit:
    if unit.parent is not None and unit.parent not in text.units:
        raise located.wrong(["units", name, "parent"], f"there is no unit {unit.parent!r}")
    return Unit(name, unit.name, unit.notation, unit.parent)


def _person(located: Located, name: str, body: PersonText, text: OfficeText) -> Person:
    posts = tuple(_post(located, ["people", name, "posts"], post, text) for post in body.posts)
    return Person(name, body.name, body.title, posts, body.clearance, body.email)


def _post(located: Located, place: list[str], words: str, text: OfficeText) -> Post:
    role, _, unit = words.partition("@")
    if role not in set(Role) or unit not in text.units:
        raise located.wrong(place, f"{words!r} is not role@unit of this office")
    return Post(Role(role), unit)


def read_registers(path: Path) -> tuple[Book, ...]:
    """Give the books of ``registers.yaml``, in its order. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(RegistersText)
    return tuple(_book(located, id, book, text) for id, book in text.books.items())


def _book(located: Located, id: str, book: BookText, text: RegistersText) -> Book:
    if book.columns not in text.columns:
        place = ["books", id, "columns"]
        raise located.wrong(place, f"there are no columns {book.columns!r}")
    for name, pattern in {"notation": book.notation, "notation_plain": book.notation_plain}.items():
        try:
            pattern.format(type="", office="", unit="")
        except (LookupError, ValueError, AttributeError) as wrong:
            raise located.wrong(["books", id, name], f"{pattern!r} cannot be filled in") from wrong
    return Book(
        id=id,
        name=book.name,
        direction=book.direction,
        classified=book.classified,
        per_type=book.per_type,
        types=frozenset(book.types),
        notation=book.notation,
        notation_plain=book.notation_plain,
        columns=tuple(
            (column.id, column.title, column.width) for column in text.columns[book.columns]
        ),
    )


def read_profile(path: Path) -> Profile:
    """Give the profile of ``secrecy.yaml``. Raises Refused ``config.invalid``."""
    return Located(path).model(SecrecyText).profile


def read_downloads(path: Path) -> Downloads:
    """Give to whom ``secrecy.yaml`` grants bytes. Raises Refused ``config.invalid``."""
    told = Located(path).model(SecrecyText).download
    return Downloads(
        {
            Classification.CONFIDENTIAL: frozenset(told.confidential),
            Classification.SECRET: frozenset(told.secret),
            Classification.TOP_SECRET: frozenset(told.top_secret),
        }
    )
