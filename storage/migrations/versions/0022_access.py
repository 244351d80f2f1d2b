"""Passes say what they are good for, and people may have a second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; whoever was logged in logs in again."""
    op.drop_table("pass")
    op.create_table(
        "pass",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("fresh_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_pass_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pass")),
        sa.UniqueConstraint("id", name=op.f("uq_pass_id")),
    )
    op.create_index(op.f("ix_pass_person"), "pass", ["person"])
    op.create_table(
        "authenticator",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_authenticator_person")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_authenticator")),
    )
    op.create_table(
        "paper_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_paper_code_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_paper_code")),
    )
    op.create_index(op.f("ix_paper_code_person"), "paper_code", ["person"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(length=1400), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_passkey_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
    )
    op.create_index(op.f("ix_passkey_person"), "passkey", ["person"])
    op.create_table(
        "challenge",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_challenge")),
    )


def downgrade() -> None:
    """Forget them; passes are again what they were."""
    for table in ("challenge", "passkey", "paper_code", "authenticator", "pass"):
        op.drop_table(table)
    op.create_table(
        "pass",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_pass_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pass")),
    )
