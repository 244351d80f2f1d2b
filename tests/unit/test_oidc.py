"""A provider is believed only what it signed, to us, now, and in answer to what we asked."""

import hmac
import json
import socket
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from identity.oidc import Asked, Provider
from records.errors import OfficeError, Refused, Unavailable
from records.identity import ProviderRules, Told

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
ASKED = Asked("state", "nonce", "verifier" * 6, AT, timedelta(hours=12))
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})


@dataclass
class Liar:
    """A provider that answers whatever a test wants."""

    issuer: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def tell(self, token: str) -> None:
        self.answers["/token"] = {"id_token": token, "access_token": "a", "token_type": "Bearer"}


@pytest.fixture
def liar() -> Iterator[Liar]:
    liar = Liar()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            liar.asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told = liar.answers.get(self.path, {})
            body = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(liar.statuses.get(self.path, 200))
            self.send_header("Location", f"{liar.issuer}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the vendor's name

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        liar.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        liar.answers["/.well-known/openid-configuration"] = {
            "issuer": liar.issuer,
            "authorization_endpoint": f"{liar.issuer}/auth",
            "token_endpoint": f"{liar.issuer}/token",
            "jwks_uri": f"{liar.issuer}/keys",
        }
        liar.answers["/keys"] = {"keys": [KEY.as_dict(private=False)]}
        yield liar
        server.shutdown()


@pytest.fixture
def provider(liar: Liar) -> Provider:
    trusted = frozenset[str]()
    rules = ProviderRules(
        "x", liar.issuer, "me", ("openid",), "groups", "preferred_username", trusted, trusted, 2
    )
    return Provider(rules, "secret", "http://localhost/back")


def claims(liar: Liar, **other: Any) -> dict[str, Any]:
    told = {
        "iss": liar.issuer,
        "sub": "s",
        "aud": "me",
        "exp": NOW + 60,
        "iat": NOW,
        "auth_time": NOW,
        "nonce": "nonce",
        "groups": ["g"],
    }
    return {name: value for name, value in {**told, **other}.items() if value is not None}


def signed(told: dict[str, Any], key: Any = KEY, **header: Any) -> str:
    said = {"alg": "RS256", "kid": "1", **header}
    return jwt.encode(said, told, key, [said["alg"]])


def _part(told: bytes) -> str:
    return urlsafe_b64encode(told).rstrip(b"=").decode()


def received(provider: Provider, **answer: str) -> Told:
    return provider.receive({"state": "state", "code": "c", **answer}, ASKED, AT)


def test_what_is_right_is_believed(liar: Liar, provider: Provider) -> None:
    liar.tell(signed(claims(liar)))

    told = received(provider)

    assert (told.issuer, told.subject, told.groups) == (liar.issuer, "s", frozenset({"g"}))
    assert told.shown_at == AT


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "http://127.0.0.1/"},
        {"iss": None},
        {"aud": "you"},
        {"aud": ["you", "me"]},  # and nobody says that it was made for us
        {"aud": ["me", "you"], "azp": "you"},
        {"azp": "you"},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": NOW - 61},
        {"exp": None},
        {"exp": "soon"},
        {"iat": NOW + 3600},
        {"nbf": NOW + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"auth_time": "now"},
        {"auth_time": 1e300},
        {"auth_time": NOW - 13 * 3600},
    ],
)
def test_what_is_wrong_in_a_token_is_not(
    liar: Liar, provider: Provider, other: dict[str, Any]
) -> None:
    liar.tell(signed(claims(liar, **other)))

    with pytest.raises(Refused, match=r"provider\.(token|not-again)"):
        received(provider)


def test_a_token_is_believed_only_with_a_signature_of_the_provider_s(
    liar: Liar, provider: Provider
) -> None:
    told = claims(liar)
    right = signed(told)
    head, body, mark = right.split(".")
    none = _part(b'{"alg":"none"}')
    hmac_head = _part(b'{"alg":"HS256","kid":"1"}')
    data = f"{hmac_head}.{body}".encode()
    curve = ECKey.generate_key("P-256", {"kid": "1"})
    forged = [
        signed(told, OTHER),
        signed(told, curve, alg="ES256"),
        f"{hmac_head}.{body}.{_part(hmac.digest(KEY.as_pem(private=False), data, 'sha256'))}",
        f"{none}.{body}.",
        f"{none}.{body}.{mark}",
        f"{head}.{body}.",
        f"{head}.{body}x.{mark}",
        signed(told, OTHER, jwk=OTHER.as_dict(private=False)),
        "x",
        "",
        "..",
    ]
    for token in forged:
        liar.tell(token)
        with pytest.raises(Refused, match="provider"):
            received(provider)
    liar.tell(right)
    assert received(provider).subject == "s"


def test_new_keys_are_found_but_not_looked_for_at_anybody_s_bidding(
    liar: Liar, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar.tell(signed(claims(liar)))
    received(provider)
    new = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
    liar.answers["/keys"] = {"keys": [new.as_dict(private=False)]}
    liar.tell(signed(claims(liar), new, kid="2"))
    for _ in range(3):
        with pytest.raises(Refused, match="provider.token"):
            received(provider)
    assert liar.asked.count("/keys") == 1

    monkeypatch.setattr("identity.oidc.AGAIN", 0.0)

    assert received(provider).subject == "s"
    assert liar.asked.count("/keys") == 2


def test_an_answer_of_another_provider_or_to_another_question_is_refused(
    liar: Liar, provider: Provider
) -> None:
    liar.tell(signed(claims(liar)))
    for answer in ({"state": "x"}, {"state": ""}, {"iss": "http://other"}):
        with pytest.raises(Refused, match="provider.stale"):
            received(provider, **answer)
    liar.answers["/.well-known/openid-configuration"][
        "authorization_response_iss_parameter_supported"
    ] = True
    with pytest.raises(Refused, match="provider.stale"):
        received(Provider(provider.rules, "secret", "http://localhost/back"))
    assert "/token" not in liar.asked


def _moved(liar: Liar) -> None:
    liar.statuses["/token"] = 307


def _huge(liar: Liar) -> None:
    liar.answers["/token"] = b'{"x": "' + b"x" * 600_000 + b'"}'


def _list(liar: Liar) -> None:
    liar.answers["/token"] = b"[]"


def _html(liar: Liar) -> None:
    liar.answers["/keys"] = b"<html>"


def _deep(liar: Liar) -> None:
    liar.answers["/keys"] = b"[" * 100_000


def _no_keys(liar: Liar) -> None:
    liar.answers["/keys"] = {"keys": [{"kty": "RSA"}]}


def _other_issuer(liar: Liar) -> None:
    liar.answers["/.well-known/openid-configuration"]["issuer"] = "http://127.0.0.1/"


def _no_endpoint(liar: Liar) -> None:
    described = liar.answers["/.well-known/openid-configuration"]
    described["token_endpoint"] = "file:///etc/passwd"  # noqa: S105 - an address


def _wrong_secret(liar: Liar) -> None:
    liar.statuses["/token"] = 401


@pytest.mark.parametrize(
    "spoil",
    [
        _moved,
        _huge,
        _list,
        _html,
        _deep,
        _no_keys,
        _other_issuer,
        _no_endpoint,
        _wrong_secret,
    ],
)
def test_a_provider_that_answers_nonsense_counts_as_away(
    liar: Liar, provider: Provider, spoil: Callable[[Liar], None]
) -> None:
    liar.tell(signed(claims(liar)))
    spoil(liar)

    with pytest.raises(Unavailable, match="provider.unavailable"):
        received(provider)

    assert "/elsewhere" not in liar.asked


def test_what_is_told_beside_the_token_is_of_the_same_person(
    liar: Liar, provider: Provider
) -> None:
    liar.answers["/.well-known/openid-configuration"]["userinfo_endpoint"] = f"{liar.issuer}/more"
    liar.tell(signed(claims(liar, groups=None)))
    liar.answers["/more"] = {"sub": "s", "groups": "one", "aud": "x", "name": ["no"]}
    told = received(provider)
    assert (told.groups, told.name) == (frozenset({"one"}), "")

    liar.answers["/more"] = {"sub": "somebody else", "groups": ["chiefs"]}
    with pytest.raises(OfficeError, match="provider.token"):
        received(provider)


def test_a_silent_provider_is_not_waited_for() -> None:
    trusted = frozenset[str]()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        issuer = f"http://127.0.0.1:{silent.getsockname()[1]}"
        rules = ProviderRules("x", issuer, "me", (), "g", "a", trusted, trusted, 0.1)
        with pytest.raises(Unavailable, match="TimeoutError"):
            Provider(rules, "", "http://localhost/back").lead(ASKED)
