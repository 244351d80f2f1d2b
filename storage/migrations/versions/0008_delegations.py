"""Who stands in for whom, and in whose name a step was closed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for delegations."""
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("delegator", sa.String(length=64), nullable=False),
        sa.Column("delegate", sa.String(length=64), nullable=False),
        sa.Column("capacity", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=100), nullable=False),
        sa.Column("basis_on", sa.Date(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("workflows", sa.JSON(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("passes_on", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=False),
        sa.CheckConstraint("since <= until", name=op.f("ck_delegation_dated")),
        sa.CheckConstraint("delegator <> delegate", name=op.f("ck_delegation_another")),
        sa.CheckConstraint("basis <> ''", name=op.f("ck_delegation_on_paper")),
        sa.ForeignKeyConstraint(["delegator"], ["person.id"], name=op.f("fk_delegation_delegator")),
        sa.ForeignKeyConstraint(["delegate"], ["person.id"], name=op.f("fk_delegation_delegate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_delegate"), "delegation", ["delegate"])
    op.add_column(
        "step",
        sa.Column("on_behalf_of", sa.String(length=64), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_column("step", "on_behalf_of")
    op.drop_index(op.f("ix_delegation_delegate"), table_name="delegation")
    op.drop_table("delegation")
