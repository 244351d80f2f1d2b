"""What bears a mark of secrecy and is said to be none is held; two people let it go, or nobody."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import docx
import pytest
from sqlalchemy import update

from exchange import edxml
from front.serving import application
from records.document import Circulation, Classification, Direction, Source, Urgency
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.exchange import Enclosure, Envelope, StatusNotice
from records.finding import Bounds
from records.link import Drawn, LinkKind
from records.quarantine import Kind, Outcome, Quarantined, Where
from storage import tables as t
from tests.conftest import PASSWORD, House
from tests.scanner import found_words
from workflow.begin import Enclosed, Particulars
from workflow.gather import gather
from workflow.look import page_of_documents, view
from workflow.quarantine import claim, contents_of, discard, held, held_picture, release
from workflow.receive import receive, said_of, told_of
from workflow.revise import revise
from workflow.road import Choice
from workflow.verify import verify

CANARY = "dẽgiunđầmlầysubject"
SAID = Particulars(
    Direction.OUTGOING,
    "BC",
    f"Báo cáo {CANARY}",
    Classification.NONE,
    source=Source(number="1/BC"),
    fields={"amount": "5"},
)


def paper(*lines: str) -> bytes:
    written = docx.Document()
    for line in lines:
        written.add_paragraph(line)
    packed = io.BytesIO()
    written.save(packed)
    return packed.getvalue()


MARKED = paper("TỐI MẬT", f"Nội dung {CANARY}")


@pytest.fixture
def brought(house: House) -> Quarantined:
    """Give what an officer brought and was held."""
    with pytest.raises(Refused, match=r"secrecy\.marked"):
        receive(house.office, SAID, MARKED, name="bao-cao.docx", by=house.person("chuyenvien"))
    [one] = held(house.office, by=house.person("chuyenvien"))
    return one


def test_a_marked_upload_is_held_in_the_vault_and_is_no_document(
    house: House, brought: Quarantined
) -> None:
    assert (brought.kind, brought.outcome) == (Kind.DOCUMENT, Outcome.HELD)
    assert (brought.mark.classification, brought.mark.where) == (
        Classification.SECRET,
        Where.PAGE,
    )
    assert contents_of(house.office, brought) == [("bao-cao.docx", MARKED)]
    house.work_off()
    assert found_words(house, {"subject": CANARY}) == {}
    for name in ("chuyenvien", "chutich", "vanthu"):
        found, _ = page_of_documents(
            house.office, Bounds(), after="", limit=9, by=house.person(name)
        )
        assert found == []
    assert verify(house.office).holds


def test_brought_again_it_is_held_once(house: House, brought: Quarantined) -> None:
    with pytest.raises(Refused, match=r"secrecy\.marked"):
        receive(house.office, SAID, MARKED, name="bao-cao.docx", by=house.person("chuyenvien"))

    assert held(house.office, by=house.person("chuyenvien")) == [brought]
    keys = {name.partition("/")[0] for name, _ in house.office.contents.vault.sealed_files()}
    assert keys == {brought.id}


@pytest.mark.parametrize(
    ("name", "subject", "attached", "where"),
    [
        ("12-KH (MẬT).docx", "Kế hoạch", (), Where.NAME),
        ("a.docx", "[MẬT] Kế hoạch", (), Where.SUBJECT),
        ("a.docx", "Kế hoạch", (Enclosed("phu-luc TUYỆT MẬT.txt", b"x"),), Where.NAME),
        ("a.docx", "Kế hoạch", (Enclosed("b.docx", paper("TUYỆT MẬT")),), Where.PAGE),
    ],
)
def test_name_subject_and_attachments_are_looked_over_too(
    house: House, name: str, subject: str, attached: tuple[Enclosed, ...], where: Where
) -> None:
    said = replace(SAID, subject=subject)
    by = house.person("chuyenvien")
    with pytest.raises(Refused, match=r"secrecy\.marked"):
        receive(house.office, said, paper("Thường"), name=name, attachments=attached, by=by)

    [one] = held(house.office, by=by)
    assert one.mark.where is where


def test_what_is_said_to_be_secret_and_what_only_speaks_of_secrets_comes_in(house: House) -> None:
    by = house.person("chuyenvien")
    secret = replace(SAID, classification=Classification.SECRET)
    assert receive(house.office, secret, MARKED, by=by).document.classification == "secret"
    open_ = paper("QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC", "Giữ bí mật, bảo mật, đổi mật khẩu.")
    assert receive(house.office, SAID, open_, name="quy-che-bao-mat.docx", by=by).document.id
    assert held(house.office, by=by) == []


def test_a_false_alarm_goes_on_by_two_people(house: House, brought: Quarantined) -> None:
    officer, clerk = house.person("chuyenvien"), house.person("vanthu")
    with pytest.raises(Refused, match=r"quarantine\.unclaimed"):
        release(house.office, brought.id, by=clerk)
    with pytest.raises(Refused, match=r"quarantine\.reason"):
        claim(house.office, brought.id, " ", by=officer)
    with pytest.raises(NotFound):
        claim(house.office, brought.id, "không mật", by=clerk)
    claim(house.office, brought.id, "Là tên một tiết mục kịch", by=officer)
    with pytest.raises(NotAllowed, match=r"quarantine\.not-yours"):
        release(house.office, brought.id, by=officer)
    for name in ("kiemtra", "quantri", "truongban"):
        with pytest.raises(NotFound):
            release(house.office, brought.id, by=house.person(name))
    [seen] = held(house.office, by=clerk)
    assert seen.reason == "Là tên một tiết mục kịch"
    assert held_picture(house.office, brought.id, 1, 1, width=200, by=clerk).startswith(b"\x89PNG")

    id = release(house.office, brought.id, by=clerk)

    document = view(house.office, id, by=officer).document
    assert (document.drafter, document.subject) == ("chuyenvien", SAID.subject)
    assert (document.classification, document.fields["amount"]) == ("none", "5")
    assert held(house.office, by=clerk) == []
    with pytest.raises(Refused, match=r"vault\.destroyed"):
        contents_of(house.office, brought)
    with house.office.database.reading() as unit:
        told = [one.event for one in unit.audit.latest(9)]
    assert {one.action for one in told} >= {"upload:claimed", "upload:released", "upload:looked"}
    assert verify(house.office).holds


def test_the_database_lets_nobody_release_their_own(house: House, brought: Quarantined) -> None:
    rows = t.quarantine.c
    with pytest.raises(Outrun), house.office.database.unit() as unit:
        unit.connection.execute(
            update(t.quarantine)
            .where(rows.id == brought.id)
            .values(outcome="released", settled_by="chuyenvien")
        )


def test_a_clerk_cannot_decide_about_what_they_brought(house: House) -> None:
    clerk = house.person("vanthu")
    with pytest.raises(Refused, match=r"secrecy\.marked"):
        receive(house.office, SAID, MARKED, by=clerk)
    [one] = held(house.office, by=clerk)
    claim(house.office, one.id, "nhầm", by=clerk)
    with pytest.raises(NotAllowed, match=r"quarantine\.two-people"):
        release(house.office, one.id, by=clerk)

    assert release(house.office, one.id, by=house.person("chanhvanphong"))


def test_who_lacks_the_clearance_sees_no_word_and_decides_nothing(
    house: House, brought: Quarantined
) -> None:
    clerk = replace(house.person("vanthu"), clearance=Classification.CONFIDENTIAL)

    assert held(house.office, by=clerk) == []
    with pytest.raises(NotFound):
        held_picture(house.office, brought.id, 1, 1, width=99, by=clerk)
    with pytest.raises(NotAllowed):
        held_picture(house.office, brought.id, 1, 1, width=99, by=house.person("chuyenvien"))


def test_discarding_destroys_it(house: House, brought: Quarantined) -> None:
    discard(house.office, brought.id, by=house.person("chuyenvien"))

    assert held(house.office, by=house.person("vanthu")) == []
    names = [name for name, _ in house.office.contents.vault.sealed_files()]
    assert not any(name.startswith(brought.id) for name in names)
    with pytest.raises(NotFound):
        discard(house.office, brought.id, by=house.person("vanthu"))


def test_a_marked_revision_is_held_and_may_come_in_later(house: House) -> None:
    draft = house.drafted()
    by = house.person("chuyenvien")
    with pytest.raises(Refused, match=r"secrecy\.marked"):
        revise(house.office, draft.id, MARKED, Choice(), name="x.docx", by=by)
    [one] = held(house.office, by=by)
    assert (one.kind, one.document) == (Kind.REVISION, draft.id)
    claim(house.office, one.id, "trích dẫn", by=by)

    assert release(house.office, one.id, by=house.person("vanthu")) == draft.id
    now = view(house.office, draft.id, by=by).document
    assert len(now.revisions) == len(draft.revisions) + 2


def test_what_was_said_comes_back_as_it_was() -> None:
    full = replace(
        SAID,
        urgency=Urgency.URGENT,
        recipients=("H49.90.2",),
        due_on=Source().on,
        source=Source("1", "Tỉnh ủy", SAID.source.on),
        circulation=Circulation.INTERNAL,
        drawn=(Drawn(LinkKind.QUOTES, "a" * 32),),
        own_class=Classification.NONE,
    )
    assert said_of(told_of(full)) == full


# ── where nothing secret may be ──────────────────────────────────────────────────────────


def connected(house: House) -> House:
    house.office = replace(house.office, sealed=False)
    return house


def test_a_connected_office_refuses_it_and_keeps_nothing(house: House) -> None:
    connected(house)
    before = sorted(house.settings.trinhky_data.rglob("vault/**/*"))
    with pytest.raises(Refused, match=r"secrecy\.marked-connected"):
        receive(house.office, SAID, MARKED, by=house.person("chuyenvien"))

    assert sorted(house.settings.trinhky_data.rglob("vault/**/*")) == before
    assert held(house.office, by=house.person("chuyenvien")) == []
    assert found_words(house, {"subject": CANARY}) == {}
    with house.office.database.reading() as unit:
        [told] = [one.event for one in unit.audit.latest(5) if one.event.action == "upload:refused"]
    assert dict(told.facts) == {"class": "secret", "found": "page"}


# ── and from other agencies ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Left:
    """A marked message in the office's folder."""

    house: House
    envelope: Envelope
    folder: Path
    partner: Path


@pytest.fixture
def left(house: House) -> Left:
    office = house.office
    sender = office.partners["H49.90.2"]
    envelope = Envelope(
        id="a" * 32,
        sender=sender,
        recipient=office.organ,
        document_id="H49.90.2,2026/11/19,7/KH-CĐ",
        code_number="7",
        code_notation="KH-CĐ",
        issued_on=None,
        place="Hạ Long",
        type_name="Kế hoạch",
        subject="Kế hoạch phối hợp",
        signer_capacity="",
        signer_position="",
        signer_name="",
        urgency=Urgency.NORMAL,
        pages=1,
        enclosures=(Enclosure("kh.docx", "application/pdf", MARKED, main=True),),
        sent_at=house.clock().astimezone(office.zone),
    )
    folder = house.settings.trinhky_spool / office.organ.spool
    (folder / f"{envelope.id}.edxml").write_bytes(edxml.write(envelope))
    return Left(house, envelope, folder, house.settings.trinhky_spool / sender.spool)


def lying(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.edxml") if path.is_file()]


def answers(left: Left) -> list[str]:
    left.house.carried()
    found = [
        edxml.read(path.read_bytes(), limit=10**8, own={"H49.90.2"}, received_at=left.house.clock())
        for path in lying(left.partner)
    ]
    return [one.code for one in found if isinstance(one, StatusNotice)]


def test_a_marked_message_is_held_and_leaves_its_folder(left: Left) -> None:
    gather(left.house.office)

    assert lying(left.folder) == []
    assert answers(left) == []
    clerk = left.house.person("vanthu")
    [one] = held(left.house.office, by=clerk)
    assert (one.kind, one.by) == (Kind.MESSAGE, "lien-thong")
    assert held_picture(left.house.office, one.id, 1, 1, width=99, by=clerk)
    (left.folder / "again.edxml").write_bytes(edxml.write(left.envelope))
    gather(left.house.office)
    assert lying(left.folder) == []
    assert len(held(left.house.office, by=clerk)) == 1


def test_a_message_that_was_no_secret_comes_in(left: Left) -> None:
    gather(left.house.office)
    clerk = left.house.person("vanthu")
    [one] = held(left.house.office, by=clerk)

    id = release(left.house.office, one.id, by=clerk)

    document = view(left.house.office, id, by=clerk).document
    assert document.source.message == left.envelope.id
    left.house.work_off()
    assert answers(left) == ["01"]


def test_a_discarded_message_is_answered_with_02(left: Left) -> None:
    gather(left.house.office)
    clerk = left.house.person("vanthu")
    [one] = held(left.house.office, by=clerk)
    discard(left.house.office, one.id, by=clerk)

    assert answers(left) == ["02"]


def test_a_connected_office_sends_02_at_once_and_keeps_nothing(left: Left) -> None:
    connected(left.house)
    gather(left.house.office)

    assert lying(left.folder) == []
    assert answers(left) == ["02"]
    assert held(left.house.office, by=left.house.person("vanthu")) == []
    assert found_words(left.house, {"subject": CANARY}) == {}


# ── at the doors ─────────────────────────────────────────────────────────────────────────


def test_pages_and_api_lead_through_it(house: House, brought: Quarantined) -> None:
    doors = application(house.office, house.settings).test_client()
    tokens = {}
    for name in ("chuyenvien", "vanthu", "truongban"):
        told = doors.post("/api/v1/tokens", json={"username": name, "password": PASSWORD})
        tokens[name] = {"Authorization": f"Bearer {told.get_json()['token']}"}
    api = "/api/v1/quarantine"
    [mine] = doors.get(api, headers=tokens["chuyenvien"]).get_json()["items"]
    assert mine["id"] == brought.id
    assert "subject" not in mine
    assert doors.get(api, headers=tokens["truongban"]).get_json()["items"] == []
    act = f"{api}/{brought.id}"
    told = doors.post(f"{act}/claim", json={"reason": "nhầm"}, headers=tokens["chuyenvien"])
    assert told.status_code == 204
    [seen] = doors.get(api, headers=tokens["vanthu"]).get_json()["items"]
    assert (seen["subject"], seen["files"]) == (SAID.subject, ["bao-cao.docx"])
    assert seen["may_release"] is True
    drawn = doors.get(f"{act}/files/1/pages/1.png", headers=tokens["vanthu"])
    assert (drawn.mimetype, drawn.headers["Cache-Control"]) == ("image/png", "no-store")
    doors.set_cookie("trinhky", house.cookie("vanthu"))
    page = doors.get("/quarantine").get_data(as_text=True)
    assert SAID.subject in page
    assert "Không mật: nhận văn bản" in page
    done = doors.post(f"{act}/release", headers=tokens["vanthu"])
    assert doors.get(f"/api/v1/documents/{done.get_json()['document']}").status_code == 200
    assert doors.post(f"{act}/discard", headers=tokens["vanthu"]).status_code == 404
    assert doors.get("/quarantine", headers={}).status_code == 200
