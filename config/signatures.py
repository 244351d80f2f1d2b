"""How lastingly signatures are proven, as the office's file says."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.located import Located, Strict
from records.level import PERMANENT, Level, Policy
from records.signing import Naming


class KeptText(Strict):
    """One of ``levels``."""

    kept: Literal["permanent"] | int
    level: Level


class SignaturesText(Strict):
    """signatures.yaml."""

    levels: tuple[KeptText, ...]
    usual_retention: Literal["permanent"] | int = 10
    renew_before: int = Field(default=180, gt=0)
    algorithms: dict[str, date] = {}  # noqa: RUF012 - pydantic copies defaults
    revocation_hosts: tuple[str, ...] = ()
    revocation_timeout: float = Field(default=10.0, gt=0)
    other_names: Literal["warn", "refuse"] = "warn"
    organ_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignaturesFile:
    """What the office decided about proof."""

    policy: Policy
    algorithms: tuple[tuple[str, str], ...]  # name, first day it is no longer believed
    revocation_hosts: frozenset[str]
    revocation_timeout: float  # seconds
    naming: Naming


def read_signatures(path: Path) -> SignaturesFile:
    """Give what ``signatures.yaml`` says. Raises Refused ``config.invalid``."""
    located = Located(path)
    text = located.model(SignaturesText)
    levels = {years_of(one.kept): one.level for one in text.levels}
    if 0 not in levels:
        raise located.wrong(["levels"], "there is no level for what is kept 0 years")
    return SignaturesFile(
        policy=Policy(levels, years_of(text.usual_retention), text.renew_before),
        algorithms=tuple((name, on.isoformat()) for name, on in text.algorithms.items()),
        revocation_hosts=frozenset(text.revocation_hosts),
        revocation_timeout=text.revocation_timeout,
        naming=Naming(text.other_names == "refuse", text.organ_names),
    )


def years_of(kept: str | int) -> int:
    """Give a retention in years; what is kept for good has more than any other."""
    return PERMANENT if kept == "permanent" else int(kept)
