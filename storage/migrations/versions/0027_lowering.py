"""A class is lowered on a decision that one person proposed and another one confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

RANK = (
    "CASE {}.classification WHEN 'none' THEN 0 WHEN 'confidential' THEN 1 WHEN 'secret' THEN 2 "
    "ELSE 3 END"
)
LOWERED = f"{RANK.format('NEW')} < {RANK.format('OLD')}"
UNCONFIRMED = (
    "NOT EXISTS (SELECT 1 FROM lowering WHERE document = OLD.id AND was = OLD.classification "
    "AND becomes = NEW.classification AND version = NEW.version AND confirmed_by <> '' "
    "AND confirmed_by <> proposed_by)"
)


def upgrade() -> None:
    """Make the table, and let the database lower no class that two people did not."""
    op.create_table(
        "lowering",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("was", sa.String(length=20), nullable=False),
        sa.Column("becomes", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("confirmed_by <> proposed_by", name=op.f("ck_lowering_two_people")),
        sa.CheckConstraint("version = 0 OR confirmed_by <> ''", name=op.f("ck_lowering_confirmed")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_lowering_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lowering")),
    )
    op.create_index(op.f("ix_lowering_document"), "lowering", ["document"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION lowered_by_two() RETURNS trigger AS $$ BEGIN "
            f"IF {UNCONFIRMED} THEN RAISE EXCEPTION 'a class is lowered by two people'; END IF; "
            "RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            "CREATE TRIGGER document_not_lowered BEFORE UPDATE OF classification ON document "
            f"FOR EACH ROW WHEN ({LOWERED}) EXECUTE FUNCTION lowered_by_two()"
        )
        return
    op.execute(
        "CREATE TRIGGER document_not_lowered BEFORE UPDATE OF classification ON document "
        f"WHEN {LOWERED} AND {UNCONFIRMED} "
        "BEGIN SELECT RAISE(ABORT, 'a class is lowered by two people'); END"
    )


def downgrade() -> None:
    """Forget them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER document_not_lowered ON document")
        op.execute("DROP FUNCTION lowered_by_two()")
    else:
        op.execute("DROP TRIGGER document_not_lowered")
    op.drop_index(op.f("ix_lowering_document"), table_name="lowering")
    op.drop_table("lowering")
