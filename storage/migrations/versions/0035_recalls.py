"""Each recall says how far it has come, and what others want back is kept until it is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ADDED = (
    ("state", sa.String(length=20), "queued"),
    ("left", sa.Boolean(), sa.true()),
    ("reason", sa.Text(), ""),
    ("by", sa.String(length=64), "system"),
    ("answer", sa.Text(), ""),
    ("recalled_at", sa.DateTime(timezone=True), "1970-01-01 00:00:00.000000"),
)


def upgrade() -> None:
    """Let the recalls there are begin anew: nobody knows what was opened, so they count as left."""
    op.add_column("document", sa.Column("recalled_at", sa.DateTime(timezone=True)))
    for name, kind, usual in ADDED:
        op.add_column("recall", sa.Column(name, kind, nullable=False, server_default=usual))
    op.add_column("recall", sa.Column("reminded_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE recall SET recalled_at = changed_at")
    op.create_table(
        "recall_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organ", sa.String(length=35), nullable=False),
        sa.Column("message", sa.String(length=100), nullable=False),
        sa.Column("document", sa.String(length=64)),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_message", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_recall_order_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_order")),
        sa.UniqueConstraint("organ", "message", name=op.f("uq_recall_order_organ")),
    )
    op.create_index(op.f("ix_recall_order_document"), "recall_order", ["document"])


def downgrade() -> None:
    """Forget how far they came, and what others wanted back."""
    op.drop_index(op.f("ix_recall_order_document"), table_name="recall_order")
    op.drop_table("recall_order")
    op.drop_column("recall", "reminded_at")
    for name, _, _ in reversed(ADDED):
        op.drop_column("recall", name)
    op.drop_column("document", "recalled_at")
