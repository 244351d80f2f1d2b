"""The keeping on a scratch disk: files, the vault, and what the database itself refuses."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from records.document import (
    Attachment,
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
from records.errors import Broken, NotFound, Outrun, Unavailable
from records.exchange import Dispatch, DispatchState
from records.person import Person, Post, Role, Unit
from storage.blobs import Blobs, digest_of
from storage.database import Database
from storage.folder import Folder, keep_first
from storage.tables import metadata
from storage.vault import Vault, master_key

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
INTO_WORDS = "INSERT INTO words (document, classification, digest, text)"
INTO_DISPATCH = (
    "INSERT INTO dispatch (id, document, classification, recipient, state, revision,"
    " queued_at, changed_at, note)"
)
DAY = "'2026-11-20'"
WORDS = "phương án chim lạc vàng"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(Folder(tmp_path / "vault"), AESGCM.generate_key(256))


@pytest.fixture
def database(database_url: str, vault: Vault) -> Iterator[Database]:
    database = Database(database_url, vault)
    database.build()
    with database.unit() as unit:
        unit.people.add_unit(Unit("ban", "Ban", "B"))
        unit.people.add(Person("an", "An", "", (Post(Role.OFFICER, "ban"),)), "hash")
    yield database
    database.close()


def document(n: int = 1, *, secret: bool = False) -> Document:
    id = f"{n:032x}"
    revision = Revision(1, digest_of(b"%d" % n), 1, Media.PDF, Origin.UPLOADED, "an", AT)
    return Document(
        id=DocumentId(id),
        direction=Direction.OUTGOING,
        type="TB",
        subject=WORDS,
        classification=Classification.SECRET if secret else Classification.NONE,
        own_class=Classification.NONE,
        urgency=Urgency.NORMAL,
        workflow="outgoing",
        definition=Digest("0" * 64),
        state="drafting",
        version=1,
        unit="ban",
        drafter="an",
        created_at=AT,
        changed_at=AT,
        fields={"body": WORDS},
        source=Source(organ=WORDS),
        revisions=(revision,),
        attachments=(
            Attachment(1, f"{WORDS}.pdf", revision.digest, 1, Media.PDF, Classification.NONE),
        ),
    )


def kept(database: Database, one: Document) -> Document:
    with database.unit() as unit:
        unit.documents.add(one, {"person:an"})
    return one


def number(serial: int) -> Number:
    return Number("van-ban-di", "TB", 2026, serial, "TB-B", date(2026, 11, 20))


def dispatch(of: Document) -> Dispatch:
    digest = of.revisions[0].digest
    return Dispatch("d1", of.id, "H49", DispatchState.QUEUED, digest, AT, AT)


# ── files ────────────────────────────────────────────────────────────────────────────────


def test_a_file_lies_under_the_hash_of_what_is_in_it(tmp_path: Path) -> None:
    blobs = Blobs(Folder(tmp_path))
    digest = blobs.put(b"one")

    assert digest == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert (tmp_path / "76" / digest).read_bytes() == b"one"
    assert blobs.get(digest) == b"one"


def test_the_same_content_is_kept_once_and_not_written_again(tmp_path: Path) -> None:
    blobs = Blobs(Folder(tmp_path))
    path = tmp_path / "76" / blobs.put(b"one")
    before = path.stat()

    blobs.put(b"one")

    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_nobody_else_on_the_machine_may_read_a_file(tmp_path: Path) -> None:
    blobs = Blobs(Folder(tmp_path / "blobs"))
    digest = blobs.put(b"one")

    for path in [tmp_path / "blobs", *(tmp_path / "blobs").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0
    assert blobs.get(digest) == b"one"


@pytest.mark.parametrize("change", [b"onf", b"on", b"one ", b""])
def test_a_changed_file_is_never_given_out(tmp_path: Path, change: bytes) -> None:
    blobs = Blobs(Folder(tmp_path))
    digest = blobs.put(b"one")
    (tmp_path / digest[:2] / digest).write_bytes(change)

    with pytest.raises(Broken, match="storage.blob-changed"):
        blobs.get(digest)


def test_a_lost_file_is_told_as_lost(tmp_path: Path) -> None:
    blobs = Blobs(Folder(tmp_path))
    digest = blobs.put(b"one")
    (tmp_path / digest[:2] / digest).unlink()

    with pytest.raises(Broken, match="storage.blob-lost"):
        blobs.get(digest)


def test_everything_is_on_the_disk_before_the_name_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, link = os.fsync, Path.hardlink_to

    def settled(descriptor: int) -> None:
        done.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def named(self: Path, target: Path) -> None:
        done.append("link")
        link(self, target)

    monkeypatch.setattr(os, "fsync", settled)
    monkeypatch.setattr(Path, "hardlink_to", named)
    digest = Blobs(Folder(tmp_path / "blobs")).put(b"one")

    assert done[0].startswith(f"fsync .{digest}.")
    assert done[1:] == ["link", f"fsync {digest[:2]}", "fsync blobs"]


def test_a_file_that_may_not_grow_leaves_nothing_behind(tmp_path: Path) -> None:
    program = f"""
import resource, signal
from pathlib import Path
from records.errors import Unavailable
from storage.blobs import Blobs
from storage.folder import Folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
blobs = Blobs(Folder(Path({str(tmp_path)!r})))
blobs.put(b"small")
try:
    blobs.put(b"x" * 200_000)
except Unavailable as told:
    print(told.rule)
"""
    assert _run(program) == ["storage.unavailable"]
    assert list(Blobs(Folder(tmp_path))) == [digest_of(b"small")]
    assert [one for one in tmp_path.rglob(".*") if one.is_file()] == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from records.errors import Unavailable
from storage.blobs import Blobs
from storage.folder import Folder
from storage.vault import Vault
root = Path({str(tmp_path)!r})
kept = []
vault = Vault(Folder(root / "vault"), bytes(32))
for keeper in (Blobs(Folder(root / "blobs")).put, lambda one: vault.put("a", one)):
    for n in range(64):
        try:
            kept.append(keeper(bytes([n]) * 30_000))
        except Unavailable as told:
            print(told.rule, told.facts["why"])
            break
for digest in list(Blobs(Folder(root / "blobs"))):
    Blobs(Folder(root / "blobs")).get(digest)
print(sum(".." in one.name or one.name.startswith(".") for one in root.rglob("*")))
"""
    small = ["--dev-bind", "/", "/", "--size", "500000", "--tmpfs", str(tmp_path)]
    told = _run(program, ["bwrap", *small, "--chdir", str(ROOT)])

    assert told == [
        "storage.unavailable No space left on device",
        "storage.unavailable No space left on device",
        "0",
    ]


def test_a_writer_killed_at_any_point_leaves_no_half_file_under_a_hash(tmp_path: Path) -> None:
    program = f"""
import os, sys
from pathlib import Path
from storage.blobs import Blobs
from storage.folder import Folder
blobs = Blobs(Folder(Path({str(tmp_path)!r})))
print("go", flush=True)
for n in range(10_000):
    print(blobs.put(os.urandom(200_000 + n)), flush=True)
"""
    chance = random.Random(7)  # noqa: S311 - when to kill is no secret
    promised: list[str] = []
    for _ in range(10):
        writer = subprocess.Popen(  # noqa: S603 - this test's own program
            [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "go\n"
        time.sleep(chance.uniform(0.0, 0.08))
        writer.send_signal(signal.SIGKILL)
        promised += [line for line in writer.stdout.read().split() if len(line) == 64]
        writer.wait()
        writer.stdout.close()

    blobs = Blobs(Folder(tmp_path))
    there = list(blobs)
    assert promised
    assert set(promised) <= set(there)
    for digest in there:
        assert digest_of(blobs.get(digest)) == digest
    # Whoever died while writing left a part under another name, which nothing takes for a file.
    assert all(len(digest) == 64 for digest in there)


def test_of_many_first_writers_one_wins_and_all_agree(tmp_path: Path) -> None:
    start = Barrier(8)

    def write(n: int) -> bytes:
        start.wait()
        keep_first(tmp_path / "key", b"%d" % n)
        return (tmp_path / "key").read_bytes()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(write, range(8)))

    assert len(found) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_read_only_folder_is_told_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"a file where a folder should be")

    with pytest.raises(Unavailable, match="storage.unavailable"):
        keep_first(tmp_path / "blobs" / "aa" / "one", b"one")


# ── the vault ────────────────────────────────────────────────────────────────────────────


def test_nothing_in_the_vault_is_in_clear_not_even_a_name(tmp_path: Path, vault: Vault) -> None:
    content = f"{WORDS} ".encode() * 50
    digest = vault.put("a", content)
    shut = vault.shut("a", {"subject": WORDS})

    assert vault.get("a", digest) == content
    assert vault.open("a", shut) == {"subject": WORDS}
    everything = [shut]
    for path in (tmp_path / "vault").rglob("*"):
        assert digest not in path.name
        assert path.stat().st_mode & 0o077 == 0
        everything += [path.read_bytes()] if path.is_file() else []
    for found in everything:
        assert not any(word.encode() in found for word in [*WORDS.split(), digest])
        assert content[:16] not in found


def test_the_same_content_looks_different_in_every_document(tmp_path: Path, vault: Vault) -> None:
    vault.put("a", b"one" * 100)
    vault.put("b", b"one" * 100)

    first, second = (
        {p.name: p.read_bytes() for p in (tmp_path / "vault" / d).iterdir()} for d in "ab"
    )
    assert set(first) & set(second) == {"key"}
    assert set(first.values()) & set(second.values()) == set()


def test_another_master_key_opens_nothing(tmp_path: Path, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    shut = vault.shut("a", {"subject": WORDS})
    stranger = Vault(Folder(tmp_path / "vault"), AESGCM.generate_key(256))

    with pytest.raises(Broken, match="storage.blob-changed"):
        stranger.get("a", digest)
    with pytest.raises(Broken, match="storage.blob-changed"):
        stranger.open("a", shut)


def test_a_turned_bit_anywhere_in_the_vault_is_found(tmp_path: Path, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    for path in (tmp_path / "vault" / "a").iterdir():
        whole = path.read_bytes()
        for place in range(0, len(whole), 5):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.get("a", digest)
        path.write_bytes(whole[:7])
        with pytest.raises(Broken, match="storage.blob-changed"):
            vault.get("a", digest)
        path.write_bytes(whole)
    assert vault.get("a", digest) == b"one"


def test_swapped_files_and_keys_are_found(tmp_path: Path, vault: Vault) -> None:
    first, second, other = vault.put("a", b"one"), vault.put("a", b"two"), vault.put("b", b"one")
    folder = tmp_path / "vault"
    one, two = (path for path in (folder / "a").iterdir() if path.name != "key")

    _swap(one, two)
    for digest in (first, second):
        with pytest.raises(Broken, match="storage.blob-changed"):
            vault.get("a", digest)
    _swap(one, two)

    (shut_a, shut_b) = (vault.shut(name, {"subject": WORDS}) for name in "ab")
    with pytest.raises(Broken, match="storage.blob-changed"):
        vault.open("a", shut_b)
    _swap(folder / "a" / "key", folder / "b" / "key")
    for document, digest, shut in (("a", first, shut_a), ("b", other, shut_b)):
        with pytest.raises(Broken, match="storage.blob-changed"):
            vault.get(document, digest)
        with pytest.raises(Broken, match="storage.blob-changed"):
            vault.open(document, shut)


def test_without_its_key_a_document_is_lost_and_says_so(tmp_path: Path, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    shut = vault.shut("a", {"subject": WORDS})
    (tmp_path / "vault" / "a" / "key").unlink()

    with pytest.raises(Broken, match="storage.blob-lost"):
        vault.get("a", digest)
    with pytest.raises(Broken, match="storage.blob-lost"):
        vault.open("a", shut)


def test_a_key_first_used_by_many_at_once_loses_nothing(tmp_path: Path) -> None:
    master = AESGCM.generate_key(256)
    start = Barrier(6)

    def put(n: int) -> list[tuple[str, Digest, bytes]]:
        mine = Vault(Folder(tmp_path / "vault"), master)
        done = []
        for document in "abcdefgh":
            start.wait()
            content = f"{document}{n}".encode()
            done.append((document, mine.put(document, content), mine.shut(document, {"n": n})))
        return done

    with ThreadPoolExecutor(6) as pool:
        written = list(pool.map(put, range(6)))

    vault = Vault(Folder(tmp_path / "vault"), master)
    for n, mine in enumerate(written):
        for document, digest, shut in mine:
            assert vault.get(document, digest) == f"{document}{n}".encode()
            assert vault.open(document, shut) == {"n": n}


def test_the_master_key_is_made_once_and_is_for_this_account_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vault.key"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: master_key(path), range(8)))

    assert len(found) == 1
    assert len(found.pop()) == 32
    assert path.stat().st_mode & 0o777 == 0o600


# ── the database ─────────────────────────────────────────────────────────────────────────


@pytest.mark.sqlite_alone
def test_every_connection_is_durable_and_checks_foreign_keys(tmp_path: Path, vault: Vault) -> None:
    database = Database(f"sqlite:///{tmp_path / 'office.sqlite'}", vault)
    database.build()
    wanted = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30_000,
    }
    with ExitStack() as stack:
        # More at once than the pool keeps, so that fresh ones are among them.
        many = [stack.enter_context(database.engine.connect()) for _ in range(8)]
        for connection in many:
            one = connection.execution_options(reads_only=True)
            found = {name: one.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted


@pytest.mark.sqlite_alone
def test_a_database_that_cannot_be_so_is_not_opened(vault: Vault) -> None:
    in_memory = Database("sqlite://", vault)

    with pytest.raises(Broken, match="database.pragma"):
        in_memory.build()


def test_what_happened_in_a_unit_that_failed_never_happened(database: Database) -> None:
    with pytest.raises(RuntimeError), database.unit() as unit:  # noqa: PT012 - the unit fails
        unit.documents.add(document(), {"person:an"})
        raise RuntimeError

    with database.reading() as unit, pytest.raises(NotFound):
        unit.documents.get(document().id)


def test_a_reader_never_keeps_what_it_wrote(database: Database) -> None:
    with database.reading() as unit:
        unit.documents.add(document(), {"person:an"})

    with database.reading() as unit, pytest.raises(NotFound):
        unit.documents.get(document().id)


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    kept(database, document())
    with database.unit() as writer:
        writer.people.add_unit(Unit("moi", "Mới", "M"))
        with database.reading() as reader:
            assert reader.documents.get(document().id).subject == WORDS
            assert [one.id for one in reader.people.units()] == ["ban"]


def test_a_document_comes_back_as_it_was_kept(database: Database) -> None:
    for one in (document(1), document(2, secret=True)):
        kept(database, one)
        with database.reading() as unit:
            assert unit.documents.get(one.id) == one


def test_only_who_saw_the_latest_version_changes_a_document(database: Database) -> None:
    one = kept(database, document())
    changed = replace(one, version=2, subject="Sau")
    with database.unit() as unit:
        unit.documents.change(changed, seen=1)

    for seen in (0, 1, 3):
        with pytest.raises(Outrun, match="step.outrun"), database.unit() as unit:
            unit.documents.change(replace(one, version=seen + 1, subject="Trễ"), seen=seen)
    with database.reading() as unit:
        assert unit.documents.get(one.id) == changed


def test_of_many_who_change_one_version_exactly_one_does(database: Database) -> None:
    one = kept(database, document())
    start = Barrier(6)

    def change(n: int) -> int:
        start.wait()
        try:
            with database.unit() as unit:
                unit.documents.change(replace(one, version=2, subject=str(n)), seen=1)
        except Outrun:
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(change, range(6))) == 1


def test_words_of_a_secret_document_reach_no_row(database: Database) -> None:
    one = kept(database, document(secret=True))
    with database.unit() as unit:
        unit.registers.enter(number(1), one, {"subject": WORDS})

    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert "lạc" not in repr(tuple(row)), table.name
                for value in row:
                    if isinstance(value, bytes):
                        assert "lạc".encode() not in value


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document SET subject = 'a' WHERE id = :secret",
        "UPDATE document SET classification = 'secret' WHERE id = :plain",
        "UPDATE document SET classification = 'confidential' WHERE id = :plain",
        "UPDATE document SET classification = 'unheard-of', subject = '' WHERE id = :plain",
        f"{INTO_WORDS} VALUES (:secret, 'none', '', 'a')",
        f"{INTO_WORDS} VALUES (:secret, 'secret', '', 'a')",
        f"{INTO_DISPATCH} VALUES ('x', :secret, 'none', 'H49', 'queued', '', {DAY}, {DAY}, '')",
        f"{INTO_DISPATCH} VALUES ('x', :secret, 'secret', 'H49', 'queued', '', {DAY}, {DAY}, '')",
        "UPDATE dispatch SET document = :secret WHERE document = :sent",
        "UPDATE words SET document = :secret WHERE document = :sent",
        "UPDATE document SET classification = 'secret', subject = '' WHERE id = :sent",
        "DELETE FROM document WHERE id = :sent",
        "UPDATE series SET last = -1",
        "UPDATE entry SET serial = 0",
        "INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, '')",
    ],
)
def test_the_database_itself_refuses_what_may_not_be(database: Database, statement: str) -> None:
    plain, sent, secret = document(1), document(2), document(3, secret=True)
    for one in (plain, sent, secret):
        kept(database, one)
    with database.unit() as unit:
        unit.dispatches.add(dispatch(sent))
        unit.readings.keep(sent.id, sent.latest.digest, "words")
        unit.registers.enter(number(1), sent, {})

    bound = {"plain": plain.id, "sent": sent.id, "secret": secret.id}
    named = {name: id for name, id in bound.items() if f":{name}" in statement}
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text(statement), named)


def test_words_and_dispatches_of_a_secret_document_are_refused_as_outrun(
    database: Database,
) -> None:
    secret = kept(database, document(secret=True))

    with pytest.raises(Outrun), database.unit() as unit:
        unit.dispatches.add(dispatch(secret))
    with pytest.raises(Outrun), database.unit() as unit:
        unit.readings.keep(secret.id, secret.latest.digest, WORDS)


def test_a_number_is_given_once_and_only_as_the_next(database: Database) -> None:
    first, second = kept(database, document(1)), kept(database, document(2))
    with database.unit() as unit:
        unit.registers.enter(number(1), first, {})

    for serial in (0, 1, 3):
        with pytest.raises(Outrun, match="number.outrun"), database.unit() as unit:
            unit.registers.enter(number(serial), second, {})
    with pytest.raises(Outrun, match="step.outrun"), database.unit() as unit:
        unit.registers.enter(number(2), first, {})  # one document, one number
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(
            text(
                'INSERT INTO entry SELECT book, series, year, serial, notation, "on",'
                " :document, columns, shut, cancelled FROM entry"
            ),
            {"document": second.id},
        )
    with database.reading() as unit:
        assert unit.registers.upcoming("van-ban-di", "TB", 2026) == 2


def test_a_moment_without_a_zone_is_not_kept(database: Database) -> None:
    nowhere = replace(document(), created_at=AT.replace(tzinfo=None))

    with pytest.raises(Exception, match="without a zone"), database.unit() as unit:
        unit.documents.add(nowhere, ())


def test_every_table_could_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # the vendor's
    made = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]

    names = [str(index.name) for table in metadata.sorted_tables for index in table.indexes]
    assert len(made) > 20
    assert max(len(name) for name in names) <= 63  # PostgreSQL cuts longer ones
    assert len(names) == len(set(names))
    words = " ".join(made).upper()
    for foreign in ("AUTOINCREMENT", "PRAGMA", "WITHOUT ROWID", "DATETIME"):
        assert foreign not in words


def _swap(one: Path, two: Path) -> None:
    aside = one.with_name("aside")
    shutil.move(one, aside)
    shutil.move(two, one)
    shutil.move(aside, two)


def _run(program: str, before: list[str] | None = None) -> list[str]:
    done = subprocess.run(  # noqa: S603 - this test's own program
        [*(before or []), sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()
