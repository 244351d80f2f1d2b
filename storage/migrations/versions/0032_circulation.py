"""How far a document may go round."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let every document of before go round without bounds."""
    op.execute(
        "ALTER TABLE document ADD COLUMN circulation VARCHAR(20) DEFAULT 'none' NOT NULL"
        " CONSTRAINT ck_document_known_circulation"
        " CHECK (circulation IN ('none', 'internal', 'return'))"
    )


def downgrade() -> None:
    """Forget the marks."""
    op.drop_column("document", "circulation")
