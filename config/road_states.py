"""The states of a workflow file as values: their acts, branches, turns, and roads used inside."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from config.located import Located
from config.road_words import (
    ActText,
    BranchText,
    EscalationText,
    ParallelText,
    RouteText,
    StateText,
    TitleText,
    TurnText,
    WhoWord,
)
from records.condition import FACTS, condition_of
from records.person import Role
from records.route import (
    AGREED,
    DECLINED,
    OUTCOMES,
    Act,
    Branch,
    Escalation,
    Extra,
    Field,
    Need,
    Parallel,
    Route,
    State,
    Title,
    Turn,
    Who,
    Whom,
)
from records.working_time import Span, span_of

Place = list[str | int]

USUAL = (
    Act("approve", Title("Đồng ý", "Agree"), AGREED, needs=frozenset({Need.SEEN})),
    Act("decline", Title("Không đồng ý", "Disagree"), DECLINED, needs=frozenset({Need.COMMENT})),
)
"""What may be done in a branch that is one step and says nothing else."""

LONGEST_NAME = 40
"""How many signs the name of a state or an act may have, those of the road it is part of too."""


@dataclass
class Reading:
    """One workflow file while it is read."""

    located: Located
    fields: dict[str, Field]
    allows: frozenset[Extra]
    used: Callable[[str, Place], Route]
    states: dict[str, State] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)  # where each state stands in the file
    aliases: dict[str, str] = field(
        default_factory=dict
    )  # a road used here → the state it begins in

    def meant(self, name: str) -> str:
        """Give the state that a name means: of a road used as a state, the first one."""
        return self.aliases.get(name, name)

    def add(self, state: State, place: Place) -> None:
        """Take in a state. Raises Refused: its name is taken, reserved or too long."""
        if state.name in OUTCOMES:
            raise self.located.wrong(place, f"{state.name!r} is the outcome of a branch, no state")
        if state.name in self.states:
            raise self.located.wrong(place, f"{state.name!r} is the name of another state")
        for name in (state.name, *(act.name for act in state.acts)):
            if len(name) > LONGEST_NAME:
                raise self.located.wrong(place, f"{name!r} has more than {LONGEST_NAME} signs")
        self.states[state.name] = state
        self.places[state.name] = place


def states_of(reading: Reading, text: RouteText) -> dict[str, State]:
    """Give every state of a file by its name, in its order, each name meaning one state."""
    for name, body in text.states.items():
        _take(reading, ["states", name], name, body, ("", ""))
    renamed = {name: _renamed(state, reading.meant) for name, state in reading.states.items()}
    for name, state in renamed.items():
        _check_asks(reading, name, state)
    return renamed


def title_of(text: TitleText) -> Title:
    """Give a name in both languages."""
    return Title(text.vi, text.en)


def _take(
    reading: Reading, place: Place, name: str, text: StateText, home: tuple[str, str]
) -> None:
    _check_kind(reading.located, place, text)
    if text.route:
        _take_part(reading, place, name, text, home)
        return
    state = State(
        name=name,
        title=title_of(text.title),
        who=_desk(reading.located, place, text.who),
        acts=_acts(reading.located, place, text.actions),
        editable=text.editable,
        approves=text.approves,
        within=_span(reading.located, [*place, "within"], text.within),
        escalates=_escalation(reading.located, place, text),
        parallel=_parallel(reading.located, place, text.parallel),
        choice=_choice(reading, place, text.choice),
        automatic=text.automatic,
        same_person=text.same_person,
        initials=text.initials,
        home=home,
        allows=_allowed(reading, text),
    )
    reading.add(state, place)
    for branch, body in text.parallel.branches.items() if text.parallel else ():
        _take_branch(reading, [*place, "parallel", "branches", branch], branch, body, name)


def _check_kind(located: Located, place: Place, text: StateText) -> None:
    kinds = {
        "choice": bool(text.choice),
        "parallel": text.parallel is not None,
        "route": bool(text.route),
    }
    said = [kind for kind, is_so in kinds.items() if is_so]
    if len(said) > 1:
        raise located.wrong([*place, said[1]], f"a state has a {said[0]} or a {said[1]}, not both")
    if (text.choice or text.route) and (text.actions or text.who):
        raise located.wrong(place, f"nobody acts where there is a {said[0]}")
    if text.returns and not text.route:
        raise located.wrong([*place, "returns"], "only a road used as a state returns")


def _take_branch(
    reading: Reading, place: Place, name: str, text: BranchText, parallel: str
) -> None:
    home = (parallel, name)
    if text.states:
        if text.who or text.actions:
            raise reading.located.wrong(place, "a branch is one step, or has states, not both")
        if text.start not in text.states:
            why = f"there is no state {text.start!r} to start in"
            raise reading.located.wrong([*place, "start"], why)
        for inner, body in text.states.items():
            _take(reading, [*place, "states", inner], inner, body, home)
        return
    if text.start:
        raise reading.located.wrong([*place, "start"], "a branch of one step starts there")
    located = reading.located
    state = State(
        name=name,
        title=title_of(text.title),
        who=_desk(located, place, text.who),
        acts=_acts(located, place, text.actions) or USUAL,
        approves=text.approves,
        within=_span(located, [*place, "within"], text.within),
        escalates=_escalation(located, place, text),
        home=home,
        allows=_allowed(reading, text),
    )
    reading.add(state, place)


def _allowed(reading: Reading, text: StateText | BranchText) -> frozenset[Extra]:
    if text.allows is not None:
        return frozenset(text.allows)
    acted = isinstance(text, BranchText) or text.actions
    return reading.allows if acted else frozenset()


def _parallel(located: Located, place: Place, text: ParallelText | None) -> Parallel | None:
    if text is None:
        return None
    return Parallel(
        branches=tuple(
            Branch(name, title_of(body.title), body.start or name)
            for name, body in text.branches.items()
        ),
        wanted=_wanted(located, [*place, "parallel", "join"], text.join, len(text.branches)),
        collects=text.after_no == "collect",
        agreed=text.agreed,
        declined=text.declined,
    )


def _wanted(located: Located, place: Place, join: str, count: int) -> int:
    if join in ("all", "any"):
        return count if join == "all" else 1
    match = re.fullmatch(r"([1-9]\d?) of ([1-9]\d?)", join, re.ASCII)
    if match is None:
        raise located.wrong(place, f"{join!r} is not: all, any, or a number such as 2 of 3")
    wanted, of = int(match[1]), int(match[2])
    if of != count or wanted > count:
        raise located.wrong(place, f"{join!r}, but there are {count} branches")
    return wanted


def _choice(reading: Reading, place: Place, texts: Sequence[TurnText]) -> tuple[Turn, ...]:
    turns = []
    for n, text in enumerate(texts):
        here: Place = [*place, "choice", n]
        if bool(text.when) == (n == len(texts) - 1):
            why = "only the last one has no when" if not text.when else "the last one has no when"
            raise reading.located.wrong(here, why)
        try:
            when = condition_of(text.when, reading.fields.keys()) if text.when else None
        except ValueError as wrong:
            raise reading.located.wrong([*here, "when"], str(wrong)) from wrong
        turns.append(Turn(text.to, when, text.when))
    return tuple(turns)


def _take_part(
    reading: Reading, place: Place, name: str, text: StateText, home: tuple[str, str]
) -> None:
    """Take in the states of another road in place of one state, its ends led back to ours."""
    located = reading.located
    part = reading.used(text.route, [*place, "route"])
    ends = {one.name for one in part.states.values() if one.final}
    if set(text.returns) != ends:
        told = ", ".join(sorted(ends)) or "none"
        raise located.wrong(
            [*place, "returns"], f"{part.name} ends in: {told}; each leads somewhere"
        )
    if part.start in ends:
        raise located.wrong([*place, "route"], f"{part.name} ends where it begins")
    names = {one: text.returns.get(one, f"{name}.{one}") for one in part.states}
    for one in part.states.values():
        if one.name in ends:
            continue
        inner = (f"{name}.{one.home[0]}", one.home[1]) if one.home[0] else home
        moved = _renamed(one, lambda told: names.get(told, told))
        reading.add(replace(moved, name=names[one.name], home=inner), place)
    reading.aliases[name] = names[part.start]
    if name in reading.states:
        raise located.wrong(place, f"{name!r} is the name of another state")
    for field_name, known in part.fields.items():
        reading.fields.setdefault(field_name, known)


def _renamed(state: State, meant: Callable[[str], str]) -> State:
    parallel = state.parallel
    if parallel is not None:
        parallel = replace(
            parallel,
            branches=tuple(replace(one, start=meant(one.start)) for one in parallel.branches),
            agreed=meant(parallel.agreed),
            declined=meant(parallel.declined),
        )
    return replace(
        state,
        acts=tuple(replace(act, to=meant(act.to)) for act in state.acts),
        parallel=parallel,
        choice=tuple(replace(turn, to=meant(turn.to)) for turn in state.choice),
    )


def _desk(located: Located, place: Place, words: tuple[WhoWord, ...]) -> tuple[Who, ...]:
    who = _people(located, [*place, "who"], words)
    if Who(Whom.PREVIOUS) in who:
        raise located.wrong([*place, "who"], "previous is for single actions, not for a desk")
    return who


def _span(located: Located, place: Place, written: str) -> Span | None:
    try:
        return span_of(written) if written else None
    except ValueError as wrong:
        raise located.wrong(place, str(wrong)) from wrong


def _escalation(located: Located, place: Place, text: StateText | BranchText) -> Escalation | None:
    told: EscalationText | None = text.escalate
    if told is None:
        return None
    after = _span(located, [*place, "escalate", "after"], told.after)
    if not (text.within or "assignee" in text.who) or after is None:
        raise located.wrong(
            [*place, "escalate"], "only a step with within, or of an assignee, can be overdue"
        )
    return Escalation(after, told.how)


def _acts(located: Located, place: Place, texts: Mapping[str, ActText]) -> tuple[Act, ...]:
    return tuple(
        _act(located, [*place, "actions", name], name, text) for name, text in texts.items()
    )


def _act(located: Located, place: Place, name: str, text: ActText) -> Act:
    who = _people(located, [*place, "who"], text.who)
    if Who(Whom.PREVIOUS) in who and len(who) > 1:
        raise located.wrong([*place, "who"], "previous stands alone: only they may take it back")
    return Act(
        name=name,
        title=title_of(text.title),
        to=text.to,
        who=who,
        needs=frozenset(text.needs),
        does=text.does,
        also=text.also,
        reports=text.reports,
        asks=text.asks,
        tells=_people(located, [*place, "tells"], text.tells),
    )


def _check_asks(reading: Reading, name: str, state: State) -> None:
    for act in state.acts:
        for asked in act.asks:
            if asked not in reading.fields:
                known = ", ".join(sorted(reading.fields)) or "none"
                place = [*reading.places[name], "actions", act.name, "asks"]
                raise reading.located.wrong(
                    place, f"{asked!r} is no field of this road; known are {known}"
                )
    for field_name in reading.fields:
        if field_name in FACTS:
            raise reading.located.wrong(["fields", field_name], "every document has this already")


def _people(located: Located, place: Place, words: Sequence[WhoWord]) -> tuple[Who, ...]:
    return tuple(_who(located, [*place, n], word) for n, word in enumerate(words))


def _who(located: Located, place: Place, word: WhoWord) -> Who:
    said = {word: ""} if isinstance(word, str) else word
    try:
        [(way, value)] = said.items()
        whom = Whom(way)
        if whom is Whom.CHOSEN and not isinstance(value, str) and value:
            among = _people(located, place, value)
            if not {one.whom for one in among} & {Whom.CHOSEN, Whom.PREVIOUS}:
                return Who(whom, among=among)
        elif isinstance(value, str) and (found := _simple(whom, value)):
            return found
    except ValueError:
        pass
    known = ", ".join(whom.value for whom in Whom)
    raise located.wrong(place, f"{word!r} names nobody; known are {known}, role: … and desk: …")


def _simple(whom: Whom, value: str) -> Who | None:
    unit, _, role = value.rpartition("/")
    if whom is Whom.ROLE:
        return Who(whom, Role(value))
    if whom is Whom.DESK:
        return Who(whom, Role(role), unit) if unit else None
    if whom is Whom.HEAD_OF:
        return Who(whom, Role.UNIT_HEAD, value) if value else None
    return Who(whom) if not value and whom is not Whom.CHOSEN else None
