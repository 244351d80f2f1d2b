"""Who knocks: a bearer token for programs, a cookie and a token in the form for browsers."""

import hmac
from collections.abc import Callable
from secrets import token_hex
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from records.access import Pass, PassKind, Scope
from records.errors import NotAllowed, NotKnown, Refused
from records.person import Person, Role
from web.office import office, person
from workflow.session import Admission, Half, Knock, confirm, is_fresh, recognise

View = TypeVar("View", bound=Callable[..., Any])

COOKIE = "trinhky"
HALF = "trinhky_half"
"""The cookie of a browser that still owes its second factor."""

KNOWN = "trinhky_known"
"""The cookie by which a browser shows that it was let in as an account before."""

YEAR = 31_536_000
OWN = "account"
"""The doors that only somebody in person opens: their password, second factors and passes."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = "open_to_all"
"""What marks a view that needs no login."""


def open_to_all(view: View) -> View:
    """Mark a view that anybody may see: the login page, health, the contract."""
    setattr(view, OPEN, True)
    return view


def guard(app: Flask) -> None:
    """Let nobody through to any view who is not known, unless the view is open to all."""
    app.before_request(_recognise)


def _recognise() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    # An unknown address is answered as such to everybody, and files of the page are for all.
    if view is None or request.endpoint == "static" or getattr(view, OPEN, False):
        return None
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        g.person, g.granted = recognise(office(), bearer.strip())
        _require_scope(g.granted, g.person)
        return None
    token = cookie(COOKIE)
    if not token:
        raise NotKnown("login.needed")
    g.person, granted = recognise(office(), token)
    if granted.kind not in (PassKind.BROWSER, PassKind.ENROLLING):
        raise NotKnown("login.needed")
    g.csrf, g.granted = granted.csrf, granted
    if request.method not in SAFE:
        _require_form_token(granted.csrf)
    return _lead_to_enrolling(granted)


def _lead_to_enrolling(granted: Pass) -> ResponseReturnValue | None:
    """Let who must add a second factor do that, and go; nothing else."""
    part = (request.blueprint or "").rpartition(".")[2]
    if granted.kind is not PassKind.ENROLLING or part in (OWN, "session"):
        return None
    if request.method == "GET" and not request.path.startswith("/api/"):
        return redirect(url_for("account.show"), 303)
    raise NotAllowed("factor.required")


def _require_scope(granted: Pass, by: Person) -> None:
    """Refuse a token made by hand what it was not made for."""
    if granted.kind is not PassKind.TOKEN:
        return
    asked = Scope.READ
    if request.method not in SAFE:
        asked = Scope.ADMINISTER if Role.ADMINISTRATOR in by.roles else Scope.ACT
    own = (request.blueprint or "").rpartition(".")[2] == OWN
    if own or asked not in granted.scopes:
        raise NotAllowed("token.scope")


def granted() -> Pass:
    """Give the pass this request came with."""
    return cast("Pass", g.granted)


def barred() -> str:
    """Give the rule by which this request signs, numbers and seals nothing, "" if it may."""
    one = granted()
    if one.kind is PassKind.TOKEN:
        return "" if Scope.SIGN in one.scopes else "token.scope"
    return "" if is_fresh(office(), one) else "login.stale"


def require_fresh() -> None:
    """Refuse what weighs heavily to whoever has not shown lately that it is them."""
    why = barred()
    if why == "token.scope":
        raise NotAllowed("token.scope")
    if why:
        raise NotAllowed("login.stale")


def confirm_again() -> None:
    """Let a form that brings password or code once more make its pass fresh again."""
    told = request.form.get("again", "")
    if not told or not barred():
        return
    code = told.replace(" ", "")
    digits = code.isascii() and code.isdecimal() and len(code) == 6  # noqa: PLR2004 - a code's
    g.granted = confirm(
        office(),
        bearer_of_request(),
        password="" if digits else told,
        otp=code if digits else "",
        address=request.remote_addr or "unknown",
        by=person(),
    )


def knock(username: str) -> Knock:
    """Give from where this request knocks, and whether its browser is known to the account."""
    device, _, mark = cookie(KNOWN).partition(".")
    known = device and hmac.compare_digest(_mark(device, username).encode(), mark.encode())
    return Knock(
        address=request.remote_addr or "unknown",
        device=device if known else "",
        agent=request.headers.get("User-Agent", ""),
        browser=True,
    )


def _mark(device: str, username: str) -> str:
    key = cast("bytes", current_app.secret_key)
    return hmac.digest(key, f"device:{device}:{username}".encode(), "sha256").hex()


def _require_form_token(csrf: str) -> None:
    brought = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(brought.encode(), csrf.encode()):
        raise Refused("form.stale")


def bearer_of_request() -> str:
    """Give the token this request came with."""
    _, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return bearer.strip() or cookie(COOKIE)


def cookie(name: str) -> str:
    """Give what this browser brings back under a name of ours."""
    return request.cookies.get(_called(name), "")


def drop(response: Response, name: str) -> None:
    """Let the browser forget what it had under a name of ours."""
    _put(response, name, "", expires=0)


def _put(response: Response, name: str, value: str, **until: Any) -> None:
    """Give the browser something scripts cannot read and only our own pages have sent along."""
    response.set_cookie(
        _called(name),
        value,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
        **until,
    )


def _called(name: str) -> str:
    """Give a name that no other host and no page without TLS can have set (RFC 6265bis, 4.1.3)."""
    return f"__Host-{name}" if request.is_secure else name


def hand_over(response: Response, admitted: Admission) -> Response:
    """Give the browser its cookie, and what it is known by the next time."""
    _put(response, COOKIE, admitted.token, expires=admitted.expires_at)
    drop(response, HALF)
    device = token_hex(16)
    _put(response, KNOWN, f"{device}.{_mark(device, admitted.person.id)}", max_age=YEAR)
    return response


def hand_half(response: Response, half: Half) -> Response:
    """Give the browser what it comes back with together with its second factor."""
    _put(response, HALF, half.token, expires=half.until)
    return response
