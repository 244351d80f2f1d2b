"""Numbers held for documents to come, closed registers, and what an issuer calls a document."""

import json
import unicodedata
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CLOSED = ("entry", "reservation")
"""What takes no new row in a register's year that is closed."""

FROZEN = {"closing": ("UPDATE", "DELETE"), "reservation": ("DELETE",)}
"""Rows that nobody changes or removes, whatever the code above does."""


def upgrade() -> None:
    """Make the tables, what keeps them, and the marks of the documents already there."""
    op.create_table(
        "reservation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("notation", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shut", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("voided", sa.Text(), nullable=False),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_reservation_from_one")),
        sa.CheckConstraint(
            "voided = '' OR document IS NULL", name=op.f("ck_reservation_used_or_voided")
        ),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_reservation_document")
        ),
        sa.ForeignKeyConstraint(["holder"], ["person.id"], name=op.f("fk_reservation_holder")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("book", "series", "year", "serial", name=op.f("uq_reservation_book")),
        sa.UniqueConstraint("document", name=op.f("uq_reservation_document")),
    )
    op.create_table(
        "closing",
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("shelf", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book", "year", name=op.f("pk_closing")),
    )
    op.create_table(
        "mark",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_mark_document")),
        sa.PrimaryKeyConstraint("digest", "document", name=op.f("pk_mark")),
    )
    for table, acts in FROZEN.items():
        for act in acts:
            _freeze(table, act)
    for table in CLOSED:
        _keep_closed(table)
    _mark_what_is_there()


def downgrade() -> None:
    """Forget them."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute("DROP TRIGGER entry_not_closed" + (" ON entry" if on_postgresql else ""))
    for table in ("mark", "closing", "reservation"):
        op.drop_table(table)
    if on_postgresql:
        op.execute("DROP FUNCTION not_closed()")


def _freeze(table: str, act: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION kept_for_good()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is kept for good'); END"
    )


def _keep_closed(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION not_closed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF EXISTS (SELECT 1 FROM closing WHERE book = NEW.book AND year = NEW.year) "
            "THEN RAISE EXCEPTION 'the register is closed' USING ERRCODE = 'check_violation'; "
            "END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_not_closed BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION not_closed()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_not_closed BEFORE INSERT ON {table} "  # noqa: S608 - names of ours  # nosec B608
        "WHEN EXISTS (SELECT 1 FROM closing WHERE book = NEW.book AND year = NEW.year) "
        "BEGIN SELECT RAISE(ABORT, 'the register is closed'); END"
    )


def _mark_what_is_there() -> None:
    bind = op.get_bind()
    document = sa.table(
        "document", sa.column("id"), sa.column("source", sa.JSON), sa.column("classification")
    )
    mark = sa.table("mark", sa.column("digest"), sa.column("document"))
    open_ones = sa.select(document.c.id, document.c.source).where(
        document.c.classification == "none"
    )
    for id, source in bind.execute(open_ones).all():
        told = source if isinstance(source, dict) else json.loads(source or "{}")
        for one in _marks(told):
            digest = sha256(one.encode()).hexdigest()
            bind.execute(mark.insert().values(digest=digest, document=id))


def _marks(source: dict[str, str]) -> set[str]:
    number, organ = _plain(source.get("number", "")), _plain(source.get("organ", ""))
    if not number:
        return set()
    marks = {f"trio|{number}|{organ}"} if organ else set()
    if source.get("organ_id") and source.get("on"):
        marks.add(f"id|{source['organ_id'].casefold()}|{source['on']}|{number}")
    return marks


def _plain(words: str) -> str:
    told = "".join(unicodedata.normalize("NFC", words).casefold().split())
    return told.lstrip("0") if "/" in told else told
