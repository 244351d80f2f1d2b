"""The database: its engine, what every connection must be, and units of work in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from records.errors import Broken, Outrun, Unavailable
from storage.queue import Door
from storage.tables import audit_head, metadata
from storage.unit import Unit
from storage.vault import Vault

PATIENCE = 30_000
"""How long a writer waits for another's transaction, in milliseconds."""


class Database:
    """One database of documents, people, registers, the log and the jobs."""

    def __init__(self, url: str, vault: Vault) -> None:
        self.engine = _engine(url)
        self._vault = vault
        self._door = Door(self.engine)

    def build(self) -> None:
        """Create what is missing; an existing database is left as it is.

        Raises  Unavailable: the database is lost, or its disk does not take anything.
        """
        with _told():
            metadata.create_all(self.engine)
        with _told(), self.engine.begin() as connection:
            if connection.execute(audit_head.select()).first() is None:
                connection.execute(audit_head.insert().values(id=1, seq=0, hash="0" * 64))

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open one transaction that writes: all of it is kept, or nothing.

        Raises  Outrun: somebody else kept something that cannot stand beside it.
                Unavailable: the database is lost or stays locked.
        """
        with _told(), self.engine.begin() as connection:
            yield Unit(connection, self._vault, self._door)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """Open one transaction that only reads, and never waits for writers."""
        with _told(), self._reader() as connection:
            yield Unit(connection, self._vault, self._door)

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(reads_only=True) as connection:
            yield connection
            connection.rollback()

    def sound(self) -> tuple[str, ...]:
        """Give what the database itself finds wrong with its file, nothing when it is sound."""
        if self.engine.dialect.name != "sqlite":
            return ()
        with self.reading() as unit:
            rows = unit.connection.execute(text("PRAGMA integrity_check")).scalars()
            wrong = [row for row in rows if row != "ok"]
            foreign = unit.connection.execute(text("PRAGMA foreign_key_check")).all()
        return (*wrong, *(f"foreign key of {row[0]}" for row in foreign))

    def queue_stands(self) -> bool:
        """Tell whether the queue's tables are there, so that jobs can be left."""
        schema = "dbos" if self.engine.dialect.name == "postgresql" else None
        return inspect(self.engine).has_table("workflow_status", schema=schema)

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError as clash:
        raise Outrun("step.outrun") from clash
    except OperationalError as lost:
        raise Unavailable("database.unavailable") from lost


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    engine = create_engine(url, connect_args={"timeout": PATIENCE / 1000})
    event.listen(engine, "connect", _furnish)
    event.listen(engine, "begin", _begin)
    return engine


def _furnish(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: _begin says which kind.
    connection.isolation_level = None
    for pragma, wanted in (
        ("journal_mode", "wal"),
        ("foreign_keys", 1),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", PATIENCE),
    ):
        connection.execute(f"PRAGMA {pragma} = {wanted}")
        (found,) = connection.execute(f"PRAGMA {pragma}").fetchone()
        if found != wanted:
            raise Broken("database.pragma", pragma=pragma, wanted=wanted, found=found)


def _begin(connection: Connection) -> None:
    # A writer that begins deferred may find its snapshot stale and fail after its work.
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
