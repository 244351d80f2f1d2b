"""An administrator writes roads: tried and drawn as they are written, and put in force."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from records.errors import Refused
from records.migration import Because, Fate, Verdict
from web.language import language
from web.office import office, person
from web.pages.asked import number_of, text_of
from web.pages.drawn import drawn
from web.pages.findings import told
from web.pages.retold import retold
from web.pages.seats import choices
from web.pages.workflows import road
from web.phrases import phrase
from workflow.define import Trial, editions, require_administrator, restore, save, try_out
from workflow.define import text_of as text_in
from workflow.look import staff
from workflow.migrate import migrate, plan

door = Blueprint("editor", __name__, url_prefix="/admin/workflows")

NEW = Path(__file__).parents[1] / "new_road.yaml"
"""What a new road begins as: it is proven, and every part of it can be changed."""


@door.get("/new")
def new() -> ResponseReturnValue:
    """Show the editor with a road to begin with."""
    return desk("")


@door.get("/<name>")
def one(name: str) -> ResponseReturnValue:
    """Show the editor with what is in force, or with the version ``from``."""
    return desk(name)


@door.post("/preview")
def preview() -> ResponseReturnValue:
    """Give what a text would be: its faults and its picture, to stand in the page."""
    tried = try_out(office(), request.form.get("text", ""), by=person())
    return render_template("road_preview.html", **shown(tried))


def again(name: str = "") -> ResponseReturnValue:
    """Show the editor with what was typed."""
    return desk(name)


@door.post("/new")
@retold(again)
def add() -> ResponseReturnValue:
    """Put a new road in force, or show what it would be."""
    return settle("")


@door.post("/<name>")
@retold(again)
def change(name: str) -> ResponseReturnValue:
    """Put a changed road in force, or show what it would be."""
    return settle(name)


@door.post("/<name>/versions/<int:n>")
@retold(lambda name, **_: desk(name))
def back(name: str, n: int) -> ResponseReturnValue:
    """Put an earlier version in force again."""
    adopted = restore(office(), name, n, seen=_seen(), by=person())
    flash(phrase("Phiên bản %(n)d được áp dụng lại, thành phiên bản %(now)d.", n=n, now=adopted.n))
    return redirect(url_for(".one", name=name), 303)


@door.get("/<name>/migration")
def behind(name: str) -> ResponseReturnValue:
    """Show what would become of every document on an earlier version."""
    found = plan(office(), name, _mapping(request.args), by=person())
    return _fates(name, found, _mapping(request.args))


@door.post("/<name>/migration")
def go_over(name: str) -> ResponseReturnValue:
    """Let every document that can go over to the newest version, and show what became of each."""
    mapping = _mapping(request.form)
    return _fates(name, migrate(office(), name, mapping, by=person()), mapping, done=True)


def _mapping(asked: MultiDict[str, str]) -> dict[str, str]:
    return {key[4:]: to for key, to in asked.items() if key.startswith("map-") and to}


def _fates(
    name: str, found: Sequence[Verdict], mapping: Mapping[str, str], *, done: bool = False
) -> str:
    route = road(name)
    names = {one.id: one.name for one in staff(office())[0]}
    return render_template(
        "migration.html",
        route=route,
        found=found,
        mapping=mapping,
        done=done,
        states=[one for one in route.states.values() if one.acts and not one.home[0]],
        asked=sorted({one.state for one in found if one.because in PLACES or one.state in mapping}),
        moving=sum(one.fate is Fate.MOVES for one in found),
        told={
            one.document: told(one.finding, route, names, language())
            for one in found
            if one.finding
        },
    )


PLACES = {Because.NO_STATE, Because.NO_PLACE}
"""What can be helped by saying where a document goes."""


def settle(name: str) -> ResponseReturnValue:
    """Save what was typed, where that was the button."""
    if request.form.get("do") != "save":
        return desk(name)
    adopted = save(office(), name, request.form.get("text", ""), seen=_seen(), by=person())
    flash(phrase("Đã áp dụng phiên bản %(n)d cho văn bản bắt đầu từ nay.", n=adopted.n))
    return redirect(url_for(".one", name=adopted.name), 303)


def desk(name: str, *, text: str = "") -> str:
    """Give the editor's page; ``text`` is what was put together for it."""
    require_administrator(person())
    known = editions(office(), name, by=person()) if name else []
    chosen = number_of(request.args.get("from", ""), "from", phrase("Phiên bản")) or 0
    kept = text_in(office(), name, chosen) if name else NEW.read_text("utf-8")
    text = text or request.form.get("text", kept)
    tried = try_out(office(), text, by=person())
    people, _ = staff(office())
    return render_template(
        "editor.html",
        name=name,
        text=tried.text,
        editions=known,
        build=None if name else choices(),
        seen=request.form.get("seen") or (known[0].adoption.n if known else 0),
        names={one.id: one.name for one in people},
        **shown(tried),
    )


def shown(tried: Trial) -> dict[str, object]:
    """Give a trial as its template shows it."""
    if tried.route is None:
        return {"tried": tried, "findings": (), "picture": ""}
    route, names = tried.route, tried.names or {}
    return {
        "tried": tried,
        "findings": [told(one, route, names, language()) for one in tried.findings],
        "picture": drawn(route, key="preview"),
    }


def _seen() -> int:
    seen = number_of(text_of("seen"), "seen", phrase("Phiên bản"))
    if seen is None:
        raise Refused("body.invalid", field="seen", why="missing")
    return seen
