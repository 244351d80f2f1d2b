"""Seals and key devices change hands on a page, and reports of work that did are printed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import Refused
from records.handing import DeviceKind
from records.person import Person, Role
from web.office import office, person
from web.pages.asked import chosen, day_of, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.handover_minutes import handovers
from workflow.look import staff
from workflow.registers import books_of
from workflow.seal_book import (
    COLUMNS,
    Handed,
    accept_device,
    cells_of,
    hand_device,
    seal_book,
    withdraw_device,
)

door = Blueprint("devices", __name__)


def shown(**_: object) -> ResponseReturnValue:
    """Show one year of the book, and the form that hands something over."""
    year = number_of(request.values.get("year", ""), "year", phrase("Năm"))
    opened, me = seal_book(office(), year, by=person()), person()
    rows = [(one, cells_of(office(), one, opened.names)) for one in opened.lines]
    people = staff(office())[0]
    return render_template(
        "devices.html",
        opened=opened,
        rows=rows,
        columns=COLUMNS,
        kinds=tuple(DeviceKind),
        able=[one for one in people if _able(one) and one.id != me.id],
        prints=bool(books_of(office(), by=me)),
        typed=request.form,
    )


def _able(one: Person) -> bool:
    return one.active and bool(one.posts) and Role.ADMINISTRATOR not in one.roles


@door.get("/devices")
def book() -> ResponseReturnValue:
    """Show the book."""
    return shown()


@door.post("/devices")
@retold(shown)
def give() -> ResponseReturnValue:
    """Hand something over."""
    basis_on = day_of("basis_on", phrase("Ngày của văn bản"))
    if basis_on is None:
        raise Refused(
            "body.invalid",
            field=phrase("Ngày của văn bản"),
            why=phrase("chưa chọn"),
            anchor="basis_on",
        )
    told = Handed(
        kind=chosen(DeviceKind, "kind", phrase("Loại")),
        name=text_of("name"),
        receiver=text_of("receiver"),
        condition=text_of("condition"),
        basis=text_of("basis"),
        basis_on=basis_on,
        reason=text_of("reason"),
        number=text_of("number"),
    )
    hand_device(office(), told, by=person())
    flash(phrase("Đã ghi sổ. Người nhận cần xác nhận đã nhận."))
    return redirect(url_for(".book"), 303)


@door.post("/devices/<id>/accept")
@retold(shown)
def accept(id: str) -> ResponseReturnValue:
    """Say that I have it."""
    accept_device(office(), id, by=person())
    flash(phrase("Đã xác nhận nhận bàn giao."))
    return redirect(url_for(".book"), 303)


@door.post("/devices/<id>/withdraw")
@retold(shown)
def withdraw(id: str) -> ResponseReturnValue:
    """Take back what was not accepted."""
    withdraw_device(office(), id, text_of("why"), by=person())
    flash(phrase("Đã hủy lần bàn giao; dòng vẫn ở trong sổ."))
    return redirect(url_for(".book"), 303)


@door.get("/hand-overs")
def reports() -> ResponseReturnValue:
    """Show the reports of work that passed to a successor."""
    found, names = handovers(office(), by=person())
    return render_template("hand_overs.html", found=found, names=names)
