"""The register of certificates, and signatures that are still to come."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for certificates and signing requests."""
    op.create_table(
        "certificate",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("der", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_person"), "certificate", ["person"])
    op.create_index(op.f("ix_certificate_not_after"), "certificate", ["not_after"])
    op.create_table(
        "signing_request",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.JSON(), nullable=True),
        sa.Column("reserved", sa.String(length=64), nullable=False),
        sa.Column("awaited", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_signing_request_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_request")),
    )
    op.create_index("ix_signing_request_person", "signing_request", ["person", "state"])
    op.create_index(op.f("ix_signing_request_expires_at"), "signing_request", ["expires_at"])


def downgrade() -> None:
    """Forget them."""
    op.drop_table("signing_request")
    op.drop_table("certificate")
