"""An administrator helps somebody who lost what lets them in."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.admin import somebody
from web.pages.retold import retold
from web.phrases import phrase
from web.who import confirm_again, require_fresh
from workflow.account import reset_factors

door = Blueprint("access", __name__, url_prefix="/admin")


@door.post("/people/<id>/reset-factors")
@retold(somebody)
def reset(id: str) -> ResponseReturnValue:
    """Forget somebody's second factors and end their sessions."""
    confirm_again()
    require_fresh()
    reset_factors(office(), id, by=person())
    flash(phrase("Đã gỡ xác thực hai lớp và kết thúc mọi phiên của «%(id)s».", id=id))
    return redirect(url_for("admin.one", id=id), 303)
