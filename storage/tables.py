"""Every table on one page; the constraints here are the last word, whatever the code above does."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.schema import SchemaItem


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite has no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Keep only aware moments, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id(**options: Any) -> Column[str]:
    return Column("id", String(64), primary_key=True, **options)


def _no_lower(column: str, than: str) -> CheckConstraint:
    # A class that is unknown counts as the highest.
    rank = "CASE {} WHEN 'none' THEN 0 WHEN 'confidential' THEN 1 WHEN 'secret' THEN 2 ELSE 3 END"
    return CheckConstraint(f"{rank.format(column)} >= {rank.format(than)}", name="no_lower")


def _for_a_day() -> tuple[SchemaItem, ...]:
    """Give what every decision has that takes effect on a day (see ``storage.planned``)."""
    return (
        Column("on", Date, nullable=False),
        Column("basis", String(100), nullable=False),
        Column("basis_on", Date, nullable=False),
        Column("by", String(64), nullable=False),
        Column("at", Moment, nullable=False),
        Column("done_at", Moment),
        Column("cancelled_at", Moment),
        CheckConstraint("basis <> ''", name="on_paper"),
        CheckConstraint("done_at IS NULL OR cancelled_at IS NULL", name="one_end"),
    )


unit = Table(
    "unit",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    Column("notation", String(30), nullable=False),
    Column("parent", ForeignKey("unit.id")),
    Column("until", Date),  # there is no such unit since then
)

former_name = Table(
    "former_name",
    metadata,
    Column("unit", ForeignKey("unit.id"), primary_key=True),
    Column("until", Date, primary_key=True),  # the first day on which it bore another
    Column("name", String(200), nullable=False),
    Column("notation", String(30), nullable=False),
)

succession = Table(
    "succession",
    metadata,
    Column("old", ForeignKey("unit.id"), primary_key=True),
    Column("new", ForeignKey("unit.id"), primary_key=True),
    Column("works", Boolean, nullable=False),
    CheckConstraint("old <> new", name="another"),
)

reorganisation = Table(
    "reorganisation",
    metadata,
    _id(),
    Column("change", String(20), nullable=False),
    Column("units", JSON, nullable=False),
    Column("into", JSON, nullable=False),  # id, name, notation and parent of each
    Column("moves", JSON, nullable=False),  # account → id of the unit they go to
    *_for_a_day(),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    Column("title", String(200), nullable=False),
    Column("email", String(320), nullable=False, default=""),
    Column("clearance", String(20), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("password", String(200), nullable=False),  # an argon2id hash
)

post = Table(
    "post",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("unit", ForeignKey("unit.id"), primary_key=True),
    Column("by_group", Boolean, nullable=False, default=False, server_default=false()),
)

identity_link = Table(
    "identity_link",
    metadata,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),  # OpenID Connect Core 1.0, 2: at most 255
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

tenure = Table(
    "tenure",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("unit", ForeignKey("unit.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),  # 1 … n times they held it
    Column("since", Date),
    Column("until", Date),
    Column("basis", String(100), nullable=False),
)

appointment = Table(
    "appointment",
    metadata,
    _id(),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("title", String(200), nullable=False),
    Column("posts", JSON, nullable=False),  # role and unit of each
    Column("successor", String(64), nullable=False),
    *_for_a_day(),
)

pass_ = Table(
    "pass",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the token; the token is not kept
    Column("id", String(32), nullable=False, unique=True),  # to speak of it
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
    Column("address", String(64), nullable=False),  # without its last part
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("fresh_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

authenticator = Table(
    "authenticator",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),  # encrypted under a key that lies elsewhere
    Column("last", BigInteger, nullable=False),  # the last period whose code was used
    Column("confirmed_at", Moment),
)

paper_code = Table(
    "paper_code",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", String(1400), primary_key=True),  # 1023 bytes at most (WebAuthn, 5.1)
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
)

challenge = Table(
    "challenge",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of what the browser brings back
    Column("person", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", JSON, nullable=False),
    Column("until", Moment, nullable=False),
)

knock = Table(
    "knock",
    metadata,
    Column("whose", String(200), primary_key=True),  # account or address
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)

definition = Table(
    "definition",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the text: documents carry it
    Column("name", String(40), nullable=False),
    Column("text", Text, nullable=False),  # YAML, as the file or the editor had it
)

adoption = Table(
    "adoption",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),  # 1 … n; the last one is in force
    Column("digest", ForeignKey("definition.digest"), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

document = Table(
    "document",
    metadata,
    _id(),
    Column("direction", String(20), nullable=False),
    Column("type", String(40), nullable=False),
    Column("subject", Text, nullable=False),  # "" for a classified document: see shut
    Column("classification", String(20), nullable=False),  # effective
    Column("own_class", String(20), nullable=False),
    Column("urgency", String(20), nullable=False),
    Column("workflow", String(40), nullable=False),
    Column("definition", String(64), nullable=False),
    Column("state", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("drafter", ForeignKey("person.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("due_on", Date),
    Column("recipients", JSON, nullable=False),
    Column("fields", JSON, nullable=False),  # {} for a classified document: see shut
    Column("source", JSON, nullable=False),
    Column("shut", LargeBinary),  # the words of a classified document, encrypted by the vault
    Column("signer", String(64), nullable=False, default=""),
    Column("assignee", String(64), nullable=False, default=""),
    Column("rests_since", Moment),  # somebody suspended it
    Column("recalled_at", Moment),  # frozen where it was issued, destroyed where it came
    Column("circulation", String(20), nullable=False, server_default="none"),
    CheckConstraint("circulation IN ('none', 'internal', 'return')", name="known_circulation"),
    CheckConstraint(
        "classification IN ('none', 'confidential', 'secret', 'top_secret')", name="known_class"
    ),
    CheckConstraint("classification = 'none' OR subject = ''", name="no_secret_words"),
    _no_lower("classification", than="own_class"),
    # What may leave refers to this pair, so a class cannot be lied about (see dispatch).
    UniqueConstraint("id", "classification"),
    Index("ix_document_state", "state"),
    Index("ix_document_created", "created_at"),
)

revision = Table(
    "revision",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("media", String(100), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("pages", Integer, nullable=False, default=0),
)

attachment = Table(
    "attachment",
    metadata,
    Column("document", String(64), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("name", String(255), nullable=False),  # "" for a classified document: see shut
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("media", String(100), nullable=False),
    Column("own_class", String(20), nullable=False),
    Column("classification", String(20), nullable=False),  # its document's
    _no_lower("classification", than="own_class"),
    ForeignKeyConstraint(
        ["document", "classification"],
        ["document.id", "document.classification"],
        onupdate="CASCADE",
    ),
)

# What a document has from another one. Both classes stand in the row, held to the documents' own
# by the database when a transaction ends, so no document stays below one that it draws on.
link = Table(
    "link",
    metadata,
    Column("document", String(64), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("classification", String(20), nullable=False),
    Column("source_class", String(20), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("kind IN ('replies', 'quotes', 'derived', 'attaches')", name="known_kind"),
    CheckConstraint("document <> source", name="another"),
    _no_lower("classification", than="source_class"),
    ForeignKeyConstraint(
        ["document", "classification"],
        ["document.id", "document.classification"],
        deferrable=True,
        initially="DEFERRED",
    ),
    ForeignKeyConstraint(
        ["source", "source_class"],
        ["document.id", "document.classification"],
        deferrable=True,
        initially="DEFERRED",
    ),
    Index("ix_link_source", "source"),
)

opening = Table(
    "opening",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),  # the bytes they opened
    Column("at", Moment, nullable=False),  # for the first time
)

reader = Table(
    "reader",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("token", String(80), primary_key=True),  # "person:…", "unit:…", "role:…"
    Column("created_at", Moment, nullable=False),  # the document's: lists are read in this order
    Index("ix_reader_newest", "token", "created_at", "document"),
)

step = Table(
    "step",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("state", String(40), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("soon_at", Moment),  # from when on the deadline is near
    Column("closed_at", Moment),
    Column("closed_by", String(64), nullable=False, default=""),
    Column("on_behalf_of", String(64), nullable=False, default="", server_default=""),
    Column("act", String(40), nullable=False, default=""),
    Column("digest", String(64), nullable=False, default=""),  # the bytes the act spoke of
    Column("approval", Boolean, nullable=False, default=False),
    Column("cancelled_at", Moment),  # an approval of bytes that are no longer the latest
    Column("kind", String(20), nullable=False, default="step"),
    Column("parent", Integer, nullable=False, default=0),  # the step it lies in or hangs on
    Column("branch", String(40), nullable=False, default=""),
    Column("outcome", String(20), nullable=False, default=""),
    Column("since", Integer, nullable=False, default=0),  # the document's version it is so from
    Column("asked_by", String(64), nullable=False, default=""),
    Column("votes", JSON, nullable=False, default=dict),  # of a join: branch → outcome
    Column("held_due_at", Moment),  # while its document rests
    Column("held_soon_at", Moment),
    Column("settled", Boolean, nullable=False, default=False),  # its deadline is not the road's
    Index(
        "ix_step_open",
        "document",
        postgresql_where=text("closed_at IS NULL"),
        sqlite_where=text("closed_at IS NULL"),
    ),
)

assignment = Table(
    "assignment",
    metadata,
    _id(),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("part", String(20), nullable=False),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("given_by", String(64), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("unit", String(64), nullable=False),
    Column("parent", String(64), nullable=False),
    Column("percent", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("review", Boolean, nullable=False),
    Column("asked_until", Moment),
    Column("reply", String(64), nullable=False),
    Column("ended_at", Moment),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    UniqueConstraint("document", "n"),
    Index("ix_assignment_person", "person", "state"),
    Index("ix_assignment_giver", "given_by", "state"),
)

delegation = Table(
    "delegation",
    metadata,
    _id(),
    Column("delegator", ForeignKey("person.id"), nullable=False),
    Column("delegate", ForeignKey("person.id"), nullable=False, index=True),
    Column("capacity", String(10), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("basis", String(100), nullable=False),
    Column("basis_on", Date, nullable=False),
    Column("types", JSON, nullable=False),
    Column("workflows", JSON, nullable=False),
    Column("units", JSON, nullable=False),
    Column("most", BigInteger),  # đồng
    Column("passes_on", String(64), nullable=False, default=""),
    Column("recorded_by", String(64), nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_by", String(64), nullable=False, default=""),
    CheckConstraint("since <= until", name="dated"),
    CheckConstraint("delegator <> delegate", name="another"),
    CheckConstraint("basis <> ''", name="on_paper"),
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("name", String(200), nullable=False),
    Column("source", String(200), nullable=False, default=""),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

reminder = Table(
    "reminder",
    metadata,
    _id(),  # random: says nothing of the document
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("step", Integer, nullable=False),  # 0: the document's own day
    Column("kind", String(20), nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("done_at", Moment),
    # Whoever gives one keeps it here first: nobody gives it again.
    UniqueConstraint("document", "step", "kind", "deadline"),
    Index(
        "ix_reminder_planned",
        "at",
        postgresql_where=text("done_at IS NULL"),
        sqlite_where=text("done_at IS NULL"),
    ),
)

desk = Table(
    "desk",
    metadata,
    Column("document", String(64), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("token", String(80), primary_key=True),  # whose desk it lies on
    Column("by_hand", Boolean, nullable=False, default=False),  # somebody put it there
    Column("opened_at", Moment),  # the step's while it is open: desks are read in this order
    ForeignKeyConstraint(["document", "step"], ["step.document", "step.n"]),
    Index(
        "ix_desk_waiting",
        "token",
        "opened_at",
        "document",
        postgresql_where=text("opened_at IS NOT NULL"),
        sqlite_where=text("opened_at IS NOT NULL"),
    ),
)

series = Table(
    "series",
    metadata,
    Column("book", String(40), primary_key=True),
    Column("series", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
    CheckConstraint("last >= 0", name="counts_up"),
)

entry = Table(
    "entry",
    metadata,
    Column("book", String(40), primary_key=True),
    Column("series", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("notation", String(60), nullable=False),
    Column("on", Date, nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False, unique=True),
    Column("columns", JSON, nullable=False),  # {} for a classified document: see shut
    Column("shut", LargeBinary),
    Column("cancelled", Text, nullable=False, default=""),
    CheckConstraint("serial >= 1", name="from_one"),
    Index("ix_entry_latest", "book", "series", "year", "on"),
)

# Copies have a register of their own, and a document may be copied more than once.
copy_entry = Table(
    "copy_entry",
    metadata,
    Column("book", String(40), primary_key=True),
    Column("series", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("serial", Integer, primary_key=True),
    Column("notation", String(60), nullable=False),
    Column("on", Date, nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False, index=True),
    Column("columns", JSON, nullable=False),  # {} once the document is classified: see shut
    Column("shut", LargeBinary),
    Column("cancelled", Text, nullable=False, default=""),
    CheckConstraint("serial >= 1", name="from_one"),
)

reservation = Table(
    "reservation",
    metadata,
    _id(),
    Column("book", String(40), nullable=False),
    Column("series", String(40), nullable=False),
    Column("year", Integer, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("notation", String(60), nullable=False),
    Column("on", Date, nullable=False),
    Column("holder", ForeignKey("person.id"), nullable=False),
    Column("by", String(64), nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),  # "" in a register of classified documents: see shut
    Column("shut", LargeBinary),
    Column("document", ForeignKey("document.id"), unique=True),
    Column("voided", Text, nullable=False, default=""),  # the reason, likewise
    CheckConstraint("serial >= 1", name="from_one"),
    CheckConstraint("voided = '' OR document IS NULL", name="used_or_voided"),
    UniqueConstraint("book", "series", "year", "serial"),
)

ledger_line = Table(
    "ledger_line",
    metadata,
    Column("ledger", String(40), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("on", Date, nullable=False),
    Column("document", ForeignKey("document.id"), nullable=False, index=True),
    Column("by", String(64), nullable=False),
    Column("cells", JSON, nullable=False),  # {} for a classified document: see shut
    Column("shut", LargeBinary),
    CheckConstraint("n >= 1", name="from_one"),
)

device_handover = Table(
    "device_handover",
    metadata,
    _id(),
    Column("year", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("on", Date, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("number", String(100), nullable=False),
    Column("condition", String(500), nullable=False),
    Column("giver", ForeignKey("person.id"), nullable=False),
    Column("receiver", ForeignKey("person.id"), nullable=False),
    Column("basis", String(100), nullable=False),
    Column("basis_on", Date, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("at", Moment, nullable=False),
    Column("accepted_at", Moment),
    Column("withdrawn", String(500), nullable=False),
    CheckConstraint("giver <> receiver", name="another"),
    CheckConstraint("accepted_at IS NULL OR withdrawn = ''", name="one_end"),
    UniqueConstraint("year", "n"),
)

work_handover = Table(
    "work_handover",
    metadata,
    _id(),
    Column("leaver", ForeignKey("person.id"), nullable=False),
    Column("successor", ForeignKey("person.id"), nullable=False),
    Column("posts", JSON, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("lines", JSON, nullable=False),  # ids and states, nothing of what documents say
)

closing = Table(
    "closing",
    metadata,
    Column("book", String(40), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("shelf", String(100), nullable=False, default=""),  # its name in the vault, if secret
    Column("rows", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

mark = Table(
    "mark",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of what the issuer calls it
    Column("document", ForeignKey("document.id"), primary_key=True),
)

plan = Table(
    "plan",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("issued_on", Date),
    Column("issued_by", String(64), nullable=False, default=""),
)

planned_file = Table(
    "planned_file",
    metadata,
    Column("year", ForeignKey("plan.year"), primary_key=True),
    Column("notation", String(40), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("heading", String(200), nullable=False),
    Column("subheading", String(200), nullable=False),
    Column("title", String(500), nullable=False),
    Column("years", Integer, nullable=False),  # 0: for good
    Column("owner", ForeignKey("person.id"), nullable=False),
    Column("note", String(500), nullable=False),
    CheckConstraint("years >= 0", name="kept_some_time"),
)

hand_in = Table(
    "hand_in",
    metadata,
    _id(),
    Column("made_at", Moment, nullable=False),
    Column("by", String(64), nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", String(64), nullable=False, default=""),
    Column("returned", Text, nullable=False, default=""),
)

case_file = Table(
    "case_file",
    metadata,
    _id(),
    Column("year", Integer, nullable=False),
    Column("notation", String(40), nullable=False),
    Column("title", String(500), nullable=False),  # "" for a classified file: see shut
    Column("years", Integer, nullable=False),
    Column("owner", ForeignKey("person.id"), nullable=False),
    Column("unit", ForeignKey("unit.id"), nullable=False),
    Column("classification", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("planned", Boolean, nullable=False),
    Column("parent", ForeignKey("case_file.id")),
    Column("ended_on", Date),
    Column("note", Text, nullable=False),
    Column("hand_in", ForeignKey("hand_in.id")),
    Column("noticed_on", Date),
    Column("shut", LargeBinary),  # the words of a classified file, encrypted by the vault
    CheckConstraint(
        "classification = 'none' OR (title = '' AND note = '')", name="no_secret_words"
    ),
    CheckConstraint("state = 'open' OR ended_on IS NOT NULL", name="ended_when_closed"),
    UniqueConstraint("year", "notation"),
    Index("ix_case_file_owner", "owner"),
)

file_reader = Table(
    "file_reader",
    metadata,
    Column("file", ForeignKey("case_file.id"), primary_key=True),
    Column("token", String(80), primary_key=True),
    Index("ix_file_reader_token", "token", "file"),
)

filed = Table(
    "filed",
    metadata,
    Column("file", ForeignKey("case_file.id"), primary_key=True),
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("n", Integer, nullable=False),
    UniqueConstraint("file", "n"),
    Index("ix_filed_document", "document"),
)

dispatch = Table(
    "dispatch",
    metadata,
    _id(),
    Column("document", String(64), nullable=False),
    Column("classification", String(20), nullable=False),
    Column("recipient", String(35), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("note", Text, nullable=False, default=""),
    CheckConstraint("classification = 'none'", name="nothing_secret_leaves"),
    ForeignKeyConstraint(
        ["document", "classification"], ["document.id", "document.classification"]
    ),
    UniqueConstraint("document", "recipient", "revision"),
)

recall = Table(
    "recall",
    metadata,
    _id(),  # of the dispatch it was
    Column("document", ForeignKey("document.id"), nullable=False, index=True),
    Column("recipient", String(35), nullable=False),
    Column("revision", String(64), nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("state", String(20), nullable=False),
    Column("left", Boolean, nullable=False),  # it had left when it was recalled
    Column("reason", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("recalled_at", Moment, nullable=False),
    Column("answer", Text, nullable=False),
    Column("reminded_at", Moment),
)

recall_order = Table(
    "recall_order",
    metadata,
    _id(),
    Column("organ", String(35), nullable=False),
    Column("message", String(100), nullable=False),
    Column("document", ForeignKey("document.id"), index=True),  # none where it is not known here
    Column("about", Text, nullable=False),
    Column("about_message", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(20), nullable=False),
    Column("by", String(64), nullable=False),
    Column("answered_at", Moment),
    Column("answer", Text, nullable=False),
    UniqueConstraint("organ", "message"),
)

lowering = Table(
    "lowering",
    metadata,
    _id(),
    Column("document", ForeignKey("document.id"), nullable=False, index=True),
    Column("was", String(20), nullable=False),
    Column("becomes", String(20), nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("shut", LargeBinary, nullable=False),  # the decision's number, and why
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("confirmed_by", String(64), nullable=False, default=""),
    Column("settled_at", Moment),
    # The document's version that it leads to: the database lowers a class to no other.
    Column("version", Integer, nullable=False, default=0),
    CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
    CheckConstraint("version = 0 OR confirmed_by <> ''", name="confirmed"),
)

permission_change = Table(
    "permission_change",
    metadata,
    _id(),
    Column("document", ForeignKey("document.id"), index=True),
    Column("file", ForeignKey("case_file.id"), index=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("grants", Boolean, nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("confirmed_by", String(64), nullable=False, default="", server_default=""),
    Column("settled_at", Moment),
    CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
    CheckConstraint("confirmed_by <> person", name="not_for_oneself"),
    CheckConstraint("(document IS NULL) <> (file IS NULL)", name="one_thing"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),
    Column("classification", String(20), nullable=False),
    Column("found", String(20), nullable=False),  # where its mark stands
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("document", String(64), nullable=False, default=""),  # of a revision
    Column("shut", LargeBinary, nullable=False),  # files, what was said of them, and the reason
    Column("outcome", String(20), nullable=False),
    Column("settled_by", String(64), nullable=False, default=""),
    Column("settled_at", Moment),
    CheckConstraint("classification <> 'none'", name="marked"),
    CheckConstraint("outcome <> 'released' OR settled_by <> \"by\"", name="two_people"),
)

arrival = Table(
    "arrival",
    metadata,
    Column("id", String(200), primary_key=True),  # sender's organ id / message id
    Column("document", ForeignKey("document.id")),  # none for a status notice
    Column("at", Moment, nullable=False),
)

words = Table(
    "words",
    metadata,
    Column("document", String(64), primary_key=True),
    Column("classification", String(20), nullable=False),
    Column("digest", String(64), nullable=False),  # the revision they were read from
    Column("text", Text, nullable=False),
    CheckConstraint("classification = 'none'", name="no_secret_words"),
    ForeignKeyConstraint(
        ["document", "classification"], ["document.id", "document.classification"]
    ),
)

# By what the words of a secret are known at the edge, under a key that lies elsewhere.
secret_print = Table(
    "secret_print",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("key", String(64), nullable=False),  # fingerprint of the key they were made under
    Column("length", Integer, nullable=False),  # of one print, in bytes
    Column("prints", LargeBinary, nullable=False),
)

package = Table(
    "package",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

intake = Table(
    "intake",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("revision", String(64), nullable=False),  # digest of what came
    Column("report", String(64), nullable=False),  # digest of the report, kept among its files
    Column("verdict", String(20), nullable=False),
    Column("at", Moment, nullable=False),
)

proof = Table(
    "proof",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the revision it speaks of
    Column("wanted", String(10), nullable=False),
    Column("reached", String(10), nullable=False),
    Column("until", Moment, index=True),
    Column("waits", String(100), nullable=False, default=""),  # a rule, "" when nothing is missing
    Column("tries", Integer, nullable=False, default=0),
    Column("next_at", Moment, index=True),
)

receipt = Table(
    "receipt",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("key", String(200), primary_key=True),  # Idempotency-Key
    Column("request", String(64), nullable=False),  # SHA-256 of what was asked
    Column("document", ForeignKey("document.id"), nullable=False),
)

certificate = Table(
    "certificate",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of its DER
    Column("person", String(64), nullable=False, index=True),  # "" for the agency itself
    Column("der", LargeBinary, nullable=False),
    Column("name", String(300), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("not_after", Moment, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("by", String(64), nullable=False),
    Column("kept_on", String(200), nullable=False, default=""),
    Column("differs", String(60), nullable=False, default=""),
    Column("revoked_at", Moment),
    Column("revoked_by", String(64), nullable=False, default=""),
    Column("revoked_why", Text, nullable=False, default=""),
    Column("sought", Text, nullable=False, default=""),
    Index("ix_certificate_order", "not_after", "fingerprint"),
)

warning = Table(
    "warning",
    metadata,
    Column("certificate", String(64), primary_key=True),  # a fingerprint
    Column("stage", Integer, primary_key=True),  # days before its end
    Column("at", Moment, nullable=False),
)

holding = Table(
    "holding",
    metadata,
    Column("person", String(64), primary_key=True),  # "" for the agency itself
    Column("kind", String(20), nullable=False),
    Column("certificate", String(64), nullable=False, default=""),  # a fingerprint
    Column("keeper", String(40), nullable=False, default=""),
    Column("credential", String(200), nullable=False, default=""),
)

signing_request = Table(
    "signing_request",
    metadata,
    _id(),
    Column("document", ForeignKey("document.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("action", String(40), nullable=False),
    Column("person", String(64), nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("number", JSON),  # as a list; which the agency's signature locks
    Column("reserved", String(64), nullable=False, default=""),  # id of its reservation
    Column("part", String(40), nullable=False, default=""),  # form of a copy, number of an annex
    # SHA-256 of the two words a signing service needs; "" for a device, which has a session.
    Column("fetch", String(64), nullable=False, default="", index=True),
    Column("bring", String(64), nullable=False, default="", index=True),
    Column("outcome", String(100), nullable=False, default=""),  # rule that refused it
    # The revision that waits, emptied when nobody may complete it any more; encrypted under the
    # document's own key where it is classified.
    Column("awaited", LargeBinary),
    Index("ix_signing_request_person", "person", "state"),
)

# Where somebody put number, date, signature and seal, on bytes that bear none of them yet.
placement = Table(
    "placement",
    metadata,
    Column("document", ForeignKey("document.id"), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the revision they belong to
    Column("boxes", JSON, nullable=False),  # by part: page and corners, in points
    Column("before", JSON),  # what it was before, to be taken back once
    Column("by", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

worker = Table(
    "worker",
    metadata,
    Column("id", String(100), primary_key=True),  # of one process: storage.watch.own_id
    Column("beat", Integer, nullable=False),  # grows while it lives; no clock is compared
)

failed_job = Table(
    "failed_job",
    metadata,
    Column("id", String(300), primary_key=True),  # as the queue knows it
    Column("kind", String(40), nullable=False),
    Column("about", String(200), nullable=False),  # id of a document or dispatch
    Column("fact", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("rule", String(100), nullable=False),  # of the last attempt; never its facts
    Column("at", Moment, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),  # as hashed: ISO 8601 in UTC with microseconds
    Column("by", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("document", String(64), nullable=False, default="", index=True),
    Column("facts", Text, nullable=False),  # as hashed: canonical JSON
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    # HMAC-SHA-256 over both under a key that lies outside the database, "" where there is none.
    Column("seal", String(64), nullable=False, default="", server_default=""),
    CheckConstraint("id = 1", name="only_one"),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),  # entries it speaks of
    Column("statement", Text, nullable=False),  # the very text that was signed
    Column("signature", LargeBinary, nullable=False),  # CMS with a timestamp
)

remark = Table(
    "remark",
    metadata,
    Column("seq", ForeignKey("audit.seq"), primary_key=True),
    Column("text", Text, nullable=False),  # "" for a classified document: see shut
    Column("shut", LargeBinary),
)
