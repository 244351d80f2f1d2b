"""Files that bear a mark of secrecy are held until somebody decides about them."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what it says of files lies shut."""
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("found", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("classification <> 'none'", name=op.f("ck_quarantine_marked")),
        sa.CheckConstraint(
            "outcome <> 'released' OR settled_by <> \"by\"",
            name=op.f("ck_quarantine_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )


def downgrade() -> None:
    """Forget what is held: the files stay in the vault, where nothing opens them."""
    op.drop_table("quarantine")
