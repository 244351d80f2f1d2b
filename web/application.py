"""The Flask application: doors hung on an office, every answer with its safety headers."""

import io
from typing import IO, Any

from flask import Flask, Request, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from web import errors, sign_service, who
from web.api import api
from web.contract import require_writable_words
from web.health import health
from web.office import place
from web.pages import hang_pages
from web.watching import watch
from workflow.office import Office

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src {connects}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class InMemory(Request):
    """A request whose files never touch the disk: one of them may be secret."""

    max_form_parts = 200

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return io.BytesIO()


def build(
    office: Office, *, secret: bytes, largest: int, proxies: int = 0, metrics_token: str = ""
) -> Flask:
    """Give the application in front of ``office``.

    Takes   secret: signs the short notes between two pages; largest: bytes of one file;
            proxies: how many of our own stand in front; metrics_token: opens /metrics.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.request_class = InMemory
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=largest + 10_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SESSION_COOKIE_NAME="trinhky_notes",
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    place(app, office)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies)  # type: ignore[method-assign]  # Flask's own way
    watch(app, token=metrics_token, key=secret)
    who.guard(app)
    app.before_request(require_writable_words)
    errors.hang(app)
    app.register_blueprint(api)
    app.register_blueprint(health)
    app.register_blueprint(sign_service.door)
    hang_pages(app)
    app.after_request(_safe)
    return app


def _safe(response: Response) -> Response:
    for name, value in HEADERS.items():
        # One page alone speaks to a service on the signer's own computer, and to nothing else.
        told = value.replace("{connects}", g.get("connects", "'self'"))
        response.headers.setdefault(name, told)
    if request.endpoint != "static":
        # What one person may see must not be found in a cache by the next.
        response.headers.setdefault("Cache-Control", "no-store")
    return response
