"""The texts of roads, and which one is in force since when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FROZEN = ("definition", "adoption")
"""What documents went by is nobody's to change."""


def upgrade() -> None:
    """Make room for versions of roads, and keep each as it was written."""
    op.create_table(
        "definition",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_definition")),
    )
    op.create_table(
        "adoption",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["definition.digest"], name=op.f("fk_adoption_digest")),
        sa.PrimaryKeyConstraint("name", "n", name=op.f("pk_adoption")),
    )
    for table in FROZEN:
        for act in ("UPDATE", "DELETE"):
            _refuse(table, act)


def downgrade() -> None:
    """Forget every version; triggers go with their tables."""
    op.drop_table("adoption")
    op.drop_table("definition")


def _refuse(table: str, act: str) -> None:
    head = f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{head} FOR EACH ROW EXECUTE FUNCTION kept_for_good()")
        return
    op.execute(f"{head} BEGIN SELECT RAISE(ABORT, '{table} is kept for good'); END")
