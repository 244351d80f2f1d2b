"""Files and vault on a disk and in a real S3 store: what holds of one must hold of the other."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.document import Digest
from records.errors import Broken, Unavailable
from storage.blobs import Blobs, digest_of
from storage.bucket import Bucket, Server
from storage.folder import Folder
from storage.objects import Objects
from storage.vault import Vault
from tests.servers.swift import ACCOUNT, REGION, SECRET, Swift

WORDS = "phương án chim lạc vàng"
BUCKET = "office"


@dataclass
class Place:
    """Somewhere to keep objects, and ways of an enemy's to it."""

    objects: Objects
    change: Callable[[str, bytes], object]
    lose: Callable[[str], object]

    def everything(self) -> dict[str, bytes]:
        """Give what lies there as whoever stole it would see it."""
        return {name: self.objects.get(name) or b"" for name in self.objects.names()}


def client(swift: Swift, *, timeout: float = 10.0, attempts: int = 1) -> Any:
    return Server(swift.endpoint, REGION, ACCOUNT, SECRET, timeout, attempts).client()


@pytest.fixture(scope="module")
def s3(swift: Swift) -> Any:
    asked = client(swift, attempts=3)
    asked.create_bucket(Bucket=BUCKET)
    return asked


@pytest.fixture
def bucket(s3: Any) -> Bucket:
    return Bucket(s3, BUCKET, f"{uuid4().hex}/")


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        root = tmp_path / "objects"
        return Place(
            Folder(root),
            lambda name, content: (root / name).write_bytes(content),
            lambda name: (root / name).unlink(),
        )
    asked, prefix = request.getfixturevalue("s3"), f"{uuid4().hex}/"
    return Place(
        Bucket(asked, BUCKET, prefix),
        lambda name, content: asked.put_object(Bucket=BUCKET, Key=prefix + name, Body=content),
        lambda name: asked.delete_object(Bucket=BUCKET, Key=prefix + name),
    )


def under(digest: Digest) -> str:
    return f"{digest[:2]}/{digest}"


# ── one object ───────────────────────────────────────────────────────────────────────────


def test_what_is_kept_is_given_back_and_nothing_else_is_there(place: Place) -> None:
    assert place.objects.get("a/b") is None
    assert not place.objects.exists("a/b")

    assert place.objects.put_new("a/b", b"one") == b"one"
    assert place.objects.put_new("a/empty", b"") == b""

    assert place.objects.get("a/b") == b"one"
    assert place.objects.exists("a/b")
    assert not place.objects.exists("a")
    assert list(place.objects.names()) == ["a/b", "a/empty"]
    assert place.objects.writable()


def test_what_lies_there_is_never_written_over(place: Place) -> None:
    place.objects.put_new("a/b", b"one")

    assert place.objects.put_new("a/b", b"two") == b"one"
    assert place.objects.get("a/b") == b"one"


def test_of_many_first_writers_one_wins_and_all_are_told_which(place: Place) -> None:
    start = Barrier(6)

    def write(n: int) -> bytes:
        start.wait()
        return place.objects.put_new("a/key", b"%d" % n)

    with ThreadPoolExecutor(6) as pool:
        told = set(pool.map(write, range(6)))

    assert told == {place.objects.get("a/key")}


def test_large_files_come_back_whole(place: Place) -> None:
    content = os.urandom(8_000_000)
    blobs = Blobs(place.objects)

    assert blobs.get(blobs.put(content)) == content


# ── files ────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_named_by_the_hash_of_what_is_in_it(place: Place) -> None:
    blobs = Blobs(place.objects)
    digest = blobs.put(b"one")
    blobs.put(b"one")

    assert digest == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert place.everything() == {f"76/{digest}": b"one"}
    assert list(blobs) == [digest]
    assert blobs.get(digest) == b"one"


@pytest.mark.parametrize("change", [b"onf", b"on", b"one ", b""])
def test_a_changed_file_is_never_given_out_nor_taken_for_kept(place: Place, change: bytes) -> None:
    blobs = Blobs(place.objects)
    digest = blobs.put(b"one")
    place.change(under(digest), change)

    with pytest.raises(Broken, match="storage.blob-changed"):
        blobs.get(digest)
    with pytest.raises(Broken, match="storage.blob-changed"):
        blobs.put(b"one")


def test_a_lost_file_is_told_as_lost(place: Place) -> None:
    blobs = Blobs(place.objects)
    digest = blobs.put(b"one")
    place.lose(under(digest))

    with pytest.raises(Broken, match="storage.blob-lost"):
        blobs.get(digest)
    assert blobs.put(b"one") == digest
    assert blobs.get(digest) == b"one"


# ── the vault ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def vault(place: Place) -> Vault:
    return Vault(place.objects, AESGCM.generate_key(256))


def test_nothing_in_the_vault_is_in_clear_not_even_a_name(place: Place, vault: Vault) -> None:
    content = f"{WORDS} ".encode() * 50
    digest = vault.put("a", content)
    shut = vault.shut("a", {"subject": WORDS})

    assert vault.put("a", content) == digest
    assert vault.get("a", digest) == content
    assert vault.open("a", shut) == {"subject": WORDS}
    kept = place.everything()
    assert len(kept) == 2
    assert digest not in "".join(kept)
    for found in [shut, *kept.values()]:
        assert not any(word.encode() in found for word in [*WORDS.split(), digest])
        assert content[:16] not in found


def test_the_same_content_looks_different_in_every_document(place: Place, vault: Vault) -> None:
    vault.put("a", b"one" * 100)
    vault.put("b", b"one" * 100)

    kept = place.everything()
    assert len({name.split("/")[1] for name in kept}) == 3  # two contents, and "key"
    assert len(set(kept.values())) == 4


def test_another_master_key_opens_nothing(place: Place, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    shut = vault.shut("a", {"subject": WORDS})
    stranger = Vault(place.objects, AESGCM.generate_key(256))

    with pytest.raises(Broken, match="storage.blob-changed"):
        stranger.get("a", digest)
    with pytest.raises(Broken, match="storage.blob-changed"):
        stranger.open("a", shut)


def test_a_turned_bit_anywhere_in_the_vault_is_found(place: Place, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    for name, whole in place.everything().items():
        for at in range(0, len(whole), 7):
            place.change(name, whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.get("a", digest)
        for short in (whole[:7], b""):
            place.change(name, short)
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.get("a", digest)
        place.change(name, whole)
    assert vault.get("a", digest) == b"one"


def test_swapped_objects_and_keys_are_found(place: Place, vault: Vault) -> None:
    first, second, other = vault.put("a", b"one"), vault.put("a", b"two"), vault.put("b", b"one")
    kept = place.everything()
    one, two = (name for name in kept if name.startswith("a/") and name != "a/key")

    with swapped(place, kept, one, two):
        for digest in (first, second):
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.get("a", digest)
    (shut_a, shut_b) = (vault.shut(name, {"subject": WORDS}) for name in "ab")
    with pytest.raises(Broken, match="storage.blob-changed"):
        vault.open("a", shut_b)
    with swapped(place, kept, "a/key", "b/key"):
        for document, digest, shut in (("a", first, shut_a), ("b", other, shut_b)):
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.get(document, digest)
            with pytest.raises(Broken, match="storage.blob-changed"):
                vault.open(document, shut)
    assert vault.get("b", other) == b"one"


@contextmanager
def swapped(place: Place, kept: dict[str, bytes], one: str, two: str) -> Iterator[None]:
    place.change(one, kept[two])
    place.change(two, kept[one])
    yield
    place.change(one, kept[one])
    place.change(two, kept[two])


def test_without_its_key_a_document_is_lost_and_says_so(place: Place, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    shut = vault.shut("a", {"subject": WORDS})
    place.lose("a/key")

    with pytest.raises(Broken, match="storage.blob-lost"):
        vault.get("a", digest)
    with pytest.raises(Broken, match="storage.blob-lost"):
        vault.open("a", shut)


def test_a_lost_object_of_the_vault_is_told_as_lost(place: Place, vault: Vault) -> None:
    digest = vault.put("a", b"one")
    place.lose(next(name for name in place.everything() if name != "a/key"))

    with pytest.raises(Broken, match="storage.blob-lost"):
        vault.get("a", digest)


def test_a_key_first_used_by_many_at_once_loses_nothing(place: Place) -> None:
    master = AESGCM.generate_key(256)
    start = Barrier(4)

    def put(n: int) -> list[tuple[str, Digest, bytes]]:
        mine = Vault(place.objects, master)
        done = []
        for document in "abcd":
            start.wait()
            content = f"{document}{n}".encode()
            done.append((document, mine.put(document, content), mine.shut(document, {"n": n})))
        return done

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(put, range(4)))

    vault = Vault(place.objects, master)
    for n, mine in enumerate(written):
        for document, digest, shut in mine:
            assert vault.get(document, digest) == f"{document}{n}".encode()
            assert vault.open(document, shut) == {"n": n}


def test_a_remembered_key_needs_no_second_journey_and_lies_in_memory_shut(place: Place) -> None:
    vault = Vault(place.objects, AESGCM.generate_key(256), keys_remembered=10)
    shut = vault.shut("a", {"subject": WORDS})
    assert vault.open("a", shut) == {"subject": WORDS}
    place.lose("a/key")

    assert vault.open("a", shut) == {"subject": WORDS}


# ── the bucket's own ─────────────────────────────────────────────────────────────────────


def test_a_listing_of_many_pages_is_whole(swift: Swift, s3: Any) -> None:
    prefix = f"{uuid4().hex}/"
    digests = sorted(digest_of(b"%d" % n) for n in range(2_050))
    swift.list_also(BUCKET, [f"{prefix}{under(one)}" for one in digests])

    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"] == 1_000
    assert list(Blobs(Bucket(s3, BUCKET, prefix))) == digests


def test_a_prefix_keeps_two_offices_apart(s3: Any, bucket: Bucket) -> None:
    bucket.put_new("a/b", b"one")

    assert list(Bucket(s3, BUCKET, f"{uuid4().hex}/").names()) == []


@pytest.mark.parametrize("wrong", ["secret", "bucket"])
def test_a_store_that_refuses_us_is_unavailable(swift: Swift, wrong: str) -> None:
    secret = "of-another" if wrong == "secret" else SECRET
    asked = Server(swift.endpoint, REGION, ACCOUNT, secret, 5, 1).client()
    stranger = Bucket(asked, "nowhere" if wrong == "bucket" else BUCKET)

    assert not stranger.writable()
    for act in (
        lambda: stranger.put_new("a/b", b"one"),
        lambda: stranger.get("a/b"),
        lambda: list(stranger.names()),
    ):
        with pytest.raises(Unavailable, match="storage.unavailable"):
            act()


def test_neither_the_surroundings_nor_a_proxy_lead_bytes_elsewhere(
    swift: Swift, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3.list_buckets()["Buckets"]
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")

    assert Bucket(client(swift), BUCKET).writable()
    assert Server("", "ap-southeast-1", "a", "b").client().meta.endpoint_url == (
        "https://s3.ap-southeast-1.amazonaws.com"
    )


class Heeding(BaseHTTPRequestHandler):
    """As much of a server that heeds conditions as one object needs; somebody else is first."""

    protocol_version = "HTTP/1.1"
    code = "PreconditionFailed"
    kept: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.answer(200 if self.path in self.kept else 404)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(self.headers.get("If-None-Match", ""))
        self.kept[self.path] = b"the first one's"
        self.answer(412, f"<Error><Code>{self.code}</Code></Error>".encode())

    def do_GET(self) -> None:
        self.answer(200, self.kept[self.path])

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_a_server_that_heeds_the_condition_decides_who_is_first(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(Heeding, "code", code)
    monkeypatch.setattr(Heeding, "kept", {})
    monkeypatch.setattr(Heeding, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Heeding)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        asked = Server(endpoint, REGION, "a", "b", 5.0, 1).client()

        assert Bucket(asked, BUCKET).put_new("a/key", b"mine") == b"the first one's"
        assert Heeding.asked == ["*"]
        asked.close()
    finally:
        server.shutdown()
        serving.join(5)
        server.server_close()


# ── faults ───────────────────────────────────────────────────────────────────────────────


@contextmanager
def frozen(swift: Swift) -> Iterator[None]:
    for pid in swift.running:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in swift.running:
            os.kill(pid, signal.SIGCONT)


def test_a_store_that_hangs_is_given_up_in_time(swift: Swift, s3: Any) -> None:
    assert s3
    hasty = Bucket(client(swift, timeout=0.3, attempts=2), BUCKET, f"{uuid4().hex}/")
    hasty.put_new("a/b", b"one")

    with frozen(swift):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="storage.unavailable"):
            hasty.put_new("a/c", b"two")
        assert not hasty.writable()
        assert time.monotonic() - began < 15

    patient = Bucket(client(swift), BUCKET, hasty._prefix)  # noqa: SLF001 - the same place
    assert patient.get("a/b") == b"one"
    assert patient.get("a/c") in (None, b"two")


def test_a_store_killed_in_the_middle_loses_nothing_and_comes_back(
    swift: Swift, bucket: Bucket
) -> None:
    """Writers work while it dies: whatever was acknowledged is there, and nothing is there half."""
    blobs = Blobs(bucket)
    promised: list[Digest] = []
    told: list[Unavailable] = []
    begun = Event()

    def write(n: int) -> None:
        for m in range(10_000):
            try:
                promised.append(blobs.put(b"%d-%d " % (n, m) + os.urandom(300_000)))
                begun.set()
            except Unavailable as fault:
                told.append(fault)
                return

    writers = [Thread(target=write, args=(n,)) for n in range(3)]
    for one in writers:
        one.start()
    assert begun.wait(20)
    swift.kill()
    for one in writers:
        one.join(60)

    assert [fault.rule for fault in told] == ["storage.unavailable"] * 3
    assert not blobs.writable()
    with pytest.raises(Unavailable, match="storage.unavailable"):
        blobs.get(promised[0])
    with pytest.raises(Unavailable, match="storage.unavailable"):
        list(blobs)

    swift.start()
    assert blobs.writable()
    for digest in {*promised, *blobs}:
        blobs.get(digest)
    assert blobs.get(blobs.put(b"after")) == b"after"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
    ],
    ids=["silence", "slow down", "broken", "half an answer", "another protocol"],
)
def test_a_store_that_answers_nonsense_is_unavailable(answer: bytes) -> None:
    with answering(answer) as endpoint:
        bucket = Bucket(Server(endpoint, REGION, "a", "b", 2.0, 1).client(), BUCKET)

        with pytest.raises(Unavailable, match="storage.unavailable"):
            bucket.get("a/b")


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Answer every request with the same bytes and hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    asked, _ = listening.accept()
                except OSError:
                    return
                with asked:
                    asked.recv(65_536)
                    asked.sendall(answer)

        thread = Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
