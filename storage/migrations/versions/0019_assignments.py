"""Who is charged with what of an incoming document."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for assignments."""
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_assignment_percent")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_assignment_document")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_assignment_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("document", "n", name=op.f("uq_assignment_document")),
    )
    op.create_index("ix_assignment_person", "assignment", ["person", "state"])
    op.create_index("ix_assignment_giver", "assignment", ["given_by", "state"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_assignment_giver", table_name="assignment")
    op.drop_index("ix_assignment_person", table_name="assignment")
    op.drop_table("assignment")
