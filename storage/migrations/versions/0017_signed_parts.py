"""Copies and annexes are asked for like any other signature of a key elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for which copy or annex a request is about."""
    op.add_column(
        "signing_request",
        sa.Column("part", sa.String(length=40), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Forget it."""
    op.drop_column("signing_request", "part")
