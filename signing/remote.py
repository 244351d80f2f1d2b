"""Keys at a provider who signs digests on the signer's word: OTP, or a tap on their telephone.

How a provider is spoken to is configuration: a protocol is a list of calls, with what each sends,
what is kept of its answer, and what it is asked again for. CSC API v1 and v2 are two such lists,
and a provider with addresses and words of its own is a third.
"""

import http.client
import json
import ssl
import time
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from records.errors import Refused, Unavailable
from records.signing import Leave

_LARGEST_ANSWER = 4_000_000  # bytes; a signature in base64 has under 1 kB
_OIDS = {"hash_oid": "2.16.840.1.101.3.4.2.1", "sign_oid": "1.2.840.113549.1.1.11"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a protocol; words in braces stand for what is known by then."""

    path: str
    send: Mapping[str, Any]
    keep: Mapping[str, str] = field(default_factory=dict)  # name → where in the answer
    needs: str = ""  # only made when this was kept before
    unless: str = ""  # only made when this was not
    until: str = ""  # asked again until the answer has something there
    status: str = ""  # where the answer says how far it is
    refused: tuple[str, ...] = ()  # what it says there when the signer said no


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and how to speak to it."""

    name: str
    url: str  # http or https, with the path all calls begin with
    calls: tuple[Call, ...]
    secret: str = field(default="", repr=False)  # who this office is to the provider
    facts: Mapping[str, str] = field(default_factory=dict)  # further words for its calls
    timeout: float = 20.0  # seconds for one answer
    patience: float = 180.0  # seconds for the signer to confirm
    every: float = 2.0  # seconds between two questions

    def sign(self, credential: str, attributes: Sequence[bytes], leave: Leave) -> list[bytes]:
        """Get a signature over each, all with one authorisation.

        Raises  Refused: the signer or the provider said no, or did not confirm in time.
                Unavailable: the provider does not answer, or not what was agreed.
        Source  Cloud Signature Consortium, API 1.0.4.0, 11.6-11.9, and 2.0.0.2, 11.6-11.10.
        """
        digests = [sha256(content).digest() for content in attributes]
        known: dict[str, Any] = {
            **_OIDS,
            **self.facts,
            "credential": credential,
            "count": len(digests),
            "hashes": [b64encode(digest).decode() for digest in digests],
            "id": token_hex(16),
            "pin": leave.pin,
            "otp": leave.otp,
            "secret": self.secret,
        }
        end = time.monotonic() + self.patience
        for call in self.calls:
            if (not call.needs or call.needs in known) and call.unless not in known:
                self._answered(call, known, digests, end)
        return self._signatures(known.get("signatures"), len(digests))

    def _answered(
        self, call: Call, known: dict[str, Any], digests: Sequence[bytes], end: float
    ) -> None:
        while True:
            answer = self._asked(call, known, digests)
            if _found(answer, call.status) in call.refused:
                raise Refused("key.not-confirmed", provider=self.name)
            if not call.until or _found(answer, call.until):
                break
            if time.monotonic() + self.every > end:
                raise Refused("key.not-confirmed", provider=self.name)
            time.sleep(self.every)
        kept = {name: _found(answer, path) for name, path in call.keep.items()}
        known.update({name: told for name, told in kept.items() if told})

    def _asked(self, call: Call, known: Mapping[str, Any], digests: Sequence[bytes]) -> Any:
        body = json.dumps(_filled(call.send, known, digests)).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        place = urlsplit(self.url)
        path = f"{place.path.rstrip('/')}/{call.path.format(**known)}"
        connection = self._connection(place.scheme, place.hostname or "", place.port)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            content = answer.read(_LARGEST_ANSWER)
            status = answer.status
        except (OSError, http.client.HTTPException) as away:
            raise Unavailable("key.provider-unavailable", provider=self.name) from away
        finally:
            connection.close()
        if status in range(400, 500):
            raise Refused("key.provider-refused", provider=self.name)
        if status not in range(200, 300):
            raise Unavailable("key.provider-unavailable", provider=self.name)
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as wrong:
            raise Unavailable("key.provider-unavailable", provider=self.name) from wrong

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def _signatures(self, told: object, count: int) -> list[bytes]:
        try:
            if isinstance(told, list) and len(told) == count:
                return [b64decode(one, validate=True) for one in told]
        except (NotBase64, ValueError, TypeError):
            pass
        raise Unavailable("key.provider-unavailable", provider=self.name)


def _filled(told: Any, known: Mapping[str, Any], digests: Sequence[bytes]) -> Any:
    """Give what a call sends; what is empty is left out, and {each: …} stands for every digest."""
    if isinstance(told, Mapping) and set(told) == {"each"}:
        return [_filled(told["each"], {**known, **_of(n, d)}, ()) for n, d in enumerate(digests)]
    if isinstance(told, Mapping):
        filled = {name: _filled(one, known, digests) for name, one in told.items()}
        return {name: one for name, one in filled.items() if one not in ("", [])}
    if isinstance(told, list | tuple):
        parts = [(one, _filled(one, known, digests)) for one in told]
        # What lacks a part of it says nothing: {id: OTP} without its value.
        return [one for meant, one in parts if not isinstance(one, dict) or len(one) == len(meant)]
    if isinstance(told, str):
        whole = told[1:-1] if told[:1] == "{" and told[-1:] == "}" else ""
        return known.get(whole, "") if whole.isidentifier() else told.format(**known)
    return told


def _of(n: int, digest: bytes) -> dict[str, object]:
    return {"n": n + 1, "hash": b64encode(digest).decode(), "hash_hex": digest.hex()}


def _found(answer: Any, path: str) -> Any:
    """Give what lies at ``a.b[].c`` in an answer, None where nothing does."""
    if not path:
        return None
    step, _, rest = path.partition(".")
    each = step.endswith("[]")
    told = answer.get(step.removesuffix("[]")) if isinstance(answer, dict) else None
    if each:
        return [_found(one, rest) for one in told] if isinstance(told, list) and told else None
    return _found(told, rest) if rest else told
