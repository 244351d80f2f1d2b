"""The way to the database: its engine, and what every connection must be."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from records.errors import Broken

PATIENCE = 30_000
"""How long a writer waits for another's transaction, in milliseconds."""


def engine_of(url: str) -> Engine:
    """Give the engine of a database; no connection is made yet.

    What it says of a failed statement never quotes the values: they are words of documents.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, isolation_level="READ COMMITTED", hide_parameters=True
        )
    engine = create_engine(url, connect_args={"timeout": PATIENCE / 1000}, hide_parameters=True)
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
