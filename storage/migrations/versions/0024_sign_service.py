"""A signing service on somebody's computer fetches and brings back by words that are good once."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the digests of both words, and for the rule that refused what came back."""
    for name, length in (("fetch", 64), ("bring", 64), ("outcome", 100)):
        op.add_column(
            "signing_request",
            sa.Column(name, sa.String(length=length), nullable=False, server_default=""),
        )
    op.create_index(op.f("ix_signing_request_fetch"), "signing_request", ["fetch"])
    op.create_index(op.f("ix_signing_request_bring"), "signing_request", ["bring"])


def downgrade() -> None:
    """Forget them."""
    op.drop_index(op.f("ix_signing_request_bring"), "signing_request")
    op.drop_index(op.f("ix_signing_request_fetch"), "signing_request")
    for name in ("outcome", "bring", "fetch"):
        op.drop_column("signing_request", name)
