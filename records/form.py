"""A document type as the office drafts it, and the questions its form asks."""

from dataclasses import dataclass
from enum import StrEnum

from records.layout import Strictness
from records.level import Level


class FieldKind(StrEnum):
    """What a drafter types into a field."""

    TEXT = "text"  # one line
    LINES = "lines"  # one paragraph or name a line
    DATE = "date"  # ISO 8601: 2026-11-20


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form."""

    key: str
    label: str  # Vietnamese; printed where the field has no place of its own
    label_en: str
    kind: FieldKind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A document type as the office drafts it."""

    id: str  # the abbreviation or, where there is none, the name in small letters: "công văn"
    abbreviation: str  # "QĐ"; "" for công văn and thư công
    name: str  # "Quyết định"
    name_en: str
    template: str  # decision, resolution, letter, invitation or named
    fields: tuple[Field, ...]
    retention: int | None = None  # years, records.level.PERMANENT for good; None: the usual
    level: Level | None = None  # what its signatures must reach; None: by its retention
    layout: Strictness = Strictness.WARN  # what errors of layout mean, where its road says nothing
