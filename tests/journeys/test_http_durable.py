"""What was acknowledged is there after the plug was pulled, and what was left to do is done."""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

import pytest

from bench.papers import minimal_pdf
from bench.running import Caller, Running
from tests.postgres import Cluster

Json = dict[str, Any]

BURST = 5.0
"""How long people work until the plug is pulled, in seconds."""

PEOPLE_AT_ONCE = 4
STATES = ("drafting", "content_check", "format_check")
ROAD = (("submit", "chuyenvien"), ("approve", "truongban"), ("approve", "chanhvanphong"))


@dataclass
class Ledger:
    """What the server acknowledged, written down by those who were told so."""

    documents: dict[str, Json] = field(default_factory=dict)  # as last acknowledged, by id
    acts: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    cut_off: int = 0  # how many people's last call was never answered

    def note(self, document: Json, act: tuple[str, str] | None = None) -> None:
        self.documents[document["id"]] = document
        if act:
            self.acts[document["id"]].append(act)


@dataclass(frozen=True)
class After:
    """An office that was killed at work and started again."""

    office: Running
    ledger: Ledger
    before: float  # how many seconds it took to be ready again

    def sees(self, id: str) -> Json:
        return self.office.by("chutich").see(id)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory, postgresql: Cluster | None) -> Any:
    database = postgresql.create() if postgresql else ""
    office = Running(tmp_path_factory.mktemp("durable"), database_url=database).start()
    ledger = Ledger()
    people = {name: office.by(name) for name in ("chuyenvien", "truongban", "chanhvanphong")}
    office.by("chutich")
    hands = [
        threading.Thread(target=_work, args=(people, ledger, n)) for n in range(PEOPLE_AT_ONCE)
    ]
    for hand in hands:
        hand.start()
    time.sleep(BURST)
    while len(ledger.documents) <= 2 * PEOPLE_AT_ONCE and any(one.is_alive() for one in hands):
        time.sleep(0.05)  # a slow machine takes longer until every state has its paper
    office.kill()
    for hand in hands:
        hand.join()
    begun = time.monotonic()
    office.start()
    try:
        yield After(office, ledger, time.monotonic() - begun)
    finally:
        office.stop()
    assert office.orphans() == []


def _work(people: dict[str, Caller], ledger: Ledger, hand: int) -> None:
    """Bring papers and lead each a different way until there is no server any more."""
    try:
        for n in range(hand, 10_000):  # each begins elsewhere on the road
            content = minimal_pdf(f"paper {n} of hand {hand}")
            subject = f"Giấy số {n} của tay {hand}"
            document = people["chuyenvien"].bring(content, subject=subject).must(201).told
            ledger.note(document)
            for action, person in ROAD[: n % 4]:
                document = people[person].try_to(action, document).must(200).told
                ledger.note(document, (person, action))
    except (OSError, HTTPException):
        ledger.cut_off += 1


def test_the_plug_was_pulled_in_the_middle_of_work(after: After) -> None:
    assert after.ledger.cut_off == PEOPLE_AT_ONCE
    assert len(after.ledger.documents) > PEOPLE_AT_ONCE


def test_every_acknowledged_act_is_there(after: After) -> None:
    for id, told in after.ledger.documents.items():
        document = after.sees(id)
        assert document["version"] - told["version"] in (0, 1)
        assert document["subject"] == told["subject"]
        assert document["revisions"] == told["revisions"]
        done = [(one["closed_by"], one["action"]) for one in document["steps"] if one["closed_at"]]
        known = after.ledger.acts[id]
        assert done[: len(known)] == known
        assert len(done) - len(known) in (0, 1)


def test_an_act_is_whole_or_not_there(after: After) -> None:
    for id in after.ledger.documents:
        document = after.sees(id)
        history = after.office.by("chutich").get(f"/documents/{id}/history").must(200).told["items"]
        acts = [one for one in history if one["action"]]
        closed = [one for one in document["steps"] if one["closed_at"]]
        assert [one["action"] for one in acts] == [one["action"] for one in closed]
        assert document["version"] == 1 + len(acts)
        assert document["state"] == document["steps"][-1]["state"]
        assert [one["closed_at"] for one in document["steps"]].count(None) == 1


def test_the_bytes_are_what_was_brought(after: After) -> None:
    for id, told in after.ledger.documents.items():
        content = after.office.by("chutich").get(f"/documents/{id}/content").must(200)
        assert content.headers["ETag"] == f'"{told["revisions"][-1]["digest"]}"'


def test_work_goes_on_where_it_stood(after: After) -> None:
    seen = [after.sees(id) for id in after.ledger.documents]
    for state, (action, person) in zip(STATES, ROAD, strict=True):
        document = next(one for one in seen if one["state"] == state)
        moved = after.office.by(person).try_to(action, document).must(200).told
        assert moved["version"] == document["version"] + 1


def test_jobs_that_were_left_are_finished(after: After) -> None:
    end = time.monotonic() + 60
    missing = set(after.ledger.documents)
    while missing:
        assert time.monotonic() < end, f"{len(missing)} documents were never indexed"
        for id in sorted(missing):
            words = quote(after.ledger.documents[id]["subject"])
            hits = after.office.by("kiemtra").get(f"/search?limit=200&q={words}").must(200).told
            if id in {one["id"] for one in hits["hits"]}:
                missing.remove(id)
        time.sleep(0.1)


def test_the_index_knows_where_each_document_stands(after: After) -> None:
    """The last job of each document was done too: the index tells its state of now."""
    end = time.monotonic() + 60
    clerk = after.office.by("kiemtra")
    stands = {id: after.sees(id)["state"] for id in after.ledger.documents}
    while True:
        known = {
            hit["id"]: state
            for state in set(stands.values())
            for hit in clerk.get(f"/search?q=hand&limit=200&state={state}").must(200).told["hits"]
        }
        if stands.items() <= known.items():
            break
        assert time.monotonic() < end, "the index lags behind"
        time.sleep(0.2)


def test_everything_that_must_hold_holds(after: After) -> None:
    told = after.office.by("kiemtra").get("/audit/verify").must(200).told
    assert (told["holds"], told["faults"]) == (True, [])

    after.office.stop()
    done = after.office.command("verify")

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("verify: holds: ")
