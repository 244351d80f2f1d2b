"""The roads in ``config/workflows``, read, checked and given as values."""

from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.located import Located, Strict
from records.document import Digest, Direction
from records.errors import Refused
from records.person import Role
from records.route import Act, Effect, Escalation, Need, Route, State, Title, Way, Who, Whom
from records.working_time import Span, span_of


class TitleText(Strict):
    """A name in both languages."""

    vi: str
    en: str


class ActText(Strict):
    """One action under a state."""

    title: TitleText
    to: str
    who: tuple[str | dict[str, str], ...] = ()
    needs: tuple[Need, ...] = ()
    does: Effect | None = None
    also: str = ""
    reports: Literal["", "02", "03", "04", "05", "06"] = ""


class EscalationText(Strict):
    """``escalate`` under a state."""

    after: str
    how: Way


class StateText(Strict):
    """One state under ``states``."""

    title: TitleText
    who: tuple[str | dict[str, str], ...] = ()
    editable: bool = False
    approves: bool = False
    within: str = ""
    escalate: EscalationText | None = None
    actions: dict[str, ActText] = Field(default_factory=dict)


class RouteText(Strict):
    """A whole workflow file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    title: TitleText
    direction: Direction
    start: str
    starters: list[Role] = Field(min_length=1)
    states: dict[str, StateText]


def read_routes(folder: Path) -> dict[str, Route]:
    """Give every road in ``folder`` by its name.

    Raises  Refused: ``config.invalid`` with ``where`` (file:line) and ``why``.
    """
    return {name: read_route(text, name) for name, text in read_texts(folder).items()}


def read_texts(folder: Path) -> dict[str, str]:
    """Give the text of every road in ``folder`` by its name, each one proven to be readable."""
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        located = Located(path)
        route = _route(located)
        if route.name in texts:
            raise located.wrong(["name"], f"{route.name} is the name of another file's road")
        texts[route.name] = located.text
    if not texts:
        raise Refused("config.invalid", where=folder.name, why="no workflow in this folder")
    return texts


def read_route(text: str, name: str = "") -> Route:
    """Give the road that ``text`` describes; ``name`` is what complaints call it."""
    return _route(Located(Path(f"{name or 'workflow'}.yaml"), text))


def _route(located: Located) -> Route:
    text = located.model(RouteText)
    _check_picture(located, text)
    return Route(
        name=text.name,
        title=_title(text.title),
        direction=text.direction,
        start=text.start,
        starters=frozenset(text.starters),
        states={name: _state(located, name, state) for name, state in text.states.items()},
        digest=Digest(sha256(located.text.encode()).hexdigest()),
    )


def _title(text: TitleText) -> Title:
    return Title(text.vi, text.en)


def _state(located: Located, name: str, text: StateText) -> State:
    place = ["states", name]
    who = _people(located, [*place, "who"], text.who)
    if Who(Whom.PREVIOUS) in who:
        raise located.wrong([*place, "who"], "previous is for single actions, not for a desk")
    return State(
        name=name,
        title=_title(text.title),
        who=who,
        acts=tuple(
            _act(located, [*place, "actions", act], act, body) for act, body in text.actions.items()
        ),
        editable=text.editable,
        approves=text.approves,
        within=_span(located, [*place, "within"], text.within),
        escalates=_escalation(located, place, text),
    )


def _span(located: Located, place: list[str], written: str) -> Span | None:
    try:
        return span_of(written) if written else None
    except ValueError as wrong:
        raise located.wrong(place, str(wrong)) from wrong


def _escalation(located: Located, place: list[str], text: StateText) -> Escalation | None:
    if text.escalate is None:
        return None
    after = _span(located, [*place, "escalate", "after"], text.escalate.after)
    if not text.within or after is None:
        raise located.wrong([*place, "escalate"], "only a step with within can be overdue")
    return Escalation(after, text.escalate.how)


def _act(located: Located, place: list[str], name: str, text: ActText) -> Act:
    who = _people(located, [*place, "who"], text.who)
    if Who(Whom.PREVIOUS) in who and len(who) > 1:
        raise located.wrong([*place, "who"], "previous stands alone: only they may take it back")
    return Act(
        name=name,
        title=_title(text.title),
        to=text.to,
        who=who,
        needs=frozenset(text.needs),
        does=text.does,
        also=text.also,
        reports=text.reports,
    )


def _people(
    located: Located, place: list[str], words: tuple[str | dict[str, str], ...]
) -> tuple[Who, ...]:
    return tuple(_who(located, [*place, n], word) for n, word in enumerate(words))


def _who(located: Located, place: list[str | int], word: str | dict[str, str]) -> Who:
    said = {word: ""} if isinstance(word, str) else word
    try:
        [(way, value)] = said.items()
        whom = Whom(way)
        unit, _, role = value.rpartition("/")
        if whom is Whom.ROLE:
            return Who(whom, Role(value))
        if whom is Whom.DESK and unit:
            return Who(whom, Role(role), unit)
        if whom is not Whom.DESK and not value:
            return Who(whom)
    except ValueError:
        pass
    known = ", ".join(whom.value for whom in Whom)
    raise located.wrong(place, f"{word!r} names nobody; known are {known}, role: … and desk: …")


def _check_picture(located: Located, text: RouteText) -> None:
    if text.start not in text.states:
        raise located.wrong(["start"], f"there is no state {text.start!r}")
    for name, state in text.states.items():
        for act, body in state.actions.items():
            if body.to not in text.states:
                place = ["states", name, "actions", act, "to"]
                raise located.wrong(place, f"there is no state {body.to!r}")
        if state.actions and not state.who:
            # Even where each act says who: the document must lie on somebody's desk.
            raise located.wrong(["states", name], "nobody's desk: this state does not say who")
    lost = set(text.states) - _reached(text)
    if lost:
        state_name = min(lost)
        raise located.wrong(["states", state_name], "no road leads to this state")


def _reached(text: RouteText) -> set[str]:
    seen: set[str] = set()
    waiting = [text.start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [act.to for act in text.states[name].actions.values()]
    return seen
