"""Checkpoints of the log as rows, and as files where the database does not reach."""

import re
from pathlib import Path

from sqlalchemy import Connection, insert, select

from records.audit import Checkpoint
from records.errors import Unavailable
from storage import tables as t
from storage.folder import Folder

NAME = re.compile(r"([0-9]{6,})\.json")


class Checkpoints:
    """The checkpoints of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, one: Checkpoint) -> None:
        """Keep one behind the last; a second of the same number is refused by the database."""
        self._connection.execute(
            insert(t.checkpoint).values(
                n=one.n, size=one.size, statement=one.statement, signature=one.signature
            )
        )

    def all(self) -> list[Checkpoint]:
        """Give every checkpoint, oldest first."""
        rows = self._connection.execute(select(t.checkpoint).order_by(t.checkpoint.c.n))
        return [Checkpoint(row.n, row.size, row.statement, bytes(row.signature)) for row in rows]

    def last(self) -> Checkpoint | None:
        """Give the newest one, if there is any."""
        query = select(t.checkpoint).order_by(t.checkpoint.c.n.desc()).limit(1)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return Checkpoint(row.n, row.size, row.statement, bytes(row.signature))


class Deposit:
    """A folder that keeps every checkpoint once: ours, or a witness's on another machine."""

    def __init__(self, folder: Path, name: str) -> None:
        """Keep them in ``folder``, which faults call ``name``; it is made when first needed."""
        self._folder = folder
        self.name = name

    def put(self, one: Checkpoint) -> None:
        """Leave a checkpoint unless it is there. Raises Unavailable: the folder takes nothing."""
        try:
            folder = Folder(self._folder)
        except OSError as away:
            raise Unavailable("storage.unavailable", why=away.strerror or "") from away
        folder.put_new(f"{one.n:06}.p7s", one.signature)
        folder.put_new(f"{one.n:06}.json", one.statement.encode())

    def numbers(self) -> set[int]:
        """Give the numbers of the checkpoints that lie there."""
        if not self._folder.is_dir():
            return set()
        found = (NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return {int(one[1]) for one in found if one}

    def get(self, n: int) -> tuple[str, bytes]:
        """Give statement and signature of one as they lie there, empty where they do not."""
        folder = Folder(self._folder)
        statement, signature = folder.get(f"{n:06}.json"), folder.get(f"{n:06}.p7s")
        return (statement or b"").decode("utf-8", "replace"), signature or b""
