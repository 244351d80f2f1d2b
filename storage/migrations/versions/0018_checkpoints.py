"""The log's head is sealed, and the agency's word on the log is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the seal and the checkpoints, which stay as they were written."""
    op.add_column(
        "audit_head", sa.Column("seal", sa.String(length=64), server_default="", nullable=False)
    )
    op.create_table(
        "checkpoint",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_checkpoint")),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for act in ("UPDATE", "DELETE"):
        told = "FOR EACH ROW EXECUTE FUNCTION kept_for_good()"
        if not postgresql:
            told = "BEGIN SELECT RAISE(ABORT, 'checkpoint is kept for good'); END"
        op.execute(f"CREATE TRIGGER checkpoint_no_{act.lower()} BEFORE {act} ON checkpoint {told}")


def downgrade() -> None:
    """Forget them."""
    op.drop_table("checkpoint")
    op.drop_column("audit_head", "seal")
