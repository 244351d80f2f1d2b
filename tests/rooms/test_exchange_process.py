"""Messages leave by a process that can open nothing else, and each of them leaves once."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from exchange import folders
from exchange.edxml import write_status
from exchange.filter import Filter
from exchange.porter import Porter
from exchange.prints import Prints
from exchange.spool import Spool
from exchange.tray import BACK, LEAVING, SHUT, Tray
from front import exchanging as front
from front.exchanging import closed_to_it, command, exchanging
from records.errors import Unavailable
from records.exchange import DispatchState, Outcome, StatusNotice
from records.person import Organ
from storage.snapshot import file_of
from tests.conftest import MORNING, House, Opening
from workflow.carry import carry
from workflow.gather import gather
from workflow.look import view
from workflow.purge import purge
from workflow.tidings import carry_again, hear

OURS, THEIRS = Organ("H49.90.1", "Ta"), Organ("H49.90.2", "Bạn")
FOLDER = Path(THEIRS.id)
PROBE = """
import json, os, socket, sys
def tried(what):
    try:
        what()
    except OSError as fault:
        return fault.errno
    return 0
def opened(path):
    return tried(lambda: os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
paths, ports = json.load(sys.stdin)
print(json.dumps({
    "opened": {one: opened(one) for one in paths},
    "connected": [tried(lambda: socket.create_connection(("127.0.0.1", one), 1)) for one in ports],
    "environment": dict(os.environ),
    "processes": sorted(one for one in os.listdir("/proc") if one.isdigit()),
    "parent": opened(f"/proc/{os.getppid()}/environ"),
    "written": [tried(lambda: open(f"{one}/x", "w").close()) for one in ("/usr", "/tmp", "/dev")],
}))
"""


# ── the process ──────────────────────────────────────────────────────────────────────────


def test_the_process_can_open_nothing_of_the_office_but_tray_and_partners(house: House) -> None:
    house.sealed()
    closed = [str(one) for one in closed_to_it(house.settings) if one.exists()]
    database = file_of(house.settings.database_url)
    assert {Path(one).name for one in closed} >= {"keys", "vault", "blobs"}
    assert not database or str(database) in closed
    every = [*closed, str(house.settings.trinhky_config), str(house.settings.trinhky_ledger)]
    words = command(house.settings)

    outside = _probed(words[words.index(words[-4]) :], every)
    inside = _probed(words, [*every, str(house.settings.trinhky_tray / "out")])

    assert set(outside["opened"].values()) == {0}  # the probe finds them where they are open
    assert {one: inside["opened"][one] for one in every} == dict.fromkeys(every, 2)  # ENOENT
    assert inside["opened"][str(house.settings.trinhky_tray / "out")] == 0
    assert inside["connected"] != [0]
    assert set(inside["environment"]) <= {"LANG", "LC_CTYPE", "PWD"}
    assert len(inside["processes"]) <= 3  # its own and bubblewrap's: it sees no other
    assert all(inside["written"])


def _probed(words: list[str], paths: list[str]) -> dict[str, Any]:
    probe = [*words[:-1], "-c", PROBE]
    told = json.dumps([paths, [9]])
    ran = subprocess.run(  # noqa: S603 - our own command line
        probe, input=told, env={}, cwd="/", capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_two_offices_exchange_a_document_by_processes_that_are_shut_off(
    open_house: Opening,
) -> None:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    with exchanging(ours.settings), exchanging(theirs.settings):
        document = ours.sealed()
        document = ours.act(document, "dispatch", "vanthu", recipients=(THEIRS.id,))
        [sending] = view(ours.office, document.id, by=ours.person("vanthu")).dispatches
        carry(ours.office, sending.id)
        _until(lambda: hear(ours.office) == 1)
        assert gather(theirs.office) == 1
        theirs_tray = theirs.office.tray
        theirs_tray.send_status(Path(OURS.id), _notice("s1", sender=THEIRS, about=sending.id))
        _until(lambda: gather(ours.office) == 1)

        now = ours.office.tray.carrying()
        assert (now.runs, now.confined, now.waiting, now.oldest) == (True, True, 0, None)
    assert _states(ours, document.id) == [DispatchState.ACCEPTED]
    _until(lambda: not ours.office.tray.carrying().runs)


def test_a_process_that_could_open_the_keys_does_not_begin(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_wide = house.settings.model_copy(update={"trinhky_spool": house.settings.trinhky_data})
    told = front._told(too_wide)  # noqa: SLF001 - what the process is told
    ran = subprocess.run(command(too_wide), stdin=told, env={}, cwd="/", check=False)  # noqa: S603 - ours
    assert ran.returncode == 3

    allowed = house.settings.model_copy(update={"exchange_unconfined": True})
    with exchanging(allowed):
        _until(lambda: house.office.tray.carrying().runs)
        assert not house.office.tray.carrying().confined  # and the administrator is told so

    monkeypatch.setattr(front, "BWRAP", Path("/nowhere/bwrap"))
    with pytest.raises(Unavailable, match="exchange.no-sandbox"):
        command(house.settings)
    _until(lambda: not house.office.tray.carrying().runs)
    with exchanging(house.settings):
        time.sleep(0.2)
        assert not house.office.tray.carrying().runs


def test_every_message_leaves_once_however_often_its_carrier_is_killed(house: House) -> None:
    tray, place = house.office.tray, house.settings.trinhky_spool / FOLDER
    sent = {f"m{n}" for n in range(40)}
    told: set[str] = set()
    for n, name in enumerate(sorted(sent)):
        tray.send_status(FOLDER, _notice(name))
        if n % 4 == 0:
            with _carrier(house.settings) as process:
                time.sleep(0.05 + n * 0.004)  # at another moment of its work each time
                process.send_signal(signal.SIGKILL)
        told |= {one.message for one in tray.tidings()}
    with _carrier(house.settings):
        _until(lambda: tray.carrying().waiting == 0)

    assert {one.message for one in tray.tidings()} == sent
    assert sorted(path.stem for path in place.glob("*.edxml")) == sorted(sent)
    assert not list(place.glob(".*"))
    assert not list(house.settings.trinhky_tray.rglob(f"*{LEAVING}"))


@contextmanager
def _carrier(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    # Unconfined it is one process, killed by its own id and not by that of its namespace.
    alone = settings.model_copy(update={"exchange_unconfined": True})
    told = front._told(alone)  # noqa: SLF001 - what the process is told
    process = subprocess.Popen(command(alone), stdin=told, env={}, cwd="/")  # noqa: S603 - ours
    os.close(told)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


# ── the round ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tray(tmp_path: Path) -> Tray:
    tray = Tray(tmp_path / "tray", limit=100_000)
    tray.lay_out(FOLDER)
    return tray


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    spool = Spool(tmp_path / "spool", limit=100_000)
    spool.lay_out(FOLDER)
    return spool


@pytest.fixture
def edge(tmp_path: Path) -> Filter:
    prints = Prints(tmp_path / "known" / "secrets", bytes(32))
    with prints.alone():
        prints.publish(())
    return Filter(prints)


@pytest.fixture
def porter(tray: Tray, spool: Spool, edge: Filter) -> Porter:
    return Porter(tray, spool, edge, organ=OURS.id, partners={THEIRS.id: FOLDER})


def _notice(
    id: str, *, sender: Organ = OURS, to: Organ | None = None, about: str = ""
) -> StatusNotice:
    to = to or (THEIRS if sender is OURS else OURS)
    return StatusNotice(
        id, sender, to, f"{to.id},2026/11/20,1/KH", about, "03", "Đã tiếp nhận", MORNING
    )


def _told(tray: Tray) -> list[tuple[str, Outcome, str]]:
    return [(one.message, one.outcome, one.rule) for one in tray.tidings()]


def test_what_leaves_while_it_is_counted_breaks_nothing(tray: Tray) -> None:
    names = [f"m{n:03}" for n in range(300)]
    for name in names:
        tray.send_status(FOLDER, _notice(name))

    def leave() -> None:
        for name in names:
            tray.take(FOLDER, name)
            tray.tell(FOLDER, name, Outcome.LEFT)

    leaving = threading.Thread(target=leave)
    leaving.start()
    while leaving.is_alive():
        assert tray.carrying().waiting <= len(names)
        assert len(tray.waiting(FOLDER, ".edxml")) <= len(names)
    leaving.join()
    assert (tray.carrying().waiting, len(_told(tray))) == (0, len(names))


def test_a_message_waits_until_its_recipient_can_be_reached(
    tray: Tray, spool: Spool, edge: Filter, tmp_path: Path
) -> None:
    place = tmp_path / "spool" / FOLDER
    place.rename(tmp_path / "away")
    tray.send_status(FOLDER, _notice("m1"))
    partners = {THEIRS.id: FOLDER}

    carrier = Porter(tray, spool, edge, organ=OURS.id, partners=partners)
    assert carrier.round() == "partner.unreachable"
    assert (tray.carrying().waiting, _told(tray)) == (1, [])
    assert tray.waiting(FOLDER, folders.ENDING) == ["m1"]  # it certainly did not leave
    (tmp_path / "away").rename(place)
    assert Porter(tray, spool, edge, organ=OURS.id, partners=partners).round() == ""
    assert _told(tray) == [("m1", Outcome.LEFT, "")]


def test_what_is_not_this_offices_own_message_for_that_partner_does_not_leave(
    tray: Tray, porter: Porter, tmp_path: Path
) -> None:
    tray.send_status(FOLDER, _notice("other-sender", sender=Organ("H1", "Ai")))
    tray.send_status(FOLDER, _notice("other-partner", to=Organ("H2", "Ai")))
    tray.send_status(FOLDER, replace(_notice("marked"), reason="Độ mật: TỐI MẬT"))
    tray.leave(FOLDER, "no-message", b"chim")
    good = write_status(_notice("more"))
    tray.leave(FOLDER, "more", good.replace(b"</edXML>", b"<!-- chim --></edXML>"))
    tray.leave(FOLDER, "other-name", good)
    (tmp_path / "tray" / "out" / FOLDER / "link.edxml").symlink_to(tmp_path)
    porter.round()

    told = {name: (outcome, rule) for name, outcome, rule in _told(tray)}
    assert {outcome for outcome, _ in told.values()} == {Outcome.REFUSED}
    assert {name: rule for name, (_, rule) in told.items()} == {
        "other-sender": "egress.unsealed",
        "other-partner": "egress.unsealed",
        "marked": "exchange.secret",
        "no-message": "edxml.malformed",
        "more": "egress.unsealed",
        "other-name": "egress.unsealed",
    }
    assert list((tmp_path / "spool").rglob("*.edxml")) == []


@pytest.mark.parametrize(
    ("far", "outcome"),
    [("waits", Outcome.KEPT), ("lies", Outcome.WITHDRAWN), ("opened", Outcome.GONE)],
)
def test_what_is_called_back_never_leaves_again(
    far: str, outcome: Outcome, tray: Tray, porter: Porter, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool")
    tray.send_status(FOLDER, _notice("m1"))
    if far != "waits":
        porter.round()
    if far == "opened":
        for arrival in spool.waiting(FOLDER):
            spool.done(arrival)

    assert tray.call_back(FOLDER, "m1")
    tray.send_status(FOLDER, _notice("m1"))  # a job that began before comes late
    porter.round()
    tray.send_status(FOLDER, _notice("m1"))
    porter.round()

    assert _told(tray)[-1][:2] == ("m1", outcome)
    lies = [path.name for path in (tmp_path / "tray" / "out").rglob("m1*")]
    assert lies == [f"m1{SHUT}"]
    assert not list((tmp_path / "spool" / FOLDER).glob("*.edxml"))
    tray.call_back(FOLDER, "m1")
    assert tray.waiting(FOLDER, BACK) == []


def test_what_may_be_leaving_is_not_said_to_have_been_kept(tray: Tray, porter: Porter) -> None:
    tray.send_status(FOLDER, _notice("m1"))
    assert tray.take(FOLDER, "m1")  # and here the process dies, having left it or not

    assert not tray.call_back(FOLDER, "m1")
    porter.round()
    assert _told(tray) == [("m1", Outcome.GONE, "")]
    assert tray.call_back(FOLDER, "m1")


def test_that_it_left_is_heard_before_that_it_cannot_be_taken_back(
    tray: Tray, porter: Porter
) -> None:
    tray.send_status(FOLDER, _notice("m1"))
    porter.round()
    tray.call_back(FOLDER, "m1")
    porter.round()

    assert next(outcome for _, outcome, _ in _told(tray)) is Outcome.LEFT


def test_words_nobody_of_us_wrote_are_not_believed(tray: Tray, tmp_path: Path) -> None:
    told = tmp_path / "tray" / "told"
    (told / "m1.unheard-of.word").write_text("")
    (told / "..left.word").write_text("")
    (told / "m2.refused.word").write_text("một câu có chữ của văn bản")
    (told / "m3.refused.word").symlink_to("/etc/passwd")

    assert _told(tray) == [("m2", Outcome.REFUSED, ""), ("m3", Outcome.REFUSED, "")]


# ── and the office ───────────────────────────────────────────────────────────────────────


def test_what_the_edge_refuses_is_told_to_the_clerk(house: House) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=(THEIRS.id,))
    [sending] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    tray = house.office.tray
    tray.leave(FOLDER, sending.id, b"chim")  # as somebody might who got at the tray
    house.work_off()

    [now] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    assert (now.state, now.note) == (DispatchState.FAILED, "edxml.malformed")


def test_a_purge_is_not_done_while_a_message_is_leaving(house: House) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=(THEIRS.id,))
    [sending] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    carry(house.office, sending.id)
    assert house.office.tray.take(FOLDER, sending.id)

    with pytest.raises(Unavailable, match="exchange.leaving"):
        purge(house.office, document.id, "secret")


def test_what_a_backup_did_not_hold_is_put_into_the_tray_again(house: House) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=(THEIRS.id,))
    [sending] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    carry(house.office, sending.id)
    waiting = house.settings.trinhky_tray / "out" / FOLDER / f"{sending.id}.edxml"
    waiting.unlink()

    carry_again(house.office)
    carry_again(house.office)

    assert waiting.exists()
    house.work_off()
    assert _states(house, document.id) == [DispatchState.SENT]


def _states(house: House, id: str) -> list[DispatchState]:
    return [one.state for one in view(house.office, id, by=house.person("vanthu")).dispatches]


def _until(true: Callable[[], bool], patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
