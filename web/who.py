"""Who knocks: a bearer token for programs, a cookie and a token in the form for browsers."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request

from records.errors import NotKnown, Refused
from web.office import office
from workflow.session import Admission, recognise

View = TypeVar("View", bound=Callable[..., Any])

COOKIE = "trinhky"
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


def _recognise() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    # An unknown address is answered as such to everybody, and files of the page are for all.
    if view is None or request.endpoint == "static" or getattr(view, OPEN, False):
        return
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        g.person, _ = recognise(office(), bearer.strip())
        return
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotKnown("login.needed")
    g.person, granted = recognise(office(), token)
    g.csrf = granted.csrf
    if request.method not in SAFE:
        _require_form_token(granted.csrf)


def _require_form_token(csrf: str) -> None:
    brought = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not compare_digest(brought.encode(), csrf.encode()):
        raise Refused("form.stale")


def bearer_of_request() -> str:
    """Give the token this request came with."""
    _, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return bearer.strip() or request.cookies.get(COOKIE, "")


def hand_over(response: Response, admitted: Admission) -> Response:
    """Give the browser its cookie: unreadable for scripts, sent from our own pages only."""
    response.set_cookie(
        COOKIE,
        admitted.token,
        expires=admitted.expires_at,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response
