"""The tables are brought to the version of this code, or back, one migration at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

HERE = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the tables up to a version; all of it happens, or nothing."""
    with engine.begin() as connection:
        _alone(connection)
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str = "base") -> None:
    """Take the tables back to an earlier version; all of it happens, or nothing."""
    with engine.begin() as connection:
        _alone(connection)
        command.downgrade(_config(connection), to)


def version_of(engine: Engine) -> str:
    """Give the version the tables have, "" where there are none."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest() -> str:
    """Give the version this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def _alone(connection: Connection) -> None:
    # Several processes may start at once; SQLite's writers wait for one another anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(8127001)"))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
