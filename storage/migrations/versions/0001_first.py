"""The first release: documents, people, registers, the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FROZEN = {
    "audit": "UPDATE OR DELETE",
    "remark": "UPDATE OR DELETE",
    "revision": "UPDATE OR DELETE",
    "package": "UPDATE OR DELETE",
    "entry": "DELETE",
}
"""Rows that nobody changes or removes, whatever the code above does."""


def upgrade() -> None:
    """Make every table, and the triggers that keep what is written once."""
    _make_tables()
    for table, acts in FROZEN.items():
        _freeze(table, acts.split(" OR "))


def downgrade() -> None:
    """Take everything away, triggers with their tables."""
    _drop_tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION kept_for_good()")


def _freeze(table: str, acts: list[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION kept_for_good() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is kept for good', TG_TABLE_NAME; END $$"
        )
        for act in [*acts, "TRUNCATE"]:
            each = "STATEMENT" if act == "TRUNCATE" else "ROW"
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION kept_for_good()"
            )
        return
    for act in acts:
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is kept for good'); END"
        )


def _make_tables() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )
    op.create_index(op.f("ix_audit_document"), "audit", ["document"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "knock",
        sa.Column("whose", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_knock")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("clearance", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "series",
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_series_counts_up")),
        sa.PrimaryKeyConstraint("book", "series", "year", name=op.f("pk_series")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("notation", sa.String(length=30), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["parent"], ["unit.id"], name=op.f("fk_unit_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("urgency", sa.String(length=20), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("drafter", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("source", sa.JSON(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.Column("signer", sa.String(length=64), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "classification = 'none' OR subject = ''", name=op.f("ck_document_no_secret_words")
        ),
        sa.CheckConstraint(
            "classification IN ('none', 'confidential', 'secret', 'top_secret')",
            name=op.f("ck_document_known_class"),
        ),
        sa.ForeignKeyConstraint(["drafter"], ["person.id"], name=op.f("fk_document_drafter")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_document_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("id", "classification", name=op.f("uq_document_id")),
    )
    op.create_index("ix_document_created", "document", ["created_at"], unique=False)
    op.create_index("ix_document_state", "document", ["state"], unique=False)
    op.create_table(
        "pass",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_pass_person")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pass")),
    )
    op.create_table(
        "post",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_post_person")),
        sa.ForeignKeyConstraint(["unit"], ["unit.id"], name=op.f("fk_post_unit")),
        sa.PrimaryKeyConstraint("person", "role", "unit", name=op.f("pk_post")),
    )
    op.create_table(
        "remark",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["audit.seq"], name=op.f("fk_remark_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_remark")),
    )
    op.create_table(
        "arrival",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_arrival_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
    )
    op.create_table(
        "attachment",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_attachment_document")),
        sa.PrimaryKeyConstraint("document", "n", name=op.f("pk_attachment")),
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "classification = 'none'", name=op.f("ck_dispatch_nothing_secret_leaves")
        ),
        sa.ForeignKeyConstraint(
            ["document", "classification"],
            ["document.id", "document.classification"],
            name=op.f("fk_dispatch_document"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
        sa.UniqueConstraint("document", "recipient", "revision", name=op.f("uq_dispatch_document")),
    )
    op.create_table(
        "entry",
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.Column("cancelled", sa.Text(), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_entry_from_one")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_entry_document")),
        sa.PrimaryKeyConstraint("book", "series", "year", "serial", name=op.f("pk_entry")),
        sa.UniqueConstraint("document", name=op.f("uq_entry_document")),
    )
    op.create_table(
        "package",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_package_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_package")),
    )
    op.create_table(
        "reader",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_reader_document")),
        sa.PrimaryKeyConstraint("document", "token", name=op.f("pk_reader")),
    )
    op.create_index("ix_reader_token", "reader", ["token", "document"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_receipt_document")),
        sa.PrimaryKeyConstraint("person", "key", name=op.f("pk_receipt")),
    )
    op.create_table(
        "revision",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media", sa.String(length=100), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_revision_document")),
        sa.PrimaryKeyConstraint("document", "n", name=op.f("pk_revision")),
    )
    op.create_index(op.f("ix_revision_digest"), "revision", ["digest"], unique=False)
    op.create_table(
        "step",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_step_document")),
        sa.PrimaryKeyConstraint("document", "n", name=op.f("pk_step")),
    )
    op.create_table(
        "words",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("classification = 'none'", name=op.f("ck_words_no_secret_words")),
        sa.ForeignKeyConstraint(
            ["document", "classification"],
            ["document.id", "document.classification"],
            name=op.f("fk_words_document"),
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_words")),
    )
    op.create_table(
        "desk",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["document", "step"], ["step.document", "step.n"], name=op.f("fk_desk_document")
        ),
        sa.PrimaryKeyConstraint("document", "step", "token", name=op.f("pk_desk")),
    )
    op.create_index("ix_desk_token", "desk", ["token"], unique=False)


def _drop_tables() -> None:
    op.drop_index("ix_desk_token", table_name="desk")
    op.drop_table("desk")
    op.drop_table("words")
    op.drop_table("step")
    op.drop_index(op.f("ix_revision_digest"), table_name="revision")
    op.drop_table("revision")
    op.drop_table("receipt")
    op.drop_index("ix_reader_token", table_name="reader")
    op.drop_table("reader")
    op.drop_table("package")
    op.drop_table("entry")
    op.drop_table("dispatch")
    op.drop_table("attachment")
    op.drop_table("arrival")
    op.drop_table("remark")
    op.drop_table("post")
    op.drop_table("pass")
    op.drop_index("ix_document_state", table_name="document")
    op.drop_index("ix_document_created", table_name="document")
    op.drop_table("document")
    op.drop_table("unit")
    op.drop_table("series")
    op.drop_table("person")
    op.drop_table("knock")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_document"), table_name="audit")
    op.drop_table("audit")
