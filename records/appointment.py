"""Who holds which post from which day: what is decided of a person, and what they held before."""

from dataclasses import dataclass
from datetime import date, datetime

from records.person import Post


@dataclass(frozen=True, slots=True)
class Appointment:
    """One decision on a person's posts and title, carried out on its day."""

    id: str
    person: str  # account
    title: str  # as printed under a signature from then on
    posts: tuple[Post, ...]  # all they hold from then on; none: they leave
    successor: str  # account of whoever takes over their open work; "" where it stays theirs
    on: date  # from this day on
    basis: str  # number and symbol of the decision
    basis_on: date
    by: str
    at: datetime  # aware, UTC
    done_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def planned(self) -> bool:
        """Tell whether its day is still to come."""
        return self.done_at is None and self.cancelled_at is None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post somebody holds or held."""

    person: str
    post: Post
    since: date | None  # None: before this was kept
    until: date | None  # the first day on which they no longer held it
    basis: str = ""
