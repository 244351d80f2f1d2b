"""What somebody with full access to the database does first: take its own guards away."""

from sqlalchemy import Engine, text

GUARDED = ("audit", "remark", "revision", "package", "entry", "checkpoint")


def disarm(engine: Engine) -> None:
    """Remove the triggers that keep what is written once."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for table in GUARDED:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            return
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars()
        for name in list(triggers):
            connection.execute(text(f"DROP TRIGGER {name}"))
