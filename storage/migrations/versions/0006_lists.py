"""Lists and desks are read in their own order, however much is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
WAITING = sa.text("opened_at IS NOT NULL")


def upgrade() -> None:
    """Let each reader know when their document came, each desk since when one lies there."""
    op.add_column("reader", sa.Column("created_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE reader SET created_at = "
        "(SELECT created_at FROM document WHERE document.id = reader.document)"
    )
    with op.batch_alter_table("reader") as reader:
        reader.alter_column("created_at", nullable=False, existing_type=sa.DateTime(timezone=True))
    op.drop_index("ix_reader_token", "reader")
    op.create_index("ix_reader_newest", "reader", ["token", "created_at", "document"])
    op.add_column("desk", sa.Column("opened_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE desk SET opened_at = (SELECT opened_at FROM step WHERE step.document = "
        "desk.document AND step.n = desk.step AND step.closed_at IS NULL)"
    )
    op.drop_index("ix_desk_token", "desk")
    op.create_index(
        "ix_desk_waiting",
        "desk",
        ["token", "opened_at", "document"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index("ix_entry_latest", "entry", ["book", "series", "year", "on"])
    op.create_index("ix_step_open", "step", ["document"], postgresql_where=OPEN, sqlite_where=OPEN)


def downgrade() -> None:
    """Read lists and desks in the order of whatever comes first."""
    op.drop_index("ix_step_open", "step")
    op.drop_index("ix_entry_latest", "entry")
    op.drop_index("ix_desk_waiting", "desk")
    op.create_index("ix_desk_token", "desk", ["token"])
    op.drop_column("desk", "opened_at")
    op.drop_index("ix_reader_newest", "reader")
    op.create_index("ix_reader_token", "reader", ["token", "document"])
    op.drop_column("reader", "created_at")
