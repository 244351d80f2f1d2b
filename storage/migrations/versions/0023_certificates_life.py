"""Certificates are revoked, found by words, and warned of before their end."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WORDS = (
    ("kept_on", sa.String(length=200)),
    ("differs", sa.String(length=60)),
    ("revoked_by", sa.String(length=64)),
    ("revoked_why", sa.Text()),
    ("sought", sa.Text()),
)


def upgrade() -> None:
    """Make room for all of it, and let what is registered be found."""
    for name, kind in _WORDS:
        op.add_column("certificate", sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column("certificate", sa.Column("revoked_at", sa.DateTime(timezone=True)))
    op.create_index("ix_certificate_order", "certificate", ["not_after", "fingerprint"])
    op.create_table(
        "warning",
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("certificate", "stage", name=op.f("pk_warning")),
    )
    _let_be_found()


def _let_be_found() -> None:
    names = ("fingerprint", "person", "name", "issuer", "serial")
    table = sa.table("certificate", *(sa.column(one) for one in (*names, "sought")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(*(table.c[one] for one in names))).all():
        told = f"{row.person} {row.name} {row.issuer} {row.serial} {row.fingerprint}"
        plain = unicodedata.normalize("NFD", told.casefold().replace("đ", "d"))
        sought = "".join(sign for sign in plain if not unicodedata.combining(sign))
        connection.execute(
            table.update().where(table.c.fingerprint == row.fingerprint).values(sought=sought)
        )


def downgrade() -> None:
    """Forget it."""
    op.drop_table("warning")
    op.drop_index("ix_certificate_order", "certificate")
    for name in ("revoked_at", *(name for name, _ in _WORDS)):
        op.drop_column("certificate", name)
