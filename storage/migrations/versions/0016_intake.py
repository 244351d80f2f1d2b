"""What was found of incoming documents' signatures as they came."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the verdicts at intake."""
    op.create_table(
        "intake",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("report", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_intake_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_intake")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("intake")
