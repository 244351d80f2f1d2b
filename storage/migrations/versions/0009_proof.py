"""How lastingly each document's signatures are proven."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for proofs."""
    op.create_table(
        "proof",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=10), nullable=False),
        sa.Column("reached", sa.String(length=10), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits", sa.String(length=100), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_proof_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_proof")),
    )
    op.create_index(op.f("ix_proof_until"), "proof", ["until"])
    op.create_index(op.f("ix_proof_next_at"), "proof", ["next_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index(op.f("ix_proof_next_at"), table_name="proof")
    op.drop_index(op.f("ix_proof_until"), table_name="proof")
    op.drop_table("proof")
