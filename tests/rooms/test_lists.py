"""Lists and desks are read page by page, in their own order, each document once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from records.document import (
    Classification,
    Digest,
    Direction,
    Document,
    DocumentId,
    Media,
    Origin,
    Revision,
    Source,
    Urgency,
)
from records.errors import Refused
from records.finding import Bounds
from records.person import Person, Post, Role, Unit
from records.step import Step
from storage import lists
from storage.database import Database
from storage.folder import Folder
from storage.vault import Vault

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ALL = frozenset(Classification)
MINE = frozenset({"person:an", "unit:ban", "role:leader"})


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    database = Database(database_url, Vault(Folder(tmp_path / "vault"), b"k" * 32))
    database.build()
    with database.unit() as unit:
        unit.people.add_unit(Unit("ban", "Ban", "B"))
        unit.people.add(Person("an", "An", "", (Post(Role.OFFICER, "ban"),)), "hash")
    yield database
    database.close()


def document(n: int, *, state: str = "drafting", secret: bool = False) -> Document:
    """Give document ``n``; three after another came at the same moment."""
    at = AT + timedelta(minutes=n // 3)
    return Document(
        id=DocumentId(f"{n:032x}"),
        direction=Direction.OUTGOING,
        type="QĐ",
        subject=f"Văn bản số {n}",
        classification=Classification.SECRET if secret else Classification.NONE,
        own_class=Classification.NONE,
        urgency=Urgency.NORMAL,
        workflow="outgoing",
        definition=Digest("0" * 64),
        state=state,
        version=1,
        unit="ban",
        drafter="an",
        created_at=at,
        changed_at=at,
        due_on=None,
        recipients=(),
        fields={},
        source=Source(),
        revisions=(Revision(1, Digest("1" * 64), 1, Media.PDF, Origin.UPLOADED, "an", at),),
    )


def keep(database: Database, one: Document, *tokens: str, desk: str = "") -> None:
    with database.unit() as unit:
        unit.documents.add(one, tokens)
        lies = frozenset({desk} if desk else tokens)
        unit.steps.open(Step(one.id, 1, one.state, lies, one.created_at))


def paged(database: Database, bounds: Bounds, limit: int) -> list[str]:
    found: list[str] = []
    after = ""
    while True:
        with database.reading() as unit:
            page = unit.documents.page(bounds, ALL, after=after, limit=limit)
        found += [one.id for one in page]
        if len(page) < limit:
            return found
        after = f"{page[-1].created_at.isoformat()}_{page[-1].id}"


def test_pages_show_each_document_once_and_the_newest_first(database: Database) -> None:
    ours = [document(n) for n in range(20)]
    for n, one in enumerate(ours):
        tokens = {0: ("person:an",), 1: ("unit:ban", "role:leader")}.get(n % 3, tuple(MINE))
        keep(database, one, *tokens)
    keep(database, document(99), "person:binh")

    newest = sorted(ours, key=lambda one: (one.created_at, one.id), reverse=True)
    for limit in (1, 4, 7, 50):
        assert paged(database, Bounds(readers=MINE), limit) == [one.id for one in newest]


def test_a_list_is_bounded_by_state_moment_and_class(database: Database) -> None:
    for n in range(12):
        keep(database, document(n, state="signed" if n % 2 else "drafting"), *MINE)
    keep(database, document(12, state="signed", secret=True), *MINE)

    since, until = AT + timedelta(minutes=1), AT + timedelta(minutes=3)
    bounds = Bounds(readers=MINE, state="signed", since=since, until=until)
    assert paged(database, bounds, 2) == [f"{n:032x}" for n in (7, 5, 3)]
    with database.reading() as unit:
        open_only = frozenset({Classification.NONE})
        listed = unit.documents.page(Bounds(readers=MINE, state="signed"), open_only, limit=50)
        everything = unit.documents.page(Bounds(readers=MINE, state="signed"), ALL, limit=50)
        nothing = unit.documents.page(Bounds(readers=frozenset()), ALL, limit=50)
    assert (len(listed), len(everything), nothing) == (6, 7, [])


def test_a_desk_is_read_longest_waiting_first_and_only_while_it_waits(database: Database) -> None:
    for n in range(9):
        keep(database, document(n), desk="role:leader" if n % 2 else "person:an")
    with database.unit() as unit:
        [step] = unit.steps.of(f"{4:032x}")
        unit.steps.close(replace(step, closed_at=AT, closed_by="an", act="submit"))

    found: list[str] = []
    after = ""
    with database.reading() as unit:
        while page := unit.documents.waiting(MINE, ALL, after=after, limit=3):
            found += [one.id for one in page]
            after = f"{page[-1].created_at.isoformat()}_{page[-1].id}"
        counted = unit.documents.how_many_wait(MINE, ALL)
    assert found == [f"{n:032x}" for n in range(9) if n != 4]
    assert counted == 8


def test_a_desk_is_counted_no_farther_than_anybody_reads(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "COUNTED", 3)
    for n in range(6):
        keep(database, document(n), desk="role:leader")

    with database.reading() as unit:
        assert unit.documents.how_many_wait(MINE, ALL) == 4


def test_what_an_act_reads_of_a_document_does_not_grow_with_its_history(
    database: Database,
) -> None:
    one, shown = document(1), "1" * 64
    keep(database, one, desk="person:an")
    with database.unit() as unit:
        for n in range(60):
            last = unit.steps.of(one.id)[-1]
            done = {"closed_at": AT, "closed_by": "an", "act": "approve", "digest": shown}
            unit.steps.close(replace(last, **done, approval=n % 20 == 0))  # type: ignore[arg-type]  # facts by name
            unit.steps.open(Step(one.id, n + 2, "signing", frozenset({"role:leader"}), AT))

    with database.reading() as unit:
        every, counting = unit.steps.of(one.id), unit.steps.counting(one.id, [shown])
        other = unit.steps.counting(one.id, ["2" * 64])
    assert [step.n for step in counting] == [1, 21, 41, 60, 61]
    assert [step.n for step in other] == [60, 61]
    assert counting == [step for step in every if step in counting]
    assert counting[-1].desk == frozenset({"role:leader"})


@pytest.mark.parametrize("told", ["never", "2026-11-20T00:00:00_x", "_"])
def test_what_is_no_cursor_is_refused(database: Database, told: str) -> None:
    with database.reading() as unit, pytest.raises(Refused, match="body.invalid"):
        unit.documents.waiting(MINE, ALL, after=told, limit=3)


def test_lists_walk_their_own_index_and_sort_nothing_that_is_not_shown(
    database: Database,
) -> None:
    for n in range(4):
        keep(database, document(n), *MINE)
    if database.engine.dialect.name != "sqlite":
        return  # so small a table is read whole there; bench.office_day shows it at its size
    plans: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute", retval=True)
    def explain(_c: object, cursor: object, statement: str, told: object, *_: object) -> object:
        if "ORDER BY" in statement and "UNION" in statement:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", told)  # type: ignore[attr-defined]
            plans.append("\n".join(row[3] for row in cursor.fetchall()))  # type: ignore[attr-defined]
        return statement, told

    with database.reading() as unit:
        unit.documents.page(Bounds(readers=MINE), ALL, limit=50)
        unit.documents.waiting(MINE, ALL, limit=50)
    listed, waiting = plans
    assert listed.count("ix_reader_newest (token=?)") == len(MINE)
    assert waiting.count("ix_desk_waiting (token=? AND opened_at>?)") == len(MINE)
