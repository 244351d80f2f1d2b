"""Somebody's browser at the provider, without a screen."""

from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, build_opener


class _Staying(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Visitor:
    """A browser that keeps its cookies at the provider, and goes nowhere else."""

    def __init__(self) -> None:
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()), _Staying())
        self.asked = 0  # how often the provider wanted to know who it is

    def show(self, address: str, login: str, *, refuse: bool = False) -> Mapping[str, str]:
        """Go where one is sent, log in if asked, and give what one is sent back with."""
        place = address
        for _ in range(10):
            status, headers, told = self._open(place)
            if status == 200:
                self.asked += 1
                form = {"login": login, "do": "no" if refuse else "in"}
                status, headers, told = self._open(place, urlencode(form).encode())
            assert status in (302, 303), told
            place = urljoin(place, headers["Location"])
            if "/login/provider/back" in place:
                return dict(parse_qsl(urlsplit(place).query))
        raise AssertionError(place)

    def _open(self, place: str, body: bytes | None = None) -> tuple[int, Any, bytes]:
        try:
            with self._opener.open(place, body, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as other:
            return other.code, other.headers, other.read()
