"""The tables go up and down through every version, with what is in them, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from records.audit import AuditEvent
from records.person import Unit
from storage import schema
from storage.database import Database
from storage.folder import Folder
from storage.tables import metadata
from storage.vault import Vault

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url, Vault(Folder(tmp_path / "vault"), b"k" * 32))
    database.build()
    yield database
    database.close()


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    assert schema.version_of(database.engine) == schema.newest()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_version_goes_down_and_up_again(database: Database) -> None:
    schema.downgrade(database.engine)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}

    schema.upgrade(database.engine)
    assert schema.version_of(database.engine) == schema.newest()


def test_what_is_in_the_tables_stays_when_the_office_opens_again(database: Database) -> None:
    with database.unit() as unit:
        unit.people.add_unit(Unit("van-phong", "Văn phòng", "VP"))
        unit.audit.append(AuditEvent("office:founded", "system", AT))

    database.build()

    with database.reading() as unit:
        assert [one.name for one in unit.people.units()] == ["Văn phòng"]
        assert unit.audit.verify().holds


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "DELETE FROM entry"]
)
def test_the_database_itself_keeps_what_is_written_once(database: Database, statement: str) -> None:
    with database.unit() as unit:
        unit.audit.append(AuditEvent("office:founded", "system", AT))
        unit.people.add_unit(Unit("van-phong", "Văn phòng", "VP"))
        unit.connection.execute(
            text(
                "INSERT INTO person (id, name, title, email, clearance, active, password) "
                "VALUES ('an', 'An', '', '', 'none', true, '')"
            )
        )
        unit.connection.execute(
            text(
                "INSERT INTO document (id, direction, type, subject, classification, own_class, "
                "urgency, workflow, definition, state, version, unit, drafter, created_at, "
                "changed_at, recipients, fields, source, signer, assignee) "
                "VALUES ('d', 'outgoing', 'TB', 's', "
                "'none', 'none', 'normal', 'outgoing', '', 'x', 1, 'van-phong', 'an', "
                "'2026-11-20', '2026-11-20', '[]', '{}', '{}', '', '')"
            )
        )
        unit.connection.execute(
            text(
                'INSERT INTO entry (book, series, year, serial, notation, "on", document, columns, '
                "cancelled) VALUES ('b', '', 2026, 1, 'TB', '2026-11-20', 'd', '{}', '')"
            )
        )

    with pytest.raises(DBAPIError, match="kept for good"), database.engine.begin() as connection:
        connection.execute(text(statement))
