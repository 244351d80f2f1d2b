"""Case files as pages: the list, one file, and the lists they are handed in on."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.person import Role
from web.office import office, person
from web.pages.asked import day_of, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.case_files import (
    FileSaid,
    close_file,
    file_view,
    files_seen,
    open_file,
    open_planned,
    put_in,
    reopen_file,
    take_out,
)
from workflow.file_plan import plan_of
from workflow.hand_in import falling_due, hand_in, list_view, lists, settle
from workflow.look import staff
from workflow.permit import waiting_of

door = Blueprint("case_files", __name__)


@door.get("/case-files")
def shelf() -> ResponseReturnValue:
    """Show the files I may open, and those of the plan that I have still to open."""
    return shelved()


def shelved() -> ResponseReturnValue:
    """Give the page with every file I may open."""
    asked, today = request.args, office().today()
    seen = files_seen(office(), by=person())
    plan = plan_of(office(), today.year, by=person())
    opened = {one.notation for one in seen if one.year == today.year}
    mine = asked.get("mine", "")
    shown = [
        one
        for one in seen
        if asked.get("state", "") in ("", one.state)
        and asked.get("year", "") in ("", str(one.year))
        and (not mine or one.owner == person().id)
    ]
    waiting = [one for one in plan.files if one.owner == person().id and one.notation not in opened]
    highest = person().clearance.rank if office().sealed else 0
    return render_template(
        "case_files.html",
        files=shown,
        years=sorted({one.year for one in seen} | {today.year}, reverse=True),
        waiting=waiting if plan.issued_on else [],
        due=falling_due(office(), seen),
        names={one.id: one.name for one in staff(office())[0]},
        classifications=[one for one in Classification if one.rank <= highest],
        asked=asked,
        typed=request.form,
        today=today,
    )


@door.post("/case-files")
@retold(shelved)
def begin() -> ResponseReturnValue:
    """Open a file of the plan, or one that no plan foresaw."""
    year = number_of(text_of("year"), "year", phrase("Năm"))
    if year is not None:
        made = open_planned(office(), year, text_of("notation"), by=person())
    else:
        made = open_file(office(), _said(), by=person())
    flash(phrase("Đã mở hồ sơ %(notation)s.", notation=made.notation))
    return redirect(url_for("case_files.one", id=made.id), 303)


@door.get("/case-files/<id>")
def one(id: str) -> ResponseReturnValue:
    """Show a file with the documents in it."""
    return whole(id)


def whole(id: str, **_: str) -> ResponseReturnValue:
    """Give the page of a file."""
    people, units = staff(office())
    return render_template(
        "case_file.html",
        seen=file_view(office(), id, by=person()),
        names={one.id: one.name for one in people},
        units={one.id: one.name for one in units},
        waiting=waiting_of(office(), file=id, by=person()),
        people=[one for one in people if one.active and Role.ADMINISTRATOR not in one.roles],
        forms=office().forms,
        typed=request.form,
        today=office().today(),
    )


@door.post("/case-files/<id>/documents")
@retold(whole)
def put(id: str) -> ResponseReturnValue:
    """Put a document in, named by its id or by the address of its page."""
    named = text_of("document").rstrip("/").rsplit("/", 1)[-1]
    file = put_in(office(), id, [named], by=person())
    flash(phrase("Đã đưa văn bản vào hồ sơ %(notation)s.", notation=file.notation))
    if request.form.get("from") == "document":
        return redirect(url_for("documents.one", id=named), 303)
    return redirect(url_for("case_files.one", id=id), 303)


@door.post("/documents/<document>/case-files")
def put_here(document: str) -> ResponseReturnValue:
    """Put the document shown into a file that is chosen."""
    file = put_in(office(), text_of("file"), [document], by=person())
    flash(phrase("Đã đưa văn bản vào hồ sơ %(notation)s.", notation=file.notation))
    return redirect(url_for("documents.one", id=document), 303)


@door.post("/case-files/<id>/documents/<document>/out")
@retold(whole)
def take(id: str, document: str) -> ResponseReturnValue:
    """Take a document out."""
    take_out(office(), id, document, by=person())
    flash(phrase("Đã đưa văn bản ra khỏi hồ sơ; văn bản vẫn còn nguyên."))
    return redirect(url_for("case_files.one", id=id), 303)


@door.post("/case-files/<id>/parts")
@retold(whole)
def part(id: str) -> ResponseReturnValue:
    """Open a part of a file."""
    file = file_view(office(), id, by=person()).file
    made = open_file(office(), _said(parent=id, of=file.classification), by=person())
    flash(phrase("Đã mở hồ sơ %(notation)s.", notation=made.notation))
    return redirect(url_for("case_files.one", id=made.id), 303)


@door.post("/case-files/<id>/close")
@retold(whole)
def close(id: str) -> ResponseReturnValue:
    """Close a file."""
    close_file(office(), id, day_of("ended_on", phrase("Ngày kết thúc công việc")), by=person())
    flash(phrase("Đã kết thúc hồ sơ."))
    return redirect(url_for("case_files.one", id=id), 303)


@door.post("/case-files/<id>/reopen")
@retold(whole)
def reopen(id: str) -> ResponseReturnValue:
    """Open a closed file again."""
    reopen_file(office(), id, text_of("reason"), by=person())
    flash(phrase("Đã mở lại hồ sơ."))
    return redirect(url_for("case_files.one", id=id), 303)


@door.get("/hand-ins")
def handed() -> ResponseReturnValue:
    """Show the lists, and which files can be handed in."""
    return handing()


def handing(**_: str) -> ResponseReturnValue:
    """Give the page of the lists."""
    seen = files_seen(office(), by=person())
    return render_template(
        "hand_ins.html",
        lists=lists(office(), by=person()),
        ready=[one for one in seen if one.state == "closed" and one.due_on],
        names={one.id: one.name for one in staff(office())[0]},
        archives=Role.ARCHIVIST in person().roles,
        today=office().today(),
    )


@door.post("/hand-ins")
@retold(handing)
def give() -> ResponseReturnValue:
    """Hand the chosen files in."""
    made = hand_in(office(), request.form.getlist("files"), by=person())
    flash(phrase("Đã lập mục lục nộp lưu với %(n)d hồ sơ.", n=len(made.files)))
    return redirect(url_for("case_files.handed"), 303)


@door.post("/hand-ins/<id>/<answer>")
@retold(handing)
def answer(id: str, answer: str) -> ResponseReturnValue:
    """Accept a list, or give it back."""
    list_view(office(), id, by=person())
    settle(office(), id, text_of("reason") if answer == "return" else None, by=person())
    flash(
        phrase("Đã trả lại mục lục.")
        if answer == "return"
        else phrase("Đã nhận hồ sơ vào lưu trữ.")
    )
    return redirect(url_for("case_files.handed"), 303)


def _said(parent: str = "", of: Classification = Classification.NONE) -> FileSaid:
    told = text_of("classification")
    return FileSaid(
        notation=text_of("notation"),
        title=text_of("title"),
        years=number_of(text_of("retention"), "retention", phrase("Thời hạn bảo quản")) or 0,
        classification=Classification(told) if told in set(Classification) else of,
        parent=parent,
        note=text_of("note"),
    )
