"""The days an office settles, and from when on a step's deadline is near."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for settled days and the moment before a deadline."""
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.add_column("step", sa.Column("soon_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("step", "soon_at")
    op.drop_table("calendar_day")
