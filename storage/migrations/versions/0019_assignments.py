"""Who is charged with what of an incoming document."""

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for assignments."""
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_assignment_percent")),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_assignment_document")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_assignment_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("document", "n", name=op.f("uq_assignment_document")),
    )
    op.create_index("ix_assignment_person", "assignment", ["person", "state"])
    op.create_index("ix_assignment_giver", "assignment", ["given_by", "state"])
    _charge_those_under_way()


def _charge_those_under_way() -> None:
    """Let whoever answers for a document already be its lead, whose result is looked at."""
    document, step, desk = (
        sa.table("document", *map(sa.column, ("id", "assignee", "drafter"))),
        sa.table(
            "step",
            *map(sa.column, ("document", "n", "kind", "parent", "closed_at", "closed_by", "act")),
            sa.column("opened_at", sa.DateTime(timezone=True)),
        ),
        sa.table("desk", *map(sa.column, ("document", "step", "token"))),
    )
    assignment = sa.table(
        "assignment",
        *map(sa.column, ("id", "document", "n", "step", "part", "person", "given_by", "unit")),
        sa.column("given_at", sa.DateTime(timezone=True)),
        *map(sa.column, ("parent", "percent", "state", "reply")),
        sa.column("review", sa.Boolean()),
    )
    lies = sa.exists().where(
        desk.c.document == step.c.document,
        desk.c.step == step.c.n,
        desk.c.token == sa.literal("person:").concat(document.c.assignee),
    )
    under_way = (
        sa.select(document.c.id, document.c.assignee, document.c.drafter)
        .add_columns(step.c.n, step.c.opened_at)
        .join(step, step.c.document == document.c.id)
        .where(document.c.assignee != "", step.c.closed_at.is_(None), step.c.kind == "step")
        .where(step.c.parent == 0, lies)
    )
    connection = op.get_bind()
    for row in connection.execute(under_way).all():
        giver = (
            sa.select(step.c.closed_by)
            .where(step.c.document == row.id, step.c.act == "assign")
            .order_by(step.c.n.desc())
        )
        connection.execute(
            sa.insert(assignment).values(
                id=token_hex(16),
                document=row.id,
                n=1,
                step=row.n,
                part="lead",
                person=row.assignee,
                given_by=connection.execute(giver.limit(1)).scalar() or row.drafter,
                given_at=row.opened_at,
                unit="",
                parent="",
                percent=0,
                state="open",
                review=True,
                reply="",
            )
        )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_assignment_giver", table_name="assignment")
    op.drop_index("ix_assignment_person", table_name="assignment")
    op.drop_table("assignment")
