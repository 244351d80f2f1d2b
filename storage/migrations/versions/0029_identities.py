"""People may be recognised elsewhere, and hold posts because of a group there."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; every post there is was given by hand."""
    op.create_table(
        "identity_link",
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_identity_link_person")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity_link")),
    )
    op.create_index(op.f("ix_identity_link_person"), "identity_link", ["person"])
    op.add_column(
        "post", sa.Column("by_group", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Forget them; posts of groups become posts like any other."""
    op.drop_column("post", "by_group")
    op.drop_index(op.f("ix_identity_link_person"), table_name="identity_link")
    op.drop_table("identity_link")
