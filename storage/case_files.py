"""Case files as rows, what lies in them, who may open them, and the lists they are handed in on."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.case_file import CaseFile, FileState, HandIn
from records.document import Classification
from records.errors import NotFound, Outrun, Refused
from storage import tables as t
from storage.vault import Vault


class CaseFiles:
    """The case files of one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def add(self, file: CaseFile, readers: Iterable[str]) -> None:
        """Keep a new file. Raises Refused: its notation is taken in its year."""
        try:
            self._connection.execute(insert(t.case_file).values(id=file.id, **self._row(file)))
        except IntegrityError as taken:
            raise Refused("casefile.taken", notation=file.notation, year=file.year) from taken
        self.admit(file.id, readers)

    def change(self, file: CaseFile, *, seen: int) -> None:
        """Keep ``file`` in place of its version ``seen``. Raises Outrun: it moved on."""
        rows = t.case_file.c
        done = self._connection.execute(
            update(t.case_file)
            .where(rows.id == file.id, rows.version == seen)
            .values(**self._row(file))
        )
        if done.rowcount != 1:
            raise Outrun("casefile.outrun")

    def get(self, id: str) -> CaseFile:
        """Give a file. Raises NotFound."""
        row = self._connection.execute(select(t.case_file).where(t.case_file.c.id == id)).first()
        if row is None:
            raise NotFound("casefile.unknown")
        return self._file(row)

    def admit(self, id: str, readers: Iterable[str]) -> None:
        """Let more readers open the file."""
        for token in sorted(set(readers) - self.readers(id)):
            self._connection.execute(insert(t.file_reader).values(file=id, token=token))

    def dismiss(self, id: str, token: str) -> None:
        """Let a reader open the file no more."""
        self._connection.execute(
            delete(t.file_reader).where(t.file_reader.c.file == id, t.file_reader.c.token == token)
        )

    def readers(self, id: str) -> frozenset[str]:
        """Give the tokens of all who may open the file."""
        query = select(t.file_reader.c.token).where(t.file_reader.c.file == id)
        return frozenset(self._connection.execute(query).scalars())

    def seen_by(self, tokens: frozenset[str], classes: Collection[str]) -> list[CaseFile]:
        """Give every file these may open, in the order of years and notations."""
        return self._several(self._seen(tokens, classes))

    def open_of(self, owner: str) -> list[CaseFile]:
        """Give the open files that somebody makes themselves."""
        rows = t.case_file.c
        query = select(t.case_file).where(rows.owner == owner, rows.state == FileState.OPEN)
        return self._several(query)

    def kept_by(self, owner: str) -> list[CaseFile]:
        """Give the files somebody makes and has not handed in, open or closed."""
        rows = t.case_file.c
        kept = (FileState.OPEN, FileState.CLOSED)
        query = select(t.case_file).where(rows.owner == owner, rows.state.in_(kept))
        return self._several(query)

    def of(self, document: str, tokens: frozenset[str], classes: Collection[str]) -> list[CaseFile]:
        """Give the files these may open in which a document lies."""
        lies = exists().where(t.filed.c.file == t.case_file.c.id, t.filed.c.document == document)
        return self._several(self._seen(tokens, classes).where(lies))

    def on_list(
        self, hand_in: str, tokens: frozenset[str], classes: Collection[str]
    ) -> list[CaseFile]:
        """Give the files these may open that were handed in on a list."""
        return self._several(self._seen(tokens, classes).where(t.case_file.c.hand_in == hand_in))

    def handed_in(self, hand_in: str) -> list[CaseFile]:
        """Give every file that was handed in on a list, whoever may open it."""
        return self._several(select(t.case_file).where(t.case_file.c.hand_in == hand_in))

    def parts(self, id: str) -> list[CaseFile]:
        """Give the files that are parts of a file."""
        return self._several(select(t.case_file).where(t.case_file.c.parent == id))

    def unnoticed(self, ended_by: date) -> list[CaseFile]:
        """Give the closed files, ended by a day, whose owners were not told yet."""
        rows = t.case_file.c
        query = select(t.case_file).where(
            rows.state == FileState.CLOSED, rows.noticed_on.is_(None), rows.ended_on <= ended_by
        )
        return self._several(query)

    def used(self, year: int) -> set[str]:
        """Give the notations of a year's plan under which a file was opened."""
        rows = t.case_file.c
        query = select(rows.notation).where(rows.year == year, rows.planned)
        return set(self._connection.execute(query).scalars())

    def put(self, file: str, document: str) -> int:
        """Put a document into a file and give its ordinal. Raises Refused: it lies there."""
        last = select(func.max(t.filed.c.n)).where(t.filed.c.file == file)
        n = (self._connection.execute(last).scalar() or 0) + 1
        try:
            self._connection.execute(insert(t.filed).values(file=file, document=document, n=n))
        except IntegrityError as there:
            raise Refused("casefile.holds-it") from there
        return n

    def take_out(self, file: str, document: str) -> None:
        """Take a document out of a file. Raises NotFound: it does not lie there."""
        rows = t.filed.c
        gone = self._connection.execute(
            t.filed.delete().where(rows.file == file, rows.document == document)
        )
        if gone.rowcount != 1:
            raise NotFound("document.unknown")

    def make_list(self, made: HandIn) -> None:
        """Keep a new list of files handed in."""
        self._connection.execute(
            insert(t.hand_in).values(id=made.id, made_at=made.made_at, by=made.by)
        )

    def list_of(self, id: str) -> HandIn:
        """Give a list of files handed in. Raises NotFound."""
        row = self._connection.execute(select(t.hand_in).where(t.hand_in.c.id == id)).first()
        if row is None:
            raise NotFound("handin.unknown")
        return _list(row)

    def lists(self) -> list[HandIn]:
        """Give every list, the latest first."""
        rows = self._connection.execute(select(t.hand_in).order_by(t.hand_in.c.made_at.desc()))
        return [_list(row) for row in rows]

    def settle(self, id: str, *, by: str, at: datetime, returned: str) -> None:
        """Keep that the archive took a list, or gave it back. Raises Outrun: it did before."""
        rows = t.hand_in.c
        done = self._connection.execute(
            update(t.hand_in)
            .where(rows.id == id, rows.settled_at.is_(None))
            .values(settled_at=at, settled_by=by, returned=returned)
        )
        if done.rowcount != 1:
            raise Outrun("handin.settled")

    def _seen(self, tokens: frozenset[str], classes: Collection[str]) -> Select[Any]:
        readable = exists().where(
            t.file_reader.c.file == t.case_file.c.id, t.file_reader.c.token.in_(sorted(tokens))
        )
        return select(t.case_file).where(
            readable, t.case_file.c.classification.in_(sorted(classes))
        )

    def _several(self, query: Select[Any]) -> list[CaseFile]:
        rows = t.case_file.c
        query = query.order_by(rows.year.desc(), rows.notation, rows.id)
        return [self._file(row) for row in self._connection.execute(query)]

    def _row(self, file: CaseFile) -> dict[str, Any]:
        classified = file.classification is not Classification.NONE
        words: dict[str, Any] = {"title": file.title, "note": file.note}
        shut = self._vault.shut(file.id, words) if classified else None
        if classified:
            words = {"title": "", "note": ""}
        return {
            "year": file.year,
            "notation": file.notation,
            "years": file.years,
            "owner": file.owner,
            "unit": file.unit,
            "classification": file.classification,
            "state": file.state,
            "version": file.version,
            "opened_on": file.opened_on,
            "planned": file.planned,
            "parent": file.parent or None,
            "ended_on": file.ended_on,
            "hand_in": file.hand_in or None,
            "noticed_on": file.noticed_on,
            "shut": shut,
            **words,
        }

    def _file(self, row: Any) -> CaseFile:
        title, note = row.title, row.note
        if row.shut is not None:
            words = self._vault.open(row.id, row.shut)
            title, note = str(words["title"]), str(words["note"])
        return CaseFile(
            id=row.id,
            year=row.year,
            notation=row.notation,
            title=title,
            years=row.years,
            owner=row.owner,
            unit=row.unit,
            classification=Classification(row.classification),
            state=FileState(row.state),
            version=row.version,
            opened_on=row.opened_on,
            planned=row.planned,
            parent=row.parent or "",
            ended_on=row.ended_on,
            note=note,
            hand_in=row.hand_in or "",
            noticed_on=row.noticed_on,
        )


def _list(row: Any) -> HandIn:
    return HandIn(
        id=row.id,
        made_at=row.made_at,
        by=row.by,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        returned=row.returned,
    )
