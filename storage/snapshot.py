"""One moment of the whole database in a file, taken while others go on writing, and put back."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from records.errors import Refused, Unavailable
from storage.database import Database
from storage.folder import keep_first
from storage.queue import Door
from storage.unit import Unit
from storage.vault import Vault

SQLITE, DUMP = "trinhky.sqlite", "database.dump"


@contextmanager
def snapshot(database: Database, vault: Vault, folder: Path) -> Iterator[Unit]:
    """Copy the database into ``folder`` and give the very moment that was copied, to read from.

    Raises  Unavailable: the database does not answer, or its programs are not installed.
    """
    engine = database.engine
    frozen = _copied if engine.dialect.name == "sqlite" else _dumped
    try:
        with frozen(engine, folder) as connection:
            yield Unit(connection, vault, Door(engine))
    except (SQLAlchemyError, sqlite3.Error) as lost:
        raise Unavailable("database.unavailable") from lost


def put_back(source: Path, url: str) -> None:
    """Fill an empty database from its copy in a backup.

    Raises  Refused: the copy is of the other kind of database.
    """
    place = file_of(url)
    copy = source / (DUMP if place is None else SQLITE)
    if not copy.exists():
        raise Refused("restore.other-database")
    if place is None:
        _filled(copy, make_url(url))
    else:
        keep_first(place, copy.read_bytes())


def require_empty(url: str, data: Path) -> None:
    """Make sure that nothing is overwritten. Raises Refused: something is there already."""
    address = make_url(url)
    place = file_of(url)
    if place is not None:
        taken = place.exists()
    else:
        engine = create_engine(address)
        try:
            taken = bool(inspect(engine).get_table_names())
        except SQLAlchemyError as lost:
            raise Unavailable("database.unavailable") from lost
        finally:
            engine.dispose()
    if taken or (data.exists() and (not data.is_dir() or any(data.iterdir()))):
        raise Refused("restore.not-empty", folder=str(data))


def file_of(url: str) -> Path | None:
    """Give the file of a SQLite database; none where a server keeps it."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


@contextmanager
def _copied(engine: Engine, folder: Path) -> Iterator[Connection]:
    target = folder / SQLITE
    with (
        closing(sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one step: the copy is one moment, and writers beside it are not held up.
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = delete").fetchone()
    _settle(target)
    frozen = create_engine(f"sqlite:///file:{target}?mode=ro&immutable=1&uri=true")
    try:
        with frozen.connect() as connection:
            yield connection
    finally:
        frozen.dispose()


@contextmanager
def _dumped(engine: Engine, folder: Path) -> Iterator[Connection]:
    frozen = engine.execution_options(isolation_level="REPEATABLE READ")
    with frozen.connect() as connection:
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        target = folder / DUMP
        _run(
            engine.url,
            ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"],
            [f"--snapshot={moment}", f"--file={target}"],
        )
        _settle(target)
        yield connection


def _filled(copy: Path, address: URL) -> None:
    words = ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner"]
    _run(address, [*words, "--no-privileges"], [str(copy)])


def _run(address: URL, words: list[str], last: list[str]) -> None:
    """Let a program of PostgreSQL's do its work; the password goes where nobody can list it."""
    plain = address.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(address.password)} if address.password else {}
    try:
        subprocess.run(  # noqa: S603 - every word is ours
            [*words, f"--dbname={plain}", *last],
            env={**os.environ, **secret},
            check=True,
            capture_output=True,
        )
    except FileNotFoundError as absent:
        raise Unavailable("backup.no-program", program=words[0]) from absent
    except subprocess.CalledProcessError as failed:
        raise Unavailable("database.unavailable") from failed


def _settle(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
