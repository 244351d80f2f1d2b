"""Who reads what changes when a second person confirms it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table; who reads what already goes on reading it."""
    op.create_table(
        "permission_change",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("grants", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "confirmed_by <> proposed_by", name=op.f("ck_permission_change_two_people")
        ),
        sa.CheckConstraint(
            "confirmed_by <> person", name=op.f("ck_permission_change_not_for_oneself")
        ),
        sa.CheckConstraint(
            "(document IS NULL) <> (file IS NULL)", name=op.f("ck_permission_change_one_thing")
        ),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_permission_change_document")
        ),
        sa.ForeignKeyConstraint(["file"], ["case_file.id"], name=op.f("fk_permission_change_file")),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_permission_change_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permission_change")),
    )
    op.create_index(op.f("ix_permission_change_document"), "permission_change", ["document"])
    op.create_index(op.f("ix_permission_change_file"), "permission_change", ["file"])


def downgrade() -> None:
    """Forget the proposals."""
    op.drop_index(op.f("ix_permission_change_file"), table_name="permission_change")
    op.drop_index(op.f("ix_permission_change_document"), table_name="permission_change")
    op.drop_table("permission_change")
