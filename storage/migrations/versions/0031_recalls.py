"""Each recall says how far it has come, and what others want back is kept until it is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ADDED = ("state", "left", "reason", "by", "recalled_at", "answer", "reminded_at")


def upgrade() -> None:
    """Let recalls there are begin anew: nobody knows what was opened, so it counts as left."""
    moment = sa.DateTime(timezone=True)
    op.add_column("document", sa.Column("recalled_at", moment))
    with op.batch_alter_table("recall") as recall:
        recall.add_column(
            sa.Column("state", sa.String(20), nullable=False, server_default="queued")
        )
        recall.add_column(sa.Column("left", sa.Boolean(), nullable=False, server_default=sa.true()))
        recall.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        recall.add_column(sa.Column("by", sa.String(64), nullable=False, server_default="system"))
        recall.add_column(sa.Column("recalled_at", moment))
        recall.add_column(sa.Column("answer", sa.Text(), nullable=False, server_default=""))
        recall.add_column(sa.Column("reminded_at", moment))
    op.execute("UPDATE recall SET recalled_at = changed_at")
    with op.batch_alter_table("recall") as recall:
        recall.alter_column("recalled_at", existing_type=moment, nullable=False)
        for name in ("state", "left", "reason", "by", "answer"):
            recall.alter_column(name, server_default=None)
    _make_orders()


def _make_orders() -> None:
    op.create_table(
        "recall_order",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("organ", sa.String(35), nullable=False),
        sa.Column("message", sa.String(100), nullable=False),
        sa.Column("document", sa.String(64)),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_message", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
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
    with op.batch_alter_table("recall") as recall:
        for name in reversed(ADDED):
            recall.drop_column(name)
    op.drop_column("document", "recalled_at")
