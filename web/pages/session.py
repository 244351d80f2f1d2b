"""People come in, go out, and choose their language."""

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from records.errors import Refused
from web import language as languages
from web.office import office
from web.pages.retold import retold
from web.passkey_answer import read_answer
from web.who import (
    COOKIE,
    HALF,
    bearer_of_request,
    cookie,
    drop,
    hand_half,
    hand_over,
    knock,
    open_to_all,
)
from workflow.session import (
    Half,
    ask_passkey,
    come,
    come_whole,
    come_with_passkey,
    factors_of,
    half_in,
    leave,
)

door = Blueprint("session", __name__)

YEAR = 31_536_000
"""How long a language stays chosen, in seconds."""


def form() -> ResponseReturnValue:
    """Show the login form, and how one also leaves the provider to whoever just left."""
    provider = office().provider
    leaving = provider.way_out(_home()) if provider and "left" in request.args else ""
    wanted = local(request.values.get("next", ""))
    return render_template("login.html", next=wanted, leaving=leaving)


@door.get("/login")
@open_to_all
def login() -> ResponseReturnValue:
    """Ask who it is."""
    return form()


@door.post("/login")
@open_to_all
@retold(form)
def let_in() -> ResponseReturnValue:
    """Let somebody in who knows their password, and lead them where they wanted to go."""
    from_our_own_page()
    username = request.form.get("username", "").strip()
    came = come(office(), username, request.form.get("password", ""), knock(username))
    wanted = local(request.form.get("next", ""))
    if isinstance(came, Half):
        return hand_half(_see(url_for(".second", next=wanted)), came)
    return hand_over(_see(wanted or url_for("desk.show")), came)


def second_form() -> ResponseReturnValue:
    """Show the form that asks for the second factor."""
    factors = factors_of(office(), half_in(office(), cookie(HALF)))
    wanted = local(request.values.get("next", ""))
    return render_template("second.html", next=wanted, factors=factors)


@door.get("/login/second")
@open_to_all
def second() -> ResponseReturnValue:
    """Ask whoever knew the password for their second factor."""
    return second_form()


@door.post("/login/second")
@open_to_all
@retold(second_form)
def let_wholly_in() -> ResponseReturnValue:
    """Let somebody in who knew the password and brings a right code."""
    from_our_own_page()
    half = cookie(HALF)
    name = half_in(office(), half)
    admitted = come_whole(office(), half, request.form.get("otp", ""), knock(name))
    return hand_over(_see(local(request.form.get("next", "")) or url_for("desk.show")), admitted)


@door.post("/login/passkey/options")
@open_to_all
def passkey_options() -> ResponseReturnValue:
    """Give what the browser's passkey is asked to sign."""
    from_our_own_page()
    return jsonify(ask_passkey(office(), cookie(HALF)))


@door.post("/login/passkey")
@open_to_all
def let_in_with_passkey() -> ResponseReturnValue:
    """Let somebody in who knew the password and whose passkey signed."""
    from_our_own_page()
    half = cookie(HALF)
    name = half_in(office(), half)
    answer = read_answer()
    admitted = come_with_passkey(office(), half, answer, knock(name))
    wanted = local(request.args.get("next", "")) or url_for("desk.show")
    return hand_over(make_response(jsonify(next=wanted)), admitted)


@door.post("/logout")
def logout() -> ResponseReturnValue:
    """Take the pass back and forget the cookie."""
    leave(office(), bearer_of_request())
    response = _see(url_for("session.login", left="1" if office().provider else None))
    drop(response, COOKIE)
    return response


@door.post("/language")
@open_to_all
def language() -> ResponseReturnValue:
    """Remember the language and show the same page again."""
    response = _see(local(request.form.get("next", "")) or url_for("desk.show"))
    wanted = request.form.get("language", "")
    if wanted in languages.LANGUAGES:
        response.set_cookie(
            languages.COOKIE,
            wanted,
            max_age=YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
    return response


def local(address: str) -> str:
    """Give an address if it is a path of this office, else nothing."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and address.isprintable() and "\\" not in address else ""


def from_our_own_page() -> None:
    """Refuse what another site made this browser ask for."""
    # A foreign page could log a browser in as somebody else and read what is then typed.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused("form.stale")


def _home() -> str:
    return f"{office().address.rstrip('/')}{url_for('session.login')}"


def _see(address: str) -> Response:
    return make_response(redirect(address, 303))
