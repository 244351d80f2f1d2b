"""The class of a document is raised on a page of its own, which says what follows from it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.errors import NotAllowed
from web.office import office, person
from web.pages.asked import chosen, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from workflow.classify import classify, may_classify
from workflow.look import view
from workflow.road import Choice

door = Blueprint("classifying", __name__)


@door.get("/documents/<id>/classification")
def ask(id: str, **_: str) -> ResponseReturnValue:
    """Show to which classes it may be raised, and what that does."""
    seen = view(office(), id, by=person())
    classes = may_classify(seen.document, person())
    if not classes:
        raise NotAllowed("class.not-yours")
    return render_template(
        "classification.html", seen=seen, document=seen.document, classes=classes
    )


@door.post("/documents/<id>/classification")
@retold(ask)
def higher(id: str) -> ResponseReturnValue:
    """Raise it."""
    to = chosen(Classification, "classification", phrase("Độ mật"))
    version = number_of(request.form.get("version", ""), "version", phrase("Phiên bản"))
    classify(office(), id, to, Choice(text_of("comment"), seen=version), by=person())
    flash(phrase("Đã nâng độ mật. Hệ thống đang xóa những gì còn ở dạng không mật."))
    return redirect(url_for("documents.one", id=id), 303)
