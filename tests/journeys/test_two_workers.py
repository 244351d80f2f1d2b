"""Two workers on one PostgreSQL: when one dies or hangs at work, the other does what it held."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from bench.papers import minimal_pdf
from bench.running import Running
from tests.postgres import Cluster, cluster

PAPERS = 12
ROUNDS = 5


@dataclass
class Branch:
    """An office of several processes: its web server, its database, and its workers."""

    web: Running
    engine: Engine

    def hire(self) -> "subprocess.Popen[bytes]":
        """Start one more worker and wait until it shows that it lives."""
        worker = self.web.hire()
        until(lambda: self.told("SELECT id FROM worker WHERE id LIKE :whose", worker))
        return worker

    def told(self, query: str, of: "subprocess.Popen[bytes] | None" = None) -> list[str]:
        whose = {"whose": f"%.{of.pid}.%"} if of else {}
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), whose).scalars())

    def held_by(self, worker: "subprocess.Popen[bytes]") -> list[str]:
        """Give the jobs that a worker holds now."""
        return self.told(
            "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'PENDING'"
            " AND executor_id LIKE :whose",
            worker,
        )

    def unfinished(self) -> list[str]:
        return self.told(
            "SELECT workflow_uuid FROM dbos.workflow_status"
            " WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')"
        )

    def freeze_at_work(self, worker: "subprocess.Popen[bytes]") -> tuple[set[str], list[str]]:
        """Stop a worker in the middle of jobs; give the documents brought and the jobs it holds."""
        brought: set[str] = set()
        for _ in range(ROUNDS):
            bringing = threading.Thread(target=lambda: brought.update(self.bring()))
            bringing.start()
            try:
                while bringing.is_alive() or self.unfinished():
                    if self.held_by(worker):
                        os.kill(worker.pid, signal.SIGSTOP)
                        if held := self.held_by(worker):
                            return brought, held
                        os.kill(worker.pid, signal.SIGCONT)
                    time.sleep(0.005)
            finally:
                bringing.join()
        raise AssertionError("the worker was never met at work")

    def bring(self) -> set[str]:
        officer = self.web.by("chuyenvien")
        return {
            officer.bring(minimal_pdf(f"paper {n}"), subject=f"Giấy số {n}").must(201).told["id"]
            for n in range(PAPERS)
        }

    def found(self) -> set[str]:
        hits = self.web.by("chuyenvien").get("/search?limit=200&q=Gi%E1%BA%A5y").must(200).told
        return {one["id"] for one in hits["hits"]}


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def branch(server: Cluster, tmp_path: Path) -> Iterator[Branch]:
    database = server.create()
    web = Running(tmp_path, part="serve", database_url=database, processes="1", threads="4")
    web.start()
    branch = Branch(web, create_engine(database))
    try:
        yield branch
    finally:
        branch.engine.dispose()
        web.stop()
    assert web.orphans() == []


def test_what_a_killed_worker_held_is_done_by_the_other(branch: Branch) -> None:
    victim, survivor = branch.hire(), branch.hire()
    brought, held = branch.freeze_at_work(victim)

    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()

    until(lambda: not branch.unfinished())
    done = branch.told(
        "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'SUCCESS'"
        " AND executor_id LIKE :whose",
        survivor,
    )
    assert set(held) <= set(done)
    assert branch.found() >= brought
    assert branch.told("SELECT id FROM failed_job") == []
    assert len(branch.told("SELECT id FROM worker")) == 1
    assert all(branch.web.by("chuyenvien").see(id)["pending"] == [] for id in brought)


def test_what_a_hanging_worker_held_is_done_by_the_other_and_does_no_harm_when_it_wakes(
    branch: Branch,
) -> None:
    """As with a machine that is lost: nobody can ask its kernel, its beat alone tells."""
    sleeper, survivor = branch.hire(), branch.hire()
    brought, held = branch.freeze_at_work(sleeper)
    until(lambda: not branch.unfinished())
    assert branch.found() >= brought
    done = branch.told(
        "SELECT workflow_uuid FROM dbos.workflow_status WHERE executor_id LIKE :whose", survivor
    )
    assert set(held) <= set(done)

    os.kill(sleeper.pid, signal.SIGCONT)
    until(lambda: len(branch.told("SELECT id FROM worker")) == 2)
    more = branch.bring()
    until(lambda: not branch.unfinished())
    assert branch.found() >= brought | more
    assert branch.told("SELECT id FROM failed_job") == []


def until(true: Callable[[], object], patience: float = 120.0, pause: float = 0.1) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(pause)
