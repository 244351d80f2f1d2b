"""Who is let in for how long and how surely, as identity.yaml says."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import Field

from config.located import Located, Strict
from records.access import AccessRules
from records.person import Role


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


class AccessText(Strict):
    """identity.yaml."""

    second_factor: tuple[Role, ...] = ()
    sessions: SessionsText
    ask_again_after: FreshText
    tokens: TokensText


@dataclass(frozen=True, slots=True)
class AccessFile:
    """What identity.yaml settles."""

    rules: AccessRules


def read_access(path: Path) -> AccessFile:
    """Give what ``identity.yaml`` settles. Raises Refused ``config.invalid``."""
    text = Located(path).model(AccessText)
    return AccessFile(
        AccessRules(
            second_factor=frozenset(text.second_factor),
            idle=timedelta(minutes=text.sessions.idle_minutes),
            lasting=timedelta(hours=text.sessions.hours),
            fresh=timedelta(minutes=text.ask_again_after.browser_minutes),
            fresh_program=timedelta(minutes=text.ask_again_after.program_minutes),
            longest_token=timedelta(days=text.tokens.longest_days),
        )
    )
