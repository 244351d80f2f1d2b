"""Whoever holds database and files may do anything; two verifiers that share no code find it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from config.settings import Settings
from records.audit import AuditEvent
from records.document import Classification, Direction
from storage.audit import link, seal_of
from storage.blobs import Blobs
from storage.checkpoints import Deposit
from storage.contents import Contents
from storage.database import Database
from storage.folder import Folder
from storage.keys import log_key, vault_key
from storage.vault import Vault
from tests.conftest import Clock, House, Opening
from tests.postgres import Cluster
from tests.tampering import disarm
from tools import verify_log
from workflow.begin import Particulars
from workflow.checkpoint import Pace, check_log, leave, tend_log
from workflow.office import Office
from workflow.receive import receive
from workflow.verify import verify

HASHED = ("at", "by", "action", "document", "facts")


@dataclass
class Intruder:
    """Somebody with the whole of an office's database and data folder, keys and all."""

    settings: Settings
    clock: Clock
    engine: Engine
    open_office: Callable[[], Office]
    witness: Path
    older: Path  # the data folder as it was before the last checkpoint
    stranger: Path  # the data folder of another office

    @property
    def data(self) -> Path:
        return self.settings.trinhky_data

    @cached_property
    def office(self) -> Office:
        """The office's own program, for whoever lets it do what they want."""
        return self.open_office()

    def does(self, statement: str, **told: object) -> int:
        """Run one statement, whatever the database was told to guard."""
        with self.engine.begin() as connection:
            return connection.execute(text(statement), told).rowcount

    def asks(self, query: str) -> list[dict[str, object]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def rechains(self, *, sealed: bool) -> None:
        """Number and chain every entry anew; with the key, seal the head too."""
        rows = self.asks("SELECT * FROM audit ORDER BY seq")
        self.does("DELETE FROM remark")
        self.does("DELETE FROM audit")
        before = "0" * 64
        for seq, row in enumerate(rows, 1):
            told = {name: str(row[name]) for name in HASHED}
            hash = link(before, seq, told)
            self.does(
                'INSERT INTO audit (seq, at, "by", action, document, facts, before, hash) '
                "VALUES (:seq, :at, :by, :action, :document, :facts, :before, :hash)",
                **{**told, "seq": seq, "before": before, "hash": hash},
            )
            before = hash
        key = (self.data / "keys" / "log.key").read_bytes()
        seal = seal_of(key, len(rows), before) if sealed else ""
        self.does(
            "UPDATE audit_head SET seq = :seq, hash = :hash, seal = :seal",
            seq=len(rows),
            hash=before,
            seal=seal,
        )

    def mends(self) -> None:
        """Let the head be the last entry there is, sealed with the stolen key."""
        row = self.asks("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")[0]
        seq, hash = int(str(row["seq"])), str(row["hash"])
        key = (self.data / "keys" / "log.key").read_bytes()
        statement = "UPDATE audit_head SET seq = :seq, hash = :hash, seal = :seal"
        self.does(statement, seq=seq, hash=hash, seal=seal_of(key, seq, hash))

    def forgets_checkpoints(self, after: int = 0) -> None:
        """Take checkpoints out of the database and the office's own folder."""
        self.does("DELETE FROM checkpoint WHERE n > :n", n=after)
        for path in (self.data / "checkpoints").iterdir():
            if int(path.stem) > after:
                path.unlink()

    def closes(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
        if "office" in self.__dict__:
            self.office.database.close()

    def blobs(self) -> list[Path]:
        rows = self.asks(
            "SELECT DISTINCT r.digest FROM revision r JOIN document d ON d.id = r.document "
            "WHERE d.classification = 'none' ORDER BY r.digest"
        )
        return [self.data / "blobs" / str(row["digest"])[:2] / str(row["digest"]) for row in rows]


Plant = Callable[[Intruder], object]


def _rechained_edit(by: Intruder, *, sealed: bool) -> None:
    by.does("UPDATE audit SET \"by\" = 'vanthu' WHERE seq = 8")
    by.rechains(sealed=sealed)


def _inserted(by: Intruder) -> None:
    by.does("DELETE FROM remark")
    for row in reversed(by.asks("SELECT seq FROM audit WHERE seq > 7 ORDER BY seq")):
        by.does("UPDATE audit SET seq = seq + 1 WHERE seq = :n", n=row["seq"])
    by.does(
        'INSERT INTO audit (seq, at, "by", action, document, facts, before, hash) '
        "SELECT 8, at, \"by\", action, document, facts, before, 'x' FROM audit WHERE seq = 7"
    )
    by.rechains(sealed=True)


def _appended(by: Intruder) -> None:
    [last] = by.asks("SELECT * FROM audit ORDER BY seq DESC LIMIT 1")
    told = {name: str(last[name]) for name in HASHED} | {"action": "document:viewed"}
    seq = int(str(last["seq"])) + 1
    hash = link(str(last["hash"]), seq, told)
    by.does(
        'INSERT INTO audit (seq, at, "by", action, document, facts, before, hash) '
        "VALUES (:seq, :at, :by, :action, :document, :facts, :before, :hash)",
        **{**told, "seq": seq, "before": last["hash"], "hash": hash},
    )
    by.does("UPDATE audit_head SET seq = :seq, hash = :hash", seq=seq, hash=hash)


def _reordered(by: Intruder) -> None:
    for old, new in ((8, 999), (9, 8), (999, 9)):
        by.does("UPDATE audit SET seq = :new WHERE seq = :old", old=old, new=new)


def _reordered_and_rechained(by: Intruder) -> None:
    _reordered(by)
    by.rechains(sealed=True)


def _truncated(by: Intruder) -> None:
    by.does("DELETE FROM remark WHERE seq > 10")
    by.does("DELETE FROM audit WHERE seq > 10")
    by.mends()


def _truncated_with_checkpoints(by: Intruder) -> None:
    _truncated(by)
    by.forgets_checkpoints()


def _emptied(by: Intruder) -> None:
    by.does("DELETE FROM remark")
    by.does("DELETE FROM audit")
    by.does("UPDATE audit_head SET seq = 0, hash = :none, seal = ''", none="0" * 64)


def _rebuilt(by: Intruder) -> None:
    """Everything anew and consistent, signed with the agency's own stolen key."""
    by.forgets_checkpoints()
    by.does("DELETE FROM audit WHERE action = 'log:checked'")
    by.does("DELETE FROM audit WHERE action = 'document:viewed'")
    by.rechains(sealed=True)
    by.does("UPDATE audit SET facts = facts WHERE seq = 1")
    check_log(by.office)
    leave(replace(by.office, deposits=by.office.deposits[:1]))


def _resigned(by: Intruder) -> None:
    """The last checkpoint and what it covers are replaced, with the agency's own stolen key."""
    [kept] = by.asks("SELECT size FROM checkpoint WHERE n = 2")
    by.does("DELETE FROM remark WHERE seq > :n", n=kept["size"])
    by.does("DELETE FROM audit WHERE seq > :n", n=int(str(kept["size"])) + 1)
    by.forgets_checkpoints(2)
    by.mends()
    check_log(by.office)
    leave(replace(by.office, deposits=by.office.deposits[:1]))


def _rolled_back(by: Intruder, *, files: bool) -> None:
    by.closes()
    for path in by.data.glob("trinhky.sqlite*"):
        path.unlink()
    shutil.copy(by.older / "trinhky.sqlite", by.data / "trinhky.sqlite")
    if files:
        shutil.rmtree(by.data / "checkpoints")
        shutil.copytree(by.older / "checkpoints", by.data / "checkpoints")


def _other_database(by: Intruder) -> None:
    by.closes()
    for path in by.data.glob("trinhky.sqlite*"):
        path.unlink()
    shutil.copy(by.stranger / "trinhky.sqlite", by.data / "trinhky.sqlite")


def _checkpoint_changed(by: Intruder, **told: object) -> None:
    [row] = by.asks("SELECT statement FROM checkpoint WHERE n = 2")
    statement = json.dumps({**json.loads(str(row["statement"])), **told}, sort_keys=True)
    by.does("UPDATE checkpoint SET statement = :told WHERE n = 2", told=statement)


def _signed_by_a_person(by: Intruder) -> None:
    """A new last checkpoint, perfect but for the one whose key it was signed with."""
    office = by.office
    keyring = office.keyring
    made = check_log(office)
    told = office.press.lasting.vouch(
        made.statement.encode(), keyring.signer("chutich"), office.clock()
    )
    by.does("UPDATE checkpoint SET signature = :told WHERE n = :n", told=told, n=made.n)
    leave(office)


def _signatures_exchanged(by: Intruder) -> None:
    rows = {int(str(one["n"])): one["signature"] for one in by.asks("SELECT * FROM checkpoint")}
    for n, other in ((1, 2), (2, 1)):
        by.does("UPDATE checkpoint SET signature = :told WHERE n = :n", told=rows[other], n=n)


def _stamped_at_another_time(by: Intruder) -> None:
    """The clock of the office goes on by three days, that of the authority does not."""
    office, right = by.office, by.clock()
    ahead = replace(office, clock=lambda: right + timedelta(days=3))
    with office.database.unit() as unit:
        unit.audit.append(AuditEvent("document:viewed", "kiemtra", ahead.clock()))
    vouch = office.press.lasting.vouch
    ahead.press.lasting.vouch = lambda told, who, _: vouch(told, who, right)  # type: ignore[method-assign, assignment]  # an authority with a clock of its own
    check_log(ahead)
    leave(office)


def _acted_while_the_clock_was_back(by: Intruder) -> None:
    with by.office.database.unit() as unit:
        back = by.clock() - timedelta(days=3)
        unit.audit.append(AuditEvent("document:viewed", "kiemtra", back))


def _files_exchanged(by: Intruder) -> None:
    one, other = by.blobs()[:2]
    kept = one.read_bytes()
    one.unlink()
    one.write_bytes(other.read_bytes())
    other.unlink()
    other.write_bytes(kept)


def _file_changed(by: Intruder) -> None:
    place = by.blobs()[0]
    place.unlink()
    place.write_bytes(b"%PDF-1.7 another")


_STRANGE = (
    "digest NOT IN (SELECT digest FROM revision WHERE document = "
    "(SELECT document FROM revision WHERE origin = 'sealed'))"
)
"""Holds of files that the sealed document never had."""


def _file_and_its_row(by: Intruder) -> None:
    """The bytes and their digest are replaced together, so that they fit each other."""
    [other] = by.asks(
        f"SELECT digest FROM revision WHERE {_STRANGE} AND media = 'application/pdf' LIMIT 1"  # noqa: S608 - words of ours
    )
    by.does("UPDATE revision SET digest = :d WHERE origin = 'sealed'", d=other["digest"])


def _attachment_added(by: Intruder) -> None:
    by.does(
        "INSERT INTO attachment (document, n, name, digest, size, media, own_class, classification) "  # noqa: S608, E501 - of ours
        "SELECT document, 9, 'x.pdf', digest, size, media, 'none', 'none' FROM revision "
        f"WHERE {_STRANGE} AND document IN (SELECT id FROM document WHERE classification = 'none') "
        "LIMIT 1"
    )
    by.does(
        "UPDATE attachment SET document = (SELECT document FROM revision WHERE origin = 'sealed')"
    )


def _document_deleted(by: Intruder) -> None:
    by.closes()
    for table in ("desk", "step", "reader", "opening", "revision", "attachment", "words", "mark"):
        by.does(f"DELETE FROM {table} WHERE document IN ({_LETTER})")  # noqa: S608 - names of ours
    for table in ("intake", "entry", "reminder", "proof"):
        by.does(f"DELETE FROM {table} WHERE document IN ({_LETTER})")  # noqa: S608 - names of ours
    by.does("DELETE FROM document WHERE direction = 'incoming'")


_LETTER = "SELECT id FROM document WHERE direction = 'incoming'"


def _number_of_another(by: Intruder) -> None:
    other = "SELECT id FROM document WHERE direction = 'outgoing' AND classification <> 'none'"
    by.does(f"UPDATE entry SET document = ({other}) WHERE serial = 1 AND document IN ({_LETTER})")  # noqa: S608 - names of ours


def _last_number_gone(by: Intruder) -> None:
    by.does(f"DELETE FROM entry WHERE document IN ({_LETTER})")  # noqa: S608 - names of ours


def _key_exchanged(by: Intruder) -> None:
    path = by.data / "keys" / "log.key"
    path.unlink()
    path.write_bytes(b"x" * 32)


def _checkpoint_file(by: Intruder, kind: str) -> None:
    (by.data / "checkpoints" / f"000002.{kind}").unlink()


def _checkpoint_file_rewritten(by: Intruder) -> None:
    path = by.data / "checkpoints" / "000002.json"
    told = path.read_text()
    path.unlink()
    path.write_text(told.replace('"n": 2', '"n": 3'))


def _sql(statement: str) -> Plant:
    return lambda by: by.does(statement)


PLANTED: dict[str, Plant] = {
    "when": _sql("UPDATE audit SET at = '2026-11-20T02:00:00.000001+00:00' WHERE seq = 8"),
    "who": _sql("UPDATE audit SET \"by\" = 'vanthu' WHERE seq = 8"),
    "what": _sql("UPDATE audit SET action = 'document:viewed' WHERE seq = 8"),
    "on which document": _sql(
        "UPDATE audit SET document = '' "
        "WHERE seq = (SELECT min(seq) FROM audit WHERE document <> '')"
    ),
    "the facts": _sql("UPDATE audit SET facts = '{}' WHERE seq = 8"),
    "a hash": _sql("UPDATE audit SET hash = upper(hash) WHERE seq = 8"),
    "a link": _sql("UPDATE audit SET before = hash WHERE seq = 8"),
    "first deleted": _sql("DELETE FROM audit WHERE seq = 1"),
    "one deleted": _sql("DELETE FROM audit WHERE seq = 6"),
    "last deleted": _sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
    "cut off": _truncated,
    "cut off, its checkpoints too": _truncated_with_checkpoints,
    "emptied": _emptied,
    "inserted and chained anew": _inserted,
    "appended without the key": _appended,
    "reordered": _reordered,
    "reordered and chained anew": _reordered_and_rechained,
    "edited and chained anew": partial(_rechained_edit, sealed=False),
    "edited, chained anew and sealed": partial(_rechained_edit, sealed=True),
    "rebuilt and signed anew": _rebuilt,
    "its end replaced and signed anew": _resigned,
    "the head set back": _sql("UPDATE audit_head SET seq = seq - 1"),
    "the head gone": _sql("DELETE FROM audit_head"),
    "the seal gone": _sql("UPDATE audit_head SET seal = ''"),
    "the key exchanged": _key_exchanged,
    "a remark rewritten": _sql("UPDATE remark SET text = 'Đồng ý' WHERE text <> ''"),
    "a remark deleted": _sql("DELETE FROM remark WHERE text <> ''"),
    "last checkpoint removed": _sql("DELETE FROM checkpoint WHERE n = 3"),
    "a checkpoint removed": _sql("DELETE FROM checkpoint WHERE n = 2"),
    "checkpoints removed everywhere": lambda by: by.forgets_checkpoints(),
    "a checkpoint's size": partial(_checkpoint_changed, size=9),
    "a checkpoint's time": partial(_checkpoint_changed, at="2026-11-01T00:00:00+00:00"),
    "a checkpoint of another office": partial(_checkpoint_changed, organ="H49.90.2"),
    "a checkpoint's signature": lambda by: by.does(
        "UPDATE checkpoint SET signature = :told WHERE n = 2", told=b"x"
    ),
    "two signatures exchanged": _signatures_exchanged,
    "a checkpoint signed by a person": _signed_by_a_person,
    "a checkpoint's file removed": partial(_checkpoint_file, kind="json"),
    "a checkpoint's signature file removed": partial(_checkpoint_file, kind="p7s"),
    "a checkpoint's file rewritten": _checkpoint_file_rewritten,
    "clock back": _acted_while_the_clock_was_back,
    "clock on": _stamped_at_another_time,
    "files exchanged": _files_exchanged,
    "a file changed": _file_changed,
    "a file deleted": lambda by: by.blobs()[0].unlink(),
    "a file and its row": _file_and_its_row,
    "a file slipped in": _attachment_added,
    "a document deleted": _document_deleted,
    "a number given to another": _number_of_another,
    "a number deleted": _last_number_gone,
}

OF_FILES: dict[str, Plant] = {
    "database of an old backup": partial(_rolled_back, files=False),
    "everything of an old backup": partial(_rolled_back, files=True),
    "database of another office": _other_database,
}
"""What is done with the file a SQLite database is."""


@dataclass(frozen=True)
class Scene:
    """An office with a past, a witness who saw it, and an older copy of it."""

    house: House
    witness: Path
    older: Path
    stranger: Path

    def intruder(self, folder: Path, cluster: Cluster | None) -> Intruder:
        """Give somebody who has broken into a copy of the office."""
        settings = self.house.settings
        shutil.copytree(settings.trinhky_data, folder)
        witness = Path(shutil.copytree(self.witness, folder.with_name("witness")))
        url = f"sqlite:///{folder / 'trinhky.sqlite'}"
        if cluster:
            self.house.office.database.close()
            url = cluster.create(settings.database_url)
        moved = settings.model_copy(
            update={
                "trinhky_data": folder,
                "database_url": url,
                "trinhky_witness": witness,
            }
        )
        clock = Clock(self.house.clock.moment)
        engine = create_engine(url)
        disarm(engine)
        return Intruder(
            moved,
            clock,
            engine,
            lambda: _opened(self.house.office, moved, clock),
            witness,
            self.older,
            self.stranger,
        )


def _opened(office: Office, settings: Settings, clock: Clock) -> Office:
    """Furnish what lies in another place; whom to believe and whose keys there are is the same."""
    data = settings.trinhky_data
    vault = Vault(Folder(data / "vault"), vault_key(data / "keys"))
    _, key = log_key(data / "keys")
    own, witness = (one.name for one in office.deposits)
    return replace(
        office,
        clock=clock,
        database=Database(settings.database_url, vault, key),
        contents=Contents(Blobs(Folder(data / "blobs")), vault),
        deposits=(Deposit(data / "checkpoints", own), Deposit(settings.trinhky_witness, witness)),
    )


@pytest.fixture(scope="module")
def scene(
    open_lasting_house: Opening, tmp_path_factory: pytest.TempPathFactory, paper: bytes
) -> Scene:
    """An office that worked for some hours, signed its log three times, and lost nothing."""
    folder = tmp_path_factory.mktemp("scene")
    house = open_lasting_house(trinhky_witness=folder / "witness")
    stranger = open_lasting_house("office-partner.yaml")
    document = house.act(house.drafted(), "submit", "chuyenvien", comment="Kính trình")
    _checked(house)
    house.clock.pass_by(timedelta(hours=1))
    house.sealed(document=None)
    secret = house.drafted(classification=Classification.SECRET)
    house.act(secret, "submit", "chuyenvien", comment="Rất mật")
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp", Classification.NONE)
    letter = receive(house.office, said, paper, by=house.person("vanthu")).document
    house.act(letter, "number", "vanthu")
    _checked(house)
    house.clock.pass_by(timedelta(hours=1))
    house.act(document, "approve", "truongban", comment="Nhất trí")
    house.office.database.close()
    shutil.copytree(house.settings.trinhky_data, folder / "older")
    _checked(house)
    house.clock.pass_by(timedelta(hours=1))
    with house.office.database.unit() as unit:
        unit.audit.append(AuditEvent("document:viewed", "kiemtra", house.clock(), document.id))
    for one in (house, stranger):
        one.office.database.close()
    return Scene(house, folder / "witness", folder / "older", stranger.settings.trinhky_data)


def _checked(house: House) -> None:
    check_log(house.office)
    leave(house.office)


@pytest.fixture
def intruder(scene: Scene, tmp_path: Path, postgresql: Cluster | None) -> Iterator[Intruder]:
    one = scene.intruder(tmp_path / "office", postgresql)
    yield one
    one.closes()
    if postgresql:
        postgresql.drop(one.settings.database_url)


def _ours(by: Intruder) -> list[str]:
    """Give what the office itself finds, opened anew."""
    by.closes()
    office = by.open_office()
    found = verify(office)
    office.database.close()
    return [*found.head.faults, *found.faults]


def _theirs(by: Intruder) -> list[str]:
    """Give what the auditor's own program finds."""
    url = by.settings.database_url
    at = (
        url.replace("+psycopg", "") if url.startswith("postgresql") else f"{by.data}/trinhky.sqlite"
    )
    return list(
        verify_log.faults(
            verify_log.Evidence(
                verify_log.door_to(at),
                by.data,
                by.witness,
                [verify_log.certificate(by.data / "keys" / "root.crt")],
                (by.data / "keys" / "log.key").read_bytes(),
            )
        )
    )


def test_where_nothing_was_planted_neither_finds_anything(intruder: Intruder) -> None:
    assert (_ours(intruder), _theirs(intruder)) == ([], [])


@pytest.mark.parametrize("kind", PLANTED)
def test_both_find_what_was_planted(intruder: Intruder, kind: str) -> None:
    PLANTED[kind](intruder)

    theirs, ours = _theirs(intruder), _ours(intruder)

    assert theirs, f"the auditor's program does not find: {kind}"
    assert ours, f"{theirs} the office does not find: {kind}"


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("kind", OF_FILES)
def test_both_find_another_database_in_its_place(intruder: Intruder, kind: str) -> None:
    OF_FILES[kind](intruder)

    assert _theirs(intruder)
    assert _ours(intruder)


def test_at_least_twenty_five_kinds_are_planted() -> None:
    assert len(PLANTED) + len(OF_FILES) >= 50


@pytest.mark.sqlite_alone
def test_the_auditor_needs_nothing_of_ours(intruder: Intruder) -> None:
    intruder.closes()
    program = Path(verify_log.__file__)
    words = ["--data", str(intruder.data), "--witness", str(intruder.witness)]

    def ran() -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - ours
            [sys.executable, "-I", str(program), *words],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    good = ran()
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "verify-log: holds: 0 faults")
    assert "NOTICE the root certificate" in good.stdout
    intruder.does("DELETE FROM audit WHERE seq = 6")
    intruder.closes()
    assert ran().returncode == 1


def test_a_checkpoint_is_made_when_it_is_due_and_not_before(house: House) -> None:
    often, seldom = Pace(entries=3, hours=9.0), Pace(entries=1000, hours=1.0)

    assert tend_log(house.office, seldom) is None
    house.clock.pass_by(timedelta(hours=1))
    made = tend_log(house.office, seldom)
    assert made is not None
    # The entry that tells of a checkpoint asks for no further one.
    house.clock.pass_by(timedelta(days=9))
    assert tend_log(house.office, seldom) is None
    house.act(house.drafted(), "submit", "chuyenvien")
    assert tend_log(house.office, often) is None
    house.drafted()
    assert tend_log(house.office, often) is not None
    assert verify(house.office).holds
