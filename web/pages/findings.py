"""What a proof found, as sentences: what is wrong, and the way that shows it, act by act."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from records.condition import Fact
from records.proof import Finding, Move
from records.route import Route, Title
from web.pages.labels import CLASSIFICATION
from web.phrases import english

HERE = Path(__file__).parent

WORDS = {
    "vi": {
        "revise": "tải phiên bản mới",
        "office": "hệ thống",
        "move": "Bước «{state}»: {who} chọn «{act}».",
        "start": "Người soạn thảo: {who}.",
        "held": "khi {fields}",
        "empty": "để trống",
    },
    "en": {
        "revise": "bring a new revision",
        "office": "the office itself",
        "move": "Step “{state}”: {who} chooses “{act}”.",
        "start": "Drafter: {who}.",
        "held": "where {fields}",
        "empty": "empty",
    },
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in one language."""

    grave: bool
    sentence: str
    way: tuple[str, ...]  # who begins, then each act


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Give the sentence of every claim by language, as written in findings.yaml."""
    text = (HERE / "findings.yaml").read_text(encoding="utf-8")
    return cast("Mapping[str, Mapping[str, str]]", yaml.safe_load(text))


def told(found: Finding, route: Route, names: Mapping[str, str], spoken: str) -> Told:
    """Give what a person reads of a finding.

    Takes   names: of people, by account name; spoken: "vi" or "en".
    """
    secret = CLASSIFICATION[found.classification]
    facts = {
        "state": _state(route, found.state, spoken),
        "act": _act(route, found.state, found.act, spoken),
        "missing": ", ".join(_state(route, name, spoken) for name in found.missing.split()),
        "classification": secret if spoken == "vi" else english().get(secret, secret),
    }
    start = [WORDS[spoken]["start"].format(who=names.get(found.drafter, found.drafter))]
    return Told(
        found.grave,
        sentences()[found.claim][spoken].format(**facts),
        (
            *(start if found.drafter else ()),
            *(_move(one, route, names, spoken) for one in found.path),
        ),
    )


def act_words(move: Move, route: Route, spoken: str) -> str:
    """Give the title of what was done in a move."""
    return _act(route, move.state, move.act, spoken)


def _move(move: Move, route: Route, names: Mapping[str, str], spoken: str) -> str:
    words = WORDS[spoken]
    told = words["move"].format(
        state=_state(route, move.state, spoken),
        who=names.get(move.by, move.by) or words["office"],
        act=_act(route, move.state, move.act, spoken),
    )
    if not move.held:
        return told
    fields = ", ".join(_held(route, *one, spoken) for one in move.held)
    return f"{told.removesuffix('.')}, {words['held'].format(fields=fields)}."


def _held(route: Route, name: str, value: Fact, spoken: str) -> str:
    """Give what one field must hold: its title, or the name conditions know it by."""
    field = route.fields.get(name)
    shown = value if isinstance(value, str) else ", ".join(value)
    called = _title(field.title, spoken) if field else name
    return f"«{called}» = {shown or WORDS[spoken]['empty']}"


def _state(route: Route, name: str, spoken: str) -> str:
    return _title(route.states[name].title, spoken) if name in route.states else name


def _act(route: Route, state: str, name: str, spoken: str) -> str:
    for act in route.states[state].acts:
        if act.name == name:
            return _title(act.title, spoken)
    return WORDS[spoken]["revise"]


def _title(of: Title, spoken: str) -> str:
    return of.en if spoken == "en" else of.vi
