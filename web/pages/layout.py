"""A draft's layout held against Decree 30/2020: what is not so, and mending what can be."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import number_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.layout import layout_report, mend_layout, undo_mending
from workflow.road import Choice

door = Blueprint("layout", __name__)

NOTHING = "nothing"
"""What is chosen where no box was ticked: no rule is called so."""


@door.get("/documents/<id>/layout")
def one(id: str) -> ResponseReturnValue:
    """Show the flaws of a draft's layout, as a page or as a part of one."""
    return look(id)


def look(id: str) -> ResponseReturnValue:
    """Give the page of flaws."""
    report = layout_report(office(), id, by=person())
    page = "layout_part.html" if "part" in request.args else "layout.html"
    return render_template(page, report=report, document=report.document)


@door.post("/documents/<id>/layout/fix")
@retold(look)
def mend(id: str) -> ResponseReturnValue:
    """Mend what was chosen, or all that can be, as a new revision."""
    rules = request.form.getlist("rules") or [NOTHING]
    changed = mend_layout(office(), id, rules, Choice(seen=_version()), by=person())
    flash(
        phrase("Đã sửa thể thức thành phiên bản %(n)d. Bản trước vẫn được giữ.", n=changed.latest.n)
    )
    return redirect(url_for(".one", id=id), 303)


@door.post("/documents/<id>/layout/undo")
@retold(look)
def undo(id: str) -> ResponseReturnValue:
    """Bring the DOCX back that was mended last."""
    changed = undo_mending(office(), id, Choice(seen=_version()), by=person())
    flash(phrase("Đã lấy lại bản trước khi sửa thành phiên bản %(n)d.", n=changed.latest.n))
    return redirect(url_for(".one", id=id), 303)


def _version() -> int | None:
    return number_of(request.form.get("version", ""), "version", phrase("Phiên bản"))
