"""A working day's calls: who looks at what, and the road a document is led."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from bench.federation import Federation, token_of
from bench.papers import minimal_pdf
from bench.running import Answer, Caller, Running
from bench.stored import PARTNER, TYPES
from bench.words import question, subject
from records.access import PassKind
from records.person import Role

COOKIE = "trinhky"
READERS = 4
"""How many others read, search and list while a document takes one step."""

T = TypeVar("T")


@dataclass
class Measured:
    """What was measured of each kind of call."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def timed(self, kind: str, do: Callable[[], T]) -> T:
        """Do one call and keep how long it took."""
        begun = time.perf_counter()
        given = do()
        self.seconds[kind].append(time.perf_counter() - begun)
        return given


@dataclass(frozen=True)
class Visitor:
    """Somebody at the office's door, with a browser and with a program."""

    office: Running
    person: str

    @property
    def program(self) -> Caller:
        """Give their way to the API."""
        return Caller(self.office.port, token_of(self.person))

    def open(self, path: str) -> Answer:
        """Open a page."""
        cookie = {"Cookie": f"{COOKIE}={token_of(self.person, PassKind.BROWSER)}"}
        return Caller(self.office.port).call("GET", path, headers=cookie).must(200)

    def get(self, path: str) -> Answer:
        """Get something of the API."""
        return self.program.get(path).must(200)


@dataclass
class Day:
    """What is done at an office, and what it took."""

    office: Running
    federation: Federation
    chance: random.Random
    measured: Measured = field(default_factory=Measured)
    signed: int = 0

    def visitor(self, person: str) -> Visitor:
        """Give somebody at the door."""
        return Visitor(self.office, person)

    def ordinary(self) -> Visitor:
        """Give an officer or, one time in eight, the head of a unit."""
        unit = self.chance.choice(self.federation.units).id
        if self.chance.random() < 1 / 8:
            return self.visitor(self.federation.heads[unit])
        return self.visitor(self.chance.choice(self.federation.officers[unit]))

    def serving(self, role: Role) -> Visitor:
        """Give somebody who serves all units."""
        return self.visitor(self.chance.choice(self.federation.holding(role)).id)

    def looks(self, who: Visitor) -> Iterator[tuple[str, Callable[[], Answer]]]:
        """Give each kind of look that somebody may take, and how."""
        listed = who.get("/documents?limit=50").told["items"]
        asked = quote(question(self.chance))
        begun = quote(question(self.chance)[:4])
        yield "page /", lambda: who.open("/")
        yield "page /documents", lambda: who.open("/documents")
        yield "page /documents?state", lambda: who.open("/documents?state=archived&type=TB")
        yield "page /search", lambda: who.open(f"/search?q={asked}")
        yield "api /tasks", lambda: who.get("/tasks")
        yield "api /documents", lambda: who.get("/documents")
        yield "api /documents?state", lambda: who.get("/documents?state=archived&type=TB")
        yield "api /search", lambda: who.get(f"/search?q={asked}")
        yield "api /search/complete", lambda: who.get(f"/search/complete?q={begun}")
        if listed:
            id = self.chance.choice(listed)["id"]
            yield "page /documents/…", lambda: who.open(f"/documents/{id}")
            yield "api /documents/…", lambda: who.get(f"/documents/{id}")
            yield "api …/history", lambda: who.get(f"/documents/{id}/history")
            yield "api …/content", lambda: who.get(f"/documents/{id}/content")

    def glance(self) -> None:
        """Let somebody take the looks that people take most."""
        who = self.ordinary()
        looks = dict(self.looks(who))
        shares = {
            "page /": 5,
            "page /documents/…": 4,
            "page /documents": 2,
            "page /search": 3,
            "api /tasks": 2,
            "api /documents": 1,
            "api /search": 1,
            "api …/content": 2,
        }
        here = [kind for kind in shares if kind in looks]
        (kind,) = self.chance.choices(here, weights=[shares[kind] for kind in here])
        self.measured.timed(kind, looks[kind])

    def lead(self, n: int) -> None:
        """Lead one document from its upload to its recipients, others reading meanwhile."""
        unit = self.chance.choice(self.federation.units).id
        drafter = self.visitor(self.chance.choice(self.federation.officers[unit]))
        said: dict[str, Any] = {
            "type": self.chance.choice(TYPES),
            "subject": subject(self.chance, n),
        }
        paper = minimal_pdf(f"Paper {n} of this day {self.chance.random()}")
        brought = self.measured.timed(
            "act bring",
            lambda: drafter.program.bring(paper, headers=None, recipients=[PARTNER], **said).must(
                201
            ),
        )
        id = brought.told["id"]
        for act, who, choice in self._road(unit, drafter):
            for _ in range(READERS):
                self.glance()
            self._act(who, id, act, choice)

    def _road(self, unit: str, drafter: Visitor) -> Iterator[tuple[str, Visitor, dict[str, Any]]]:
        clerk = self.serving(Role.REGISTRY_CLERK)
        yield "submit", drafter, {}
        yield "approve", self.visitor(self.federation.heads[unit]), {"comment": "Đồng ý"}
        yield "approve", self.serving(Role.OFFICE_CHIEF), {}
        yield "sign", self.serving(Role.LEADER), {}
        yield "seal", clerk, {}
        yield "dispatch", clerk, {"recipients": [PARTNER]}

    def _act(self, who: Visitor, id: str, act: str, choice: dict[str, Any]) -> None:
        kind = "page /" if who.person in self.federation.heads.values() else "page / of all"
        self.measured.timed(kind, lambda: who.open("/"))
        self.measured.timed("page /documents/…", lambda: who.open(f"/documents/{id}"))
        seen = self.measured.timed("api /documents/…", lambda: who.get(f"/documents/{id}")).told
        self.measured.timed(f"act {act}", lambda: who.program.try_to(act, seen, **choice).must(200))
        self.signed += act == "sign"
