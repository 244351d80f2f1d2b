"""The vault's master key is kept in three ways and changed at any moment; keys are destroyed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pkcs11
import pytest

from config.settings import Settings
from drafting.sandbox import Sandbox
from front.copying import NO_LEDGER, copy, restore
from front.furnishing import furnish
from front.keeping import asked_before, closed_to_all, in_use
from front.rekeying import change_master
from front.serving import application
from records.document import Classification, Document
from records.errors import Broken, NotAllowed, NotFound, Refused, Unavailable
from records.finding import Bounds
from signing.token import VAULT_LABEL, TokenKey
from storage.folder import Folder
from storage.keys import VAULT_KEY, vault_key
from storage.rekeying import rekey
from storage.ring import Master, Phrase, Ring
from storage.vault import DESTROYED, SHUT_AWAY, Vault, open_key
from tests.conftest import PASSWORD, House
from tests.rooms.test_custody import LIBRARY, PIN, tool
from workflow.destroy import destroy, destroy_by_operator
from workflow.look import content, desk, history, page_of_documents, page_picture, view
from workflow.registers import open_book
from workflow.verify import verify

ROOT = Path(__file__).parents[2]
LABEL = "vault"
PHRASE = "câu mở kho rất dài"
FILES = {f"{n:032x}": f"nội dung {n}".encode() for n in range(3)}


def laid(folder: Path) -> dict[str, str]:
    """Lay a vault with three files in ``folder``, and give their digests."""
    vault = Vault(Folder(folder / "vault"), vault_key(folder / "keys"), ring=Ring(folder / "keys"))
    return {name: vault.put(name, content) for name, content in FILES.items()}


def read(folder: Path, master: Master | None = None) -> Vault:
    keys = folder / "keys"
    return Vault(Folder(folder / "vault"), vault_key(keys, master or Master()), ring=Ring(keys))


def whole(folder: Path, digests: dict[str, str]) -> bool:
    vault = read(folder)
    return all(vault.get(name, digests[name]) == FILES[name] for name in FILES)  # type: ignore[arg-type]  # as put gave them


def test_every_document_key_lies_under_the_new_master_and_none_under_the_old(
    tmp_path: Path,
) -> None:
    digests = laid(tmp_path)
    old = (tmp_path / "keys" / VAULT_KEY).read_bytes()

    assert rekey(Folder(tmp_path / "vault"), tmp_path / "keys", Master()) == (3, False)

    new = (tmp_path / "keys" / VAULT_KEY).read_bytes()
    assert new != old
    assert whole(tmp_path, digests)
    for name in FILES:
        shut = (tmp_path / "vault" / name / "key").read_bytes()
        assert open_key(new, shut, name)
        with pytest.raises(Broken):
            open_key(old, shut, name)
    assert old not in [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert rekey(Folder(tmp_path / "vault"), tmp_path / "keys", Master()) == (3, False)
    assert whole(tmp_path, digests)


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.folder import Folder
from storage.rekeying import rekey
from storage.ring import Master
folder, left = Path(sys.argv[1]), int(sys.argv[2])
objects = Folder(folder / "vault")
def hook(event, told):
    global left
    if event in ("open", "os.rename", "os.remove", "os.link") and str(folder) in str(told[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
rekey(objects, folder / "keys", Master())
"""


def test_killed_anywhere_it_opens_and_the_next_change_goes_on(tmp_path: Path) -> None:
    digests, killed, n = laid(tmp_path / "before"), 0, 0
    while True:
        n += 1
        folder = tmp_path / f"{n}"
        shutil.copytree(tmp_path / "before", folder)
        told = subprocess.run(  # noqa: S603 - every word is ours
            [sys.executable, "-c", KILLED, str(folder), str(n)], cwd=ROOT, check=False
        )
        assert whole(folder, digests), f"after {n} steps"
        if told.returncode == 0:
            break
        killed += 1
        rekey(Folder(folder / "vault"), folder / "keys", Master())
        assert whole(folder, digests)
        key = (folder / "keys" / VAULT_KEY).read_bytes()
        assert key != (tmp_path / "before" / "keys" / VAULT_KEY).read_bytes()
        for name in FILES:
            assert open_key(key, (folder / "vault" / name / "key").read_bytes(), name)
        shutil.rmtree(folder)

    assert killed > 25


def test_what_came_in_between_a_killed_change_and_the_next_is_not_lost(tmp_path: Path) -> None:
    digests = laid(tmp_path)
    keys = tmp_path / "keys"
    before = (keys / VAULT_KEY).read_bytes()
    rekey(Folder(tmp_path / "vault"), keys, Master())
    # As if it had died before the new key came into force.
    (keys / VAULT_KEY).rename(keys / "vault.next")
    (keys / "vault.ring").rename(keys / "vault.ring.next")
    (keys / VAULT_KEY).write_bytes(before)
    shutil.rmtree(tmp_path / "vault")
    late = read(tmp_path).put("f" * 32, b"later")

    rekey(Folder(tmp_path / "vault"), keys, Master())

    assert read(tmp_path).get("f" * 32, late) == b"later"
    assert digests


def test_no_key_is_changed_under_an_open_office(tmp_path: Path) -> None:
    with in_use(tmp_path), pytest.raises(Refused, match=r"vault\.in-use"), closed_to_all(tmp_path):
        pass
    with (
        closed_to_all(tmp_path),
        pytest.raises(Refused, match=r"vault\.changing"),
        in_use(tmp_path),
    ):
        pass
    with in_use(tmp_path), in_use(tmp_path):
        pass


# ── ways of keeping it ───────────────────────────────────────────────────────────────────


def test_under_a_pass_phrase_it_opens_to_who_knows_it_and_to_nobody_else(tmp_path: Path) -> None:
    keys, told = tmp_path / "keys", {"phrase": PHRASE}
    kept = Master({"phrase": Phrase(lambda: told["phrase"])}, way="phrase")
    master = vault_key(keys, kept)

    assert master is not None
    assert master not in (keys / VAULT_KEY).read_bytes()
    assert vault_key(keys, kept) == master
    told["phrase"] = ""
    assert vault_key(keys, kept) is None
    assert vault_key(keys) is None
    told["phrase"] = "một câu khác hẳn"
    with pytest.raises(Refused, match=r"vault\.phrase-wrong"):
        vault_key(keys, kept)
    told["phrase"] = "ngắn"
    with pytest.raises(Refused, match="passphrase-short"):
        vault_key(tmp_path / "other", kept)


def test_a_key_in_a_file_goes_over_to_a_pass_phrase_by_a_change(tmp_path: Path) -> None:
    digests = laid(tmp_path)
    kept = Master({"phrase": Phrase(lambda: PHRASE)}, way="phrase")

    rekey(Folder(tmp_path / "vault"), tmp_path / "keys", kept)

    assert read(tmp_path).closed
    opened = read(tmp_path, kept)
    assert all(opened.get(name, digests[name]) == FILES[name] for name in FILES)  # type: ignore[arg-type]  # likewise
    nobody = Master({"phrase": Phrase(lambda: "")}, way="phrase")
    with pytest.raises(Refused, match=r"vault\.closed-now"):
        rekey(Folder(tmp_path / "vault"), tmp_path / "keys", nobody)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Master]:
    """Give a master key that a real token with an AES key opens."""
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    tool("--init-token", "--free", "--label", LABEL, "--so-pin", "13579", "--pin", PIN)
    library = pkcs11.lib(str(LIBRARY))
    library.reinitialize()
    with library.get_token(token_label=LABEL).open(user_pin=PIN, rw=True) as session:
        session.generate_key(pkcs11.KeyType.AES, 256, label=VAULT_LABEL, store=True)
    return lambda pin: Master({"token": TokenKey(LIBRARY, "vault", lambda: pin)}, way="token")


def test_a_token_opens_it_and_without_the_token_it_stays_closed(
    token: Callable[[str], Master], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    master = vault_key(keys, token(PIN))

    assert master is not None
    assert len(master) == 32
    assert master not in (keys / VAULT_KEY).read_bytes()
    assert vault_key(keys, token(PIN)) == master
    assert vault_key(keys, token("")) is None
    with pytest.raises(Refused, match=r"key\.pin-wrong"):
        vault_key(keys, token("000000"))
    away = Master({"token": TokenKey(LIBRARY, "nowhere", lambda: PIN)}, way="token")
    with pytest.raises(Unavailable, match=r"key\.token-unavailable"):
        vault_key(keys, away)


def test_the_settings_choose_the_way_and_the_office_opens_by_it(
    house: House, sandbox: Sandbox, tmp_path: Path
) -> None:
    secret, plain = house.drafted(classification=Classification.SECRET), house.drafted()
    house.office.database.close()
    file = tmp_path / "phrase"
    file.write_text(f"{PHRASE}\n", "utf-8")
    kept = {"vault_kept": "phrase", "vault_phrase_file": file}
    settings = house.settings.model_copy(update=kept)

    assert change_master(settings) == 0

    opened = furnish(settings, sandbox, house.clock)
    with opened.database.reading() as unit:
        assert unit.documents.get(secret.id).subject == secret.subject
    opened.database.close()
    closed = furnish(house.settings, sandbox, house.clock)
    with closed.database.reading() as unit:
        assert unit.documents.get(plain.id).subject == plain.subject
        with pytest.raises(Unavailable, match=r"vault\.closed"):
            unit.documents.get(secret.id)
    by = house.person("chuyenvien")
    found, _ = page_of_documents(closed, Bounds(), after="", limit=9, by=by)
    assert {one.subject for one in found} == {plain.subject, SHUT_AWAY}
    assert {one.document.id for one in desk(closed, by=by)} == {plain.id, secret.id}
    closed.database.close()


def test_the_pass_phrase_is_asked_once_and_left_in_memory_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: PHRASE)
    monkeypatch.setenv("VAULT_PHRASE_FILE", "")

    asked_before(Settings(vault_kept="phrase"))

    told = Settings().vault_phrase_file
    assert str(told).startswith("/proc/self/fd/")
    assert [told.read_text("utf-8") for _ in range(2)] == [PHRASE] * 2
    before = os.environ["VAULT_PHRASE_FILE"]
    asked_before(Settings(vault_kept="file"))
    assert os.environ["VAULT_PHRASE_FILE"] == before


# ── destroying ───────────────────────────────────────────────────────────────────────────


def archived(house: House) -> Document:
    sealed = house.sealed(classification=Classification.SECRET)
    closed = house.act(sealed, "close", "vanthu", comment="giao tay")
    return house.act(closed, "archive", "luutru")


def test_what_was_destroyed_says_nothing_and_stays_in_its_place(house: House) -> None:
    document = archived(house)
    keeper, leader = house.person("luutru"), house.person("chutich")
    for wrong in ("", " "):
        with pytest.raises(Refused, match=r"destroy\.decision"):
            destroy(house.office, document.id, wrong, document.id, by=keeper)
    with pytest.raises(Refused, match=r"destroy\.unconfirmed"):
        destroy(house.office, document.id, "5/QĐ", "another", by=keeper)
    with pytest.raises(NotAllowed):
        destroy(house.office, document.id, "5/QĐ", document.id, by=house.person("chuyenvien"))
    with pytest.raises(NotFound):
        destroy(house.office, document.id, "5/QĐ", document.id, by=house.person("quantri"))

    doors = application(house.office, house.settings).test_client()
    came = doors.post("/api/v1/tokens", json={"username": "luutru", "password": PASSWORD})
    bearer = {"Authorization": f"Bearer {came.get_json()['token']}"}
    api = f"/api/v1/documents/{document.id}"
    words = {"decision_number": "5/QĐ-LĐLĐ", "confirm": document.id}
    assert doors.post(f"{api}/destruction", json=words, headers=bearer).status_code == 204
    refused = doors.get(f"{api}/content", headers=bearer)
    assert (refused.status_code, refused.get_json()["rule"]) == (422, "vault.destroyed")
    doors.set_cookie("trinhky", house.cookie("luutru"))
    assert DESTROYED in doors.get(f"/documents/{document.id}").get_data(as_text=True)

    seen = view(house.office, document.id, by=leader)
    assert (seen.document.subject, seen.document.number) == (DESTROYED, document.number)
    with pytest.raises(Refused, match=r"vault\.destroyed"):
        content(house.office, document.id, "", by=leader)
    with pytest.raises(Refused, match=r"vault\.destroyed"):
        page_picture(house.office, document.id, 1, "", width=99, by=leader)
    found, _ = page_of_documents(house.office, Bounds(), after="", limit=9, by=leader)
    assert [one.subject for one in found] == [DESTROYED]
    told = history(house.office, document.id, by=leader)
    assert "document:destroyed" in [one["event"] for one in told]
    assert "giao tay" not in [one["comment"] for one in told]
    [row] = open_book(house.office, "van-ban-di-mat", None, by=leader).entries
    assert row.columns["subject"] == DESTROYED
    house.work_off()
    assert verify(house.office).holds
    vault = house.settings.trinhky_data / "vault"
    assert not list((vault / document.id).glob("*"))


def test_only_what_is_secret_and_done_can_be_destroyed(house: House) -> None:
    under_way = house.drafted(classification=Classification.SECRET)
    plain = house.drafted()
    with pytest.raises((Refused, NotAllowed)):
        destroy(house.office, under_way.id, "5/QĐ", under_way.id, by=house.person("chuyenvien"))
    with pytest.raises(Refused, match=r"destroy\.open"):
        destroy_by_operator(house.office, plain.id)


def commanded(house: House, command: str, document: str) -> str:
    """Call the command line of an office that is closed, and give what it says."""
    told = {
        "PATH": os.environ["PATH"],
        "TRINHKY_DATA": str(house.settings.trinhky_data),
        "DATABASE_URL": house.settings.database_url,
    }
    done = subprocess.run(  # noqa: S603 - every word is ours
        [sys.executable, "app.py", command, document, "--confirm", document],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_an_older_backup_brings_the_rest_back_and_not_what_was_destroyed(
    house: House, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, stays = archived(house), house.drafted(classification=Classification.SECRET)
    copy(house.settings, tmp_path / "older", clock=house.clock)
    old = (house.settings.trinhky_data / "keys" / VAULT_KEY).read_bytes()
    house.office.database.close()
    assert "a new master key; 1 document keys" in commanded(house, "destroy-key", gone.id)
    keys = house.settings.trinhky_data / "keys"

    # The backup alone, with the master key of today, opens nothing of it.
    shut = (tmp_path / "older" / "vault" / gone.id / "key").read_bytes()
    assert open_key(old, shut, gone.id)
    with pytest.raises(Broken):
        open_key((keys / VAULT_KEY).read_bytes(), shut, gone.id)
    assert not any(old in path.read_bytes() for path in keys.rglob("*") if path.is_file())

    if not house.settings.database_url.startswith("sqlite"):
        return  # a server's database is put back in test_backup
    settings = Settings(trinhky_data=tmp_path / "back")
    restore(settings, tmp_path / "older", keys, ledger=NO_LEDGER, clock=house.clock)
    assert "MISSING" not in capsys.readouterr().out
    back = furnish(settings, sandbox, house.clock)
    with back.database.reading() as unit:
        assert unit.documents.get(stays.id).subject == stays.subject
        assert unit.documents.get(gone.id).subject == DESTROYED
        kept = unit.documents.get(stays.id)
    assert back.contents.get(kept, kept.latest.digest)
    assert verify(back).holds
    back.database.close()
    copy(house.settings, tmp_path / "newer", clock=house.clock)  # and backups go on
