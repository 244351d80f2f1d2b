"""Who somebody is elsewhere, as the office's identity provider tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from records.person import Post


@dataclass(frozen=True, slots=True)
class Outside:
    """What the office settled of people whom others recognise."""

    create: bool = False  # whether somebody unknown gets an account
    groups: Mapping[str, tuple[Post, ...]] = field(default_factory=dict)  # what a group is here


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """An identity provider (OpenID Connect) and what it is believed."""

    name: str  # as people call it, on the login page
    issuer: str  # its address, to the letter
    client: str  # what this office is called there
    scopes: tuple[str, ...]
    groups_claim: str
    account_claim: str
    trusted_acr: frozenset[str]  # how surely it recognised somebody, so that we ask no further
    trusted_amr: frozenset[str]
    timeout: float  # seconds for each answer
    ca: str = ""  # file of the authorities that speak for it; those of the system if ""


@dataclass(frozen=True, slots=True)
class DirectoryRules:
    """A directory of people (LDAP, Active Directory), and what its words for them are."""

    address: str  # ldaps://host:port, or ldap://host:port with StartTLS
    base: str  # below which people are
    service: str  # the account that looks for them
    filter: str  # which entries are people
    account: tuple[str, ...]  # attributes one may log in by
    subject: str  # attribute that is never given to anybody else
    name: str
    mail: str
    groups: str  # attribute that names somebody's groups; "" for none
    nested: str  # below which groups are, to ask Active Directory for groups in groups; "" for none
    timeout: float  # seconds for each answer
    ca: str = ""  # file of the authorities that speak for it; those of the system if ""


DIRECTORY = "directory"
"""The issuer of whoever the directory knows: an office has one."""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody as another keeps them; whoever they are here follows from issuer and subject."""

    issuer: str
    subject: str  # never given to anybody else there
    account: str
    name: str
    email: str = ""
    groups: frozenset[str] = frozenset()
    shown_at: datetime | None = None  # when they last showed there that it is them
    strong: bool = False  # with a second factor the office trusts


@dataclass(frozen=True, slots=True)
class Link:
    """An account of this office that somebody elsewhere comes in as."""

    issuer: str
    subject: str
    person: str
    by: str  # who said so
    at: datetime
