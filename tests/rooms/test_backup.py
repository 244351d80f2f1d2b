"""A backup taken at work, and an office put back from it that verifies or does not open."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bench.papers import minimal_pdf
from config.settings import Settings
from drafting.sandbox import Sandbox
from front.copying import NO_LEDGER, copy, restore
from front.furnishing import furnish
from records.document import Classification, Direction, Document
from records.errors import Broken, OfficeError, Refused, Unavailable, Unreadable
from storage.manifest import NAME, Manifest
from tests.conftest import House
from tests.postgres import Cluster
from workflow.backup import try_out
from workflow.begin import Particulars
from workflow.believe import authorities_in, believe, believed
from workflow.case_files import FileSaid, file_view, open_file
from workflow.declassify import declassify, propose
from workflow.find import reindex
from workflow.look import history
from workflow.receive import receive
from workflow.reserve import reserve
from workflow.verify import verify

ROOT = Path(__file__).parents[2]
CANARY = "chim lạc vàng bay"
PHRASE = "mười hai con giáp"

PutBack = Callable[..., Settings]


def brought(house: House, n: int, classification: Classification = Classification.NONE) -> Document:
    said = Particulars(Direction.OUTGOING, "QĐ", f"{CANARY} {n}", classification)
    paper = minimal_pdf(f"paper {n}")
    return receive(house.office, said, paper, by=house.person("chuyenvien")).document


def sealed(house: House, n: int) -> Document:
    return house.sealed(brought(house, n))


def archived(house: House, n: int) -> Document:
    document = house.act(sealed(house, n), "dispatch", "vanthu", recipients=("H49.90.2",))
    return house.act(document, "archive", "luutru")


def backed_up(house: House, target: Path, **told: bool) -> Path:
    copy(house.settings, target, clock=house.clock, **told)
    return target


def keys_of(house: House) -> Path:
    return house.settings.trinhky_data / "keys"


@pytest.fixture
def put_back(house: House, postgresql: Cluster | None) -> Iterator[PutBack]:
    """Give the way to restore into an empty machine: a new folder, and a new database."""
    made = []

    def restored(source: Path, data: Path, keys: Path | None = None) -> Settings:
        address = postgresql.create() if postgresql else ""
        made.append(address)
        phrase = house.settings.backup_passphrase
        settings = Settings(trinhky_data=data, database_url=address, backup_passphrase=phrase)
        restore(settings, source, keys, ledger=NO_LEDGER, clock=house.clock)
        return settings

    yield restored
    if postgresql:
        for address in made:
            postgresql.drop(address)


@pytest.fixture
def reopened(house: House, sandbox: Sandbox) -> Callable[[Settings], House]:
    def reopen(settings: Settings) -> House:
        return House(furnish(settings, sandbox, house.clock), settings, house.clock)

    return reopen


def test_a_backup_taken_while_people_work_verifies_and_goes_on(
    house: House, put_back: PutBack, tmp_path: Path, reopened: Callable[[Settings], House]
) -> None:
    first = archived(house, 0)
    stop, made, broken = threading.Event(), [], []

    def work(hand: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            try:
                made.append(house.approved(brought(house, hand * 1000 + n)))
            except OfficeError as fault:
                broken.append(str(fault))

    hands = [threading.Thread(target=work, args=(n,)) for n in (1, 2)]
    for hand in hands:
        hand.start()
    source = backed_up(house, tmp_path / "backup")
    time.sleep(0.2)
    stop.set()
    for hand in hands:
        hand.join()

    back = reopened(put_back(source, tmp_path / "back", keys_of(house)))
    told = json.loads((source / NAME).read_text())["body"]

    assert broken == []
    assert verify(back.office).holds
    assert 1 <= told["documents"] <= 1 + len(made)
    assert not (source / "index").exists()
    assert back.office.index.stale
    assert reindex(back.office) == told["documents"]
    with back.office.database.reading() as unit:
        assert unit.documents.get(first.id).state == first.state
        assert unit.audit.latest(1)[0].event.action == "office:restored"
    following = sealed(back, 77)
    assert following.number is not None
    assert following.number.serial == 2
    back.office.database.close()


def test_secret_documents_stay_closed_without_the_key_and_open_with_it(
    house: House,
    put_back: PutBack,
    tmp_path: Path,
    reopened: Callable[[Settings], House],
    capsys: pytest.CaptureFixture[str],
) -> None:
    plain, secret = brought(house, 1), brought(house, 2, Classification.SECRET)
    source = backed_up(house, tmp_path / "backup")
    settings = put_back(source, tmp_path / "back")

    assert "MISSING KEY keys/vault.key" in capsys.readouterr().out
    closed = reopened(settings)
    with closed.office.database.reading() as unit:
        assert unit.documents.get(plain.id).subject == plain.subject
        with pytest.raises(Unavailable, match="vault.closed"):
            unit.documents.get(secret.id)
    with pytest.raises(Unavailable, match="vault.closed"):
        brought(closed, 3, Classification.SECRET)
    assert not (settings.trinhky_data / "keys" / "vault.key").exists()
    closed.office.database.close()

    shutil.copy(keys_of(house) / "vault.key", settings.trinhky_data / "keys")
    opened = reopened(settings)
    with opened.office.database.reading() as unit:
        seen = unit.documents.get(secret.id)
    assert seen.subject == secret.subject
    assert opened.office.contents.get(seen, seen.latest.digest) == minimal_pdf("paper 2")
    opened.office.database.close()


def test_words_under_a_key_that_is_no_documents_come_back_too(
    house: House, put_back: PutBack, tmp_path: Path, reopened: Callable[[Settings], House]
) -> None:
    keeper, clerk = house.person("luutru"), house.person("vanthu")
    said = FileSaid("7", "Hồ sơ mật", classification=Classification.SECRET)
    file = open_file(house.office, said, by=keeper)
    held = reserve(
        house.office, "van-ban-di-mat", "", reason="giữ", until=date(2026, 12, 1), by=clerk
    )
    document = house.sealed(classification=Classification.SECRET)
    told = {"decision": "1/QĐ", "on": date(2026, 11, 20), "reason": "vì"}
    propose(house.office, document.id, Classification.NONE, **told, by=clerk)  # type: ignore[arg-type]  # words by name
    declassify(house.office, document.id, by=house.person("chutich"))
    source = backed_up(house, tmp_path / "backup")

    back = reopened(put_back(source, tmp_path / "back", keys_of(house)))
    assert file_view(back.office, file.id, by=keeper).file.title == "Hồ sơ mật"
    with back.office.database.reading() as unit:
        assert unit.reservations.get(held.id).reason == "giữ"
    lines = history(back.office, document.id, by=back.person("kiemtra"))
    assert "Quyết định số 1/QĐ ngày 20/11/2026. vì" in {one["comment"] for one in lines}
    back.office.database.close()


def test_with_all_its_keys_no_key_is_called_missing(
    house: House, put_back: PutBack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = backed_up(house, tmp_path / "backup")
    house.clock.pass_by(timedelta(days=20))  # the revocation lists are issued anew

    put_back(source, tmp_path / "back", keys_of(house))

    assert "MISSING" not in capsys.readouterr().out


def test_another_offices_key_is_not_taken_for_this_ones(
    house: House, put_back: PutBack, open_house: Callable[..., House], tmp_path: Path
) -> None:
    brought(house, 1, Classification.SECRET)
    source = backed_up(house, tmp_path / "backup")
    other = open_house("office-partner.yaml")

    with pytest.raises(Broken, match="vault.other-key"):
        put_back(source, tmp_path / "back", keys_of(other))

    assert not (tmp_path / "back").exists()


def test_a_backup_holds_no_secret_word_and_no_key(house: House, tmp_path: Path) -> None:
    brought(house, 2, Classification.SECRET)
    source = backed_up(house, tmp_path / "backup")
    keys = [
        path.read_bytes()
        for path in keys_of(house).rglob("*")
        if path.suffix in {".key", ".p12"} or path.name == "pass-phrase"
    ]
    everything = [path.read_bytes() for path in source.rglob("*") if path.is_file()]

    assert len(keys) > 5
    for content in everything:
        assert CANARY.encode() not in content
        assert b"paper 2" not in content
        assert not any(key in content for key in keys)


def test_keys_come_along_under_a_pass_phrase(
    house: House, put_back: PutBack, tmp_path: Path, reopened: Callable[[Settings], House]
) -> None:
    secret = brought(house, 2, Classification.SECRET)
    with pytest.raises(Refused, match="backup.passphrase-short"):
        backed_up(house, tmp_path / "short", with_keys=True)
    house.settings.backup_passphrase = PHRASE
    source = backed_up(house, tmp_path / "backup", with_keys=True)

    back = reopened(put_back(source, tmp_path / "back"))

    with back.office.database.reading() as unit:
        assert unit.documents.get(secret.id).subject == secret.subject
    back.office.database.close()
    house.settings.backup_passphrase = f"{PHRASE}!"
    with pytest.raises(Refused, match="backup.passphrase-wrong"):
        put_back(source, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_an_archived_signature_is_still_valid_under_new_keys(
    house: House, put_back: PutBack, tmp_path: Path, reopened: Callable[[Settings], House]
) -> None:
    archived(house, 1)
    found = authorities_in(
        house.office, keys_of(house) / "root.crt", purpose="signers", by="the keeper"
    )
    believe(house.office, found, by="the keeper")
    source = backed_up(house, tmp_path / "backup")
    back = reopened(put_back(source, tmp_path / "back"))

    assert believed(back.office) == believed(house.office)
    assert sealed(back, 2).number is not None
    assert verify(back.office).holds
    back.office.database.close()


def test_a_flipped_bit_anywhere_is_refused_by_name(
    house: House, put_back: PutBack, tmp_path: Path
) -> None:
    sealed(house, 1)
    brought(house, 2, Classification.SECRET)
    source = backed_up(house, tmp_path / "backup")
    dice = random.Random(14)  # noqa: S311 - where to flip is no secret
    for path in sorted(one for one in source.rglob("*") if one.is_file()):
        whole = path.read_bytes()
        at = dice.randrange(len(whole) * 8)
        changed = bytearray(whole)
        changed[at // 8] ^= 1 << at % 8
        path.write_bytes(changed)

        with pytest.raises(Unreadable, match="backup.changed") as refused:
            put_back(source, tmp_path / "back")

        assert path.name in str(refused.value.facts["files"])
        assert not (tmp_path / "back").exists()
        path.write_bytes(whole)
    assert put_back(source, tmp_path / "back")


def test_a_file_taken_out_or_slipped_in_is_told(
    house: House, put_back: PutBack, tmp_path: Path
) -> None:
    one = brought(house, 1).latest.digest
    source = backed_up(house, tmp_path / "backup")
    (source / "blobs" / one[:2] / one).rename(source / "slipped-in")

    with pytest.raises(Unreadable) as refused:
        put_back(source, tmp_path / "back")

    told = str(refused.value.facts["files"])
    assert f"{one} (missing)" in told
    assert "slipped-in (unknown)" in told


def test_what_was_changed_before_the_backup_opens_no_office(house: House, tmp_path: Path) -> None:
    """A manifest made anew over a changed database is no help: the log and the numbers tell."""
    sealed(house, 1)
    source = backed_up(house, tmp_path / "backup")
    told = json.loads((source / NAME).read_text())["body"]

    assert try_out(house.office, _like(told)) == ()
    assert try_out(house.office, _like({**told, "head": "0" * 64})) == (
        "the log does not end where the manifest says",
    )
    assert try_out(house.office, _like({**told, "numbers": 7})) == ("1 numbers instead of 7",)


def test_nothing_is_restored_over_anything(house: House, put_back: PutBack, tmp_path: Path) -> None:
    source = backed_up(house, tmp_path / "backup")
    before = sorted(house.settings.trinhky_data.rglob("*"))

    with pytest.raises(Refused, match="restore.not-empty"):
        restore(house.settings, source, ledger=NO_LEDGER, clock=house.clock)
    (tmp_path / "note").mkdir()
    (tmp_path / "note" / "readme").write_text("mine")
    with pytest.raises(Refused, match="restore.not-empty"):
        put_back(source, tmp_path / "note")

    assert sorted(house.settings.trinhky_data.rglob("*")) == before
    assert (tmp_path / "note" / "readme").read_text() == "mine"


def test_a_backup_does_not_replace_another_nor_lie_in_what_it_copies(
    house: House, tmp_path: Path
) -> None:
    source = backed_up(house, tmp_path / "backup")
    with pytest.raises(Refused, match="backup.target-taken"):
        backed_up(house, source)
    with pytest.raises(Refused, match="backup.inside"):
        backed_up(house, house.settings.trinhky_data / "backup")


def test_a_lost_file_gives_no_backup_and_leaves_nothing(house: House, tmp_path: Path) -> None:
    digest = brought(house, 1).latest.digest
    (house.settings.trinhky_data / "blobs" / digest[:2] / digest).unlink()

    with pytest.raises(Broken, match="storage.blob-lost"):
        backed_up(house, tmp_path / "to" / "backup")

    assert list((tmp_path / "to").iterdir()) == []


def test_a_backup_killed_at_work_is_begun_again(
    house: House, put_back: PutBack, tmp_path: Path
) -> None:
    for n in range(30):
        brought(house, n)
    target = tmp_path / "to" / "backup"
    told = {
        "TRINHKY_DATA": str(house.settings.trinhky_data),
        "DATABASE_URL": house.settings.database_url,
        "PATH": os.environ["PATH"],
    }
    running = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "app.py", "backup", str(target)], cwd=ROOT, env=told
    )
    end = time.monotonic() + 60
    while not list(target.parent.glob("backup.partial/blobs/*")):
        assert time.monotonic() < end
        assert running.poll() is None, "it was done before it could be killed"
        time.sleep(0.001)
    running.send_signal(signal.SIGKILL)
    running.wait()

    assert not target.exists()
    with pytest.raises(Unreadable, match="backup.none"):
        put_back(target.with_name("backup.partial"), tmp_path / "back")
    backed_up(house, target)
    assert [one.name for one in target.parent.iterdir()] == ["backup"]
    put_back(target, tmp_path / "back")


def _like(told: dict[str, object]) -> Manifest:
    return Manifest(**told)  # type: ignore[arg-type]  # JSON carries no types
