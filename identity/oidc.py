"""An identity provider recognises people for the office (OpenID Connect, authorization code)."""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from identity.line import Line
from records.errors import Refused, Unavailable
from records.identity import ProviderRules, Told

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""How an ID token may be signed: never with a secret, and never not at all (RFC 8725, 3.1)."""

SKEW = timedelta(seconds=60)
"""How far the provider's clock and the office's may be apart."""

KEPT = 3600.0
"""How long keys and addresses of a provider are remembered, in seconds."""

AGAIN = 30.0
"""How long after a look another one is made for a key that nobody knows, in seconds."""

LONGEST = 255
"""How many characters a subject may have (OpenID Connect Core 1.0, 2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody was sent to the provider with, to be compared with what comes back."""

    state: str
    nonce: str
    verifier: str  # of PKCE (RFC 7636)
    at: datetime
    within: timedelta  # how long ago at most they showed there that it is them; none: now


class Provider:
    """The office's identity provider: where people are sent, and who came back."""

    def __init__(self, rules: ProviderRules, secret: str, back: str) -> None:
        """Take people back at the address ``back``; ``secret`` shows who asks, "" if public."""
        self.rules = rules
        self._secret = secret
        self._back = back
        self._line = Line(rules.timeout, rules.ca)
        self._known: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def lead(self, asked: Asked) -> str:
        """Give the address a browser is sent to. Raises Unavailable: it is not to be had."""
        again = {} if asked.within else {"prompt": "login"}
        address: str = prepare_grant_uri(
            self._described()["authorization_endpoint"],
            client_id=self.rules.client,
            response_type="code",
            redirect_uri=self._back,
            scope=list(self.rules.scopes),
            state=asked.state,
            nonce=asked.nonce,
            code_challenge=create_s256_code_challenge(asked.verifier),
            code_challenge_method="S256",
            max_age=str(int(asked.within.total_seconds())),
            **again,
        )
        return address

    def receive(self, answer: Mapping[str, str], asked: Asked, at: datetime) -> Told:
        """Give who came back with an answer.

        Raises  Refused: they were not let in there, or the answer is not to what was asked.
                Unavailable: the provider does not answer.
        Source  OpenID Connect Core 1.0, 3.1.3; RFC 9207, 2.4.
        """
        described = self._described()
        always = described.get("authorization_response_iss_parameter_supported")
        issuer = answer.get("iss", "" if always else self.rules.issuer)
        if answer.get("state") != asked.state or issuer != self.rules.issuer:
            raise Refused("provider.stale")
        if "error" in answer or "code" not in answer:
            raise Refused("provider.denied")
        tokens = self._exchange(described, answer["code"], asked)
        claims = self._claims(tokens, asked, at)
        shown_at = _shown(claims, asked, at)
        if self.rules.groups_claim not in claims and "userinfo_endpoint" in described:
            claims = {**self._more(described, tokens, claims["sub"]), **claims}
        return self._told(claims, shown_at)

    def way_out(self, home: str) -> str:
        """Give where a browser also leaves the provider, "" where it offers none."""
        try:
            end = self._described().get("end_session_endpoint", "")
        except Unavailable:
            return ""
        told = urlencode({"client_id": self.rules.client, "post_logout_redirect_uri": home})
        return f"{end}{'&' if '?' in end else '?'}{told}" if end else ""

    def _exchange(self, described: Mapping[str, Any], code: str, asked: Asked) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": asked.verifier,
        }
        ways = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers = {}
        if self._secret and "client_secret_basic" in ways:
            # Both are written as in a form first (RFC 6749, 2.3.1).
            pair = f"{quote(self.rules.client, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        elif self._secret:
            form |= {"client_id": self.rules.client, "client_secret": self._secret}
        else:
            form["client_id"] = self.rules.client
        status, tokens = self._line.post(described["token_endpoint"], form, **headers)
        if status == 401 or tokens.get("error") in ("invalid_client", "unauthorized_client"):  # noqa: PLR2004 - HTTP
            raise Unavailable("provider.unavailable", reason="client")
        if not isinstance(tokens.get("id_token"), str):
            raise Refused("provider.stale")
        return tokens

    def _claims(self, tokens: Mapping[str, Any], asked: Asked, at: datetime) -> dict[str, Any]:
        try:
            token = self._decoded(tokens["id_token"])
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.rules.issuer},
                    "aud": {"essential": True, "value": self.rules.client},
                },
                params={
                    "nonce": asked.nonce,
                    "client_id": self.rules.client,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(int(at.timestamp()), int(SKEW.total_seconds()))
        except (JoseError, ValueError, TypeError) as wrong:
            raise Refused("provider.token", reason=type(wrong).__name__) from wrong
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST:
            raise Refused("provider.token", reason="sub")
        return dict(claims)

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._keyset(), ALGORITHMS)
        except (JoseError, ValueError):
            # Keys are changed from time to time: one look more, but not at anybody's bidding.
            if self._keys is None or time.monotonic() - self._keys[0] < AGAIN:
                raise
            self._keys = None
            return jwt.decode(token, self._keyset(), ALGORITHMS)

    def _keyset(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._keys[0] > KEPT:
            told = self._line.get(self._described()["jwks_uri"]).get("keys")
            usable = [
                one
                for one in (told if isinstance(told, list) else [])
                if isinstance(one, dict)
                and one.get("kty") in ("RSA", "EC")
                and one.get("use", "sig") == "sig"
            ]
            try:
                self._keys = time.monotonic(), KeySet.import_key_set({"keys": usable})
            except (JoseError, ValueError, TypeError, KeyError) as wrong:
                raise Unavailable("provider.unavailable", reason="keys") from wrong
        return self._keys[1]

    def _more(
        self, described: Mapping[str, Any], tokens: Mapping[str, Any], subject: str
    ) -> dict[str, Any]:
        """Give what the provider tells beside the token; it must be of the same subject."""
        bearer = f"Bearer {tokens.get('access_token', '')}"
        told = self._line.get(described["userinfo_endpoint"], Authorization=bearer)
        if told.get("sub") != subject:
            raise Refused("provider.token", reason="sub")
        return told

    def _told(self, claims: Mapping[str, Any], shown_at: datetime | None) -> Told:
        groups = claims.get(self.rules.groups_claim, ())
        named = [groups] if isinstance(groups, str) else groups
        methods = claims.get("amr", ())
        strong = _text(claims, "acr") in self.rules.trusted_acr or bool(
            self.rules.trusted_amr & {one for one in methods if isinstance(one, str)}
        )
        return Told(
            issuer=self.rules.issuer,
            subject=claims["sub"],
            account=_text(claims, self.rules.account_claim),
            name=_text(claims, "name"),
            email=_text(claims, "email"),
            groups=frozenset(one for one in named if isinstance(one, str))
            if isinstance(named, list | tuple)
            else frozenset(),
            shown_at=shown_at,
            strong=strong,
        )

    def _described(self) -> dict[str, Any]:
        """Give what the provider says of itself. Source: OpenID Connect Discovery 1.0, 4.3."""
        if self._known is None or time.monotonic() - self._known[0] > KEPT:
            place = f"{self.rules.issuer.rstrip('/')}/.well-known/openid-configuration"
            told = self._line.get(place)
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            others = ("userinfo_endpoint", "end_session_endpoint")
            named = [*needed, *(one for one in others if one in told)]
            if told.get("issuer") != self.rules.issuer or not all(
                self._is_safe(told.get(one)) for one in named
            ):
                raise Unavailable("provider.unavailable", reason="configuration")
            self._known = time.monotonic(), told
        return self._known[1]

    def _is_safe(self, address: object) -> bool:
        """Tell whether an address is as safe as the issuer's own."""
        if not isinstance(address, str):
            return False
        scheme = urlsplit(address).scheme
        return scheme == "https" or scheme == urlsplit(self.rules.issuer).scheme == "http"


def _shown(claims: Mapping[str, Any], asked: Asked, at: datetime) -> datetime | None:
    """Give when they showed there that it is them. Raises Refused: too long ago."""
    told = claims.get("auth_time")
    if told is None and asked.within:
        return None
    try:
        shown = datetime.fromtimestamp(told or 0, UTC)
    except (OverflowError, ValueError, OSError) as wrong:
        raise Refused("provider.token", reason="auth_time") from wrong
    if shown < asked.at - asked.within - SKEW / 2:
        raise Refused("provider.not-again")
    return min(shown, at)


def _text(claims: Mapping[str, Any], name: str) -> str:
    told = claims.get(name, "")
    return " ".join(told.split()) if isinstance(told, str) else ""
