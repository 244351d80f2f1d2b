"""A road played through on a page: act by act, with people who need not exist, keeping nothing."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.proof import Move
from records.route import Route
from web.language import language
from web.office import office
from web.pages.drawn import drawn
from web.pages.findings import act_words, told
from web.pages.workflows import road
from workflow.simulate import beginners, cast_for, play

door = Blueprint("trying", __name__)


@door.get("/workflows/<name>/try")
def one(name: str) -> ResponseReturnValue:
    """Show how far a play has come, and everything that can be done next."""
    route, asked = road(name), request.args
    cast = cast_for(office(), route, real=asked.get("people") == "today")
    degree = asked.get("classification", "")
    at = play(
        route,
        cast,
        asked.getlist("do"),
        drafter=asked.get("drafter", ""),
        classification=Classification(degree) if degree in set(Classification) else NONE,
        away=asked.getlist("away"),
    )
    names = cast.names()
    return render_template(
        "try.html",
        route=route,
        at=at,
        names=names,
        everybody=[one for one, _ in cast.acting],
        beginning=beginners(route, cast),
        asked=asked,
        kept={key: asked.getlist(key) for key in ("drafter", "classification", "people", "away")},
        done=asked.getlist("do"),
        lines=[line_of(move, route, names) for move in at.path],
        words={option.key: act_words(option.move, route, language()) for option in at.options},
        refused=[told(one, route, names, language()) for one in at.refused],
        classifications=tuple(Classification),
        picture=drawn(route, [desk.state.name for desk in at.desks], key="try"),
    )


NONE = Classification.NONE


def line_of(move: Move, route: Route, names: Mapping[str, str]) -> tuple[str, str, str]:
    """Give who did what, and where it was."""
    return names.get(move.by, move.by), act_words(move, route, language()), move.state
