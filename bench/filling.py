"""A PostgreSQL office filled at once with people and documents, past every verb."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    delete,
    insert,
    select,
    text,
    update,
)

from bench.certificates import certify
from bench.federation import Federation
from bench.running import PEOPLE, Running
from bench.stored import BOOK, Archive, lay_papers
from config.settings import Settings
from config.workflows import read_routes
from identity.passwords import Passwords
from signing.demo_pki import found_demo_pki
from storage.jobs import Jobs
from storage.tables import audit_head, metadata, series

REST = timedelta(days=3)
"""How long before the day the last stored document came: what is done to it is over by then."""

CHUNK = 2_000
"""How many documents are written at a time."""


@dataclass
class Filling:
    """The way into a running office's tables."""

    office: Running
    federation: Federation
    engine: Engine
    archive: Archive
    stored: int = 0

    def up_to(self, documents: int) -> float:
        """Store documents until there are so many, and give the seconds it took."""
        begun = time.perf_counter()
        with self.engine.begin() as connection:
            self._take_up(connection)
            while self.stored < documents:
                last = min(self.stored + CHUNK, documents)
                pour(connection, self.archive.rows(self.stored, last))
                self.stored = last
            self._hand_back(connection)
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        return time.perf_counter() - begun

    def _take_up(self, connection: Connection) -> None:
        """Go on where the office itself came to with its log and its registers."""
        head = connection.execute(select(audit_head).with_for_update()).one()
        self.archive.seq, self.archive.before = head.seq, head.hash
        drawn = connection.execute(select(series).where(series.c.book == BOOK)).all()
        self.archive.series = Counter({(row.series, row.year): row.last for row in drawn})

    def _hand_back(self, connection: Connection) -> None:
        archive = self.archive
        connection.execute(update(audit_head).values(seq=archive.seq, hash=archive.before))
        connection.execute(delete(series).where(series.c.book == BOOK))
        rows = [
            {"book": BOOK, "series": type, "year": year, "last": count}
            for (type, year), count in archive.series.items()
        ]
        connection.execute(insert(series), rows)

    def unfinished(self) -> int:
        """Give how many jobs the office has still to do."""
        with self.engine.connect() as connection:
            return sum(Jobs(connection).waiting().values())

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def prepare(office: Running, federation: Federation) -> None:
    """Lay out the keys of an office that was never started, a certificate for everybody."""
    keys = office.data / "keys"
    found_demo_pki(keys, people=(), office="LĐLĐ thành phố Hà Nội", at=datetime.now(UTC))
    certify(keys, [*(one.id for one in federation.people), *PEOPLE])


def fill(office: Running, database: str, federation: Federation, documents: int) -> Filling:
    """Take a federation in at a running office, and get ready to store so many documents."""
    engine = create_engine(database)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        pour(connection, federation.rows(Passwords().hash(office.password), now))
    routes = read_routes(Settings().trinhky_config / "workflows")
    blobs = office.data / "blobs"
    definition = routes["outgoing"].digest
    archive = Archive(federation, documents, definition, now - REST, blobs, lay_papers(blobs))
    return Filling(office, federation, engine, archive)


def pour(connection: Connection, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Copy rows into their tables, those that others refer to first."""
    for table in metadata.sorted_tables:
        if rows.get(table.name):
            _copy(connection, table, rows[table.name])


def _copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    names = sorted({name for row in rows for name in row} & set(table.columns.keys()))
    listed = ", ".join(f'"{name}"' for name in names)
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row([row.get(name) for name in names])
