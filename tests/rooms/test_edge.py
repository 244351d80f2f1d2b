"""The filter at the edge holds secrets back alone, when gate and database have let them pass."""

import errno
import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from bench.papers import minimal_pdf
from drafting.sandbox import Sandbox
from exchange import edxml
from exchange.filter import Filter
from exchange.gate import clear
from exchange.porter import Porter
from exchange.prints import LENGTH, Prints, grams_of
from front.furnishing import furnish, prints_of
from front.serving import application
from records.document import Classification, Digest, Direction, Document, Urgency
from records.errors import Broken, OfficeError, Refused, Unavailable
from records.exchange import DispatchState, Enclosure, Envelope, Passport
from records.person import Organ
from storage.blobs import digest_of
from tests.conftest import MORNING, PASSWORD, House
from tests.servers.letterbox import Letterbox
from workflow.begin import Particulars
from workflow.carry import carry
from workflow.classify import classify
from workflow.declassify import declassify, propose
from workflow.look import view
from workflow.notices import write
from workflow.receive import receive
from workflow.road import Choice

SECRET, NONE = Classification.SECRET, Classification.NONE
PDF = "application/pdf"
OURS, THEIRS = Organ("H49.90.1", "Ta"), Organ("H49.90.2", "Bạn")
FOLDER = Path(THEIRS.id)
KEY = bytes(range(32))
PARAGRAPH = (
    "Phương án bố trí lực lượng tại khu vực kho dự trữ số ba gồm hai tổ thường trực, mỗi tổ sáu "
    "người, thay ca lúc mười giờ đêm và bốn giờ sáng, mật danh liên lạc là gàlôilam, đường rút "
    "theo hướng cầu Bến Lội khi có lệnh của Ban chỉ huy thống nhất."
)


def a_docx(*paragraphs: str) -> bytes:
    written = docx.Document()
    for one in paragraphs:
        written.add_paragraph(one)
    packed = io.BytesIO()
    written.save(packed)
    return packed.getvalue()


def envelope(*files: Enclosure, subject: str = "Về việc họp") -> Envelope:
    return Envelope(
        id="m1",
        sender=OURS,
        recipient=THEIRS,
        document_id="H49.90.1,2026/11/20,1/TB",
        code_number="1",
        code_notation="TB",
        issued_on=MORNING.date(),
        place="Hà Nội",
        type_name="Thông báo",
        subject=subject,
        signer_capacity="",
        signer_position="Chủ tịch",
        signer_name="Nguyễn Văn A",
        urgency=Urgency.NORMAL,
        pages=1,
        enclosures=files,
        sent_at=MORNING,
    )


def a_pdf(content: bytes, name: str = "a.pdf") -> Enclosure:
    return Enclosure(name, PDF, content, main=True)


# ── the filter by itself ─────────────────────────────────────────────────────────────────


@pytest.fixture
def prints(tmp_path: Path) -> Prints:
    prints = Prints(tmp_path / "known" / "secrets", KEY)
    with prints.alone():
        prints.publish(())
    return prints


def hiding(content: bytes) -> bytes:
    """Give a PDF with another file attached to it."""
    pdf, written = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    pdf.add_attachment("ghi-chu.txt", b"mat")
    pdf.write(written)
    return written.getvalue()


def with_part(name: str) -> bytes:
    """Give a DOCX with one more part."""
    packed = io.BytesIO(a_docx("Thông báo"))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(name, b"mat")
    return packed.getvalue()


def broken_within(content: bytes) -> bytes:
    """Give a DOCX whose words are packed in a way that nobody unpacks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo("word/document.xml")
    begin = part.header_offset + 30 + len(part.filename)
    return content[:begin] + b"\xff" * 40 + content[begin + 40 :]


PLAIN = minimal_pdf("Thong bao hop giao ban", "Bao mat thong tin la viec cua moi nguoi")
HELD: dict[str, tuple[Callable[[], Enclosure], str]] = {
    "a file hidden in a PDF": (lambda: a_pdf(hiding(PLAIN)), "exchange.hidden-file"),
    "a file inside of a DOCX": (
        lambda: Enclosure("a.docx", "application/x", with_part("word/embeddings/a.bin")),
        "exchange.hidden-file",
    ),
    "a PDF cut in two": (lambda: a_pdf(PLAIN[: len(PLAIN) // 3]), "exchange.unread"),
    "no PDF at all": (lambda: a_pdf(b"%PDF-1.7\n" + bytes(90)), "exchange.unread"),
    "a DOCX broken within": (
        lambda: Enclosure("a.docx", "application/x", broken_within(a_docx("Thông báo"))),
        "exchange.unread",
    ),
    "a stamp in a DOCX": (
        lambda: Enclosure("a.docx", "application/x", a_docx("Thông báo", "TỐI MẬT")),
        "exchange.stamped",
    ),
    "a stamp named": (
        lambda: Enclosure("a.docx", "application/x", a_docx("Độ mật: Tuyệt mật")),
        "exchange.stamped",
    ),
    "a secret's lines": (
        lambda: Enclosure("a.docx", "application/x", a_docx("Kính gửi", PARAGRAPH)),
        "exchange.held",
    ),
    "the same without signs": (
        lambda: Enclosure("a.txt", "text/plain", PARAGRAPH.replace("đ", "d").upper().encode()),
        "exchange.held",
    ),
    "a secret's file": (lambda: Enclosure("b.bin", "application/x", b"mat"), "exchange.held"),
    "a zip that is none": (
        lambda: Enclosure("b.zip", "application/zip", b"PK\x03\x04" + bytes(40)),
        "exchange.unread",
    ),
}


@pytest.mark.parametrize("what", HELD)
def test_what_looks_like_a_secret_is_held_whatever_anybody_says_of_it(
    prints: Prints, what: str
) -> None:
    prints.publish({prints.of_file(digest_of(b"mat")), *prints.of_grams(grams_of(PARAGRAPH))})
    build, rule = HELD[what]

    with pytest.raises(Refused) as held:
        Filter(prints).judge(envelope(build()))
    assert held.value.rule == rule


def test_what_this_machine_cannot_read_now_is_read_again_later(
    prints: Prints, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints.publish(set())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as here:
        here.setattr("exchange.filter.subprocess.run", full)
        with pytest.raises(Unavailable, match=r"reader\.unavailable"):
            Filter(prints).judge(envelope(a_pdf(PLAIN)))
    Filter(prints).judge(envelope(a_pdf(PLAIN)))


def test_what_is_none_passes(prints: Prints) -> None:
    prints.publish({prints.of_file(digest_of(b"mat")), *prints.of_grams(grams_of(PARAGRAPH))})
    harmless = a_docx("Quy chế bảo vệ bí mật nhà nước", "Độ mật: Thường", "Đổi mật khẩu hằng quý")

    Filter(prints).judge(envelope(a_pdf(PLAIN), Enclosure("a.docx", "application/x", harmless)))


def test_the_subject_is_judged_too(prints: Prints) -> None:
    prints.publish(prints.of_grams(grams_of(PARAGRAPH)))
    with pytest.raises(Refused, match=r"exchange\.held"):
        Filter(prints).judge(envelope(a_pdf(PLAIN), subject=PARAGRAPH))


@pytest.mark.usefixtures("prints")
def test_without_a_sound_list_nothing_passes(tmp_path: Path) -> None:
    path = tmp_path / "known" / "secrets"
    whole = path.read_bytes()
    spoilt = {
        "gone": None,
        "empty": b"",
        "cut": whole[:-1],
        "one bit": whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
    }
    for what, content in spoilt.items():
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Unavailable, match=r"exchange\.no-list"):
            Filter(Prints(path, KEY)).judge(envelope(a_pdf(PLAIN)))
        with pytest.raises(Unavailable, match=r"exchange\.no-list"):
            Filter(Prints(path, KEY)).judge_words("Kính gửi")
        assert what
    path.write_bytes(whole)
    with pytest.raises(Unavailable, match=r"exchange\.no-list"):
        Filter(Prints(path, bytes(32))).judge_words("")  # another office's
    Filter(Prints(path, KEY)).judge(envelope(a_pdf(PLAIN)))


def test_the_list_says_nothing_to_who_lacks_its_key(tmp_path: Path, prints: Prints) -> None:
    path = tmp_path / "known" / "secrets"
    none = path.read_bytes()
    prints.publish({prints.of_file(digest_of(b"mat")), *prints.of_grams(grams_of(PARAGRAPH))})
    some = path.read_bytes()

    assert len(none) == len(some)
    assert digest_of(b"mat").encode() not in some
    assert bytes.fromhex(digest_of(b"mat")) not in some
    assert prints.of_file(digest_of(b"mat")) in some
    other = Prints(path, bytes(32))
    assert other.of_file(digest_of(b"mat")) not in some
    assert len(prints.of_file(digest_of(b"x"))) == LENGTH


def test_how_many_copied_paragraphs_are_caught_and_how_many_others(prints: Prints) -> None:
    """The guide's own paragraphs stand for an office's: half secret, half not, none seen before."""
    guide = Path(__file__).parents[2] / "docs" / "huong-dan.md"
    found = re.split(r"\n\s*\n|\n(?=[*#|] ?)", guide.read_text(encoding="utf-8"))
    paragraphs = [" ".join(one.split()) for one in found if len(one.split()) >= 40]
    chance = random.Random(6)  # noqa: S311 - a seed, so that the figures stand
    chance.shuffle(paragraphs)
    half = len(paragraphs) // 2
    secret, others = paragraphs[:half], paragraphs[half:]
    lines = [line for one in secret for line in broken(one, 16)]
    prints.publish(prints.of_grams(grams_of("\n".join(lines))))
    edge = Filter(prints)

    whole = [caught(edge, "\n".join(broken(one, 11))) for one in secret]
    touched = [caught(edge, retyped(one, chance)) for one in secret]
    alarms = [caught(edge, one) for one in others]

    assert len(paragraphs) >= 40
    assert sum(whole) / len(whole) == 1.0
    assert sum(touched) / len(touched) >= 0.9
    assert sum(alarms) == 0


def broken(paragraph: str, width: int) -> list[str]:
    words = paragraph.split()
    return [" ".join(words[at : at + width]) for at in range(0, len(words), width)]


def retyped(paragraph: str, chance: random.Random) -> str:
    """Give a paragraph as somebody types it off: one syllable in twenty-five is another."""
    words = paragraph.split()
    for at in range(chance.randrange(25), len(words), 25):
        words[at] = "khác"
    return " ".join(words)


def caught(edge: Filter, words: str) -> bool:
    try:
        edge.judge_words(words)
    except Refused:
        return True
    return False


# ── and the office ───────────────────────────────────────────────────────────────────────


def edge_of(house: House) -> Filter:
    return Filter(prints_of(house.settings))  # as another process reads it


def porter(house: House) -> Porter:
    office = house.office
    return Porter(
        office.tray,
        office.spool,
        edge_of(house),
        organ=office.organ.id,
        partners={THEIRS.id: FOLDER},
    )


def lying(house: House) -> list[Path]:
    return list((house.settings.trinhky_spool / FOLDER).glob("*.edxml"))


def secret_with(house: House, paragraph: str = PARAGRAPH) -> Document:
    document = house.drafted(subject="Về phương án", classification=SECRET, body=paragraph)
    house.work_off()
    return document


def test_a_secrets_own_bytes_are_stopped_where_gate_and_database_were_passed_by(
    house: House,
) -> None:
    document = secret_with(house)
    content = house.office.contents.get(document, document.latest.digest)
    told = replace(envelope(a_pdf(content)), sender=house.office.organ)

    house.office.tray.leave(FOLDER, "m1", edxml.write(told))  # as a hand in the process might
    porter(house).round()

    assert lying(house) == []
    [tiding] = house.office.tray.tidings()
    assert tiding.rule == "exchange.held"


def test_a_secrets_stamp_is_seen_even_when_nobody_knows_the_file(
    house: House, prints: Prints
) -> None:
    document = house.drafted(classification=SECRET)
    content = house.office.contents.get(document, document.latest.digest)

    with pytest.raises(Refused, match=r"exchange\.stamped"):
        Filter(prints).judge(envelope(a_pdf(content)))
    open_one = house.drafted()
    Filter(prints).judge(
        envelope(a_pdf(house.office.contents.get(open_one, open_one.latest.digest)))
    )


def test_a_paragraph_copied_out_of_a_secret_does_not_leave(house: House) -> None:
    secret_with(house)
    copied = house.sealed(subject="Về việc họp", body=f"Họp lúc tám giờ. {PARAGRAPH}")
    harmless = house.sealed(subject="Về việc họp", body="Họp lúc tám giờ sáng tại hội trường.")
    for one in (copied, harmless):
        house.act(one, "dispatch", "vanthu", recipients=(THEIRS.id,))
    house.work_off()

    states = {
        one.id: view(house.office, one.id, by=house.person("vanthu")).dispatches[0]
        for one in (copied, harmless)
    }
    assert states[copied.id].state is DispatchState.FAILED
    assert states[copied.id].note == "exchange.held"
    assert states[harmless.id].state is DispatchState.SENT
    client = application(house.office, house.settings).test_client()
    said = {"username": "vanthu", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=said).get_json()["token"]
    page = client.get(f"/documents/{copied.id}", headers={"Authorization": f"Bearer {token}"})
    assert "Bộ lọc ở cửa ra giữ văn bản này lại" in page.text
    assert len(lying(house)) == 1


def test_the_list_follows_the_classes_and_a_restart(house: House, sandbox: Sandbox) -> None:
    document = house.drafted(body=PARAGRAPH)
    by = house.person("truongban")
    content = house.office.contents.get(document, document.latest.digest)
    edge_of(house).judge(envelope(a_pdf(content)))
    house.act(document, "submit", "chuyenvien")

    classify(house.office, document.id, SECRET, Choice("vì"), by=by)  # and no job has run yet
    with pytest.raises(Refused, match=r"exchange\.held"):
        edge_of(house).judge(envelope(a_pdf(content)))
    house.work_off()
    (house.settings.trinhky_tray / "known" / "secrets").unlink()
    with pytest.raises(Unavailable, match=r"exchange\.no-list"):
        edge_of(house).judge_words("")
    again = furnish(house.settings, sandbox, house.clock)
    again.database.close()
    for what in (a_pdf(content), Enclosure("a.txt", "text/plain", PARAGRAPH.encode())):
        with pytest.raises(Refused, match=r"exchange\.held"):
            edge_of(house).judge(envelope(what))

    with house.office.database.unit() as unit:
        unit.documents.admit(document.id, ["person:chutich"])
    on = house.office.today()
    propose(house.office, document.id, NONE, decision="1/QĐ", on=on, reason="hết hạn", by=by)
    declassify(house.office, document.id, by=house.person("chutich"))
    house.work_off()
    other = house.sealed()
    house.act(other, "dispatch", "vanthu", recipients=(THEIRS.id,))
    house.work_off()
    edge_of(house).judge(envelope(a_pdf(content)))


def test_nothing_leaves_while_the_list_is_away_and_nothing_is_lost(house: House) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=(THEIRS.id,))
    [sending] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    carry(house.office, sending.id)
    path = house.settings.trinhky_tray / "known" / "secrets"
    kept = path.read_bytes()
    path.unlink()

    assert porter(house).round() == "exchange.no-list"
    assert (lying(house), house.office.tray.carrying().waiting) == ([], 1)
    path.write_bytes(kept)
    assert porter(house).round() == ""
    assert len(lying(house)) == 1


def test_an_office_that_lost_the_key_reads_its_secrets_anew(house: House, sandbox: Sandbox) -> None:
    secret_with(house)
    (house.settings.trinhky_data / "keys" / "prints.key").unlink()

    house.office.database.close()
    house.office = furnish(house.settings, sandbox, house.clock)
    with pytest.raises(Refused, match=r"exchange\.held"):
        edge_of(house).judge_words(PARAGRAPH)


OFF = {
    "sqlite": ("PRAGMA foreign_keys = 0", "PRAGMA ignore_check_constraints = 1"),
    "postgresql": (
        "ALTER TABLE dispatch DISABLE TRIGGER ALL",
        "ALTER TABLE dispatch DROP CONSTRAINT ck_dispatch_nothing_secret_leaves",
    ),
}


@pytest.mark.parametrize("which", [0, 1])
def test_nothing_leaves_while_the_database_holds_nothing_back(house: House, which: int) -> None:
    document = house.act(house.sealed(), "dispatch", "vanthu", recipients=(THEIRS.id,))
    [sending] = view(house.office, document.id, by=house.person("vanthu")).dispatches
    engine = house.office.database.engine
    raw = engine.raw_connection()
    raw.cursor().execute(OFF[engine.dialect.name][which])
    raw.commit()
    raw.close()

    with pytest.raises(Broken, match=r"egress\.unguarded"):
        carry(house.office, sending.id)
    assert house.office.tray.carrying().waiting == 0


@pytest.mark.parametrize("unknown", [None, "none", "x", SECRET])
def test_a_class_nobody_knows_is_held_by_the_gate_alone(unknown: object) -> None:
    passport = Passport("d" * 32, unknown, frozenset({Digest("0" * 64)}), frozenset())  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(OfficeError, match=r"egress\.classified"):
        clear(passport, destination=THEIRS.id, purpose="exchange")


def test_a_letter_says_nothing_a_secret_says(mailing: House, letterbox: Letterbox) -> None:
    secret_with(mailing)
    by = mailing.person("chuyenvien")
    said = Particulars(Direction.OUTGOING, "TB", PARAGRAPH[:400], NONE)
    leaking = receive(mailing.office, said, minimal_pdf("Hop giao ban"), by=by).document
    before = len(letterbox.letters)

    with pytest.raises(Refused, match=r"exchange\.held"):
        write(mailing.office, leaking, mailing.person("truongban"), "Mới", leaking.subject)
    path = mailing.settings.trinhky_tray / "known" / "secrets"
    path.unlink()
    harmless = mailing.drafted()
    with pytest.raises(Unavailable, match=r"exchange\.no-list"):
        write(mailing.office, harmless, mailing.person("truongban"), "Mới", "Họp")
    assert len(letterbox.letters) == before
