"""Copies are entered in a register of their own, in one series a year."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the register of copies."""
    op.create_table(
        "copy_entry",
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.Column("cancelled", sa.Text(), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_copy_entry_from_one")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_copy_entry_document")),
        sa.PrimaryKeyConstraint("book", "series", "year", "serial", name=op.f("pk_copy_entry")),
    )
    op.create_index(op.f("ix_copy_entry_document"), "copy_entry", ["document"])


def downgrade() -> None:
    """Forget it."""
    op.drop_table("copy_entry")
