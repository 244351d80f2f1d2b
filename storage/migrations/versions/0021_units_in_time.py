"""Units in time: what they were called, what took their place, and what is planned."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for former names, successions and reorganisations."""
    op.add_column("unit", sa.Column("until", sa.Date(), nullable=True))
    op.create_table(
        "former_name",
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notation", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_former_name_unit")),
        sa.PrimaryKeyConstraint("unit", "until", name=op.f("pk_former_name")),
    )
    op.create_table(
        "succession",
        sa.Column("old", sa.String(length=64), nullable=False),
        sa.Column("new", sa.String(length=64), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.CheckConstraint("old <> new", name=op.f("ck_succession_another")),
        sa.ForeignKeyConstraint(["old"], ["unit.id"], name=op.f("fk_succession_old")),
        sa.ForeignKeyConstraint(["new"], ["unit.id"], name=op.f("fk_succession_new")),
        sa.PrimaryKeyConstraint("old", "new", name=op.f("pk_succession")),
    )
    op.create_table(
        "reorganisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("into", sa.JSON(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("basis_on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis <> ''", name=op.f("ck_reorganisation_on_paper")),
        sa.CheckConstraint(
            "done_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_reorganisation_one_end")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reorganisation")),
    )


def downgrade() -> None:
    """Forget them; units that are gone stand beside the others again."""
    op.drop_table("reorganisation")
    op.drop_table("succession")
    op.drop_table("former_name")
    op.drop_column("unit", "until")
