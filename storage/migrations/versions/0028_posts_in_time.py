"""Posts in time: what people held when, and what is decided for a day to come."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for tenures and appointments; what is held today has no known beginning."""
    op.create_table(
        "tenure",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_tenure_person")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_tenure_unit")),
        sa.PrimaryKeyConstraint("person", "role", "unit", "n", name=op.f("pk_tenure")),
    )
    op.execute(
        "INSERT INTO tenure (person, role, unit, n, basis)"
        " SELECT person, role, unit, 1, '' FROM post"
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("successor", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("basis_on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis <> ''", name=op.f("ck_appointment_on_paper")),
        sa.CheckConstraint(
            "done_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_appointment_one_end")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_appointment_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )


def downgrade() -> None:
    """Forget what was held before and what is planned."""
    op.drop_table("appointment")
    op.drop_table("tenure")
