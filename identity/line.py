"""One question to the identity provider over HTTP: short, bounded, and never led elsewhere."""

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlencode, urlsplit

from records.errors import Unavailable

LARGEST = 512 * 1024
"""How many bytes an answer may have: a set of keys has some kB."""

_OK = 200
_BAD_REQUEST = 400
_UNAUTHORISED = 401


class Line:
    """The way to one provider."""

    def __init__(self, timeout: float, ca: str = "") -> None:
        """Believe the authorities in the file ``ca``, those of the system without one."""
        self._timeout = timeout
        self._trust = ssl.create_default_context(cafile=ca or None)
        self._trust.minimum_version = ssl.TLSVersion.TLSv1_2

    def get(self, url: str, **headers: str) -> dict[str, Any]:
        """Give the JSON object at an address. Raises Unavailable."""
        return self._ask("GET", url, None, headers)[1]

    def post(self, url: str, form: Mapping[str, str], **headers: str) -> tuple[int, dict[str, Any]]:
        """Send a form, and give the status (200, 400 or 401) and the object of the answer."""
        return self._ask("POST", url, urlencode(form).encode(), headers)

    def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(url)
        said = {"Accept": "application/json", **headers}
        if body is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            with closing(self._connection(parts.scheme, parts.netloc)) as line:
                line.request(method, address or "/", body, said)
                with line.getresponse() as answer:
                    content = self._read(answer)
            told = json.loads(content)
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise Unavailable("provider.unavailable", reason=type(error).__name__) from error
        # What leads elsewhere (3xx) is no answer: a secret would follow it.
        heard = (_OK,) if body is None else (_OK, _BAD_REQUEST, _UNAUTHORISED)
        if answer.status not in heard or not isinstance(told, dict):
            raise Unavailable("provider.unavailable", reason=str(answer.status))
        return answer.status, told

    def _connection(self, scheme: str, host: str) -> http.client.HTTPConnection:
        if scheme == "https":
            return http.client.HTTPSConnection(host, timeout=self._timeout, context=self._trust)
        return http.client.HTTPConnection(host, timeout=self._timeout)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        end, content = time.monotonic() + self._timeout, b""
        while piece := answer.read1(LARGEST):
            content += piece
            if len(content) > LARGEST or time.monotonic() > end:
                raise OSError("too long an answer")
        return content
