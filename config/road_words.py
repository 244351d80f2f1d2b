"""The words a workflow file may use, and what may stand behind each."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from config.located import Strict
from records.document import Direction
from records.layout import Strictness
from records.person import Role
from records.route import Effect, Extra, FieldKind, Initials, Need, SamePerson, Way

WhoWord = str | Mapping[str, str | tuple[str | dict[str, str], ...]]


class TitleText(Strict):
    """A name in both languages."""

    vi: str
    en: str


class ActText(Strict):
    """One action under a state."""

    title: TitleText
    to: str
    who: tuple[WhoWord, ...] = ()
    needs: tuple[Need, ...] = ()
    does: Effect | None = None
    also: str = ""
    reports: Literal["", "02", "03", "04", "05", "06"] = ""
    asks: tuple[str, ...] = ()
    tells: tuple[WhoWord, ...] = ()


class EscalationText(Strict):
    """``escalate`` under a state."""

    after: str
    how: Way


class TurnText(Strict):
    """One line under ``choice``; the last one says no ``when``."""

    to: str
    when: str = ""


class StateText(Strict):
    """One state under ``states``."""

    title: TitleText
    who: tuple[WhoWord, ...] = ()
    editable: bool = False
    approves: bool = False
    within: str = ""
    escalate: EscalationText | None = None
    actions: dict[str, ActText] = Field(default_factory=dict)
    choice: tuple[TurnText, ...] = ()
    parallel: "ParallelText | None" = None
    route: str = ""
    returns: dict[str, str] = Field(default_factory=dict)
    automatic: str = ""
    same_person: SamePerson = SamePerson.STRICTLY
    initials: Initials = Initials.NONE
    allows: tuple[Extra, ...] | None = None


class BranchText(Strict):
    """One of ``branches``: either one step (``who``), or ``states`` of its own."""

    title: TitleText
    who: tuple[WhoWord, ...] = ()
    approves: bool = False
    within: str = ""
    escalate: EscalationText | None = None
    actions: dict[str, ActText] = Field(default_factory=dict)
    allows: tuple[Extra, ...] | None = None
    start: str = ""
    states: dict[str, StateText] = Field(default_factory=dict)


class ParallelText(Strict):
    """``parallel`` under a state."""

    join: str
    after_no: Literal["stop", "collect"] = "stop"
    agreed: str
    declined: str
    branches: dict[str, BranchText] = Field(min_length=2)


class FieldText(Strict):
    """One of ``fields``."""

    vi: str
    en: str
    kind: FieldKind = FieldKind.TEXT


class RouteText(Strict):
    """A whole workflow file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    title: TitleText
    direction: Direction
    start: str
    starters: list[Role] = Field(default_factory=list)
    part: bool = False
    layout: Strictness | None = None
    allows: tuple[Extra, ...] = ()
    fields: dict[str, FieldText] = Field(default_factory=dict)
    states: dict[str, StateText]


StateText.model_rebuild()
