"""Plans of files, case files, what lies in them, and the lists they are handed in on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "hand_in",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("returned", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_in")),
    )
    op.create_table(
        "plan",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_plan")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hand_in", sa.String(length=64), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "classification = 'none' OR (title = '' AND note = '')",
            name=op.f("ck_case_file_no_secret_words"),
        ),
        sa.CheckConstraint(
            "state = 'open' OR ended_on IS NOT NULL", name=op.f("ck_case_file_ended_when_closed")
        ),
        sa.ForeignKeyConstraint(["hand_in"], ["hand_in.id"], name=op.f("fk_case_file_hand_in")),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name=op.f("fk_case_file_owner")),
        sa.ForeignKeyConstraint(["parent"], ["case_file.id"], name=op.f("fk_case_file_parent")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_case_file_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("year", "notation", name=op.f("uq_case_file_year")),
    )
    op.create_index("ix_case_file_owner", "case_file", ["owner"], unique=False)
    op.create_table(
        "planned_file",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("subheading", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint("years >= 0", name=op.f("ck_planned_file_kept_some_time")),
        sa.ForeignKeyConstraint(["owner"], ["person.id"], name=op.f("fk_planned_file_owner")),
        sa.ForeignKeyConstraint(["year"], ["plan.year"], name=op.f("fk_planned_file_year")),
        sa.PrimaryKeyConstraint("year", "notation", name=op.f("pk_planned_file")),
    )
    op.create_table(
        "file_reader",
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["case_file.id"], name=op.f("fk_file_reader_file")),
        sa.PrimaryKeyConstraint("file", "token", name=op.f("pk_file_reader")),
    )
    op.create_index("ix_file_reader_token", "file_reader", ["token", "file"], unique=False)
    op.create_table(
        "filed",
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_filed_document")),
        sa.ForeignKeyConstraint(["file"], ["case_file.id"], name=op.f("fk_filed_file")),
        sa.PrimaryKeyConstraint("file", "document", name=op.f("pk_filed")),
        sa.UniqueConstraint("file", "n", name=op.f("uq_filed_file")),
    )
    op.create_index("ix_filed_document", "filed", ["document"], unique=False)


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_filed_document", table_name="filed")
    op.drop_table("filed")
    op.drop_index("ix_file_reader_token", table_name="file_reader")
    op.drop_table("file_reader")
    op.drop_table("planned_file")
    op.drop_index("ix_case_file_owner", table_name="case_file")
    op.drop_table("case_file")
    op.drop_table("plan")
    op.drop_table("hand_in")
