"""One table from the families of errors to answers; nothing of the inside is ever shown."""

import logging

from flask import Flask, Response, json, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from records.errors import (
    Broken,
    NotAllowed,
    NotFound,
    NotKnown,
    OfficeError,
    Outrun,
    Refused,
    TooOften,
    Unavailable,
)
from web.language import language, sentence

STATUSES: tuple[tuple[type[OfficeError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (NotKnown, 401),
    (TooOften, 429),
    (Outrun, 409),
    (Refused, 422),
    (Unavailable, 503),
    (Broken, 500),
)

TITLES = {
    400: ("Yêu cầu không hợp lệ", "Bad request"),
    401: ("Cần đăng nhập", "Login needed"),
    403: ("Không thuộc quyền của bạn", "Not yours to do"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Không làm được như vậy", "Method not allowed"),
    409: ("Văn bản đã thay đổi", "The document moved on"),
    413: ("Tệp quá lớn", "Too large"),
    415: ("Kiểu nội dung không nhận", "Unsupported content"),
    422: ("Không thể thực hiện", "Cannot be done"),
    429: ("Quá nhiều lần", "Too often"),
    500: ("Lỗi của hệ thống", "Our fault"),
    503: ("Tạm thời chưa được", "Not available now"),
}

log = logging.getLogger("office.web")


def hang(app: Flask) -> None:
    """Answer every error through this table."""
    app.register_error_handler(OfficeError, _told)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: OfficeError) -> int:
    """Give the status that answers an error's family."""
    return next((status for family, status in STATUSES if isinstance(error, family)), 500)


def _told(error: OfficeError) -> ResponseReturnValue:
    status = status_of(error)
    if isinstance(error, Broken):
        log.critical("%s", error.rule, exc_info=error)
    if isinstance(error, NotKnown) and not _wants_json() and request.method == "GET":
        return redirect(url_for("session.login", next=request.full_path.rstrip("?")), 303)
    answer = _answer(status, sentence(error), error.rule)
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.facts.get("seconds", 60))
    if isinstance(error, NotKnown):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None or status < 400:  # noqa: PLR2004 - a redirect is no error
        return error
    answer = _answer(status, _title(status), f"http.{status}")
    if isinstance(allowed := getattr(error, "valid_methods", None), list):
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


def _unforeseen(error: Exception) -> ResponseReturnValue:
    log.critical("unforeseen", exc_info=error)
    return _answer(500, _title(500), "unknown")


def _answer(status: int, detail: str, rule: str) -> Response:
    if _wants_json():
        return problem(status, detail, rule)
    page = render_template(
        "error.html", status=status, title=_title(status), detail=detail, rule=rule
    )
    return Response(page, status)


def problem(status: int, detail: str, rule: str) -> Response:
    """Give a problem document (RFC 9457)."""
    told = {
        "type": f"/docs/rules#{rule}",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "rule": rule,
    }
    return Response(json.dumps(told), status, content_type="application/problem+json")


def _title(status: int) -> str:
    vi, en = TITLES.get(status, TITLES[500 if status >= 500 else 400])  # noqa: PLR2004 - HTTP
    return vi if language() == "vi" else en


def _wants_json() -> bool:
    machines = ("/api/", "/exchange/", "/sign-service/", "/healthz", "/readyz", "/metrics")
    return request.path.startswith(machines)
