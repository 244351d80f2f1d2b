"""With which key each person signs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for where keys lie."""
    op.create_table(
        "holding",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("keeper", sa.String(length=40), nullable=False),
        sa.Column("credential", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_holding")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("holding")
