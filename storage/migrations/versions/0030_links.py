"""A document never stands below its own class, its attachments' or that of what it draws on."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RANK = "CASE {} WHEN 'none' THEN 0 WHEN 'confidential' THEN 1 WHEN 'secret' THEN 2 ELSE 3 END"
ABOVE_OWN = f"{RANK.format('classification')} >= {RANK.format('own_class')}"
ABOVE_SOURCE = f"{RANK.format('classification')} >= {RANK.format('source_class')}"
UNSAID = "unsaid"
CLASS = sa.String(length=20)
REPLIES = f"""
    INSERT INTO link (document, kind, source, classification, source_class, "by", at)
    SELECT reply.id, 'replies', asked.id, reply.classification, asked.classification,
        MIN(assignment.person), MIN(assignment.ended_at)
    FROM assignment
    JOIN document AS reply ON reply.id = assignment.reply
    JOIN document AS asked ON asked.id = assignment.document
    WHERE reply.id <> asked.id AND assignment.ended_at IS NOT NULL
        AND {RANK.format("reply.classification")} >= {RANK.format("asked.classification")}
    GROUP BY reply.id, asked.id, reply.classification, asked.classification
"""  # noqa: S608 - names of ours  # nosec B608


def upgrade() -> None:
    """Give each document and attachment its own class, and keep what answers what."""
    if op.get_bind().dialect.name == "postgresql":
        _own_class_postgresql()
    else:
        _own_class_sqlite()
    _attachments()
    op.create_table(
        "link",
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("kind", CLASS, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("classification", CLASS, nullable=False),
        sa.Column("source_class", CLASS, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('replies', 'quotes', 'derived', 'attaches')",
            name=op.f("ck_link_known_kind"),
        ),
        sa.CheckConstraint("document <> source", name=op.f("ck_link_another")),
        sa.CheckConstraint(ABOVE_SOURCE, name=op.f("ck_link_no_lower")),
        *(
            sa.ForeignKeyConstraint(
                columns,
                ["document.id", "document.classification"],
                name=op.f(f"fk_link_{columns[0]}"),
                deferrable=True,
                initially="DEFERRED",
            )
            for columns in (["document", "classification"], ["source", "source_class"])
        ),
        sa.PrimaryKeyConstraint("document", "kind", "source", name=op.f("pk_link")),
    )
    op.create_index("ix_link_source", "link", ["source"])
    _kept()
    op.execute(REPLIES)
    if op.get_bind().dialect.name == "postgresql":
        # Nothing may wait for the end of the transaction when a later migration changes the table.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _own_class_postgresql() -> None:
    op.add_column("document", sa.Column("own_class", CLASS))
    op.execute("UPDATE document SET own_class = classification")
    op.alter_column("document", "own_class", nullable=False)
    op.create_check_constraint(op.f("ck_document_no_lower"), "document", ABOVE_OWN)


def _own_class_sqlite() -> None:
    # It adds no column without a default: this one is no class, and no row may keep it.
    op.execute(
        f"ALTER TABLE document ADD COLUMN own_class VARCHAR(20) NOT NULL DEFAULT '{UNSAID}' "
        f"CONSTRAINT ck_document_no_lower CHECK (own_class = '{UNSAID}' OR {ABOVE_OWN})"
    )
    op.execute("UPDATE document SET own_class = classification")
    for name, when in (("said", "INSERT"), ("stays_said", "UPDATE OF own_class")):
        op.execute(
            f"CREATE TRIGGER document_own_class_{name} BEFORE {when} ON document "
            f"WHEN NEW.own_class = '{UNSAID}' "
            "BEGIN SELECT RAISE(ABORT, 'a document has a class of its own'); END"
        )


def _attachments() -> None:
    for column in ("own_class", "classification"):
        op.add_column("attachment", sa.Column(column, CLASS))
        op.execute(
            f"UPDATE attachment SET {column} = (SELECT classification FROM document "  # noqa: S608 - names of ours  # nosec B608
            "WHERE document.id = attachment.document)"
        )
    with op.batch_alter_table("attachment") as attachment:
        attachment.alter_column("own_class", nullable=False, existing_type=CLASS)
        attachment.alter_column("classification", nullable=False, existing_type=CLASS)
        attachment.drop_constraint("fk_attachment_document", type_="foreignkey")
        attachment.create_foreign_key(
            "fk_attachment_document",
            "document",
            ["document", "classification"],
            ["id", "classification"],
            onupdate="CASCADE",
        )
        attachment.create_check_constraint("ck_attachment_no_lower", ABOVE_OWN)


def _kept() -> None:
    """Let no link to a secret be taken away, and none be turned to something else."""
    secret = "OLD.source_class <> 'none'"  # noqa: S105 - a class, no password
    turned = "NEW.document <> OLD.document OR NEW.source <> OLD.source OR NEW.kind <> OLD.kind"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION link_stays() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'a link to a secret stays'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            "CREATE TRIGGER link_kept BEFORE DELETE ON link "
            f"FOR EACH ROW WHEN ({secret}) EXECUTE FUNCTION link_stays()"
        )
        op.execute(
            "CREATE TRIGGER link_not_turned BEFORE UPDATE ON link "
            f"FOR EACH ROW WHEN ({turned}) EXECUTE FUNCTION link_stays()"
        )
        return
    for name, when, which in (
        ("link_kept", "DELETE", secret),
        ("link_not_turned", "UPDATE", turned),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON link WHEN {which} "
            "BEGIN SELECT RAISE(ABORT, 'a link to a secret stays'); END"
        )


def downgrade() -> None:
    """Forget the links and own classes; what a document has become, it stays."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.drop_table("link")
    if postgresql:
        op.execute("DROP FUNCTION link_stays()")
    with op.batch_alter_table("attachment") as attachment:
        attachment.drop_constraint("ck_attachment_no_lower", type_="check")
        attachment.drop_constraint("fk_attachment_document", type_="foreignkey")
        attachment.create_foreign_key("fk_attachment_document", "document", ["document"], ["id"])
        attachment.drop_column("own_class")
        attachment.drop_column("classification")
    if not postgresql:
        op.execute("DROP TRIGGER document_own_class_said")
        op.execute("DROP TRIGGER document_own_class_stays_said")
    op.drop_column("document", "own_class")
