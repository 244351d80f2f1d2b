"""The database, and units of work in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from records.errors import Outrun, Refused, Unavailable
from storage.engine import engine_of
from storage.queue import Door
from storage.schema import upgrade
from storage.tables import (
    adoption,
    attachment,
    audit_head,
    copy_entry,
    document,
    entry,
    ledger_line,
    remark,
    reservation,
    words,
)
from storage.unit import Unit
from storage.vault import Vault

WORDY = (document, attachment, copy_entry, entry, ledger_line, remark, reservation, words)
"""The tables that say words of documents, in clear or shut."""


class Database:
    """One database of documents, people, registers, the log and the jobs."""

    def __init__(self, url: str, vault: Vault, log_key: bytes = b"") -> None:
        """Keep a database; ``log_key`` seals the head of its log and lies outside of it."""
        self.engine = engine_of(url)
        self._vault = vault
        self._log_key = log_key
        self._door = Door(self.engine)

    def build(self) -> None:
        """Bring the tables to the version of this code, with all that is in them.

        Raises  Unavailable: the database is lost, or its disk does not take anything.
        """
        with _told():
            upgrade(self.engine)
        with _told(), self.engine.begin() as connection:
            if connection.execute(audit_head.select()).first() is None:
                connection.execute(audit_head.insert().values(id=1, seq=0, hash="0" * 64))

    def seal_log(self) -> None:
        """Seal the head of the log as it is, under a key that was just made."""
        with self.unit() as unit:
            unit.audit.seal()

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open one transaction that writes: all of it is kept, or nothing.

        Raises  Outrun: somebody else kept something that cannot stand beside it.
                Unavailable: the database is lost or stays locked.
        """
        with _told(), self.engine.begin() as connection:
            yield Unit(connection, self._vault, self._door, log_key=self._log_key)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """Open one transaction that only reads, and never waits for writers."""
        with _told(), self._reader() as connection:
            yield Unit(connection, self._vault, self._door, writes=False, log_key=self._log_key)

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        # One picture of everything, whatever others keep meanwhile; SQLite always gives it.
        options: dict[str, Any] = {"reads_only": True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        with self.engine.connect().execution_options(**options) as connection:
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

    def scrub(self) -> None:
        """Write the database anew, so that no page or log of it holds what was taken out.

        Raises  Unavailable: somebody reads an older state still; try again.
        """
        with _told():
            if self.engine.dialect.name == "postgresql":
                self._rewrite()
                return
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.OperationalError as lost:
                raise Unavailable("database.unavailable") from lost
            finally:
                connection.close()
        if busy:
            raise Unavailable("database.unavailable")

    def _rewrite(self) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in WORDY:
                connection.execute(text(f"VACUUM FULL {table.name}"))

    def stands(self) -> bool:
        """Tell whether an office was founded in it."""
        with self.engine.connect() as connection:
            if not inspect(connection).has_table(adoption.name):
                return False
            return connection.execute(adoption.select().limit(1)).first() is not None

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
    except DataError as wrong:
        # A sign no text column takes, such as NUL on PostgreSQL.
        raise Refused("body.invalid", field="text", why="signs that cannot be kept") from wrong
