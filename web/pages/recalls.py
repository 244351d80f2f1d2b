"""What is wanted back, on a page: of others, and of this office."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import text_of
from web.pages.documents import whole
from web.pages.retold import retold
from web.phrases import phrase
from workflow.give_up import agree, refuse
from workflow.recall import CALLERS, board, recall

door = Blueprint("recalls", __name__)


def listed(**_: str) -> ResponseReturnValue:
    """Give the page."""
    found = board(office(), by=person())
    may = bool(person().roles & CALLERS)
    return render_template("recalls.html", found=found, partners=office().partners, may=may)


@door.get("/recalls")
def everything() -> ResponseReturnValue:
    """Show what nobody gave up yet, and what others want back."""
    return listed()


@door.post("/documents/<id>/recalls")
@retold(whole)
def begin(id: str) -> ResponseReturnValue:
    """Want a sent document back."""
    recall(office(), id, text_of("reason"), request.form.getlist("recipients"), by=person())
    flash(phrase("Đã thu hồi. Nơi nhận được yêu cầu hủy văn bản; theo dõi ở mục Thu hồi văn bản."))
    return redirect(url_for("documents.one", id=id), 303)


@door.post("/recalls/<id>/agree")
@retold(listed)
def give_up(id: str) -> ResponseReturnValue:
    """Destroy what its issuer wants back."""
    agree(office(), id, by=person())
    flash(phrase("Đã đồng ý. Văn bản đang được hủy; khi xong, nơi gửi được báo."))
    return redirect(url_for(".everything"), 303)


@door.post("/recalls/<id>/refuse")
@retold(listed)
def keep(id: str) -> ResponseReturnValue:
    """Keep it, and say why."""
    refuse(office(), id, text_of("reason"), by=person())
    flash(phrase("Đã từ chối và báo lý do cho nơi gửi."))
    return redirect(url_for(".everything"), 303)
