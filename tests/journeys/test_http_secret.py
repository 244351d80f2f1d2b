"""A secret document takes the same road, is stopped at the door out, and leaves no word behind."""

import base64
import io
import re
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import docx
import pytest

from bench.running import PEOPLE, Answer, Caller, Part, Running
from tests.conftest import Serving
from tests.postgres import dump

Json = dict[str, Any]

CANARIES = (
    "chimhoàngyếnsubject",
    "chimhoàngyếnbody",
    "chimhoàngyếncomment",
    "chimhoàngyếnattachment",
    "chimhoàngyếnname",
    "chimhoàngyếnreason",
    "chimhoàngyếndocx",
)
OPEN_CANARY = "chimsẻaicũngbiết"
ON_ITS_ROAD = {"chuyenvien", "truongban", "chanhvanphong", "chutich", "vanthu", "luutru"}
DEPTH = 4
"""How many packings inside one another are opened: a DOCX in a ZIP in a stream."""


@dataclass(frozen=True)
class Left:
    """What a secret document's road left behind, after its office was closed."""

    office: Running
    id: str
    seen_by: dict[str, list[str]]  # who could see it, at each step
    refusals: list[Answer]  # of every door out
    actions: list[str]  # offered to the clerk of a sealed secret document
    sent: list[Json]
    found: dict[str, int]  # by person: how much of it they found
    completions: list[str]
    looks: dict[str, int]  # the status of everything else a stranger may try
    verdict: str
    archived: Json


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, lay_out: Serving) -> Left:
    office = lay_out(tmp_path_factory.mktemp("secret")).start()
    try:
        walked = _walk(office)
    finally:
        office.stop()
    assert office.orphans() == []
    if elsewhere := office.environment.get("DATABASE_URL"):
        (office.data / "database").write_bytes(dump(elsewhere))
    return walked


def _walk(office: Running) -> Left:
    officer = office.by("chuyenvien")
    officer.bring(_docx(OPEN_CANARY), subject="Văn bản thường").must(201)
    officer.bring(
        _docx(CANARIES[6]),
        Part("attachments", f"{CANARIES[4]}.csv", f"cột,{CANARIES[3]}\n1,2\n".encode()),
        subject=f"Kế hoạch {CANARIES[0]}",
        classification="secret",
    ).must(201)
    id = officer.post("/drafts", _secret_draft()).must(201).told["id"]
    seen = {"drafting": _who_sees(office, id)}
    officer.act("submit", id)
    office.by("truongban").act("return", id, comment=f"Sửa lại {CANARIES[5]}")
    officer.act("submit", id)
    office.by("truongban").act("approve", id, comment=f"Đồng ý {CANARIES[2]}")
    office.by("chanhvanphong").act("approve", id)
    office.by("chutich").act("sign", id)
    seen["signed"] = _who_sees(office, id)
    office.by("vanthu").act("seal", id)
    clerk = office.by("vanthu")
    seen["sealed"] = _who_sees(office, id)
    refusals = list(_knock(clerk, id))
    sealed = clerk.see(id)
    verdict = clerk.get(f"/documents/{id}/validation").must(200).told["verdict"]
    looks = _strangers(office, id)
    clerk.act("close", id, comment="Giao trực tiếp, có ký nhận")
    archived = office.by("luutru").act("archive", id)
    _await_index(office)
    seen["archived"] = _who_sees(office, id)
    return Left(
        office=office,
        id=id,
        seen_by=seen,
        refusals=refusals,
        actions=sealed["actions"],
        sent=clerk.get(f"/documents/{id}/dispatches").must(200).told["items"],
        found={person: _finds(office.by(person)) for person in PEOPLE},
        completions=office.by("chutich").get("/search/complete?q=chimho").must(200).told["items"],
        looks=looks,
        verdict=verdict,
        archived=archived,
    )


def _secret_draft() -> Json:
    return {
        "type": "QĐ",
        "subject": f"Về việc {CANARIES[0]}",
        "classification": "confidential",
        "bases": "Căn cứ Luật Bảo vệ bí mật nhà nước.",
        "body": [f"Phê duyệt phương án {CANARIES[1]}.", "Giao Văn phòng thực hiện."],
        "recipients": ["H49.90.2"],
    }


def _docx(words: str) -> bytes:
    written = docx.Document()
    written.add_paragraph(f"Nội dung {words} của văn bản")
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()


def _who_sees(office: Running, id: str) -> list[str]:
    return [one for one in PEOPLE if office.by(one).get(f"/documents/{id}").status != 404]


def _knock(clerk: Caller, id: str) -> Iterator[Answer]:
    """Try every way out that there is."""
    seen = clerk.see(id)
    yield clerk.post(f"/documents/{id}/dispatches", {"recipients": ["H49.90.2"]})
    yield clerk.try_to("dispatch", seen, recipients=["H49.90.2"])
    batch = {"action": "dispatch", "documents": [id], "recipients": ["H49.90.2"]}
    told = clerk.post("/actions/batch", batch).must(207).told["results"]
    assert [one["rule"] for one in told] == ["egress.classified"]


def _strangers(office: Running, id: str) -> dict[str, int]:
    stranger = office.by("kiemtra")
    looks = ("", "/content", "/pages/1.png", "/history", "/validation", "/placement", "/dispatches")
    tried = {look: stranger.get(f"/documents/{id}{look}").status for look in looks}
    tried["act"] = stranger.post(f"/documents/{id}/actions/approve", {}).status
    tried["send"] = stranger.post(f"/documents/{id}/dispatches", {"recipients": ["H49.12"]}).status
    return tried


def _await_index(office: Running) -> None:
    """Wait until what may be found is found: then the index has done what it will do."""
    end = time.monotonic() + 40
    while not office.by("kiemtra").get(f"/search?q={quote(OPEN_CANARY)}").must(200).told["total"]:
        assert time.monotonic() < end, "the index did not come so far"
        time.sleep(0.1)


def _finds(caller: Caller) -> int:
    found = 0
    for words in (*CANARIES, "chimhoangyensubject", "Kế hoạch chimhoàngyếnsubject"):
        found += int(caller.get(f"/search?q={quote(words)}").must(200).told["total"])
    register = caller.get("/registers/van-ban-di")
    return found + register.content.decode().count("chimho")


def test_it_takes_the_same_road_as_any_other(left: Left) -> None:
    assert left.archived["state"] == "archived"
    assert left.archived["register"] == "van-ban-di-mat"
    assert left.verdict == "valid"


def test_every_way_out_refuses_it(left: Left) -> None:
    assert [one.status for one in left.refusals] == [422, 422]
    for refusal in left.refusals:
        assert refusal.headers["Content-Type"] == "application/problem+json"
        assert refusal.told["rule"] == "egress.classified"
        assert "mật" in refusal.told["detail"]
    assert "dispatch" not in left.actions
    assert left.sent == []


def test_nothing_lies_in_the_spool(left: Left) -> None:
    assert [path for path in left.office.spool.rglob("*") if path.is_file()] == []


def test_nobody_finds_it(left: Left) -> None:
    assert left.found == dict.fromkeys(PEOPLE, 0)
    assert left.completions == []


def test_only_people_on_its_road_may_know_of_it(left: Left) -> None:
    assert set(left.seen_by["drafting"]) == {"chuyenvien"}
    assert set(left.seen_by["signed"]) == ON_ITS_ROAD - {"luutru"}
    assert set(left.seen_by["sealed"]) == ON_ITS_ROAD - {"luutru"}
    assert set(left.seen_by["archived"]) == ON_ITS_ROAD


def test_for_a_stranger_it_is_not_there_whatever_they_try(left: Left) -> None:
    assert set(left.looks.values()) == {404}


def test_its_words_are_in_no_file_outside_the_vault(left: Left) -> None:
    office = left.office
    outside = [
        path
        for path in office.folder.rglob("*")
        if path.is_file() and not path.is_relative_to(office.data / "vault")
    ]
    found = {
        (str(path.relative_to(office.folder)), canary)
        for path in outside
        for canary in CANARIES
        if tells(path.read_bytes(), canary)
    }

    assert len(outside) > 10
    assert found == set()


def test_no_file_of_it_lies_among_the_open_ones(left: Left) -> None:
    blobs = left.office.data / "blobs"
    kept = [path for path in blobs.rglob("*") if path.is_file()]

    assert len(kept) == 2  # the open document's DOCX and its PDF


def test_the_vault_holds_nothing_in_clear(left: Left) -> None:
    vault = left.office.data / "vault"
    kept = [path.read_bytes() for path in vault.rglob("*") if path.is_file()]

    assert len(kept) > 8
    assert not any(tells(content, canary) for content in kept for canary in CANARIES)
    assert not any(content.startswith((b"%PDF", b"PK")) for content in kept)


def test_the_scan_would_have_found_the_words(left: Left) -> None:
    """An open document's words are found by it in the database, in the blobs and in the index."""
    data = left.office.data
    telling = {
        path.relative_to(data).parts[0]
        for path in data.rglob("*")
        if path.is_file() and tells(path.read_bytes(), OPEN_CANARY)
    }

    assert "blobs" in telling
    assert any(name.startswith(("trinhky.sqlite", "database")) for name in telling)


@pytest.mark.parametrize("pack", [bytes, zlib.compress, base64.b64encode])
def test_the_scan_sees_through_packings(pack: Any) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<t>{CANARIES[0]}</t>" * 9)
    packed = b"before" + pack(inner.getvalue()) + b"after"

    assert tells(packed, CANARIES[0])
    assert not tells(packed, CANARIES[1])


def tells(content: bytes, words: str, depth: int = DEPTH) -> bool:
    """Tell whether words stand in some bytes, in any usual encoding, packed or not."""
    if any(one in content for one in _spellings(words)):
        return True
    return depth > 0 and any(tells(one, words, depth - 1) for one in _unpacked(content))


def _spellings(words: str) -> set[bytes]:
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", words)
        if not unicodedata.combining(letter)
    )
    forms = {words, unicodedata.normalize("NFD", words), words.upper(), plain, plain.upper()}
    return {form.encode(code) for form in forms for code in ("utf-8", "utf-16-le", "utf-16-be")}


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Give whatever zlib streams, ZIP entries and long base64 runs in some bytes hold."""
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        yield from _inflated(content[found.start() :], zlib.MAX_WBITS)
    for found in re.finditer(rb"PK\x03\x04", content):
        at = found.start()
        name = int.from_bytes(content[at + 26 : at + 28], "little")
        extra = int.from_bytes(content[at + 28 : at + 30], "little")
        yield from _inflated(content[at + 30 + name + extra :], -zlib.MAX_WBITS)
    for found in re.finditer(rb"[A-Za-z0-9+/\r\n]{40,}={0,2}", content):
        for shift in range(4):
            run = re.sub(rb"[\r\n]", b"", found.group())[shift:]
            yield base64.b64decode(run[: len(run) // 4 * 4], validate=False)


def _inflated(content: bytes, bits: int) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(bits)
    try:
        inflated = unpacking.decompress(content, 50_000_000)
    except zlib.error:
        return
    if inflated:
        yield inflated
