"""A real office on a scratch disk, with a clock that stands and people one can call by name."""

import io
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import docx
import pytest

from config.office import read_office
from config.settings import Settings
from drafting.convert import Converter
from drafting.sandbox import Sandbox
from exchange.mail import Mailer
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

MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # nine o'clock in Hà Nội
PASSWORD = "mật khẩu thử nghiệm"  # noqa: S105 - of people who exist in these tests only


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

    def work_off(self, patience: float = 30.0) -> None:
        """Let a real worker finish every job that was left."""
        worker = Worker(self.settings.database_url, jobs(self.office))
        worker.start()
        try:
            end = time.monotonic() + patience
            while worker.waiting():
                assert time.monotonic() < end, "the worker did not finish"
                time.sleep(0.02)
        finally:
            worker.stop()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Give the sandbox every office of this run reads foreign bytes in."""
    warm = {"drafting.pdf_task": 1, "drafting.office_task": 1, "signing.validating_task": 1}
    with Sandbox(warm=warm) as sandbox:
        yield sandbox


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the run choose its database; on PostgreSQL, only what opens an office runs again."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what has no office and so ran on SQLite already."""
    if config.getoption("--database") == "sqlite":
        return
    opens = {"open_house", "database_url"}
    kept = [item for item in items if opens & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator[Cluster | None]:
    """Give a cluster when this run is on PostgreSQL."""
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


@pytest.fixture(scope="session")
def founded(
    tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, postgresql: Cluster | None
) -> Callable[[str], Founded]:
    """Give offices just founded, each made once."""
    parent = tmp_path_factory.mktemp("founded")
    made: dict[str, Founded] = {}

    def found_one(described: str) -> Founded:
        if described not in made:
            one = Founded(parent / described, postgresql.create() if postgresql else "")
            settings = _settings(one.folder, described, database_url=one.database)
            office = furnish(settings, sandbox, Clock())
            file = read_office(settings.trinhky_config / described)
            found(office, file.units, file.people, PASSWORD)
            office.database.close()
            made[described] = one
        return made[described]

    return found_one


@pytest.fixture
def open_house(
    founded: Callable[[str], Founded],
    sandbox: Sandbox,
    tmp_path: Path,
    postgresql: Cluster | None,
) -> Iterator[Callable[..., House]]:
    """Give a way to open offices, each on a scratch folder of its own, with one spool for all."""
    opened: list[House] = []

    def open_one(described: str = "office.yaml", **about: object) -> House:
        folder = tmp_path / f"office-{len(opened)}"
        source = founded(described)
        shutil.copytree(source.folder, folder)
        database = postgresql.create(source.database) if postgresql else ""
        about = {"database_url": database, **about}
        settings = _settings(folder, described, tmp_path / "spool", **about)
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
def house(open_house: Callable[..., House]) -> House:
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
    mailer = Mailer("127.0.0.1", letterbox.port, "trinhky@demo.example", timeout=5, starttls=False)
    with house.office.database.unit() as unit:
        for person in unit.people.all():
            if person.active:
                unit.people.change(replace(person, email=f"{person.id}@demo.example"))
    house.office = replace(house.office, mailer=mailer)
    return house


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


def _settings(folder: Path, described: str, spool: Path = Path(), **about: object) -> Settings:
    return Settings(
        trinhky_data=folder,
        trinhky_office=described,
        trinhky_spool=spool,
        **about,  # type: ignore[arg-type]  # a test's own words
    )
