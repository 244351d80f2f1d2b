"""The administrator reorganises the units: what is asked depends on what is to happen."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.person import Unit
from records.reorganisation import Change
from web.office import office, person
from web.pages.asked import chosen, needed_day, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.reorganise import Said, call_off, decisions, reorganise, structure
from workflow.staff import everybody

door = Blueprint("reorganising", __name__, url_prefix="/admin/reorganisations")

PARTS = 4
"""Into how many units the page can split one; the API takes any number."""


def board(**_: str) -> ResponseReturnValue:
    """Show what was decided, and the form of one kind of change."""
    told = structure(office())
    people, _units = everybody(office(), by=person())
    asked = request.values.get("change", "")
    change = Change(asked) if asked in set(Change) else None
    of = request.values.get("units", "")
    return render_template(
        "reorganisations.html",
        told=told,
        living=[one for one in told.parts if one.until is None],
        decided=decisions(office(), by=person()),
        changes=tuple(Change),
        change=change,
        of=of,
        sitting=[one for one in people if of in one.units],
        names={one.id: one.name for one in told.parts},
        parts=range(1, PARTS + 1),
        today=office().today(),
        typed=request.form,
    )


@door.get("")
def show() -> ResponseReturnValue:
    """Show the decisions and the form."""
    return board()


@door.post("")
@retold(board)
def decide() -> ResponseReturnValue:
    """Take a decision."""
    change = chosen(Change, "change", phrase("Thay đổi"))
    units = tuple(one for one in request.form.getlist("units") if one)
    said = Said(
        change=change,
        units=units,
        into=tuple(_into(change, units)),
        on=needed_day("on", phrase("Từ ngày")),
        basis=text_of("basis"),
        basis_on=needed_day("basis_on", phrase("Ngày của quyết định")),
        moves=_moves(),
    )
    made = reorganise(office(), said, by=person())
    if made.planned:
        flash(phrase("Đã ghi quyết định; sẽ thực hiện ngày %(on)s.", on=f"{made.on:%d/%m/%Y}"))
    else:
        flash(phrase("Đã thực hiện. Quyền của mọi người theo đơn vị mới từ bây giờ."))
    return redirect(url_for(".show"), 303)


@door.post("/<id>/cancel")
@retold(board)
def give_up(id: str) -> ResponseReturnValue:
    """Give up a decision before its day."""
    call_off(office(), id, by=person())
    flash(phrase("Đã bỏ quyết định."))
    return redirect(url_for(".show"), 303)


def _into(change: Change, units: tuple[str, ...]) -> Iterator[Unit]:
    known = {one.id: one for one in structure(office()).parts}
    if change is Change.RENAME:
        yield Unit(units[0] if units else "", text_of("name-1"), text_of("notation-1"))
        return
    for n in range(1, PARTS + 1):
        named = text_of(f"into-{n}")
        if named in known:
            yield known[named]
        elif text_of(f"id-{n}"):
            parent = text_of(f"parent-{n}") or None
            yield Unit(text_of(f"id-{n}"), text_of(f"name-{n}"), text_of(f"notation-{n}"), parent)


def _moves() -> dict[str, str]:
    """Give who goes where: of a place on the form, the unit that stands there."""
    places = {str(n): text_of(f"into-{n}") or text_of(f"id-{n}") for n in range(1, PARTS + 1)}
    return {
        name.removeprefix("move-"): places.get(request.form[name], "")
        for name in request.form
        if name.startswith("move-")
    }
