"""The words of a secret are known to the filter at the edge by keyed prints."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them; the office makes those of what is secret already when it starts."""
    op.create_table(
        "secret_print",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("prints", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_secret_print_document")
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_secret_print")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("secret_print")
