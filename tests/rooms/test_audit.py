"""The log holds after whatever happened, and every tampering with it is found."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, text

from records.audit import ACTIONS, AuditEvent
from records.document import Classification, Direction
from records.errors import Broken
from storage.database import Database
from storage.folder import Folder
from storage.vault import Vault
from tests.conftest import House
from tests.tampering import disarm
from workflow.begin import Particulars
from workflow.look import history
from workflow.receive import receive
from workflow.verify import verify

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ENTRIES = 6


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    vault = Vault(Folder(tmp_path / "vault"), AESGCM.generate_key(256))
    database = Database(database_url, vault)
    database.build()
    disarm(database.engine)
    with database.unit() as unit:
        for n in range(ENTRIES):
            facts = {"n": str(n), "b": "é", "a": "ộ"}
            event = AuditEvent("document:received", "an", AT + timedelta(n), f"d{n}", facts)
            assert unit.audit.append(event) == n + 1
    yield database
    database.close()


def test_an_untouched_log_holds_and_names_its_head(database: Database) -> None:
    with database.reading() as unit:
        head = unit.audit.verify()
        [last] = unit.audit.latest(1)

    assert (head.holds, head.seq, head.hash, head.faults) == (True, ENTRIES, last.hash, ())


def test_the_chain_can_be_checked_without_this_program(database: Database) -> None:
    before = "0" * 64
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit ORDER BY seq")).mappings().all()
    for row in rows:
        told = {name: row[name] for name in ("action", "at", "by", "document", "facts")}
        chained = json.dumps([before, row["seq"], told], ensure_ascii=False, sort_keys=True)
        before = sha256(chained.encode()).hexdigest()
        assert row["hash"] == before


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET at = '2026-11-21' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET \"by\" = 'binh' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET action = 'document:sealed' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET document = 'd9' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET facts = '{}' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET facts = facts || ' ' WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET before = hash WHERE seq = 3", "entry 3 does not follow"),
        ("UPDATE audit SET hash = upper(hash) WHERE seq = 3", "entry 3 was changed"),
        ("UPDATE audit SET seq = 30 WHERE seq = 3", "entry 3 is missing"),
        ("UPDATE audit SET seq = 70 WHERE seq = 6", "entry 6 is missing"),
        ("UPDATE audit SET seq = 0 WHERE seq = 1", "entry 1 is missing"),
        ("DELETE FROM audit WHERE seq = 3", "entry 3 is missing"),
        ("DELETE FROM audit WHERE seq = 1", "entry 1 is missing"),
        ("DELETE FROM audit WHERE seq = 6", "the head is not"),
        ("DELETE FROM audit WHERE seq > 2", "the head is not"),
        ("DELETE FROM audit", "the head is not"),
        ("DELETE FROM audit_head", "the head is not"),
        ("UPDATE audit_head SET seq = 7", "the head is not"),
        ("UPDATE audit_head SET hash = 'ff'", "the head is not"),
        (
            'INSERT INTO audit (seq, at, "by", action, document, facts, before, hash) '  # noqa: ISC004 - one statement
            "SELECT 7, at, \"by\", action, document, facts, hash, 'x' FROM audit WHERE seq = 6",
            "entry 7 was changed",
        ),
    ],
)
def test_every_tampering_with_the_log_is_found(
    database: Database, statement: str, told: str
) -> None:
    with database.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0

    with database.reading() as unit:
        head = unit.audit.verify()

    assert not head.holds
    assert any(told in fault for fault in head.faults), head.faults


def test_entries_that_changed_places_are_found(database: Database) -> None:
    with database.engine.begin() as connection:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            connection.execute(text(f"UPDATE audit SET seq = {new} WHERE seq = {old}"))  # noqa: S608 - numbers of ours

    assert not _holds(database)


def test_an_entry_hashed_anew_is_betrayed_by_the_next(database: Database) -> None:
    with database.engine.begin() as connection:
        _rehash(connection, 3)

    with database.reading() as unit:
        head = unit.audit.verify()
    assert head.faults == ("entry 4 does not follow the one before it",)


def test_a_last_entry_hashed_anew_is_betrayed_by_the_head(database: Database) -> None:
    with database.engine.begin() as connection:
        _rehash(connection, ENTRIES)

    with database.reading() as unit:
        head = unit.audit.verify()
    assert head.faults == ("the head is not the hash of the last entry",)


def test_a_cut_tail_with_a_mended_head_does_not_hold_against_the_head_kept_elsewhere(
    database: Database,
) -> None:
    with database.reading() as unit:
        kept_elsewhere = unit.audit.verify()
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE seq > 4"))
        connection.execute(
            text("UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)")
        )

    with database.reading() as unit:
        now = unit.audit.verify()
    # The chain alone cannot tell; that is why `verify` names the head for whoever notes it down.
    assert (now.seq, now.hash) != (kept_elsewhere.seq, kept_elsewhere.hash)
    assert now.seq < kept_elsewhere.seq


def test_verifying_changes_nothing(database: Database) -> None:
    with database.reading() as unit:
        first = unit.audit.verify()
        second = unit.audit.verify()

    assert first == second


def test_only_listed_actions_are_appended(database: Database) -> None:
    assert "document:sealed" in ACTIONS
    with pytest.raises(Broken, match="audit.action"), database.unit() as unit:
        unit.audit.append(AuditEvent("document:vanished", "an", AT))
    assert _holds(database)


def test_an_act_that_failed_leaves_no_entry(database: Database) -> None:
    with pytest.raises(RuntimeError), database.unit() as unit:  # noqa: PT012 - the unit fails
        unit.audit.append(AuditEvent("document:received", "an", AT))
        raise RuntimeError

    with database.reading() as unit:
        assert unit.audit.verify().seq == ENTRIES
    assert _holds(database)


def test_many_who_append_at_once_make_one_chain(database: Database) -> None:
    start = Barrier(4)

    def append(who: int) -> list[int]:
        start.wait()
        places = []
        for n in range(10):
            with database.unit() as unit:
                event = AuditEvent("document:viewed", f"p{who}", AT, facts={"n": str(n)})
                places.append(unit.audit.append(event))
        return places

    with ThreadPoolExecutor(4) as pool:
        places = [place for mine in pool.map(append, range(4)) for place in mine]

    assert sorted(places) == list(range(ENTRIES + 1, ENTRIES + 41))
    assert _holds(database)


# ── in the office ────────────────────────────────────────────────────────────────────────


def test_every_act_is_in_the_log_with_who_what_and_on_which_bytes(house: House) -> None:
    document = house.sealed()

    with house.office.database.reading() as unit:
        entries = [entry for entry, _ in unit.audit.of(document.id)]
    assert [(one.event.action, one.event.by) for one in entries] == [
        ("document:drafted", "chuyenvien"),
        ("document:submitted", "chuyenvien"),
        ("step:approved", "truongban"),
        ("step:approved", "chanhvanphong"),
        ("document:signed", "chutich"),
        ("document:sealed", "vanthu"),
    ]
    digests = [one.digest for one in document.revisions]
    assert entries[4].event.facts["digest"] == digests[1]
    assert entries[4].event.facts["made"] == digests[2]
    assert entries[5].event.facts["made"] == digests[3]
    assert entries[5].event.facts["number"] == "01/QĐ-LĐLĐ"
    assert [one.seq for one in entries] == sorted(one.seq for one in entries)


def test_words_of_a_secret_document_are_in_no_entry_and_no_remark(house: House) -> None:
    canary = "thạch sùng ngũ sắc"
    document = house.drafted(
        classification=Classification.SECRET, subject=f"Về {canary}", body=f"Bàn {canary}."
    )
    document = house.act(document, "submit", "chuyenvien", comment=f"Trình {canary}")
    house.act(document, "return", "truongban", comment=f"Sửa {canary}")

    with house.office.database.engine.connect() as connection:
        kept = connection.execute(text("SELECT * FROM audit")).all()
        remarks = connection.execute(text("SELECT text, shut FROM remark")).all()
    assert "thạch" not in repr(kept)
    assert len(remarks) == 2
    for words, shut in remarks:
        assert words == ""
        assert canary.encode() not in shut
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert [one["comment"] for one in told[1:]] == [f"Trình {canary}", f"Sửa {canary}"]


def test_the_office_finds_what_was_changed_behind_its_back(house: House) -> None:
    document = house.sealed()
    assert verify(house.office).holds
    digest = document.latest.digest
    path = house.settings.trinhky_data / "blobs" / digest[:2] / digest
    whole = path.read_bytes()

    path.write_bytes(whole[:-1] + b"x")
    assert verify(house.office).faults == (f"document {document.id}: storage.blob-changed",)
    path.unlink()
    assert verify(house.office).faults == (f"document {document.id}: storage.blob-lost",)
    path.write_bytes(whole)
    assert verify(house.office).holds


@pytest.mark.parametrize("serial", [1, 2, 3])
def test_the_office_finds_a_number_that_was_taken_out_of_its_book(
    house: House, paper: bytes, serial: int
) -> None:
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp", Classification.NONE)
    for _ in range(3):
        came = receive(house.office, said, paper, by=house.person("vanthu")).document
        house.act(came, "number", "vanthu")
    assert verify(house.office).holds

    disarm(house.office.database.engine)
    with house.office.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM entry WHERE serial = :n"), {"n": serial})

    missing = f"register van-ban-den 2026: number {serial} is missing"
    assert verify(house.office).faults == (missing,)


def _holds(database: Database) -> bool:
    with database.reading() as unit:
        return unit.audit.verify().holds


def _rehash(connection: Connection, seq: int) -> None:
    """Change an entry and give it the hash that belongs to it, as somebody who knows how would."""
    row = (
        connection.execute(text("SELECT * FROM audit WHERE seq = :n"), {"n": seq}).mappings().one()
    )
    told = {name: row[name] for name in ("action", "at", "by", "document", "facts")}
    told["by"] = "somebody else"
    chained = json.dumps([row["before"], seq, told], ensure_ascii=False, sort_keys=True)
    connection.execute(
        text('UPDATE audit SET "by" = :by, hash = :hash WHERE seq = :n'),
        {"by": told["by"], "hash": sha256(chained.encode()).hexdigest(), "n": seq},
    )
