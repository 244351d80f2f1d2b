"""What was sent and must come back, and remarks that may be shut once their document is secret."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SHUTS = "OLD.shut IS NULL AND NEW.shut IS NOT NULL AND NEW.text = '' AND NEW.seq = OLD.seq"
"""The one change a remark may undergo: its words go into the vault's keeping."""


def upgrade() -> None:
    """Make room for recalls, and let a remark be shut."""
    op.create_table(
        "recall",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=35), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_recall_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index(op.f("ix_recall_document"), "recall", ["document"])
    _guard(SHUTS)


def downgrade() -> None:
    """Keep remarks as they are for good again."""
    _guard("")
    op.drop_index(op.f("ix_recall_document"), table_name="recall")
    op.drop_table("recall")


def _guard(but: str) -> None:
    when = f"WHEN (NOT ({but}))" if but else ""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER remark_no_update ON remark")
        op.execute(
            f"CREATE TRIGGER remark_no_update BEFORE UPDATE ON remark FOR EACH ROW {when} "
            "EXECUTE FUNCTION kept_for_good()"
        )
        return
    op.execute("DROP TRIGGER remark_no_update")
    op.execute(
        f"CREATE TRIGGER remark_no_update BEFORE UPDATE ON remark {when} "
        "BEGIN SELECT RAISE(ABORT, 'remark is kept for good'); END"
    )
