"""The roads in ``config/workflows``, read, checked and given as values."""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from config.located import Located
from config.road_picture import check_picture
from config.road_states import Reading, states_of
from config.road_words import FieldText, RouteText, StateText
from records.document import Digest
from records.errors import Refused
from records.route import Field, Route, Title

PARTED = re.compile(r"^---[ \t]*$", re.MULTILINE)
"""What parts the texts of the roads that one road is made of."""


def read_routes(folder: Path) -> dict[str, Route]:
    """Give every road in ``folder`` by its name.

    Raises  Refused: ``config.invalid`` with ``where`` (file:line) and ``why``.
    """
    return {name: read_route(text, name) for name, text in read_texts(folder).items()}


def read_texts(folder: Path) -> dict[str, str]:
    """Give the text of every road in ``folder`` by its name, each one proven to be readable.

    Behind the text of a road stand those of the roads it uses, so that it is whole by itself.
    """
    files: dict[str, Located] = {}
    for path in sorted(folder.glob("*.yaml")):
        located = Located(path)
        name = located.model(RouteText).name
        if name in files:
            raise located.wrong(["name"], f"{name} is the name of another file's road")
        files[name] = located
    if not files:
        raise Refused("config.invalid", where=folder.name, why="no workflow in this folder")
    for located in files.values():
        _route(located, files)
    return {name: _bundle(name, files) for name in files}


@lru_cache(maxsize=64)  # the same text gives the same road, whose values nobody changes
def read_route(text: str, name: str = "") -> Route:
    """Give the road that ``text`` describes; ``name`` is what complaints call it."""
    first, *others = [part.removeprefix("\n") for part in PARTED.split(text) if part.strip()] or [
        ""
    ]
    main = Located(Path(f"{name or 'workflow'}.yaml"), first)
    used = {}
    for part in others:
        located = Located(Path("workflow.yaml"), part)
        inner = located.model(RouteText).name
        used[inner] = Located(Path(f"{inner}.yaml"), part)
    return _route(main, used, digest=Digest(sha256(text.encode()).hexdigest()))


def _bundle(name: str, files: Mapping[str, Located]) -> str:
    used = _used(name, files)
    return (
        "\n---\n".join(files[one].text.rstrip("\n") for one in used)
        if len(used) > 1
        else (files[name].text)
    )


def _used(name: str, files: Mapping[str, Located]) -> list[str]:
    """Give a road and every road it uses, near or far, each once."""
    found = [name]
    for one in found:
        text = files[one].model(RouteText)
        found += [state.route for state in _every(text) if state.route and state.route not in found]
    return list(dict.fromkeys(found))


def _every(text: RouteText) -> list[StateText]:
    """Give every state of a file, those inside branches too."""
    found = list(text.states.values())
    for state in found:
        for branch in state.parallel.branches.values() if state.parallel else ():
            found += branch.states.values()
    return found


def _route(
    located: Located,
    others: Mapping[str, Located],
    *,
    within: tuple[str, ...] = (),
    digest: Digest | None = None,
) -> Route:
    text = located.model(RouteText)
    if bool(text.starters) == text.part:
        why = "a part has none" if text.part else "nobody may begin a document on this road"
        raise located.wrong(["starters"], why)
    reading = Reading(
        located,
        fields={name: _field(name, one) for name, one in text.fields.items()},
        allows=frozenset(text.allows),
        used=lambda name, place: _part(located, others, (*within, text.name), name, place),
    )
    states = states_of(reading, text)
    route = Route(
        name=text.name,
        title=Title(text.title.vi, text.title.en),
        direction=text.direction,
        start=reading.meant(text.start),
        starters=frozenset(text.starters),
        states=states,
        digest=digest or Digest(sha256(located.text.encode()).hexdigest()),
        fields=reading.fields,
        part=text.part,
        layout=text.layout,
    )
    check_picture(located, route, reading.places)
    return route


def _part(
    located: Located,
    others: Mapping[str, Located],
    within: tuple[str, ...],
    name: str,
    place: list[str | int],
) -> Route:
    if name in within:
        raise located.wrong(place, f"{name} would be a part of itself")
    if name not in others:
        raise located.wrong(place, f"there is no road {name!r}")
    return _route(others[name], others, within=within)


def _field(name: str, text: FieldText) -> Field:
    return Field(name, Title(text.vi, text.en), text.kind)
