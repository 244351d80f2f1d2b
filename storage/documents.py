"""Documents as rows: added once, changed only by whoever saw their latest version."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from records.document import (
    Attachment,
    Circulation,
    Classification,
    Digest,
    Direction,
    Document,
    DocumentId,
    Media,
    Number,
    Origin,
    Revision,
    Source,
    Urgency,
)
from records.errors import NotFound, Outrun
from records.finding import Bounds
from storage import tables as t
from storage.lists import how_many, newest, of_class, waiting
from storage.vault import DESTROYED, SHUT_AWAY, Vault

LONGEST_CODE = 10
"""With how many figures a number is none that was ever given."""


class Documents:
    """The documents of one transaction."""

    def __init__(self, connection: Connection, vault: Vault, *, holds: bool) -> None:
        self._holds = holds
        self._connection = connection
        self._vault = vault

    def add(self, document: Document, readers: Iterable[str]) -> None:
        """Keep a new document with its revisions and attachments."""
        self._connection.execute(insert(t.document), {"id": document.id, **self._row(document)})
        for revision in document.revisions:
            self._add_revision(document, revision)
        for attachment in document.attachments:
            self._add_attachment(document, attachment)
        self.admit(document.id, readers)
        self._mark(document)

    def change(self, document: Document, *, seen: int) -> None:
        """Keep ``document`` in place of its version ``seen``, with any new revisions.

        Raises  Outrun: it is no longer at that version; nothing is changed.
        """
        changed = self._connection.execute(
            _CHANGE, {"_id": document.id, "_seen": seen, **self._row(document)}
        )
        if changed.rowcount != 1:
            raise Outrun("step.outrun")
        kept = set(self._connection.execute(_KNOWN, {"id": document.id}).scalars())
        for revision in document.revisions:
            if revision.n not in kept:
                self._add_revision(document, revision)

    def release(self, document: Document) -> None:
        """Keep the own classes of a document's attachments, which are about to be lowered."""
        rows = t.attachment.c
        for one in document.attachments:
            self._connection.execute(
                update(t.attachment)
                .where(rows.document == document.id, rows.n == one.n)
                .values(own_class=one.own_class)
            )

    def open(self, document: Document) -> None:
        """Keep in clear what a document that is no secret any more says outside its own row."""
        for one in document.attachments:
            self._connection.execute(
                update(t.attachment)
                .where(t.attachment.c.document == document.id, t.attachment.c.n == one.n)
                .values(name=one.name)
            )
        self._mark(document)

    def sign_attachments(self, document: Document) -> None:
        """Keep the attachments' present bytes, which begin with those they had, and new ones."""
        known = {one.n for one in self._attachments([document.id])[document.id]}
        for one in document.attachments:
            if one.n in known:
                self._connection.execute(
                    update(t.attachment)
                    .where(t.attachment.c.document == document.id, t.attachment.c.n == one.n)
                    .values(digest=one.digest, size=one.size)
                )
            else:
                self._add_attachment(document, one)

    def get(self, id: str) -> Document:
        """Give a document, held until this unit ends if it writes. Raises NotFound."""
        # Steps read after it must be those of the same version; SQLite's writers are alone.
        query = _ONE_HELD if self._holds else _ONE
        row = self._connection.execute(query, {"id": id}).first()
        if row is None:
            raise NotFound("document.unknown")
        return self._document(row, self._revisions([id]), self._attachments([id]))

    def place(self, id: str) -> tuple[str, Digest, str]:
        """Give a document's road, the version of it, and its state there. Raises NotFound."""
        place = (t.document.c.workflow, t.document.c.definition, t.document.c.state)
        row = self._connection.execute(select(*place).where(t.document.c.id == id)).first()
        if row is None:
            raise NotFound("document.unknown")
        return row.workflow, Digest(row.definition), row.state

    def under_way_of(self, person: str, tokens: Sequence[str]) -> list[str]:
        """Give the ids of documents under way that are somebody's, or lie with these tokens.

        Of a classified document whom it is for may be written in what is shut: all are given.
        """
        told, desk = t.document.c, t.desk.c
        under_way = exists().where(t.step.c.document == told.id, t.step.c.closed_at.is_(None))
        lying = exists().where(
            desk.document == told.id, desk.opened_at.is_not(None), desk.token.in_(tokens)
        )
        theirs = or_(
            told.drafter == person,
            told.assignee == person,
            told.fields["signer"].as_string() == person,
            told.classification != Classification.NONE,
            lying,
        )
        query = select(told.id).where(under_way, theirs).order_by(told.id)
        return list(self._connection.execute(query).scalars())

    def admit(self, id: str, readers: Iterable[str]) -> None:
        """Let more readers see the document."""
        new = sorted(set(readers) - self.readers(id))
        if new:
            came = select(t.document.c.created_at).where(t.document.c.id == id).scalar_subquery()
            rows = [{"document": id, "token": token, "created_at": came} for token in new]
            self._connection.execute(insert(t.reader).values(rows))

    def dismiss(self, id: str, token: str) -> None:
        """Let a reader see the document no more."""
        self._connection.execute(
            delete(t.reader).where(t.reader.c.document == id, t.reader.c.token == token)
        )

    def admit_only(self, id: str, readers: Iterable[str]) -> None:
        """Let these readers see the document and nobody else any more."""
        self._connection.execute(delete(t.reader).where(t.reader.c.document == id))
        self.admit(id, readers)

    def readers(self, id: str) -> frozenset[str]:
        """Give the tokens of all who may read the document."""
        return self.readers_of([id])[id]

    def readers_of(self, ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Give the tokens of all who may read each of these documents."""
        found: dict[str, set[str]] = {id: set() for id in ids}
        for row in self._connection.execute(_READERS, {"ids": list(ids)}):
            found[row.document].add(row.token)
        return {id: frozenset(tokens) for id, tokens in found.items()}

    def among(self, ids: Sequence[str]) -> list[Document]:
        """Give these documents, as far as they are there, in no order."""
        return self.several(_documents().where(t.document.c.id.in_(ids)))

    def opened(self, id: str, person: str, digest: str) -> bool:
        """Tell whether somebody opened these bytes of a document."""
        column = t.opening.c
        query = select(column.at).where(
            column.document == id, column.person == person, column.digest == digest
        )
        return self._connection.execute(query).first() is not None

    def note_opening(self, id: str, person: str, digest: str, at: datetime) -> None:
        """Keep that somebody opened these bytes; a second time changes nothing."""
        if not self.opened(id, person, digest):
            self._connection.execute(
                insert(t.opening).values(document=id, person=person, digest=digest, at=at)
            )

    def openings(self, id: str) -> list[tuple[str, datetime]]:
        """Give who opened a document, and when for the first time, in this order."""
        column = t.opening.c
        first = func.min(column.at).label("first")
        query = select(column.person, first).where(column.document == id)
        rows = self._connection.execute(query.group_by(column.person).order_by(first))
        return [(row.person, row.first) for row in rows]

    def page(
        self, bounds: Bounds, classes: Collection[str], *, after: str = "", limit: int = 50
    ) -> list[Document]:
        """Give the newest documents first, starting behind the cursor ``after``.

        Takes   classes: the classifications that the reader is cleared for.
        """
        listed = newest(bounds, classes, after, limit)
        query = _documents().join(listed, listed.c.id == t.document.c.id)
        return self.several(query.order_by(listed.c.at.desc(), listed.c.id.desc()))

    def several(self, query: Select[Any]) -> list[Document]:
        """Give the documents that a query over ``document`` names, in its order."""
        rows = self._connection.execute(query).all()
        ids = [row.id for row in rows]
        revisions, attachments = self._revisions(ids), self._attachments(ids)
        return [self._document(row, revisions, attachments, listed=True) for row in rows]

    def waiting(
        self, tokens: frozenset[str], classes: Collection[str], *, after: str = "", limit: int
    ) -> list[Document]:
        """Give what lies open on the desks of these tokens, longest waiting first."""
        lying = waiting(tokens, classes, after, limit)
        query = _documents().join(lying, lying.c.id == t.document.c.id)
        return self.several(query.order_by(lying.c.at, lying.c.id))

    def how_many_wait(self, tokens: frozenset[str], classes: Collection[str]) -> int:
        """Give how much lies on these desks, at most one more than ``COUNTED``."""
        return int(self._connection.execute(how_many(tokens, classes)).scalar_one())

    def with_digest(self, digest: Digest, tokens: frozenset[str]) -> str:
        """Give the id of an unclassified document these may read that has this revision, or ""."""
        found = self._connection.execute(
            select(t.revision.c.document)
            .join(t.document, t.document.c.id == t.revision.c.document)
            .where(t.revision.c.digest == digest, t.document.c.classification == "none")
            .where(_readable(tokens))
            .order_by(t.revision.c.at)
            .limit(1)
        ).scalar()
        return found or ""

    def numbered(
        self, told: str, tokens: frozenset[str], classes: Collection[str], *, limit: int
    ) -> list[Document]:
        """Give the newest documents these may read that bear a number, told with its notation."""
        code, _, notation = told.partition("/")
        if not (code.isascii() and code.isdecimal() and len(code) < LONGEST_CODE):
            return []
        entered = t.entry.c
        query = _documents().where(entered.serial == int(code), _readable(tokens))
        if notation:
            query = query.where(entered.notation.in_([notation, notation.upper()]))
        newest = query.where(of_class(classes)).order_by(t.document.c.created_at.desc())
        return self.several(newest.limit(limit))

    def twins(self, document: Document, tokens: frozenset[str]) -> list[Document]:
        """Give earlier unclassified documents these may read that the issuer calls the same."""
        marks = _marks(document)
        if document.classification is not Classification.NONE or not marks:
            return []
        marked = select(t.mark.c.document).where(t.mark.c.digest.in_(marks))
        query = _documents().where(
            t.document.c.id.in_(marked),
            t.document.c.id != document.id,
            t.document.c.created_at < document.created_at,
            _readable(tokens),
            of_class(["none"]),
        )
        return self.several(query.order_by(t.document.c.created_at, t.document.c.id))

    def marked(self, source: Source) -> list[Document]:
        """Give the unclassified documents an issuer calls so."""
        marks = [sha256(one.encode()).hexdigest() for one in sorted(source.marks)]
        named = select(t.mark.c.document).where(t.mark.c.digest.in_(marks))
        query = _documents().where(t.document.c.id.in_(named), of_class(["none"]))
        return self.several(query.order_by(t.document.c.created_at, t.document.c.id))

    def filed(self, file: str, tokens: frozenset[str], classes: Collection[str]) -> list[Document]:
        """Give what these may read of the documents in a case file, in the order of putting in."""
        return self.several(
            _documents()
            .join(t.filed, t.filed.c.document == t.document.c.id)
            .where(t.filed.c.file == file, _readable(tokens), of_class(classes))
            .order_by(t.filed.c.n)
        )

    def running(self, road: str) -> dict[str, int]:
        """Give how many documents are under way on each version of a road, by its digest."""
        opened = exists().where(t.step.c.document == t.document.c.id, t.step.c.closed_at.is_(None))
        query = select(t.document.c.definition, func.count())
        query = query.where(t.document.c.workflow == road, opened)
        rows = self._connection.execute(query.group_by(t.document.c.definition))
        return {row[0]: row[1] for row in rows}

    def behind(self, road: str, newest: str) -> list[str]:
        """Give the documents under way on another version of a road than its newest."""
        opened = exists().where(t.step.c.document == t.document.c.id, t.step.c.closed_at.is_(None))
        query = select(t.document.c.id).where(
            t.document.c.workflow == road, t.document.c.definition != newest, opened
        )
        rows = self._connection.execute(query.order_by(t.document.c.created_at, t.document.c.id))
        return list(rows.scalars())

    def open_ids(self) -> list[str]:
        """Give the ids of all unclassified documents: what an index may hold."""
        query = select(t.document.c.id).where(t.document.c.classification == "none")
        return list(self._connection.execute(query.order_by(t.document.c.created_at)).scalars())

    def unclassified(self, ids: Iterable[str]) -> frozenset[str]:
        """Give those among these ids that are of unclassified documents."""
        query = select(t.document.c.id).where(
            t.document.c.id.in_(list(ids)), t.document.c.classification == "none"
        )
        return frozenset(self._connection.execute(query).scalars())

    def counted(self) -> dict[tuple[str, str], int]:
        """Give how many unclassified documents stand in each state of each road."""
        place = (t.document.c.workflow, t.document.c.state)
        query = select(*place, func.count()).where(t.document.c.classification == "none")
        rows = self._connection.execute(query.group_by(*place))
        return {(row[0], row[1]): row[2] for row in rows}

    def digests(self) -> list[tuple[str, str, Digest]]:
        """Give (document, classification, digest) of every file the office must still have."""
        rows: list[tuple[str, str, Digest]] = []
        kept = [(files, files.c.digest) for files in (t.revision, t.attachment, t.package)]
        for files, digest in (*kept, (t.intake, t.intake.c.report)):
            query = (
                select(t.document.c.id, t.document.c.classification, digest)
                .join(t.document, t.document.c.id == files.c.document)
                .where(~_DESTROYED)
            )
            rows += [(row[0], row[1], Digest(row[2])) for row in self._connection.execute(query)]
        return rows

    def brought(self) -> list[tuple[str, str]]:
        """Give (document, digest) of every revision and attachment there is."""
        return [
            (row[0], row[1])
            for files in (t.revision, t.attachment)
            for row in self._connection.execute(select(files.c.document, files.c.digest))
        ]

    def still_open(self, digests: Iterable[Digest]) -> frozenset[Digest]:
        """Give those among these digests that an unclassified document's file has, too."""
        wanted, found = sorted(set(digests)), set()
        kept = [(files, files.c.digest) for files in (t.revision, t.attachment, t.package)]
        for files, digest in (*kept, (t.intake, t.intake.c.report)):
            query = (
                select(digest)
                .join(t.document, t.document.c.id == files.c.document)
                .where(digest.in_(wanted), t.document.c.classification == "none", ~_DESTROYED)
            )
            found |= {Digest(one) for one in self._connection.execute(query).scalars()}
        return frozenset(found)

    def remember(self, person: str, key: str, request: str, document: str) -> None:
        """Keep what an Idempotency-Key was answered with."""
        self._connection.execute(
            insert(t.receipt).values(person=person, key=key, request=request, document=document)
        )

    def remembered(self, person: str, key: str) -> tuple[str, str] | None:
        """Give (request, document) of an earlier call with this key."""
        row = self._connection.execute(
            select(t.receipt.c.request, t.receipt.c.document).where(
                t.receipt.c.person == person, t.receipt.c.key == key
            )
        ).first()
        return None if row is None else (row.request, row.document)

    def _mark(self, document: Document) -> None:
        if document.classification is Classification.NONE:
            for digest in _marks(document):
                self._connection.execute(insert(t.mark).values(digest=digest, document=document.id))

    def _add_revision(self, document: Document, revision: Revision) -> None:
        self._connection.execute(
            insert(t.revision).values(
                document=document.id,
                n=revision.n,
                digest=revision.digest,
                size=revision.size,
                media=revision.media,
                origin=revision.origin,
                by=revision.by,
                at=revision.at,
                pages=revision.pages,
            )
        )

    def _add_attachment(self, document: Document, attachment: Attachment) -> None:
        name = attachment.name if document.classification is Classification.NONE else ""
        self._connection.execute(
            insert(t.attachment).values(
                document=document.id,
                n=attachment.n,
                name=name,
                digest=attachment.digest,
                size=attachment.size,
                media=attachment.media,
                own_class=attachment.own_class,
                classification=document.classification,
            )
        )

    def _row(self, document: Document) -> dict[str, Any]:
        words = {
            "subject": document.subject,
            "fields": dict(document.fields),
            "source": _source_row(document.source),
        }
        classified = document.classification is not Classification.NONE
        shut = None
        if classified:
            names = [attachment.name for attachment in document.attachments]
            shut = self._vault.shut(document.id, {**words, "attachments": names})
            words = {"subject": "", "fields": {}, "source": {}}
        return {
            "direction": document.direction,
            "type": document.type,
            "classification": document.classification,
            "own_class": document.own_class,
            "urgency": document.urgency,
            "workflow": document.workflow,
            "definition": document.definition,
            "state": document.state,
            "version": document.version,
            "unit": document.unit,
            "drafter": document.drafter,
            "created_at": document.created_at,
            "changed_at": document.changed_at,
            "due_on": document.due_on,
            "recipients": list(document.recipients),
            "signer": document.signer,
            "assignee": document.assignee,
            "rests_since": document.rests_since,
            "recalled_at": document.recalled_at,
            "circulation": document.circulation,
            "shut": shut,
            **words,
        }

    def _revisions(self, ids: Sequence[str]) -> Mapping[str, list[Revision]]:
        found: dict[str, list[Revision]] = {id: [] for id in ids}
        for row in self._connection.execute(_REVISIONS, {"ids": list(ids)}):
            found[row.document].append(
                Revision(
                    n=row.n,
                    digest=Digest(row.digest),
                    size=row.size,
                    media=Media(row.media),
                    origin=Origin(row.origin),
                    by=row.by,
                    at=row.at,
                    pages=row.pages,
                )
            )
        return found

    def _attachments(self, ids: Sequence[str]) -> Mapping[str, list[Attachment]]:
        found: dict[str, list[Attachment]] = {id: [] for id in ids}
        for row in self._connection.execute(_ATTACHMENTS, {"ids": list(ids)}):
            found[row.document].append(
                Attachment(
                    n=row.n,
                    name=row.name,
                    digest=Digest(row.digest),
                    size=row.size,
                    media=row.media,
                    own_class=Classification(row.own_class),
                )
            )
        return found

    def _document(
        self,
        row: Row[Any],
        revisions: Mapping[str, list[Revision]],
        attachments: Mapping[str, list[Attachment]],
        *,
        listed: bool = False,
    ) -> Document:
        # While the vault is closed a list goes on, and says of secrets only that they are there.
        closed = listed and self._vault.closed
        words = {"subject": row.subject, "fields": row.fields, "source": row.source}
        enclosed = attachments[row.id]
        if row.shut is not None:
            kept = CLOSED if closed else self._vault.open(row.id, row.shut, gone=GONE)
            words = cast("dict[str, Any]", kept)
            names: list[str] = words["attachments"] or [""] * len(enclosed)
            enclosed = [replace(one, name=name) for one, name in zip(enclosed, names, strict=True)]
        return Document(
            id=DocumentId(row.id),
            direction=Direction(row.direction),
            type=row.type,
            subject=words["subject"],
            classification=Classification(row.classification),
            own_class=Classification(row.own_class),
            urgency=Urgency(row.urgency),
            workflow=row.workflow,
            definition=Digest(row.definition),
            state=row.state,
            version=row.version,
            unit=row.unit,
            drafter=row.drafter,
            created_at=row.created_at,
            changed_at=row.changed_at,
            due_on=row.due_on,
            recipients=tuple(row.recipients),
            fields=words["fields"],
            source=_source(words["source"]),
            number=_number(row),
            signer=row.signer,
            assignee=row.assignee,
            rests_since=row.rests_since,
            recalled_at=row.recalled_at,
            circulation=Circulation(row.circulation),
            revisions=tuple(revisions[row.id]),
            attachments=tuple(enclosed),
        )


_DESTROYED = t.document.c.recalled_at.is_not(None) & (t.document.c.direction == "incoming")
"""Its issuer took it back: no file of it may be here any more."""


def _marks(document: Document) -> list[str]:
    return sorted(sha256(one.encode()).hexdigest() for one in document.source.marks)


def _documents() -> Select[Any]:
    entered = t.entry.c
    return select(
        t.document,
        entered.book,
        entered.series,
        entered.year,
        entered.serial,
        entered.notation,
        entered.on.label("numbered_on"),
    ).outerjoin(t.entry, entered.document == t.document.c.id)


# Statements of every step are built once: building one takes as long as running it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_ONE = _documents().where(t.document.c.id == bindparam("id"))
_ONE_HELD = _ONE.with_for_update(of=t.document)
_REVISIONS = select(t.revision).where(t.revision.c.document.in_(_IDS)).order_by(t.revision.c.n)
_ATTACHMENTS = (
    select(t.attachment).where(t.attachment.c.document.in_(_IDS)).order_by(t.attachment.c.n)
)
_READERS = select(t.reader.c.document, t.reader.c.token).where(t.reader.c.document.in_(_IDS))
_KNOWN = select(t.revision.c.n).where(t.revision.c.document == bindparam("id"))
_CHANGE = update(t.document).where(
    t.document.c.id == bindparam("_id"), t.document.c.version == bindparam("_seen")
)


def _number(row: Row[Any]) -> Number | None:
    if row.book is None:
        return None
    return Number(row.book, row.series, row.year, row.serial, row.notation, row.numbered_on)


def _readable(tokens: frozenset[str]) -> Any:
    return exists().where(
        t.reader.c.document == t.document.c.id, t.reader.c.token.in_(sorted(tokens))
    )


GONE = {"subject": DESTROYED, "fields": {}, "source": {}, "attachments": []}
"""What is left of the words of a document whose key was destroyed."""


CLOSED = {**GONE, "subject": SHUT_AWAY}
"""What is told of a secret document in a list while the vault is closed."""


def _source_row(source: Source) -> dict[str, str]:
    on = source.on.isoformat() if source.on else ""
    return {
        "number": source.number,
        "organ": source.organ,
        "on": on,
        "organ_id": source.organ_id,
        "message": source.message,
    }


def _source(row: Mapping[str, str]) -> Source:
    if not row:
        return Source()
    on = date.fromisoformat(row["on"]) if row["on"] else None
    return Source(row["number"], row["organ"], on, row["organ_id"], row["message"])
