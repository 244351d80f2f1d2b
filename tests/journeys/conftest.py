"""Real servers on real ports, each in a process of its own, stopped without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bench.running import Running
from tests.conftest import PASSWORD, Clock, Founding, LoggedIn, Serving
from tests.postgres import Cluster

ARGUMENTS = [
    "--no-sandbox",  # this run may be root's
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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


@pytest.fixture(scope="package")  # it would only take time from the rooms' tests after them
def served(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Iterator[Running]:
    """Give the demonstration office, served for all journeys of this run."""
    yield from _served(lay_out(tmp_path_factory.mktemp("served")))


@pytest.fixture(scope="package")
def partner(
    tmp_path_factory: pytest.TempPathFactory, lay_out: Serving, served: Running
) -> Iterator[Running]:
    """Give a second office, which finds its messages in the same spool."""
    folder = tmp_path_factory.mktemp("partner")
    yield from _served(lay_out(folder, office="office-partner.yaml", spool=served.spool))


@pytest.fixture(scope="module")  # its event loop must not be there for other tests
def browser() -> Iterator[Browser]:
    """Give a real browser, started once a file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def logged_in(browser: Browser) -> LoggedIn:
    """Give a way to get the desk of somebody who logged in through the page.

    It is watched for script errors.
    """

    def log_in(served: Running, who: str, *, width: int = 1280) -> Page:
        page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        page.goto(f"{served.home}/login")
        page.fill("#username", who)
        page.fill("#password", served.password)
        page.click("button.primary")
        page.wait_for_url(lambda url: not url.endswith("/login"))
        return page

    return log_in


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
