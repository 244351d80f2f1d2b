"""How far a document may go round has a page of its own; who has read it gives it back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Circulation
from records.errors import NotAllowed
from web.office import office, person
from web.pages.asked import chosen, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.circulate import give_back, mark, may_mark
from workflow.look import view
from workflow.road import Choice

door = Blueprint("circulating", __name__)


@door.get("/documents/<id>/circulation")
def ask(id: str, **_: str) -> ResponseReturnValue:
    """Show which marks there are and what each does."""
    seen = view(office(), id, by=person())
    if not may_mark(seen.document, person()):
        raise NotAllowed("circulation.not-yours")
    return render_template("circulation.html", document=seen.document, marks=tuple(Circulation))


@door.post("/documents/<id>/circulation")
@retold(ask)
def change(id: str) -> ResponseReturnValue:
    """Change the mark."""
    to = chosen(Circulation, "circulation", phrase("Phạm vi lưu hành"))
    version = number_of(request.form.get("version", ""), "version", phrase("Phiên bản"))
    mark(office(), id, to, Choice(text_of("comment"), seen=version), by=person())
    flash(phrase("Đã đổi phạm vi lưu hành."))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/documents/<id>/given-back")
def give(id: str) -> ResponseReturnValue:
    """Give back what one has read."""
    give_back(office(), id, by=person())
    flash(phrase("Đã trả lại văn bản. Bạn không còn xem được văn bản này."))
    return redirect(url_for("desk.show"), 303)
