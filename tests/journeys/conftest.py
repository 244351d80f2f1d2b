"""Real servers on real ports, each in a process of its own, stopped without a trace."""

from collections.abc import Iterator

import pytest

from bench.running import Running


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give the demonstration office, served for all journeys of this run."""
    yield from _served(Running(tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="session")
def partner(tmp_path_factory: pytest.TempPathFactory, served: Running) -> Iterator[Running]:
    """Give a second office, which finds its messages in the same spool."""
    folder = tmp_path_factory.mktemp("partner")
    yield from _served(Running(folder, office="office-partner.yaml", spool=served.spool))


@pytest.fixture
def own_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give an office that one test has for itself, to stop, to kill and to look into."""
    yield from _served(Running(tmp_path_factory.mktemp("own")))


def _served(running: Running) -> Iterator[Running]:
    running.start()
    try:
        yield running
    finally:
        running.stop()
    assert running.orphans() == []
