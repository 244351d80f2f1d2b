"""Messages lie whole or not at all, are taken once, and carry only what was cleared."""

import base64
import hashlib
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from exchange import edxml
from exchange.gate import Exchangeable, clear
from exchange.spool import PURPOSE, Spool
from records.document import Classification, Digest, Urgency
from records.errors import Broken, Refused, Unavailable
from records.exchange import Enclosure, Envelope, Passport, StatusNotice
from records.person import Organ

ROOT = Path(__file__).parents[2]
FOLDER = Path("H49.90.2")
LETTER = b"%PDF-1.7 KMAT-7F3A9C a letter"
ANNEX = b"a table"
ENVELOPE = Envelope(
    id="0123456789abcdef0123456789abcdef",
    sender=Organ(id="H49.90.1", name="LĐLĐ thành phố Demo"),
    recipient=Organ(id="H49.90.2", name="LĐLĐ tỉnh Mẫu"),
    document_id="H49.90.1,2026/03/09,12/KH-LĐLĐ",
    code_number="12",
    code_notation="KH-LĐLĐ",
    issued_on=date(2026, 3, 9),
    place="Hạ Long",
    type_name="Kế hoạch",
    subject="Tháng Công nhân năm 2026",
    signer_capacity="TM. BAN THƯỜNG VỤ",
    signer_position="Chủ tịch",
    signer_name="Nguyễn Văn A",
    urgency=Urgency.NORMAL,
    pages=5,
    enclosures=(
        Enclosure("12.pdf", "application/pdf", LETTER, main=True),
        Enclosure("bảng.xlsx", "application/zip", ANNEX),
    ),
    sent_at=datetime(2026, 3, 9, 7, 5, 33, tzinfo=UTC),
)
MESSAGE = edxml.write(ENVELOPE)
NAME = f"{ENVELOPE.id}.edxml"
NOTICE = StatusNotice(
    id="notice-1",
    sender=ENVELOPE.recipient,
    recipient=ENVELOPE.sender,
    about=ENVELOPE.document_id,
    about_message=ENVELOPE.id,
    code="03",
    reason="",
    at=ENVELOPE.sent_at,
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    spool = Spool(tmp_path / "spool", limit=1_000_000)
    spool.lay_out(FOLDER)
    return spool


@pytest.fixture
def folder(spool: Spool, tmp_path: Path) -> Path:
    assert spool
    return tmp_path / "spool" / FOLDER


def cleared(
    *contents: bytes, destination: str = "H49.90.2", purpose: str = PURPOSE
) -> Exchangeable:
    digests = frozenset(Digest(hashlib.sha256(content).hexdigest()) for content in contents)
    passport = Passport("d" * 32, Classification.NONE, digests, frozenset())
    return clear(passport, destination=destination, purpose=purpose)


def send(spool: Spool, envelope: Envelope = ENVELOPE) -> bool:
    contents = [each.content for each in envelope.enclosures]
    clearance = cleared(*contents)
    return spool.send(clearance, FOLDER, envelope.id, edxml.write(envelope), contents)


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir())


def drop(folder: Path, name: str, content: bytes, moment: int) -> None:
    (folder / name).write_bytes(content)
    os.utime(folder / name, ns=(moment, moment))


def python(program: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - this interpreter, our own words
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'rooms'}"},
    )


# ---- sending -----------------------------------------------------------------------------------


def test_a_message_arrives_as_it_was_written(spool: Spool, folder: Path) -> None:
    assert send(spool)

    assert files(folder) == [NAME]
    assert (folder / NAME).read_bytes() == MESSAGE


def test_the_same_message_sent_again_has_no_second_effect(spool: Spool, folder: Path) -> None:
    assert send(spool)
    assert not send(spool)
    (arrival,) = spool.waiting(FOLDER)
    assert not send(spool)
    spool.done(arrival)
    assert not send(spool)

    assert files(folder) == [f"taken/{NAME}"]


def test_a_rejected_message_sent_again_has_no_second_effect(spool: Spool, folder: Path) -> None:
    send(spool)
    (arrival,) = spool.waiting(FOLDER)
    spool.reject(arrival, "exchange.secret")

    assert not send(spool)
    assert files(folder) == [f"rejected/{NAME}", f"rejected/{NAME}.reason.txt"]
    assert (folder / "rejected" / f"{NAME}.reason.txt").read_text() == "exchange.secret\n"


def unsealed() -> Iterator[tuple[str, Exchangeable, str, bytes, list[bytes]]]:
    every = [LETTER, ANNEX]
    smuggled = replace(
        ENVELOPE, enclosures=(*ENVELOPE.enclosures, Enclosure("x.pdf", "application/pdf", b"x"))
    )
    elsewhere = replace(ENVELOPE, recipient=replace(ENVELOPE.recipient, id="H49.90.3"))
    hidden = MESSAGE.replace(b"</AttachmentEncoded>", b"<x>KMAT</x></AttachmentEncoded>")
    comment = MESSAGE.replace(b"</edXML>", b"<!--KMAT--></edXML>")
    padded = MESSAGE.replace(base64.b64encode(LETTER), base64.b64encode(LETTER) + b" \n")
    yield "file not cleared", cleared(LETTER), ENVELOPE.id, MESSAGE, [LETTER]
    yield "contents not cleared", cleared(*every), ENVELOPE.id, MESSAGE, [*every, b"more"]
    yield "smuggled file", cleared(*every), ENVELOPE.id, edxml.write(smuggled), every
    yield "other recipient", cleared(*every), ENVELOPE.id, edxml.write(elsewhere), every
    yield "other destination", cleared(*every, destination="H1"), ENVELOPE.id, MESSAGE, every
    yield "other purpose", cleared(*every, purpose="mail"), ENVELOPE.id, MESSAGE, every
    yield "other name", cleared(*every), "f" * 32, MESSAGE, every
    yield "hidden element", cleared(*every), ENVELOPE.id, hidden, every
    yield "comment", cleared(*every), ENVELOPE.id, comment, every
    yield "padding", cleared(*every), ENVELOPE.id, padded, every
    yield "status", cleared(*every), NOTICE.id, edxml.write_status(NOTICE), every
    yield "no clearance", object.__new__(Exchangeable), ENVELOPE.id, MESSAGE, every


@pytest.mark.parametrize("attempt", list(unsealed()), ids=lambda attempt: attempt[0])
def test_nothing_is_written_when_the_clearance_does_not_cover_the_message(
    spool: Spool, folder: Path, attempt: tuple[str, Exchangeable, str, bytes, list[bytes]]
) -> None:
    _, clearance, name, message, contents = attempt

    with pytest.raises(Broken) as alarm:
        spool.send(clearance, FOLDER, name, message, contents)

    assert alarm.value.rule == "egress.unsealed"
    assert files(folder) == []


def test_nothing_is_written_of_a_message_that_bears_a_mark(spool: Spool, folder: Path) -> None:
    with pytest.raises(Refused, match=r"exchange\.secret"):
        send(spool, replace(ENVELOPE, subject="[TỐI MẬT] Kế hoạch"))

    assert files(folder) == []


def test_nothing_of_a_secret_document_is_anywhere_after_it_was_refused(
    spool: Spool, tmp_path: Path
) -> None:
    digest = Digest(hashlib.sha256(LETTER).hexdigest())
    for passport in (
        Passport("d", Classification.SECRET, frozenset({digest}), frozenset()),
        Passport("d", None, frozenset({digest}), frozenset()),
        Passport("d", Classification.NONE, frozenset({digest}), frozenset({digest})),
    ):
        with pytest.raises(Refused):
            spool.send(
                clear(passport, destination="H49.90.2", purpose=PURPOSE),
                FOLDER,
                ENVELOPE.id,
                MESSAGE,
                [LETTER, ANNEX],
            )

    assert files(tmp_path) == []
    # The same search finds it once it was rightly sent, in clear or as base64.
    send(spool)
    (left,) = files(tmp_path)
    assert base64.b64encode(LETTER) in (tmp_path / left).read_bytes()


def test_a_status_is_left_without_a_clearance_and_once(spool: Spool, folder: Path) -> None:
    assert spool.send_status(FOLDER, NOTICE)
    assert not spool.send_status(FOLDER, NOTICE)

    (arrival,) = spool.waiting(FOLDER)
    told = edxml.read(arrival.content, limit=10_000)
    assert isinstance(told, StatusNotice)
    assert (told.id, told.code, told.about_message) == (NOTICE.id, "03", ENVELOPE.id)
    assert files(folder) == [f"claimed/{arrival.path.name}"]


@pytest.mark.parametrize("folder", ["../outside", "/tmp", ".", "H49.90.2/../.."])  # noqa: S108 - refused
def test_a_folder_outside_the_root_is_refused(spool: Spool, folder: str) -> None:
    with pytest.raises(Refused, match=r"config\.invalid"):
        spool.send_status(Path(folder), NOTICE)


def test_a_missing_folder_is_said_to_be_out_of_reach(spool: Spool) -> None:
    for act in (
        lambda: spool.send_status(Path("H49.90.9"), NOTICE),
        lambda: list(spool.waiting(Path("H49.90.9"))),
    ):
        with pytest.raises(Unavailable) as trouble:
            act()
        assert trouble.value.rule == "partner.unreachable"
        assert trouble.value.facts == {"partner": "H49.90.9", "why": "ENOENT"}


def test_a_folder_that_became_a_file_is_out_of_reach(spool: Spool, tmp_path: Path) -> None:
    (tmp_path / "spool" / "H49.90.9").write_text("")

    with pytest.raises(Unavailable, match=r"partner\.unreachable"):
        spool.send_status(Path("H49.90.9"), NOTICE)


def test_a_full_disk_leaves_nothing_and_the_next_try_succeeds(spool: Spool, folder: Path) -> None:
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, usual[1]))
    try:
        with pytest.raises(Unavailable) as trouble:
            send(spool)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert trouble.value.facts == {"partner": "H49.90.2", "why": "EFBIG"}
    assert files(folder) == []
    assert send(spool)


CLOSED = """
import os, sys
from pathlib import Path
import test_exchange_spool as t
from records.errors import OfficeError
if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)
spool = t.Spool(Path(sys.argv[1]))
try:
    print(t.send(spool))
except OfficeError as error:
    print(error.rule, error.facts["why"])
"""


def open_the_way_to(folder: Path) -> None:
    """Let everybody pass through the scratch folders above one: pytest makes them for its own."""
    for place in folder.parents:
        if place.stat().st_uid == os.getuid() and "pytest-of-" in str(place):
            place.chmod(0o755)


def test_a_folder_this_office_may_not_write_in_is_out_of_reach(spool: Spool, folder: Path) -> None:
    assert spool
    open_the_way_to(folder)
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
    answer = python(CLOSED, folder.parent).communicate(timeout=30)[0]
    folder.chmod(0o755)
    folder.parent.chmod(0o700)
    hidden = python(CLOSED, folder.parent).communicate(timeout=30)[0]

    assert (answer, hidden) == ("partner.unreachable EACCES\n",) * 2
    assert files(folder) == []


KILLED = """
import os, sys
from pathlib import Path
import test_exchange_spool as t
Path.rename = lambda *_: os.kill(os.getpid(), 9)
t.send(t.Spool(Path(sys.argv[1])))
"""


def test_a_sender_killed_before_the_rename_leaves_no_visible_message(
    spool: Spool, folder: Path
) -> None:
    dying = python(KILLED, folder.parent)
    dying.communicate(timeout=30)

    assert dying.returncode == -signal.SIGKILL
    (left,) = files(folder)
    assert left.startswith(".")
    assert left.endswith(".part")
    assert list(spool.waiting(FOLDER)) == []

    assert send(spool)
    assert files(folder) == [NAME]
    assert [arrival.content for arrival in spool.waiting(FOLDER)] == [MESSAGE]


# ---- taking ------------------------------------------------------------------------------------


def test_messages_are_given_oldest_first_and_kept_as_evidence(spool: Spool, folder: Path) -> None:
    for n, name in enumerate(["c.edxml", "a.edxml", "b.EDXML"]):
        drop(folder, name, name.encode(), moment=1_000_000_000 + n)

    taken = []
    for arrival in spool.waiting(FOLDER):
        taken.append((arrival.name, arrival.content))
        spool.done(arrival)

    assert taken == [(n, n.encode()) for n in ("c.edxml", "a.edxml", "b.EDXML")]
    assert files(folder) == ["taken/a.edxml", "taken/b.EDXML", "taken/c.edxml"]
    assert list(spool.waiting(FOLDER)) == []


def test_what_is_no_complete_message_is_passed_over(spool: Spool, folder: Path) -> None:
    (folder / ".m.edxml.1.part").write_bytes(b"half")
    (folder / ".hidden.edxml").write_bytes(b"half")
    (folder / "notes.txt").write_bytes(b"note")
    (folder / "folder.edxml").mkdir()
    (folder / "link.edxml").symlink_to("/etc/hostname")
    (folder / "claimed" / "link.edxml").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.edxml")

    assert list(spool.waiting(FOLDER)) == []
    assert (folder / "link.edxml").is_symlink()


def test_a_message_above_the_limit_is_put_aside_with_the_reason(spool: Spool, folder: Path) -> None:
    drop(folder, "big.edxml", bytes(1_000_001), moment=1)
    drop(folder, "small.edxml", b"small", moment=2)

    assert [arrival.name for arrival in spool.waiting(FOLDER)] == ["small.edxml"]
    assert (folder / "rejected" / "big.edxml.reason.txt").read_text() == "edxml.too-large\n"
    assert (folder / "rejected" / "big.edxml").stat().st_size == 1_000_001


def test_evidence_is_never_replaced(spool: Spool, folder: Path) -> None:
    for n, content in enumerate([b"one", b"two", b"three"]):
        drop(folder, "same.edxml", content, moment=n + 1)
        (arrival,) = spool.waiting(FOLDER)
        spool.done(arrival)

    assert [
        (folder / "taken" / name).read_bytes()
        for name in ("same.edxml", "same.2.edxml", "same.3.edxml")
    ] == [b"one", b"two", b"three"]


def test_a_message_that_was_not_finished_is_given_again(spool: Spool, folder: Path) -> None:
    drop(folder, "a.edxml", b"a", moment=1)

    for arrival in spool.waiting(FOLDER):
        assert list(spool.waiting(FOLDER)) == []  # held, so given to nobody else
        assert arrival.name == "a.edxml"
    del arrival

    assert [again.name for again in spool.waiting(FOLDER)] == ["a.edxml"]


def test_a_message_replaced_while_it_is_held_is_another_message(spool: Spool, folder: Path) -> None:
    drop(folder, "a.edxml", b"first", moment=1)
    (first,) = spool.waiting(FOLDER)
    drop(folder, "a.edxml", b"second", moment=2)
    (second,) = spool.waiting(FOLDER)

    assert (first.content, second.content) == (b"first", b"second")
    assert {spool.done(first).name, spool.done(second).name} == {"a.edxml", "a.2.edxml"}


DYING = """
import os, sys
from pathlib import Path
from exchange.spool import Spool
for arrival in Spool(Path(sys.argv[1])).waiting(Path("H49.90.2")):
    print(arrival.name, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_a_message_whose_holder_was_killed_is_given_to_another(spool: Spool, folder: Path) -> None:
    drop(folder, "a.edxml", b"a", moment=1)
    dying = python(DYING, folder.parent)

    assert dying.communicate(timeout=30)[0] == "a.edxml\n"
    assert dying.returncode == -signal.SIGKILL
    (arrival,) = spool.waiting(FOLDER)
    spool.done(arrival)
    assert files(folder) == ["taken/a.edxml"]


POLLING = """
import sys
from pathlib import Path
from exchange.spool import Spool
spool = Spool(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    for arrival in spool.waiting(Path("H49.90.2")):
        print(arrival.name, flush=True)
        spool.done(arrival)
"""


def polling(program: str, root: Path, count: int) -> list[list[str]]:
    """Let processes poll from the same moment on, and give what each took."""
    pollers = [python(program, root) for _ in range(count)]
    for poller in pollers:
        assert poller.stdout is not None
        assert poller.stdout.readline() == "ready\n"
    for poller in pollers:
        assert poller.stdin is not None
        poller.stdin.write("go\n")
        poller.stdin.flush()
    answers = [poller.communicate(timeout=60)[0].split() for poller in pollers]
    assert [poller.returncode for poller in pollers] == [0] * count
    return answers


def test_several_pollers_take_each_message_exactly_once(spool: Spool, folder: Path) -> None:
    names = [f"m{n:03}.edxml" for n in range(200)]
    for n, name in enumerate(names):
        drop(folder, name, name.encode(), moment=n + 1)

    answers = polling(POLLING, folder.parent, 4)

    assert sorted(name for answer in answers for name in answer) == names
    assert sum(bool(answer) for answer in answers) > 1, "only one poller had anything to do"
    assert files(folder) == [f"taken/{name}" for name in names]
    assert list(spool.waiting(FOLDER)) == []


def test_a_message_closed_by_its_file_rights_does_not_stop_the_others(
    spool: Spool, folder: Path
) -> None:
    assert spool
    drop(folder, "closed.edxml", b"closed", moment=1)
    drop(folder, "open.edxml", b"open", moment=2)
    (folder / "closed.edxml").chmod(0)
    open_the_way_to(folder)
    for place in (folder, folder / "claimed", folder / "taken", folder / "rejected"):
        place.chmod(0o777)
    humble = 'import os; os.getuid() or (os.setgid(65534), os.setuid(65534)); print("ready"'
    answers = polling(POLLING.replace('print("ready"', humble), folder.parent, 1)

    assert answers == [["open.edxml"]]
    assert files(folder) == [
        "rejected/closed.edxml",
        "rejected/closed.edxml.reason.txt",
        "taken/open.edxml",
    ]
