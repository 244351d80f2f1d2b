"""A real office on a scratch disk, with a clock that stands and people one can call by name."""

import io
import json
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx
import hypothesis
import pytest
from playwright.sync_api import Page

from bench.running import Running
from config.office import read_office
from config.settings import Settings
from drafting.convert import Converter
from drafting.sandbox import Sandbox
from exchange.filter import Filter
from exchange.mail import Mailer
from exchange.porter import Porter
from front.furnishing import furnish
from records.document import Classification, Direction, Document
from records.person import Person
from storage.queue import Worker
from tests.postgres import Cluster, cluster
from tests.servers.letterbox import Letterbox, open_letterbox
from tests.servers.swift import Swift
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.found import found
from workflow.jobs import jobs
from workflow.office import Office
from workflow.perform import perform
from workflow.road import Choice
from workflow.session import Half, Knock, come
from workflow.tidings import hear

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # nine o'clock in Hà Nội
PASSWORD = "mật khẩu thử nghiệm"  # noqa: S105 - of people who exist in these tests only

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
ROOM = 8_000_000_000
"""How much memory must be free, in bytes, for scratch folders and what the tests run."""

# What a property takes tells of the machine it runs on, not of the office.
hypothesis.settings.register_profile("office", deadline=None)
hypothesis.settings.load_profile("office")

LEFT_OUT = pytest.StashKey[int]()


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    moment: datetime = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        """Let time pass."""
        self.moment += time


@dataclass
class House:
    """An office with its settings, its clock and its people, for the length of a test."""

    office: Office
    settings: Settings
    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Give somebody of the demonstration office by account name."""
        with self.office.database.reading() as unit:
            return unit.people.get(name)

    def cookie(self, name: str) -> str:
        """Give what the browser of somebody who logged in carries."""
        came = come(self.office, name, PASSWORD, Knock("192.0.2.1"))
        assert not isinstance(came, Half)
        return came.token

    def act(self, document: Document, action: str, by: str, **choice: object) -> Document:
        """Let somebody act on a document as they see it now."""
        chosen = Choice(shown=document.latest.digest, seen=document.version)
        return perform(
            self.office,
            document.id,
            action,
            replace(chosen, **choice),  # type: ignore[arg-type]  # a test's own words
            by=self.person(by),
        )

    def drafted(
        self,
        type: str = "QĐ",
        subject: str = "Về việc thử nghiệm hệ thống",
        classification: Classification = Classification.NONE,
        direction: Direction = Direction.OUTGOING,
        **answers: str,
    ) -> Document:
        """Give a draft of the officer's from the office's form."""
        said = Particulars(direction, type, subject, classification, recipients=("H49.90.2",))
        body = answers or {"body": "Thực hiện theo kế hoạch."}
        return draft(self.office, said, body, by=self.person("chuyenvien"))

    def approved(self, document: Document | None = None, **about: object) -> Document:
        """Give a document that waits for the leader's signature."""
        document = document or self.drafted(**about)  # type: ignore[arg-type]  # a test's own
        document = self.act(document, "submit", "chuyenvien")
        document = self.act(document, "approve", "truongban")
        if document.state == "format_check":
            document = self.act(document, "approve", "chanhvanphong")
        return document

    def signed(self, document: Document | None = None, **about: object) -> Document:
        """Give a document the leader has signed."""
        return self.act(self.approved(document, **about), "sign", "chutich")

    def sealed(self, document: Document | None = None, **about: object) -> Document:
        """Give a document with number, date and seal."""
        return self.act(self.signed(document, **about), "seal", "vanthu")

    def carried(self) -> int:
        """Carry what waits to leave, and give how much came of it that the office heard."""
        office = self.office
        partners = {one.id: Path(one.spool) for one in office.partners.values() if one.spool}
        Porter(
            office.tray,
            office.spool,
            Filter(office.prints),
            organ=office.organ.id,
            partners=partners,
        ).round()
        return hear(office)

    def work_off(self, patience: float = 30.0) -> None:
        """Let a real worker finish every job that was left."""
        worker = Worker(self.settings.database_url, jobs(self.office))
        worker.start()
        try:
            end = time.monotonic() + patience
            while worker.waiting() or self.carried():
                assert time.monotonic() < end, "the worker did not finish"
                time.sleep(0.02)
        finally:
            worker.stop()


class Remembering(Sandbox):
    """A sandbox that is asked the very same about the very same paper only once in a run.

    A hundred tests begin with the same letter, and LibreOffice needs a second of a processor for
    each. What went wrong is not remembered, and the sandbox's own tests furnish one without memory.
    """

    def __init__(self, warm: Mapping[str, int]) -> None:
        super().__init__(warm=warm)
        self._known: dict[tuple[str, str, str], bytes] = {}

    def __call__(self, task: str, content: bytes, *, options: dict[str, object]) -> bytes:
        """Give the task's answer about a document, from memory where it was given before."""
        asked = task, _contents_of(content), json.dumps(options, sort_keys=True)
        if asked not in self._known:
            self._known[asked] = super().__call__(task, content, options=options)
        return self._known[asked]


def _contents_of(file: bytes) -> str:
    """Give a digest of a file; of a DOCX, of all in it but the hour at which it was packed."""
    digest = sha256()
    try:
        with ZipFile(io.BytesIO(file)) as parts:
            for name in parts.namelist():
                digest.update(repr((name, parts.read(name))).encode())
    except BadZipFile:
        digest.update(file)
    return digest.hexdigest()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Give the sandbox every office of this run reads foreign bytes in."""
    warm = {"drafting.pdf_task": 1, "drafting.office_task": 1, "signing.validating_task": 1}
    with Remembering(warm) as sandbox:
        yield sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the run choose the database its offices are kept in."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Keep scratch folders in memory where there is enough of it: nothing there must last."""
    config.addinivalue_line("markers", "sqlite_alone: it looks at SQLite itself, so it runs once")
    if MEMORY.is_dir() and min(shutil.disk_usage(MEMORY).free, _free_memory()) > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _free_memory() -> int:
    """Give the bytes that programs can still have; a file system in memory promises more."""
    told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(told["MemAvailable"].split()[0]) * 1024


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what touches no database and so ran on SQLite already."""
    if config.getoption("--database") == "sqlite":
        return
    kept = [item for item in items if _has_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    config.stash[LEFT_OUT] = len(items) - len(kept)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = config.stash[LEFT_OUT]
    items[:] = kept


def _has_a_database(item: pytest.Item) -> bool:
    asked = getattr(item, "fixturenames", ())
    return "postgresql" in asked and item.get_closest_marker("sqlite_alone") is None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let no test have a database behind the back of the fixtures that say which kind."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a test that has a database asks for database_url, a house or postgresql")

    with pytest.MonkeyPatch.context() as patch:
        if not (_has_a_database(item) or item.get_closest_marker("sqlite_alone")):
            patch.setattr("storage.engine.create_engine", refuse)
        return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a process of a run side by side how many tests it left out; all say the same."""
    if told := getattr(node, "workeroutput", None):
        node.config.stash[LEFT_OUT] = told.get("left_out", 0)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests have nothing to do with the database of this run."""
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{left_out} tests without a database: run on SQLite's turn")


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """Give a cluster when this run is on PostgreSQL; whatever has a database asks for it."""
    if request.config.getoption("--database") == "sqlite":
        yield None
        return
    with cluster() as running:
        yield running


@pytest.fixture
def database_url(postgresql: Cluster | None, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database of the kind this run is on."""
    if postgresql is None:
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    address = postgresql.create()
    yield address
    postgresql.drop(address)


@dataclass(frozen=True)
class Founded:
    """An office just founded, to be copied: its folder, and its database where that lies apart."""

    folder: Path
    database: str

    def copy(self, folder: Path, postgresql: Cluster | None) -> str:
        """Lay the office out once more; give its database's address, "" where its folder has it."""
        shutil.copytree(self.folder, folder)
        return postgresql.create(self.database) if postgresql else ""


Founding = Callable[..., Founded]


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, postgresql: Cluster | None
) -> Founding:
    """Give offices just founded, each made once for each clock."""
    parent = tmp_path_factory.mktemp("founded")
    made: dict[tuple[str, datetime], Founded] = {}

    def found_one(described: str, clock: Clock | None = None) -> Founded:
        clock = clock or Clock()
        key = described, clock.moment
        if key not in made:
            one = Founded(parent / f"{len(made)}", postgresql.create() if postgresql else "")
            settings = _settings(one.folder, described, database_url=one.database)
            office = furnish(settings, sandbox, clock)
            file = read_office(settings.trinhky_config / described)
            found(office, file.units, file.people, PASSWORD)
            office.database.close()
            made[key] = one
        return made[key]

    return found_one


Opening = Callable[..., House]
Serving = Callable[..., Running]
LoggedIn = Callable[..., Page]


@contextmanager
def _opening(
    founded: Founding, sandbox: Sandbox, folder: Path, postgresql: Cluster | None
) -> Iterator[Opening]:
    opened: list[House] = []

    def open_one(described: str = "office.yaml", **about: object) -> House:
        own = folder / f"office-{len(opened)}"
        database = founded(described).copy(own, postgresql)
        about = {"database_url": database, "trinhky_spool": folder / "spool", **about}
        settings = _settings(own, described, **about)
        settings.trinhky_trust = ":".join(str(one.settings.trinhky_data / "keys") for one in opened)
        clock = Clock()
        house = House(furnish(settings, sandbox, clock), settings, clock)
        opened.append(house)
        return house

    yield open_one
    for house in opened:
        house.office.database.close()
        if postgresql:
            postgresql.drop(house.settings.database_url)


@pytest.fixture
def open_house(
    founded: Founding, sandbox: Sandbox, tmp_path: Path, postgresql: Cluster | None
) -> Iterator[Opening]:
    """Give a way to open offices, each on a scratch folder of its own, with one spool for all."""
    with _opening(founded, sandbox, tmp_path, postgresql) as open_one:
        yield open_one


@pytest.fixture(scope="module")
def open_lasting_house(
    founded: Founding,
    sandbox: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
    postgresql: Cluster | None,
) -> Iterator[Opening]:
    """Give a way to open offices that all tests of a module share."""
    with _opening(founded, sandbox, tmp_path_factory.mktemp("lasting"), postgresql) as open_one:
        yield open_one


@pytest.fixture
def house(open_house: Opening) -> House:
    """Give the demonstration office, just founded."""
    return open_house()


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    """Give a mail server that keeps what it is given."""
    with open_letterbox() as box:
        yield box


@pytest.fixture
def mailing(house: House, letterbox: Letterbox) -> House:
    """Give an office that writes to everybody by way of the letterbox."""
    edge, sender = Filter(house.office.prints), "trinhky@demo.example"
    mailer = Mailer("127.0.0.1", letterbox.port, sender, edge=edge, timeout=5, starttls=False)
    with house.office.database.unit() as unit:
        for person in unit.people.all():
            if person.active:
                reached = replace(person, email=f"{person.id}@demo.example")
                unit.people.change(reached, on=house.office.today())
    house.office = replace(house.office, mailer=mailer)
    return house


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs be tried three times within a moment, not seventeen times within days."""
    monkeypatch.setattr("storage.queue.PATIENCE", (0.01, 0.01))
    monkeypatch.setattr("dbos._workflow_commands._BACKGROUND_JOBS_INTERVAL_SEC", 0.05)


@pytest.fixture(scope="session")
def paper(sandbox: Sandbox) -> bytes:
    """Give a one-page PDF that no office has seen yet."""
    written = docx.Document()
    written.add_paragraph("Giấy này từ nơi khác đến, có chữ Việt: bổ nhiệm, Đường, Hòa.")
    content = io.BytesIO()
    written.save(content)
    return Converter(sandbox).pdf(content.getvalue())


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    """Give a real object store with an S3 API, which runs as long as the tests."""
    store = Swift(tmp_path_factory.mktemp("swift"))
    store.lay_out()
    try:
        store.start()
        yield store
    finally:
        store.kill()


def _settings(folder: Path, described: str, **about: object) -> Settings:
    return Settings(
        trinhky_data=folder,
        trinhky_office=described,
        **about,  # type: ignore[arg-type]  # a test's own words
    )
