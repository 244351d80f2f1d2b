"""Who is let in for how long and how surely, as identity.yaml says."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator

from config.located import Located, Strict
from records.access import AccessRules
from records.identity import DirectoryRules, Outside, ProviderRules
from records.person import Post, Role


class SessionsText(Strict):
    """``sessions`` in identity.yaml."""

    idle_minutes: int = Field(gt=0)
    hours: int = Field(gt=0)


class FreshText(Strict):
    """``ask_again_after`` in identity.yaml."""

    browser_minutes: int = Field(gt=0)
    program_minutes: int = Field(gt=0)


class TokensText(Strict):
    """``tokens`` in identity.yaml."""

    longest_days: int = Field(gt=0)


_Attribute = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")]


class ProviderText(Strict):
    """``provider`` in identity.yaml."""

    name: str = Field(min_length=1, max_length=60)
    issuer: str = Field(max_length=500)
    client_id: str = Field(min_length=1)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    account_claim: str = "preferred_username"
    trusted_acr: tuple[str, ...] = ()
    trusted_amr: tuple[str, ...] = ()
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    ca_file: str = ""

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, address: str) -> str:
        """Let an issuer speak over https; over http only from this very machine."""
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or not (parts.scheme == "https" or local):
            raise ValueError("an issuer has an https address")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("an issuer's address has no query, fragment or name")
        return address


class DirectoryText(Strict):
    """``directory`` in identity.yaml; what is not said is as in Active Directory."""

    address: str = Field(pattern=r"^ldaps?://[^/@?#]+$")
    base: str = Field(min_length=1)
    service: str = Field(min_length=1)
    filter: str = Field(default="(&(objectCategory=person)(objectClass=user))", pattern=r"^\(.+\)$")
    account: tuple[_Attribute, ...] = Field(("sAMAccountName", "userPrincipalName"), min_length=1)
    subject: _Attribute = "objectGUID"
    name: _Attribute = "displayName"
    mail: _Attribute = "mail"
    groups: _Attribute | Literal[""] = "memberOf"
    groups_in_groups: str = ""
    timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    ca_file: str = ""


class AccessText(Strict):
    """identity.yaml."""

    second_factor: tuple[Role, ...] = ()
    sessions: SessionsText
    ask_again_after: FreshText
    tokens: TokensText
    provider: ProviderText | None = None
    directory: DirectoryText | None = None
    create: bool = False
    groups: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - pydantic copies defaults


@dataclass(frozen=True, slots=True)
class AccessFile:
    """What identity.yaml settles."""

    rules: AccessRules
    outside: Outside
    provider: ProviderRules | None
    directory: DirectoryRules | None


def read_access(path: Path) -> AccessFile:
    """Give what ``identity.yaml`` settles. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(AccessText)
    return AccessFile(
        outside=Outside(text.create, _groups(located, text)),
        provider=_provider(text.provider),
        directory=_directory(text.directory),
        rules=AccessRules(
            second_factor=frozenset(text.second_factor),
            idle=timedelta(minutes=text.sessions.idle_minutes),
            lasting=timedelta(hours=text.sessions.hours),
            fresh=timedelta(minutes=text.ask_again_after.browser_minutes),
            fresh_program=timedelta(minutes=text.ask_again_after.program_minutes),
            longest_token=timedelta(days=text.tokens.longest_days),
        ),
    )


def _groups(located: Located, text: AccessText) -> dict[str, tuple[Post, ...]]:
    return {
        name: tuple(_post(located, name, one) for one in posts)
        for name, posts in text.groups.items()
    }


def _post(located: Located, group: str, words: str) -> Post:
    role, _, unit = words.partition("@")
    if role not in set(Role) or not unit:
        raise located.wrong(["groups", group], f"{words!r} is not role@unit")
    return Post(Role(role), unit)


def _provider(text: ProviderText | None) -> ProviderRules | None:
    if text is None:
        return None
    return ProviderRules(
        name=text.name,
        issuer=text.issuer,
        client=text.client_id,
        scopes=tuple(dict.fromkeys(("openid", *text.scopes))),
        groups_claim=text.groups_claim,
        account_claim=text.account_claim,
        trusted_acr=frozenset(text.trusted_acr),
        trusted_amr=frozenset(text.trusted_amr),
        timeout=text.timeout_seconds,
        ca=text.ca_file,
    )


def _directory(text: DirectoryText | None) -> DirectoryRules | None:
    if text is None:
        return None
    told = text.model_dump()
    told["nested"], told["timeout"] = told.pop("groups_in_groups"), told.pop("timeout_seconds")
    told["ca"] = told.pop("ca_file")
    return DirectoryRules(**told)
