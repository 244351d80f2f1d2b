"""People come in, go out, and choose their language."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from records.errors import Refused
from web import language as languages
from web.office import office
from web.pages.retold import retold
from web.who import COOKIE, bearer_of_request, hand_over, open_to_all
from workflow.session import enter, leave

door = Blueprint("session", __name__)

YEAR = 31_536_000
"""How long a language stays chosen, in seconds."""


def form() -> ResponseReturnValue:
    """Show the login form."""
    return render_template("login.html", next=local(request.values.get("next", "")))


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
    _from_our_own_page()
    admitted = enter(
        office(),
        request.form.get("username", "").strip(),
        request.form.get("password", ""),
        address=request.remote_addr or "unknown",
    )
    wanted = local(request.form.get("next", "")) or url_for("desk.show")
    return hand_over(_see(wanted), admitted)


@door.post("/logout")
def logout() -> ResponseReturnValue:
    """Take the pass back and forget the cookie."""
    leave(office(), bearer_of_request())
    response = _see(url_for("session.login"))
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
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


def _from_our_own_page() -> None:
    # A foreign page could log a browser in as somebody else and read what is then typed.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refused("form.stale")


def _see(address: str) -> Response:
    return make_response(redirect(address, 303))
