"""Each request of the journey is struck by kill -9: nothing acknowledged is lost, all is whole."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from bench.running import Answer, Running
from bench.stored import PARTNER
from tests.conftest import Serving

Json = dict[str, Any]

DRAFT = {
    "type": "QĐ",
    "subject": "Về việc nhổ phích cắm",
    "body": ["Nhổ."],
    "recipients": [PARTNER],
}
ROAD: tuple[tuple[str, str, Json], ...] = (
    ("submit", "chuyenvien", {}),
    ("approve", "truongban", {}),
    ("approve", "chanhvanphong", {}),
    ("sign", "chutich", {}),
    ("seal", "vanthu", {}),
    ("dispatch", "vanthu", {"recipients": [PARTNER]}),
    ("archive", "luutru", {}),
)
PEOPLE = sorted({person for _, person, _ in ROAD})


@pytest.fixture
def office(tmp_path: Path, lay_out: Serving) -> Iterator[Running]:
    running = lay_out(tmp_path, warm_converters="1").start()
    yield running
    running.stop()


def led(office: Running, struck: Callable[[int, Callable[[], Answer]], Json]) -> Json:
    """Lead a document from draft to archive, each request as ``struck`` does it."""
    for person in PEOPLE:
        office.by(person)
    seen = struck(0, lambda: office.by("chuyenvien").post("/drafts", DRAFT))
    for n, (act, person, choice) in enumerate(ROAD, 1):
        seen = struck(n, partial(office.by(person).try_to, act, seen, **choice))
    return seen


def known(office: Running) -> list[Json]:
    """Give every document there is, as the inspector sees it."""
    listed = office.by("kiemtra").get("/documents?limit=50").must(200).told["items"]
    return [office.by("kiemtra").see(one["id"]) for one in listed]


def whole(office: Running, document: Json) -> bool:
    """Tell whether log, steps and state of a document tell the same acts."""
    path = f"/documents/{document['id']}/history"
    items = office.by("kiemtra").get(path).must(200).told["items"]
    closed = [one["action"] for one in document["steps"] if one["closed_at"]]
    return [one["action"] for one in items if one["action"]] == closed


def asked(ask: Callable[[], Answer], answers: list[Answer]) -> None:
    """Ask, unless the plug is pulled meanwhile."""
    with suppress(OSError, HTTPException):
        answers.append(ask().must(200, 201))


def test_a_kill_during_any_request_loses_no_acknowledged_act(office: Running) -> None:
    took: list[float] = []
    told: dict[str, Json] = {}  # as last acknowledged, by id
    cut_off: list[int] = []

    def timed(_: int, ask: Callable[[], Answer]) -> Json:
        begun = time.perf_counter()
        seen: Json = ask().must(200, 201).told
        took.append(time.perf_counter() - begun)
        told[seen["id"]] = seen
        return seen

    def struck(n: int, ask: Callable[[], Answer]) -> Json:
        answers: list[Answer] = []
        asking = threading.Thread(target=asked, args=(ask, answers))
        asking.start()
        # Early in one request, late in the next: before, within and after its transaction.
        time.sleep(took[n] * (0.2, 0.8, 0.4, 0.6)[n % 4])
        office.kill()
        asking.join()
        office.start()

        before = dict(told)
        told.update({one.told["id"]: one.told for one in answers})
        now = {one["id"]: one for one in known(office)}
        for id, last in told.items():
            assert now[id]["version"] - last["version"] in (0, 1), (n, id)
            assert now[id]["revisions"][: len(last["revisions"])] == last["revisions"]
            if now[id]["version"] == last["version"]:
                assert (now[id]["state"], now[id]["number"]) == (last["state"], last["number"])
        assert all(whole(office, one) for one in now.values())

        if not answers:
            cut_off.append(n)
        moved = [
            one
            for id, one in now.items()
            if id not in before or one["version"] > before[id]["version"]
        ]
        if not moved:
            return timed(n, ask)
        told[moved[0]["id"]] = moved[0]
        return moved[0]

    led(office, timed)
    last = led(office, struck)

    assert len(cut_off) > 1, "the plug was pulled too late to strike anything"
    assert last["state"] == "archived"
    assert sorted(one["number"] for one in known(office)) == ["01/QĐ-LĐLĐ", "02/QĐ-LĐLĐ"]
    office.stop()
    verified = office.command("verify")
    assert verified.returncode == 0, verified.stdout
    assert office.orphans() == []
