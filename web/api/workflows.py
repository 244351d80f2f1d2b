"""Roads for programs: tried, put in force, taken back, played through."""

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import Field

from records.document import Classification
from records.errors import NotFound
from records.migration import Verdict
from records.proof import Finding, Move
from records.route import Route
from web.api import shapes
from web.contract import Body, operation, read_body
from web.language import language
from web.office import office, person
from web.pages.drawn import drawn
from web.pages.findings import told
from workflow.define import Edition, editions, restore, save, text_of, try_out
from workflow.migrate import migrate, plan
from workflow.simulate import cast_for, play

door = Blueprint("roads", __name__)


class RoadText(Body):
    """A road as YAML; ``seen`` is the number of the version that was shown, 0 for a new road."""

    text: str
    seen: int = 0


class Again(Body):
    """Which version was shown when an earlier one is wanted again."""

    seen: int


class Chosen(Body):
    """What is played: keys of options in their order, with whom."""

    do: list[str] = Field(default_factory=list, max_length=200)
    drafter: str = ""
    classification: Classification = Classification.NONE
    people: str = Field(default="imagined", pattern="^(imagined|today)$")
    away: list[str] = Field(default_factory=list)


class Migration(Body):
    """Where documents of a state come to stand, by the name of their present state."""

    mapping: dict[str, str] = Field(default_factory=dict)
    dry_run: bool = True


@door.post("/workflows/preview")
@operation("What a text would be as a road: its faults and its picture", body=RoadText)
def preview() -> ResponseReturnValue:
    """Read, prove and draw a text; nothing is kept."""
    tried = try_out(office(), read_body(RoadText).text, by=person())
    wrong = {"line": tried.line, "why": tried.why} if tried.route is None else None
    findings = [
        _finding(one, tried.route, tried.names or {}) for one in tried.findings if tried.route
    ]
    svg = str(drawn(tried.route, whole=True)) if tried.route else None
    return jsonify(good=tried.good, wrong=wrong, findings=findings, svg=svg)


@door.put("/workflows/<name>")
@operation("Put a road in force", body=RoadText)
def put(name: str) -> ResponseReturnValue:
    """Let a text be the newest version of a road, or a new road where ``seen`` is 0."""
    body = read_body(RoadText)
    save(office(), name, body.text, seen=body.seen, by=person())
    return jsonify(_editions(name))


@door.get("/workflows/<name>/versions")
@operation("Every version of a road that was in force")
def versions(name: str) -> ResponseReturnValue:
    """Give every version, newest first, with how many documents are under way on it."""
    return jsonify(_editions(name))


@door.get("/workflows/<name>/versions/<int:n>")
@operation("The text of one version", gives={200: "application/json"})
def version(name: str, n: int) -> ResponseReturnValue:
    """Give a version's YAML."""
    editions(office(), name, by=person())
    return jsonify(name=name, n=n, text=text_of(office(), name, n))


@door.post("/workflows/<name>/versions/<int:n>/restore")
@operation("Put an earlier version in force again", body=Again)
def again(name: str, n: int) -> ResponseReturnValue:
    """Let an earlier text be in force again."""
    restore(office(), name, n, seen=read_body(Again).seen, by=person())
    return jsonify(_editions(name))


@door.post("/workflows/<name>/simulation")
@operation("Play a road through with imagined people; nothing is kept", body=Chosen)
def simulation(name: str) -> ResponseReturnValue:
    """Give where an imagined document has come to, and everything that can be done next."""
    body = read_body(Chosen)
    route = office().routes.get(name)
    if route is None:
        raise NotFound("workflow.unknown", workflow=name)
    at = play(
        route,
        cast_for(office(), route, real=body.people == "today"),
        body.do,
        drafter=body.drafter,
        classification=body.classification,
        away=body.away,
    )
    names = at.cast.names()
    return jsonify(
        drafter=at.drafter.id,
        path=[_move(one) for one in at.path],
        at=[
            {
                "state": desk.state.name,
                "people": [{"id": one.id, "name": one.name} for one in desk.people],
            }
            for desk in at.desks
        ],
        options=[{"key": one.key, **_move(one.move)} for one in at.options],
        refused=[_finding(one, route, names) for one in at.refused],
        paper=at.paper.name.lower(),
        numbered=at.numbered,
        ended=at.ended,
    )


@door.get("/workflows/<name>/migration")
@operation("What would become of documents on an earlier version of a road")
def behind(name: str) -> ResponseReturnValue:
    """Give for every document under way whether it moves, needs a mapping, or stays, and why."""
    return jsonify(items=_fates(name, plan(office(), name, {}, by=person())))


@door.post("/workflows/<name>/migration")
@operation("Let documents under way go over to the newest version", body=Migration)
def go_over(name: str) -> ResponseReturnValue:
    """Move what can be moved, or only tell what would be where it is a trial (``dry_run``)."""
    body = read_body(Migration)
    done = plan if body.dry_run else migrate
    return jsonify(items=_fates(name, done(office(), name, body.mapping, by=person())))


def _fates(name: str, found: list[Verdict]) -> list[dict[str, Any]]:
    route = office().routes[name]
    return [
        {
            "document": one.document,
            "state": one.state,
            "to": one.to or None,
            "fate": one.fate,
            "because": one.because,
            "finding": _finding(one.finding, route, {}) if one.finding else None,
        }
        for one in found
    ]


def _move(one: Move) -> dict[str, Any]:
    told = {"state": one.state, "action": one.act, "to": one.to, "by": one.by}
    return {**told, "fields": dict(one.held)}


def _finding(one: Finding, route: Route, names: Any) -> dict[str, Any]:
    words = told(one, route, names, language())
    return {
        "claim": one.claim,
        "grave": one.grave,
        "state": one.state,
        "action": one.act or None,
        "sentence": words.sentence,
        "path": [_move(move) for move in one.path],
        "way": list(words.way),
    }


def _editions(name: str) -> dict[str, Any]:
    return {"items": [_edition(one) for one in editions(office(), name, by=person())]}


def _edition(one: Edition) -> dict[str, Any]:
    adopted = one.adoption
    return {
        "n": adopted.n,
        "version": adopted.digest,
        "source": adopted.source,
        "by": adopted.by,
        "at": shapes.moment(adopted.at),
        "documents": one.documents,
    }
