"""I let another act for me while I am away, see whom I stand in for, and end it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.delegation import PASSED_ON, Bounds, Capacity, amount_of
from records.errors import Refused
from records.person import Role
from web.office import office, person
from web.pages.asked import chosen, needed_day, text_of
from web.pages.retold import retold
from web.phrases import phrase, title
from workflow.delegate import Wanted, delegate, delegations, revoke
from workflow.look import staff

door = Blueprint("delegations", __name__, url_prefix="/delegations")


def known(**_: str) -> ResponseReturnValue:
    """Show my delegations, and the form that makes one; an administrator sees everybody's."""
    me, today = person(), office().today()
    found = delegations(office(), by=me)
    people, units = staff(office())
    return render_template(
        "delegations.html",
        found=found,
        today=today,
        names={one.id: one.name for one in people},
        able=[one for one in people if one.active and Role.ADMINISTRATOR not in one.roles],
        keeps=Role.ADMINISTRATOR in me.roles,
        passable=[
            one
            for one in found
            if one.delegate == me.id and one.in_force(today) and one.capacity in PASSED_ON
        ],
        capacities=tuple(Capacity),
        forms=office().forms,
        units={unit.id: unit.name for unit in units},
        workflows={name: title(route.title) for name, route in office().routes.items()},
        typed=request.form,
    )


@door.get("")
def show() -> ResponseReturnValue:
    """Show my delegations."""
    return known()


@door.post("")
@retold(known)
def give() -> ResponseReturnValue:
    """Record a delegation."""
    wanted = Wanted(
        delegate=text_of("delegate"),
        capacity=chosen(Capacity, "capacity", phrase("Tư cách")),
        since=needed_day("since", phrase("Từ ngày")),
        until=needed_day("until", phrase("Đến ngày")),
        basis=text_of("basis"),
        basis_on=needed_day("basis_on", phrase("Ngày của văn bản")),
        delegator=text_of("delegator"),
        bounds=Bounds(
            frozenset(request.form.getlist("types")),
            frozenset(request.form.getlist("workflows")),
            frozenset(request.form.getlist("units")),
            _amount(),
        ),
        passes_on=text_of("passes_on"),
    )
    delegate(office(), wanted, by=person())
    flash(phrase("Đã ghi ủy quyền."))
    return redirect(url_for(".show"), 303)


@door.post("/<id>/revoke")
@retold(known)
def end(id: str) -> ResponseReturnValue:
    """End a delegation."""
    revoke(office(), id, by=person())
    flash(phrase("Đã chấm dứt ủy quyền."))
    return redirect(url_for(".show"), 303)


def _amount() -> int | None:
    written = text_of("amount")
    stated = amount_of(written)
    if written and stated is None:
        raise Refused("delegation.amount", anchor="amount")
    return stated
