"""Seals and key devices that changed hands, and the reports of work that did."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for both."""
    op.create_table(
        "device_handover",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("condition", sa.String(length=500), nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("basis_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.String(length=500), nullable=False),
        sa.CheckConstraint("giver <> receiver", name=op.f("ck_device_handover_another")),
        sa.CheckConstraint(
            "accepted_at IS NULL OR withdrawn = ''", name=op.f("ck_device_handover_one_end")
        ),
        sa.ForeignKeyConstraint(["giver"], ["person.id"], name=op.f("fk_device_handover_giver")),
        sa.ForeignKeyConstraint(
            ["receiver"], ["person.id"], name=op.f("fk_device_handover_receiver")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_handover")),
        sa.UniqueConstraint("year", "n", name=op.f("uq_device_handover_year")),
    )
    op.create_table(
        "work_handover",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("leaver", sa.String(length=64), nullable=False),
        sa.Column("successor", sa.String(length=64), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["leaver"], ["person.id"], name=op.f("fk_work_handover_leaver")),
        sa.ForeignKeyConstraint(
            ["successor"], ["person.id"], name=op.f("fk_work_handover_successor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_handover")),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("work_handover")
    op.drop_table("device_handover")
