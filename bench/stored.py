"""Documents that an office has stored already, as the rows that years of work would have left."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.federation import Federation
from bench.papers import minimal_pdf
from bench.words import subject, text
from identity.reading import READ_ALL
from records.person import Role
from storage.audit import link

ROAD = (
    ("drafting", "submit", "document:submitted"),
    ("content_check", "approve", "step:approved"),
    ("format_check", "approve", "step:approved"),
    ("signing", "sign", "document:signed"),
    ("signed", "seal", "document:sealed"),
    ("sealed", "dispatch", "document:dispatched"),
    ("dispatched", "archive", "document:archived"),
)
"""State, the act that leads on from it, and what the log calls that act."""

SIGNED, SEALED, SENT, ARCHIVED = 4, 5, 6, 7
"""How many acts a document has behind it once it is signed, sealed, sent, archived."""

OPEN = 0.05
"""The share of documents still on their way."""

TYPES = ("QĐ", "TB", "BC", "TTr", "KH", "NQ")
PARTNER = "H49.90.2"
BOOK = "van-ban-di"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PACE = timedelta(hours=6)
"""How long an act waits for the next one."""

SPAN = timedelta(days=700)
"""In what time all documents came."""

PAPERS = 256
"""How many different files their later revisions share."""

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Archive:
    """Everything that is stored, in the order in which it came; the same each time."""

    federation: Federation
    total: int  # documents there will ever be
    definition: str  # digest of the road
    until: datetime  # when the last of them came
    blobs: Path
    papers: list[tuple[str, int]]  # digest and size of the files that their later revisions share
    seq: int = 0  # of the log's last entry
    before: str = ""  # its hash
    series: Counter[tuple[str, int]] = field(default_factory=Counter)  # by type and year

    def rows(self, first: int, last: int) -> Rows:
        """Give the rows of the documents ``first`` to ``last`` (not in it), by table."""
        rows: Rows = {}
        chance = random.Random(first)  # noqa: S311 - nothing secret
        for n in range(first, last):
            for table, row in self._one(n, chance):
                rows.setdefault(table, []).append(row)
        return rows

    def _one(self, n: int, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
        made = _Made(self, n, chance)
        yield "document", made.document()
        yield from made.revisions()
        yield from (("reader", one) for one in made.readers())
        yield from made.steps()
        yield "words", made.words()
        if made.behind >= SEALED:
            yield "entry", made.entry()
        if made.behind >= SENT:
            yield "dispatch", made.dispatch()
        if made.behind >= ARCHIVED:
            yield "package", made.package()
        yield from (("audit", self._chained(one)) for one in made.events())

    def _chained(self, row: dict[str, str]) -> dict[str, Any]:
        self.seq += 1
        before, self.before = self.before, link(self.before, self.seq, row)
        return {"seq": self.seq, "before": before, "hash": self.before, **row}


class _Made:
    """One document with the acts behind it."""

    def __init__(self, archive: Archive, n: int, chance: random.Random) -> None:
        federation = archive.federation
        self.archive = archive
        self.id = sha256(f"document {n}".encode()).hexdigest()[:32]
        self.unit = chance.choice(federation.units).id
        self.drafter = chance.choice(federation.officers[self.unit])
        self.type = chance.choice(TYPES)
        self.subject = subject(chance, n)
        self.text = text(chance)
        self.behind = chance.randrange(ARCHIVED) if chance.random() < OPEN else ARCHIVED
        came = archive.until - SPAN * (archive.total - n) / archive.total
        self.moments = [came + PACE * k for k in range(len(ROAD) + 1)]
        self.who = (
            self.drafter,
            federation.heads[self.unit],
            *(
                chance.choice(federation.holding(role)).id
                for role in (
                    Role.OFFICE_CHIEF,
                    Role.LEADER,
                    Role.REGISTRY_CLERK,
                    Role.REGISTRY_CLERK,
                    Role.ARCHIVIST,
                )
            ),
        )
        self.desks = (
            f"person:{self.drafter}",
            f"desk:{self.unit}/{Role.UNIT_HEAD}",
            f"role:{Role.OFFICE_CHIEF}",
            f"role:{Role.LEADER}",
            f"role:{Role.REGISTRY_CLERK}",
            f"role:{Role.REGISTRY_CLERK}",
            f"role:{Role.ARCHIVIST}",
        )
        self.files = [
            lay_paper(archive.blobs, f"Document {n} as it came"),
            *(chance.choice(archive.papers) for _ in range(2)),
        ]

    @property
    def signed(self) -> int:
        """Give how many signatures it bears."""
        return (self.behind >= SIGNED) + (self.behind >= SEALED)

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "direction": "outgoing",
            "type": self.type,
            "subject": self.subject,
            "classification": "none",
            "own_class": "none",
            "urgency": "normal",
            "workflow": "outgoing",
            "definition": self.archive.definition,
            "state": "archived" if self.behind == ARCHIVED else ROAD[self.behind][0],
            "version": 1 + self.behind,
            "unit": self.unit,
            "drafter": self.drafter,
            "created_at": self.moments[0],
            "changed_at": self.moments[self.behind],
            "recipients": json.dumps([PARTNER]),
            "fields": "{}",
            "source": "{}",
            "signer": self.who[3] if self.behind >= SIGNED else "",
            "assignee": "",
        }

    def revisions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        kinds = (("uploaded", 0), ("signed", 3), ("sealed", 4))[: 1 + self.signed]
        for n, (origin, act) in enumerate(kinds):
            digest, size = self.files[n]
            yield (
                "revision",
                {
                    "document": self.id,
                    "n": n + 1,
                    "digest": digest,
                    "size": size,
                    "media": "application/pdf",
                    "origin": origin,
                    "by": self.who[act],
                    "at": self.moments[act],
                    "pages": 1,
                },
            )

    def readers(self) -> Iterator[dict[str, Any]]:
        lain = self.desks[: self.behind + 1]
        general = (f"role:{role}" for role in READ_ALL)
        for token in sorted({*lain, *general, f"person:{self.drafter}", f"unit:{self.unit}"}):
            yield {"document": self.id, "token": token, "created_at": self.moments[0]}

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for k, (state, act, event) in enumerate(ROAD[: self.behind + 1]):
            closed = k < self.behind
            place = {"document": self.id, "opened_at": self.moments[k]}
            done = {
                "closed_at": self.moments[k + 1],
                "closed_by": self.who[k],
                "act": act,
                "digest": self._shown(k),
                "approval": event in ("step:approved", "document:signed"),
            }
            left = {"closed_by": "", "act": "", "digest": "", "approval": False}
            yield "step", {**place, "n": k + 1, "state": state, **(done if closed else left)}
            lies = {**place, "step": k + 1, "token": self.desks[k]}
            yield "desk", {**lies, "opened_at": None} if closed else lies

    def _shown(self, k: int) -> str:
        """Give the digest of the bytes that act ``k`` speaks of."""
        return self.files[(k >= SIGNED) + (k >= SEALED)][0]

    def words(self) -> dict[str, Any]:
        return {
            "document": self.id,
            "classification": "none",
            "digest": self.files[self.signed][0],
            "text": self.text,
        }

    def entry(self) -> dict[str, Any]:
        on = self._day(4)
        self.archive.series[self.type, on.year] += 1
        serial = self.archive.series[self.type, on.year]
        return {
            "book": BOOK,
            "series": self.type,
            "year": on.year,
            "serial": serial,
            "notation": f"{self.type}-LĐLĐ",
            "on": on,
            "document": self.id,
            "columns": json.dumps({"subject": self.subject}, ensure_ascii=False),
            "cancelled": "",
        }

    def _day(self, k: int) -> date:
        return self.moments[k].astimezone(ZONE).date()

    def dispatch(self) -> dict[str, Any]:
        return {
            "id": f"{self.id[:31]}d",
            "document": self.id,
            "classification": "none",
            "recipient": PARTNER,
            "state": "arrived",
            "revision": self.files[2][0],
            "queued_at": self.moments[6],
            "changed_at": self.moments[6],
            "note": "",
        }

    def package(self) -> dict[str, Any]:
        return {
            "document": self.id,
            "digest": self.files[0][0],
            "verdict": "valid",
            "at": self.moments[7],
        }

    def events(self) -> Iterator[dict[str, str]]:
        first = self.files[0][0]
        yield self._event(0, self.drafter, "document:received", {"digest": first})
        for k, (state, act, event) in enumerate(ROAD[: self.behind]):
            to = ROAD[k + 1][0] if k + 1 < len(ROAD) else "archived"
            facts = {"action": act, "digest": self._shown(k), "from": state, "to": to}
            yield self._event(k + 1, self.who[k], event, facts)

    def _event(self, k: int, by: str, event: str, facts: Mapping[str, str]) -> dict[str, str]:
        return {
            "at": self.moments[k].astimezone(UTC).isoformat(timespec="microseconds"),
            "by": by,
            "action": event,
            "document": self.id,
            "facts": json.dumps(dict(facts), ensure_ascii=False, sort_keys=True),
        }


def lay_papers(blobs: Path) -> list[tuple[str, int]]:
    """Write the files that later revisions share and give digest and size of each."""
    return [lay_paper(blobs, f"Paper {n} of the archive") for n in range(PAPERS)]


def lay_paper(blobs: Path, line: str) -> tuple[str, int]:
    """Write a file where the office would keep it and give its digest and size."""
    content = minimal_pdf(line)
    digest = sha256(content).hexdigest()
    folder = blobs / digest[:2]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / digest).write_bytes(content)
    return digest, len(content)
