"""Who is let in for how long, and how surely: what an office settles of its doors."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from records.person import Role


class PassKind(StrEnum):
    """What somebody's pass is good for."""

    BROWSER = "browser"
    ENROLLING = "enrolling"  # a browser that may only add the second factor its roles ask for
    PROGRAM = "program"  # made with a password, for some hours
    TOKEN = "token"  # noqa: S105 - made by hand, with a name, scopes and an end


class Scope(StrEnum):
    """What a token made by hand may be used for."""

    READ = "read"
    ACT = "act"
    SIGN = "sign"  # also sign, number and seal
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What the office settled; each default is what a pass of a working day needs."""

    second_factor: frozenset[Role] = frozenset()  # whoever holds one of these needs a second one
    idle: timedelta = timedelta(hours=2)  # a browser's pass ends when so long unused
    lasting: timedelta = timedelta(hours=12)  # and every pass made with a password after so long
    fresh: timedelta = timedelta(minutes=30)  # how long a browser may sign without asking again
    fresh_program: timedelta = timedelta(hours=4)  # and a program with a token of a password
    longest_token: timedelta = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Pass:
    """Somebody's being let in: what the door checks on each request."""

    person: str
    csrf: str  # what a form must carry; "" for a program's token
    expires_at: datetime
    created_at: datetime
    seen_at: datetime
    fresh_at: datetime  # when they last showed that it is them
    kind: PassKind = PassKind.BROWSER
    id: str = ""  # to speak of it; says nothing of the token
    name: str = ""
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    agent: str = ""  # what the browser calls itself
    address: str = ""  # from where, without its last part
