"""Ledgers: what a clerk writes of a document's ways."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and what keeps its lines."""
    op.create_table(
        "ledger_line",
        sa.Column("ledger", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("n >= 1", name=op.f("ck_ledger_line_from_one")),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_ledger_line_document")
        ),
        sa.PrimaryKeyConstraint("ledger", "year", "n", name=op.f("pk_ledger_line")),
    )
    op.create_index(op.f("ix_ledger_line_document"), "ledger_line", ["document"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER ledger_line_no_delete BEFORE DELETE ON ledger_line "
            "FOR EACH ROW EXECUTE FUNCTION kept_for_good()"
        )
        return
    op.execute(
        "CREATE TRIGGER ledger_line_no_delete BEFORE DELETE ON ledger_line "
        "BEGIN SELECT RAISE(ABORT, 'ledger_line is kept for good'); END"
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index(op.f("ix_ledger_line_document"), table_name="ledger_line")
    op.drop_table("ledger_line")
