"""What somebody holds, held and will hold, and the decision that changes it from a day on."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.person import Role
from web.office import office, person
from web.pages.admin import post_of
from web.pages.asked import needed_day, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.appoint import Said, appoint, call_off, decisions
from workflow.staff import everybody

door = Blueprint("appointing", __name__, url_prefix="/admin/people/<id>/posts")


def board(id: str, **_: str) -> ResponseReturnValue:
    """Show one person's posts in time and the form of a decision."""
    people, units = everybody(office(), by=person())
    decided, held = decisions(office(), id, by=person())
    return render_template(
        "appointments.html",
        one=next(one for one in people if one.id == id),
        others=[
            (one.id, f"{one.name}, {one.title}") for one in people if one.id != id and one.posts
        ],
        units={unit.id: unit.name for unit in units if unit.until is None},
        names={unit.id: unit.name for unit in units},
        roles=tuple(Role),
        decided=decided,
        held=held,
        today=office().today(),
        typed=request.form,
    )


@door.get("")
def show(id: str) -> ResponseReturnValue:
    """Show one person's posts in time."""
    return board(id)


@door.post("")
@retold(board)
def decide(id: str) -> ResponseReturnValue:
    """Take a decision."""
    said = Said(
        person=id,
        posts=tuple(post_of(told) for told in request.form.getlist("posts")),
        on=needed_day("on", phrase("Từ ngày")),
        basis=text_of("basis"),
        basis_on=needed_day("basis_on", phrase("Ngày của quyết định")),
        title=text_of("title"),
        successor=text_of("successor"),
    )
    made = appoint(office(), said, by=person())
    if made.planned:
        flash(phrase("Đã ghi quyết định; sẽ thực hiện ngày %(on)s.", on=f"{made.on:%d/%m/%Y}"))
    else:
        flash(phrase("Đã thực hiện. Quyền theo chức vụ mới từ bây giờ."))
    return redirect(url_for(".show", id=id), 303)


@door.post("/<decision>/cancel")
@retold(board)
def give_up(id: str, decision: str) -> ResponseReturnValue:
    """Give up a decision before its day."""
    call_off(office(), decision, by=person())
    flash(phrase("Đã bỏ quyết định."))
    return redirect(url_for(".show", id=id), 303)
