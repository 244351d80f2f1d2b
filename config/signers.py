"""The office's tokens and the providers of its keys, as signers.yaml describes them."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from config.located import Located, Strict
from signing.remote import Call, Provider
from signing.token import Token

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


def _address(url: str) -> str:
    if not re.fullmatch(r"https?://[^/@\s]+(/[^\s?#]*)?", url):
        raise ValueError("an http or https address without a name or password")
    return url


class TokenText(Strict):
    """One of ``tokens``."""

    module: Path
    label: str


class CallText(Strict):
    """One call of a protocol."""

    path: str
    send: dict[str, Any]
    keep: dict[str, str] = Field(default_factory=dict)
    needs: str = ""
    unless: str = ""
    until: str = ""
    status: str = ""
    refused: tuple[str, ...] = ()


class ProviderText(Strict):
    """One of ``providers``."""

    protocol: str
    url: Annotated[str, AfterValidator(_address)]
    secret_file: Path | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    timeout: float = Field(default=20.0, gt=0)
    patience: float = Field(default=180.0, gt=0)
    every: float = Field(default=2.0, gt=0)


class SignersText(Strict):
    """signers.yaml."""

    tokens: dict[Name, TokenText] = Field(default_factory=dict)
    providers: dict[Name, ProviderText] = Field(default_factory=dict)
    protocols: dict[Name, list[CallText]] = Field(default_factory=dict)


def read_signers(path: Path) -> tuple[dict[str, Token], dict[str, Provider]]:
    """Give the tokens and providers of ``signers.yaml``. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(SignersText)
    tokens = {name: Token(one.module, one.label) for name, one in text.tokens.items()}
    providers: dict[str, Provider] = {}
    for name, one in text.providers.items():
        if name in tokens:
            raise located.wrong(["providers", name], "a token has this name")
        if one.protocol not in text.protocols:
            place = ["providers", name, "protocol"]
            raise located.wrong(place, f"there is no protocol {one.protocol!r}")
        providers[name] = Provider(
            name=name,
            url=one.url,
            calls=tuple(Call(**call.model_dump()) for call in text.protocols[one.protocol]),
            secret=_secret(located, name, one.secret_file),
            facts=one.facts,
            timeout=one.timeout,
            patience=one.patience,
            every=one.every,
        )
    return tokens, providers


def _secret(located: Located, name: str, path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, ValueError) as unreadable:
        place = ["providers", name, "secret_file"]
        raise located.wrong(place, "this file cannot be read") from unreadable
