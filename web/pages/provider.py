"""People come in by the office's identity provider, and show it again that it is them."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from web.office import office, person
from web.pages.admin import somebody
from web.pages.asked import text_of
from web.pages.retold import retold
from web.pages.session import form, from_our_own_page, local
from web.phrases import phrase
from web.who import (
    bearer_of_request,
    confirm_again,
    hand_half,
    hand_over,
    knock,
    open_to_all,
    require_fresh,
)
from workflow.linking import link, unlink
from workflow.outside import Led, come_back, lead_out
from workflow.session import Half

door = Blueprint("provider", __name__)

TICKET = "trinhky_away"
"""The cookie of a browser that is at the provider."""

BACK = "/login/provider/back"


@door.get("/login/provider")
@open_to_all
@retold(form)
def lead() -> ResponseReturnValue:
    """Send somebody to the provider to come in."""
    return _sent(lead_out(office(), local(request.args.get("next", ""))))


@door.get("/account/provider")
def again() -> ResponseReturnValue:
    """Send somebody who is in to the provider, to show again that it is them."""
    from_our_own_page()
    wanted = local(request.args.get("next", ""))
    led = lead_out(office(), wanted, purpose="again", token=bearer_of_request(), by=person())
    return _sent(led)


@door.get("/account/provider/link")
def link_own() -> ResponseReturnValue:
    """Send somebody to the provider, to come in that way from now on."""
    from_our_own_page()
    require_fresh()
    wanted = url_for("account.show")
    led = lead_out(office(), wanted, purpose="link", token=bearer_of_request(), by=person())
    return _sent(led)


@door.get(BACK)
@open_to_all
@retold(form)
def back() -> ResponseReturnValue:
    """Take somebody back from the provider."""
    ticket = request.cookies.get(TICKET, "")
    returned = come_back(office(), ticket, request.args.to_dict(), knock(""))
    half = isinstance(returned.came, Half)
    wanted = url_for("session.second", next=returned.wanted) if half else returned.wanted
    # A redirect would still be the provider's: our cookies go with what our own page asks for.
    page = render_template("came.html", wanted=wanted or url_for("desk.show"))
    response = make_response(page)
    response.delete_cookie(TICKET, BACK, httponly=True, samesite="Lax", secure=request.is_secure)
    if returned.came is None:
        return response
    if isinstance(returned.came, Half):
        return hand_half(response, returned.came)
    return hand_over(response, returned.came)


@door.post("/admin/people/<id>/identities")
@retold(somebody)
def add(id: str) -> ResponseReturnValue:
    """Let somebody whom the provider knows come in as this person."""
    confirm_again()
    require_fresh()
    link(office(), id, text_of("subject"), issuer=text_of("issuer"), by=person())
    flash(phrase("Đã liên kết tài khoản."))
    return redirect(url_for("admin.one", id=id), 303)


@door.post("/admin/people/<id>/identities/remove")
@retold(somebody)
def remove(id: str) -> ResponseReturnValue:
    """Let an identity come in as this person no more."""
    unlink(office(), id, text_of("issuer"), text_of("subject"), by=person())
    flash(phrase("Đã gỡ liên kết; mọi phiên của người này đã kết thúc."))
    return redirect(url_for("admin.one", id=id), 303)


def _sent(led: Led) -> Response:
    response = make_response(redirect(led.address, 303))
    # Lax: the browser brings it along when the provider sends it back here.
    response.set_cookie(
        TICKET,
        led.ticket,
        expires=led.until,
        path=BACK,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response
