"""Real servers on real ports, each in a process of its own, stopped without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.running import Running
from tests.conftest import PASSWORD, Clock, Founding, Serving
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def lay_out(founded: Founding, postgresql: Cluster | None) -> Serving:
    """Give a way to furnish offices that were founded already, each to be started by a test."""
    clock = Clock(datetime.now(UTC))

    def lay_one_out(folder: Path, *, office: str = "office.yaml", **about: object) -> Running:
        folder.mkdir(parents=True, exist_ok=True)
        database = founded(office, clock).copy(folder / "data", postgresql)
        about = {"database_url": database, **about}
        running = Running(folder, office=office, **about)  # type: ignore[arg-type]  # a test's own
        running.password = PASSWORD
        return running

    return lay_one_out


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Iterator[Running]:
    """Give the demonstration office, served for all journeys of this run."""
    yield from _served(lay_out(tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="session")
def partner(
    tmp_path_factory: pytest.TempPathFactory, lay_out: Serving, served: Running
) -> Iterator[Running]:
    """Give a second office, which finds its messages in the same spool."""
    folder = tmp_path_factory.mktemp("partner")
    yield from _served(lay_out(folder, office="office-partner.yaml", spool=served.spool))


@pytest.fixture
def own_office(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Iterator[Running]:
    """Give an office that one test has for itself, to stop, to kill and to look into."""
    yield from _served(lay_out(tmp_path_factory.mktemp("own")))


def _served(running: Running) -> Iterator[Running]:
    running.start()
    try:
        yield running
    finally:
        running.stop()
    assert running.orphans() == []
