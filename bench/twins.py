"""Twin worlds: one with secret documents, one without; nobody they do not concern can tell which.

An office is prepared once and copied. In one copy secret documents then go their roads, lie in
case files and ledgers and hold numbers; in the other nothing of that happens. In both the same
open documents are then led, at the same moments and under the same ids. Whatever people of every
role are answered afterwards must be the same, byte by byte, headers included.
"""

import argparse
import io
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import erfc, sqrt
from pathlib import Path
from shutil import copytree
from statistics import median
from unittest.mock import patch
from urllib.parse import quote

from flask.testing import FlaskClient

from bench.leak_road import OUTSIDE, STRANGERS
from bench.papers import minimal_pdf
from bench.stage import Stage, open_stage
from bench.strangers import INDICATED, WORDS, doors
from config.office import read_office
from config.settings import Settings
from front.serving import application
from identity.reading import READ_ALL
from records.document import Classification, Direction, Document, Source
from records.errors import Refused
from records.person import Person, Post, Role, Unit
from tests.postgres import Cluster, cluster
from workflow.begin import Enclosed, Particulars
from workflow.case_files import FileSaid, open_file, put_in
from workflow.find import index, reindex
from workflow.found import found
from workflow.jobs import read
from workflow.ledgers import write_line
from workflow.perform import perform
from workflow.permit import confirm, propose_file
from workflow.receive import receive
from workflow.reserve import reserve
from workflow.road import Choice

PASSWORD = "mật khẩu của hai thế giới"  # noqa: S105 - of people who exist here only
LOOKERS = (*STRANGERS, "kiemtra", "quantri")
DRAWN = (
    *(f"workflow.{room}.token_hex" for room in ("begin", "reserve", "case_files", "dispatch")),
    *("workflow.hand_in.token_hex", "web.watching.token_hex", "identity.tokens.token_urlsafe"),
)
"""Where ids are drawn that anybody is shown."""

UNLIKE = re.compile(r"/evidence|/audit|/metrics|/readyz|openapi|^/account|/me/sessions")
"""What is not compared: what proves or inspects the whole log, fresh secrets of the caller's own
account, and figures of the process, which
its keeper is given."""

TOOK = re.compile(rb'"took_ms": ?[0-9.]+|[0-9]+([.,][0-9]+)? ms')
DATED = re.compile(r"docProps/|\.pdf$")
"""Parts of printed books that say when they were printed."""

ROAD = (
    ("submit", "chuyenvien"),
    ("approve", "truongban"),
    ("approve", "chanhvanphong"),
    ("sign", "chutich"),
    ("seal", "vanthu"),
)
QUESTIONS = (
    "thông báo",
    "thong bao",
    "hoàng",
    "hoang y",
    "tài liệu",
    "so:1",
    "loai:TB",
    "mật",
    "x",
)
PAIRS = 200
"""How many times each call is timed in each world."""


class Chance:
    """Draws the same ids for the same act in both worlds, whatever else happened before."""

    def __init__(self) -> None:
        """Begin with no act."""
        self.begin("")

    def begin(self, act: str) -> None:
        """Say which act ids are drawn for from now on."""
        self._act, self._drawn = act, 0

    def __call__(self, size: int = 32) -> str:
        """Give an id as ``secrets.token_hex`` does."""
        self._drawn += 1
        return sha256(f"{self._act}/{self._drawn}".encode()).hexdigest()[: 2 * size]


@contextmanager
def seeded() -> Iterator[Chance]:
    """Let every id be drawn from one chance."""
    chance = Chance()
    with ExitStack() as stack:
        for place in DRAWN:
            stack.enter_context(patch(place, chance))
        yield chance


OF_ITSELF = ("Content-Length", "Date")
"""Headers of which the one is told apart, and the other tells this machine's own clock."""


@dataclass
class World:
    """One of the two: an opened office, its doors, and the ids of what is no secret in it."""

    stage: Stage
    chance: Chance
    ids: dict[str, str]

    def __post_init__(self) -> None:
        """Hang the doors and let everybody in."""
        folder = self.stage.folder
        settings = Settings(trinhky_data=folder)
        self.client: FlaskClient = application(self.stage.office, settings).test_client()
        self._tokens: dict[str, str] = {}

    def look(self, who: str, path: str) -> "Seen":
        """Give what somebody is answered: status, headers, and the body without its own time."""
        if who not in self._tokens:
            self.chance.begin(f"token of {who}")
            told = {"username": who, "password": PASSWORD}
            answer = self.client.post("/api/v1/tokens", json=told)
            self._tokens[who] = answer.get_json()["token"]
        self.chance.begin(f"{who} {path}")
        answer = self.client.get(path, headers={"Authorization": f"Bearer {self._tokens[who]}"})
        body = _undated(TOOK.sub(b"", answer.get_data()))
        length = len(body)
        headers = tuple(one for one in answer.headers if one[0] not in OF_ITSELF)
        return answer.status_code, (*headers, ("length", str(length))), body

    def paths(self) -> list[str]:
        """Give the address of everything that can be looked at."""
        found = [f"/search?q={quote(one)}" for one in QUESTIONS]
        found += [f"/api/v1/search?q={quote(one)}&facets=1" for one in QUESTIONS]
        found += [f"/api/v1/search/complete?q={quote(one[:4])}" for one in QUESTIONS]
        for rule in doors():
            if "GET" in (rule.methods or ()) and not UNLIKE.search(rule.rule):
                found += self._filled(rule.rule)
        found += [f"{one}?format=xlsx" for one in found if BOOKS.search(one)]
        return found

    def _filled(self, rule: str) -> list[str]:
        paths = [rule]
        for whole, word in re.findall(r"(<(?:[^:<>]+:)?([^<>]+)>)", rule):
            files = "case-files/" in rule and word == "id"
            ids = [id for name, id in self.ids.items() if ("file" in name) == files]
            values = INDICATED if "/reports" in rule and word == "id" else WORDS.get(word) or ids
            paths = [one.replace(whole, value) for one in paths for value in values]
        return paths

    # ── what happens there ───────────────────────────────────────────────────────────────

    def open_ones(self, round: str) -> None:
        """Let open documents come in, be numbered, filed and entered: the same in both worlds."""
        id = self._brought(f"thông báo {round}", Direction.OUTGOING)
        self._acted(id, "submit", "chuyenvien")
        came = self._brought(f"tài liệu đến {round}", Direction.INCOMING, by="vanthu")
        self._acted(came, "number", "vanthu")
        self.ids |= {f"out {round}": id, f"in {round}": came}
        office, clerk = self.stage.office, self.stage.person("vanthu")
        self.chance.begin(f"held {round}")
        reserve(
            office, "van-ban-di", "TB", reason="giữ", until=date(2026, 12, 1), holder="", by=clerk
        )
        write_line(office, "chuyen-giao", came, {"recipient": "Ai đó"}, by=clerk)
        if "file" not in self.ids:
            self.chance.begin("file")
            keeper = self.stage.person("luutru")
            self.ids["file"] = open_file(office, FileSaid("1", "Hồ sơ chung"), by=keeper).id
            for name in STRANGERS:
                if STRANGERS[name][1] not in READ_ALL:
                    made = propose_file(office, self.ids["file"], name, grants=True, by=keeper)
                    confirm(office, made, by=self.stage.person("chutich"))
        put_in(office, self.ids["file"], [came], by=self.stage.person("luutru"))

    def secret_ones(self) -> None:
        """Let secret documents go their roads, and lie wherever they may."""
        office, secret = self.stage.office, Classification.SECRET
        id = self._brought("hoàng yến", Direction.OUTGOING, of=secret)
        for action, who in ROAD:
            self._acted(id, action, who)
        with suppress(Refused):
            self._acted(id, "dispatch", "vanthu", recipients=("H49.90.2",))
        self._acted(id, "close", "vanthu", comment="giao tay hoàng yến")
        self._acted(id, "archive", "luutru")
        came = self._brought("hoàng yến", Direction.INCOMING, by="vanthu", of=secret)
        self._acted(came, "number", "vanthu")
        self._acted(came, "assign", "chutich", to="truongban", comment="hoàng yến")
        clerk, keeper = self.stage.person("vanthu"), self.stage.person("luutru")
        reserve(
            office, "van-ban-di-mat", "", reason="x", until=date(2026, 12, 1), holder="", by=clerk
        )
        write_line(office, "ban-luu", id, {"user": "hoàng yến"}, by=clerk)
        write_line(office, "chuyen-giao", id, {"recipient": "hoàng yến"}, by=clerk)
        put_in(office, self.ids["file"], [id], by=keeper)
        said = FileSaid("2", "Hồ sơ hoàng yến", classification=secret)
        put_in(office, open_file(office, said, by=keeper).id, [id], by=keeper)

    def _brought(
        self,
        words: str,
        direction: Direction,
        *,
        by: str = "chuyenvien",
        of: Classification = Classification.NONE,
    ) -> str:
        self.chance.begin(f"{words} {direction} {of}")
        said = Particulars(
            direction, "TB", f"Về {words}", of, source=Source(f"1/{words[:9]}", words)
        )
        paper = minimal_pdf(f"paper {sha256(words.encode()).hexdigest()}")
        enclosed = (Enclosed(f"{words}.csv", words.encode()),)
        person = self.stage.person(by)
        made = receive(self.stage.office, said, paper, attachments=enclosed, by=person).document
        read(self.stage.office, made.id)
        index(self.stage.office, made.id)
        return made.id

    def _acted(self, id: str, action: str, who: str, **more: object) -> Document | None:
        document = self.stage.document(id)
        if action == "approve" and who == "chanhvanphong" and document.state != "format_check":
            return None
        self.chance.begin(f"{id} {action}")
        choice = Choice(shown=document.latest.digest, seen=document.version, **more)  # type: ignore[arg-type]  # words by name
        made = perform(self.stage.office, id, action, choice, by=self.stage.person(who))
        index(self.stage.office, id)
        return made


BOOKS = re.compile(r"^/api/v1/(registers|ledgers)/[^/?]+$|/inventory$")


def _undated(body: bytes) -> bytes:
    """Give the parts of a printed book in place of the archive, which says when it was made."""
    if not body.startswith(b"PK"):
        return body if not body.startswith(b"%PDF") else b"%PDF"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [one for one in archive.namelist() if not DATED.search(one)]
        return b"\0".join(name.encode() + archive.read(name) for name in parts)


@contextmanager
def worlds(
    folder: Path, chance: Chance, server: Cluster | None = None
) -> Iterator[tuple[World, World]]:
    """Give the world with secrets and the one without, after all that happens in either."""
    address = server.create() if server else ""
    base = World(
        open_stage(
            folder / "base",
            database_url=address or f"sqlite:///{folder / 'base' / 'trinhky.sqlite'}",
        ),
        chance,
        {},
    )
    described = read_office(Settings().trinhky_config / "office.yaml")
    units = (*described.units, Unit(OUTSIDE, "Ban Đối ngoại", "ĐN", "lanh-dao"))
    people = [
        Person(name, name, title, (Post(Role(role), OUTSIDE),), Classification(of))
        for name, (title, role, of) in STRANGERS.items()
    ]
    found(base.stage.office, units, (*described.people, *people), PASSWORD)
    base.open_ones("đầu")
    reindex(base.stage.office)
    base.stage.office.database.close()
    with_them, without = (_copied(base, folder / name, server) for name in ("with", "without"))
    try:
        with_them.secret_ones()
        for one in (with_them, without):
            one.open_ones("sau")
            reindex(one.stage.office)
        yield with_them, without
    finally:
        with_them.stage.office.database.close()
        without.stage.office.database.close()


def _copied(base: World, folder: Path, server: Cluster | None) -> World:
    copytree(base.stage.folder, folder)
    url = base.stage.office.database.engine.url.render_as_string(hide_password=False)
    address = server.create(url) if server else f"sqlite:///{folder / 'trinhky.sqlite'}"
    return World(open_stage(folder, database_url=address), base.chance, dict(base.ids))


Seen = tuple[int, tuple[tuple[str, str], ...], bytes]
"""What somebody is answered: status, headers, body."""


def differing(
    one: World, other: World, people: Sequence[str] = LOOKERS
) -> tuple[int, int, list[str]]:
    """Give how many looks were compared, how many bytes, and which differ between two worlds."""
    looks, size, unlike = 0, 0, []
    for who in people:
        for path in one.paths():
            seen, twin = one.look(who, path), other.look(who, path)
            looks, size = looks + 1, size + len(seen[2])
            if seen != twin:
                unlike.append(f"{who} {path}: {_where(seen, twin)}")
    return looks, size, unlike


def _where(seen: Seen, twin: Seen) -> str:
    if seen[0] != twin[0]:
        return f"{seen[0]} and {twin[0]}"
    if seen[2] == twin[2]:
        return f"{sorted(set(seen[1]) ^ set(twin[1]))}"
    at = next((n for n, (a, b) in enumerate(zip(seen[2], twin[2], strict=False)) if a != b), 0)
    return f"{seen[2][max(0, at - 40) : at + 40]!r} and {twin[2][max(0, at - 40) : at + 40]!r}"


def timing(one: World, other: World, who: str, path: str, pairs: int) -> tuple[float, float, float]:
    """Give both worlds' medians in milliseconds and the p of Mann and Whitney's test."""
    taken: Mapping[bool, list[float]] = {True: [], False: []}
    for turn in range(pairs):
        for first in random.Random(turn).sample((True, False), 2):  # noqa: S311 - nothing secret
            begun = time.perf_counter()
            (one if first else other).look(who, path)
            taken[first].append(1000 * (time.perf_counter() - begun))
    return median(taken[True]), median(taken[False]), _p(taken[True], taken[False])


def _p(one: Sequence[float], other: Sequence[float]) -> float:
    """Give the probability of ranks at least as unlike, were both drawn alike (normal for many)."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(n for n, (_, first) in enumerate(ranked, 1) if first)
    a, b = len(one), len(other)
    u = ranks - a * (a + 1) / 2
    return erfc(abs(u - a * b / 2) / sqrt(a * b * (a + b + 1) / 12) / sqrt(2))


TIMED = ("/api/v1/documents", "/api/v1/search?q=thông báo", "/registers/van-ban-di", "/documents")


def main() -> int:
    """Compare the worlds, time them, and give the exit status."""
    parser = argparse.ArgumentParser(prog="bench.twins", description=__doc__)
    parser.add_argument("--pairs", type=int, default=PAIRS, help="of each call that is timed")
    parser.add_argument("--postgresql", action="store_true", help="keep both on a server")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="trinhky-twins-") as folder,
        seeded() as chance,
        cluster() if chosen.postgresql else nullcontext() as server,
        worlds(Path(folder), chance, server) as (one, other),
    ):
        looks, size, unlike = differing(one, other)
        sys.stdout.writelines(f"DIFFERS {each}\n" for each in unlike)
        for path in (*TIMED, f"/api/v1/documents/{'0' * 32}"):
            a, b, p = timing(one, other, "ngoai-lt", path, chosen.pairs)
            sys.stdout.write(f"  {path:<46} with {a:.2f} ms, without {b:.2f} ms, p = {p:.3f}\n")
    print(
        f"twins: {len(unlike)} of {looks} looks differ, {size} bytes compared, "
        f"{len(LOOKERS)} people"
    )
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
