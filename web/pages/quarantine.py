"""What is held for a mark of secrecy, as a page: claimed, looked at, released or destroyed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.asked import text_of
from web.pages.retold import retold
from web.phrases import phrase
from web.who import barred, confirm_again, require_fresh
from workflow.look import names_of
from workflow.quarantine import (
    claim,
    discard,
    files_in,
    held,
    may_look,
    may_release,
    release,
)

door = Blueprint("quarantine", __name__)


def listed(**_: str) -> ResponseReturnValue:
    """Give the list."""
    found, who = held(office(), by=person()), person()
    seen = {one.id: files_in(office(), one) for one in found if may_look(one, who)}
    return render_template(
        "quarantine.html",
        found=found,
        seen=seen,
        releasable={one.id for one in found if may_release(one, who)},
        names=names_of(office(), {one.by for one in found}),
        stale=bool(barred()),
        typed=request.form,
    )


@door.get("/quarantine")
def page() -> ResponseReturnValue:
    """Show what waits for me."""
    return listed()


@door.post("/quarantine/<id>/claim")
@retold(listed)
def claimed(id: str) -> ResponseReturnValue:
    """Say that it is no secret."""
    claim(office(), id, text_of("reason"), by=person())
    flash(phrase("Đã gửi lý do. Một người khác sẽ xem xét."))
    return redirect(url_for(".page"), 303)


@door.post("/quarantine/<id>/release")
@retold(listed)
def released(id: str) -> ResponseReturnValue:
    """Let it go."""
    confirm_again()
    require_fresh()
    release(office(), id, by=person())
    flash(phrase("Đã nhận như văn bản không mật."))
    return redirect(url_for(".page"), 303)


@door.post("/quarantine/<id>/discard")
@retold(listed)
def discarded(id: str) -> ResponseReturnValue:
    """Destroy it."""
    discard(office(), id, by=person())
    flash(phrase("Đã hủy tệp tạm giữ; không khôi phục được."))
    return redirect(url_for(".page"), 303)
