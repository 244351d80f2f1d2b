"""Who reads what changes by two people: one proposes it, another one confirms."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.person import Role
from web.office import office, person
from web.pages.asked import text_of
from web.pages.case_files import whole as whole_file
from web.pages.retold import retold
from web.phrases import phrase
from workflow.look import staff, view
from workflow.permit import (
    confirm,
    proposals,
    propose_document,
    propose_file,
    waiting_of,
    withdraw,
)

door = Blueprint("permissions", __name__)


def shown(**_: str) -> ResponseReturnValue:
    """Give the page of what waits."""
    found = proposals(office(), by=person())
    names = {one.id: one.name for one in staff(office())[0]}
    return render_template("permissions.html", found=found, names=names)


@door.get("/permission-changes")
def waiting_list() -> ResponseReturnValue:
    """Show what waits for me to confirm, and what I proposed."""
    return shown()


def asked(id: str, **_: str) -> ResponseReturnValue:
    """Give the page on which it is proposed who reads a document."""
    seen = view(office(), id, by=person())
    people = staff(office())[0]
    return render_template(
        "readers.html",
        document=seen.document,
        waiting=waiting_of(office(), document=id, by=person()),
        names={one.id: one.name for one in people},
        people=[one for one in people if one.active and Role.ADMINISTRATOR not in one.roles],
        typed=request.form,
    )


@door.get("/documents/<id>/readers")
def ask(id: str) -> ResponseReturnValue:
    """Ask who is to read a document, or no more."""
    return asked(id)


@door.post("/documents/<id>/readers")
@retold(asked)
def propose_one(id: str) -> ResponseReturnValue:
    """Propose it."""
    grants = text_of("way") != "no"
    propose_document(office(), id, text_of("person"), grants=grants, by=person())
    _told()
    return redirect(url_for(".ask", id=id), 303)


@door.post("/case-files/<id>/readers")
@retold(whole_file)
def propose_of_file(id: str) -> ResponseReturnValue:
    """Propose that somebody opens a file, or no more."""
    grants = text_of("way") != "no"
    propose_file(office(), id, text_of("person"), grants=grants, by=person())
    _told()
    return redirect(url_for("case_files.one", id=id), 303)


@door.post("/permission-changes/<id>/confirm")
@retold(shown)
def agree(id: str) -> ResponseReturnValue:
    """Let it take effect."""
    confirm(office(), id, by=person())
    flash(phrase("Đã xác nhận; quyền xem đã thay đổi."))
    return redirect(url_for(".waiting_list"), 303)


@door.post("/permission-changes/<id>/withdraw")
@retold(shown)
def leave(id: str) -> ResponseReturnValue:
    """Give it up."""
    withdraw(office(), id, by=person())
    flash(phrase("Đã bỏ đề nghị; quyền xem giữ nguyên."))
    return redirect(url_for(".waiting_list"), 303)


def _told() -> None:
    flash(phrase("Đã đề nghị. Quyền xem chỉ thay đổi khi người có thẩm quyền khác xác nhận."))
