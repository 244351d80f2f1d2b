"""The class of a document is changed on a page of its own, which says what follows from it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.document import Classification
from records.errors import NotAllowed
from web.office import office, person
from web.pages.asked import chosen, day_of, number_of, text_of
from web.pages.retold import retold
from web.phrases import phrase
from web.who import confirm_again, require_fresh
from workflow.classify import classify, may_classify
from workflow.declassify import (
    CONFIRMERS,
    declassify,
    lower_than,
    lowerings,
    may_propose,
    propose,
    proposer_of,
    withdraw,
)
from workflow.destroy import destroy, may_destroy
from workflow.look import view
from workflow.road import Choice

door = Blueprint("classifying", __name__)


@door.get("/documents/<id>/classification")
def ask(id: str, **_: str) -> ResponseReturnValue:
    """Show to which classes it may be raised or lowered, and what that does."""
    seen, who = view(office(), id, by=person()), person()
    classes = may_classify(seen.document, who)
    lower = lower_than(seen.document) if may_propose(seen.document, who) else ()
    known = lowerings(office(), id, by=who)
    now = seen.document.classification
    waiting = next((one for one in known if one.waits and one.was is now), None)
    confirms = waiting is not None and bool(who.roles & CONFIRMERS)
    destroys = may_destroy(seen.standing, who)
    if not (classes or lower or confirms or destroys):
        raise NotAllowed("class.not-yours")
    return render_template(
        "classification.html",
        seen=seen,
        document=seen.document,
        classes=classes,
        lower=lower,
        destroys=destroys,
        waiting=waiting,
        confirms=confirms and waiting is not None and waiting.proposed_by != who.id,
        withdraws=waiting is not None and (confirms or waiting.proposed_by == who.id),
        proposer=proposer_of(office(), waiting) if waiting else "",
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


@door.post("/documents/<id>/destruction")
@retold(ask)
def destruction(id: str) -> ResponseReturnValue:
    """Destroy its key."""
    confirm_again()
    require_fresh()
    destroy(office(), id, text_of("destruction"), text_of("confirmed"), by=person())
    flash(phrase("Đã tiêu hủy khóa. Quản trị còn phải đổi khóa chính của kho mật."))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/documents/<id>/declassification")
@retold(ask)
def lower(id: str) -> ResponseReturnValue:
    """Propose to lower it."""
    confirm_again()
    require_fresh()
    propose(
        office(),
        id,
        chosen(Classification, "lower", phrase("Độ mật mới")),
        decision=text_of("decision"),
        on=day_of("decided_on", phrase("Ngày quyết định")),
        reason=text_of("reason"),
        by=person(),
    )
    flash(phrase("Đã đề nghị. Độ mật chỉ đổi khi một người khác xác nhận."))
    return redirect(url_for(".ask", id=id), 303)


@door.post("/documents/<id>/declassification/confirm")
@retold(ask)
def confirm(id: str) -> ResponseReturnValue:
    """Lower it, as another person proposed."""
    confirm_again()
    require_fresh()
    declassify(office(), id, by=person())
    flash(phrase("Đã hạ độ mật theo quyết định."))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/documents/<id>/declassification/withdraw")
@retold(ask)
def leave(id: str) -> ResponseReturnValue:
    """Let the proposal go."""
    withdraw(office(), id, by=person())
    flash(phrase("Đã bỏ đề nghị hạ độ mật."))
    return redirect(url_for("documents.one", id=id), 303)
