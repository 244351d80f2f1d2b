"""Branches and what hangs on a step; who opened which bytes; documents that rest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them; every step there is was one of the road."""
    op.create_table(
        "opening",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_opening_document")),
        sa.PrimaryKeyConstraint("document", "person", "digest", name=op.f("pk_opening")),
    )
    for column in _step():
        op.add_column("step", column)
    op.add_column(
        "desk", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("document", sa.Column("rests_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("document", "rests_since")
    op.drop_column("desk", "by_hand")
    for column in _step():
        op.drop_column("step", column.name)
    op.drop_table("opening")


def _step() -> list[sa.Column[Any]]:
    return [
        sa.Column("kind", sa.String(length=20), nullable=False, server_default="step"),
        sa.Column("parent", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("branch", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("outcome", sa.String(length=20), nullable=False, server_default=""),
        sa.Column("since", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked_by", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("votes", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("held_due_at", sa.DateTime(timezone=True)),
        sa.Column("held_soon_at", sa.DateTime(timezone=True)),
        sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
