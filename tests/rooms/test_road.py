"""The whole road on a scratch disk: from draft to archive, and what may not be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from records.document import Classification, Direction, Document, Origin
from records.errors import NotAllowed, NotFound, OfficeError, Outrun, Refused
from records.exchange import DispatchState
from records.signature import Verdict
from signing.demo_pki import refresh_crls
from tests.conftest import House
from workflow.begin import Particulars
from workflow.check import check
from workflow.draft import draft
from workflow.gather import gather
from workflow.look import desk, history, view
from workflow.perform import perform
from workflow.receive import receive
from workflow.revise import revise
from workflow.road import Choice
from workflow.verify import verify


def test_a_document_goes_from_draft_to_archive(house: House) -> None:
    document = house.sealed()
    document = house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    house.work_off()
    document = house.act(document, "archive", "luutru")

    assert document.state == "archived"
    assert str(document.number) == "01/QĐ-LĐLĐ"
    assert [one.origin for one in document.revisions] == [
        Origin.DRAFTED,
        Origin.RENDERED,
        Origin.SIGNED,
        Origin.SEALED,
        Origin.PROVEN,
    ]
    seen = view(house.office, document.id, by=house.person("luutru"))
    assert [one.state for one in seen.dispatches] == [DispatchState.SENT]
    assert seen.package is not None
    assert seen.actions == []
    assert verify(house.office).holds


def test_every_earlier_byte_stays_in_its_place(house: House) -> None:
    document = house.sealed()
    rendered, signed, sealed = (
        house.office.contents.get(document, one.digest) for one in document.revisions[1:]
    )

    assert signed.startswith(rendered)
    assert sealed.startswith(signed)


def test_a_return_needs_a_reason(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")

    with pytest.raises(Refused, match="comment.required"):
        house.act(document, "return", "truongban", comment="  ")

    returned = house.act(document, "return", "truongban", comment="Sửa căn cứ pháp lý")
    assert returned.state == "drafting"
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert told[-1]["comment"] == "Sửa căn cứ pháp lý"


def test_a_refusal_is_final(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    document = house.act(document, "refuse", "truongban", comment="Không thuộc thẩm quyền")

    assert document.state == "refused"
    for name in ("chuyenvien", "truongban", "chutich"):
        assert view(house.office, document.id, by=house.person(name)).actions == []


def test_an_act_may_be_recalled_until_the_next_person_acts(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    assert house.act(document, "recall", "chuyenvien").state == "drafting"

    document = house.act(_now(house, document.id), "submit", "chuyenvien")
    document = house.act(document, "approve", "truongban")
    with pytest.raises((NotAllowed, Outrun)):
        house.act(document, "recall", "chuyenvien")
    back = house.act(document, "recall", "truongban")
    assert back.state == "content_check"
    steps = view(house.office, document.id, by=house.person("truongban")).standing
    assert steps.approvals == []


def test_a_new_revision_cancels_approvals_given_on_other_bytes(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")
    document = house.act(document, "approve", "truongban")
    document = house.act(document, "return", "chanhvanphong", comment="Sai thể thức")
    other = house.drafted(body="Thực hiện theo kế hoạch mới.")
    docx = house.office.contents.get(other, other.revisions[0].digest)

    revised = revise(house.office, document.id, docx, Choice(), by=house.person("chuyenvien"))

    assert len(revised.revisions) == 4
    seen = view(house.office, document.id, by=house.person("chuyenvien"))
    approvals = [step for step in seen.standing.steps if step.approval]
    assert approvals
    assert all(step.cancelled_at is not None for step in approvals)


def test_only_a_draft_can_be_revised(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")

    with pytest.raises(Outrun, match="revise.not-now"):
        revise(house.office, document.id, b"%PDF-", Choice(), by=house.person("chuyenvien"))


def test_the_drafter_never_approves_alone(house: House) -> None:
    said = Particulars(
        Direction.OUTGOING, "TB", "Của chính trưởng ban", Classification.NONE, unit="ban-to-chuc"
    )
    drafter = house.person("truongban")
    document = draft(house.office, said, {"body": "Một dòng."}, by=drafter)
    document = house.act(document, "submit", "truongban")

    with pytest.raises(NotAllowed):
        house.act(document, "approve", "truongban")
    assert house.act(document, "approve", "chutich").state == "format_check"


def test_a_leader_signs_only_what_was_shown(house: House) -> None:
    document = house.approved()

    with pytest.raises(Outrun, match="step.other-bytes"):
        house.act(document, "sign", "chutich", shown=document.revisions[0].digest)
    with pytest.raises(Refused, match="shown.required"):
        house.act(document, "sign", "chutich", shown="")
    assert _now(house, document.id).state == "signing"


def test_only_the_leader_the_draft_names_signs(house: House) -> None:
    document = house.approved()

    with pytest.raises(NotAllowed):
        house.act(document, "sign", "phochutich")


def test_the_deputy_signs_for_the_chairman_with_kt(house: House) -> None:
    said = Particulars(Direction.OUTGOING, "TB", "Lịch nghỉ Tết", Classification.NONE)
    document = draft(
        house.office, said, {"body": "Nghỉ."}, signer="phochutich", by=house.person("chuyenvien")
    )
    signed = house.act(house.approved(document), "sign", "phochutich")

    words = "".join(
        house.office.reader.reading(house.office.contents.get(signed, signed.latest.digest)).texts
    )
    assert signed.signer == "phochutich"
    assert "KT. CHỦ TỊCH" in words
    assert "Vũ Đình Khải" in words


def test_nobody_but_the_clerk_seals(house: House) -> None:
    document = house.signed()

    for name in ("chuyenvien", "chutich", "luutru", "kiemtra"):
        with pytest.raises((NotAllowed, NotFound)):
            house.act(document, "seal", name)
    assert house.act(document, "number", "vanthu").state == "sealed"


def test_of_two_simultaneous_acts_one_is_outrun(house: House) -> None:
    document = house.act(house.drafted(), "submit", "chuyenvien")

    def approve(_: int) -> str:
        try:
            return house.act(document, "approve", "truongban").state
        except OfficeError as refusal:
            return refusal.rule

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(approve, range(8)))

    assert outcomes.count("format_check") == 1
    assert set(outcomes) <= {"format_check", "step.outrun", "step.not-now"}
    steps = view(house.office, document.id, by=house.person("truongban")).standing.steps
    assert [step.act for step in steps] == ["submit", "approve", ""]
    assert verify(house.office).holds


def test_a_secret_document_ends_at_the_door_to_the_network(house: House) -> None:
    document = house.sealed(
        classification=Classification.CONFIDENTIAL, subject="Phương án chim lạc vàng"
    )

    with pytest.raises(Refused, match="egress.classified"):
        house.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))

    house.work_off()
    assert document.number is not None
    assert document.number.book == "van-ban-di-mat"
    assert "dispatch" not in view(house.office, document.id, by=house.person("vanthu")).actions
    assert list(house.settings.trinhky_spool.glob("**/*.edxml")) == []
    with house.office.database.reading() as unit:
        refusals = [one for one in unit.audit.latest(5) if one.event.action == "egress:refused"]
    assert len(refusals) == 1


def test_a_secret_document_is_for_those_on_its_road_only(house: House) -> None:
    document = house.drafted(classification=Classification.SECRET)

    for name in ("truongban", "chutich", "vanthu", "kiemtra", "quantri", "luutru"):
        with pytest.raises(NotFound):
            view(house.office, document.id, by=house.person(name))
    submitted = house.act(document, "submit", "chuyenvien")
    assert view(house.office, submitted.id, by=house.person("truongban")).actions


def test_the_administrator_reads_no_document(house: House) -> None:
    document = house.drafted()

    with pytest.raises(NotFound):
        view(house.office, document.id, by=house.person("quantri"))


def test_the_connected_profile_refuses_secrets_at_the_door(house: House) -> None:
    office = replace(house.office, sealed=False)
    said = Particulars(Direction.OUTGOING, "QĐ", "Mật", Classification.CONFIDENTIAL)

    with pytest.raises(Refused, match="secrecy.connected"):
        receive(office, said, b"%PDF-1.7", by=house.person("chuyenvien"))


def test_asking_again_for_number_or_seal_gives_what_was_done_and_spends_nothing(
    house: House,
) -> None:
    signed = house.signed()
    sealed = house.act(signed, "seal", "vanthu")
    clerk = house.person("vanthu")

    for name in ("number", "seal"):
        assert perform(house.office, sealed.id, name, Choice(), by=clerk) == sealed
        with pytest.raises(Outrun):
            perform(house.office, sealed.id, name, Choice(seen=signed.version), by=clerk)
    with pytest.raises((NotAllowed, Outrun)):
        perform(house.office, sealed.id, "number", Choice(), by=house.person("chutich"))


def test_a_cancelled_number_stays_in_the_book(house: House) -> None:
    first = house.sealed()
    cancelled = house.act(first, "cancel", "vanthu", comment="Ban hành nhầm")
    second = house.sealed()

    assert cancelled.state == "cancelled"
    assert second.number is not None
    assert second.number.serial == 2
    with house.office.database.reading() as unit:
        entries = unit.registers.entries("van-ban-di", 2026)
    assert [(one.number.serial, one.cancelled) for one in entries] == [
        (1, "Ban hành nhầm"),
        (2, ""),
    ]
    assert verify(house.office).holds


def test_numbers_begin_again_on_the_first_of_january_in_hanoi(house: House) -> None:
    old = house.signed(type="TB")
    young = house.signed(type="TB")
    house.clock.moment = house.clock.moment.replace(month=12, day=31, hour=16, minute=59)
    refresh_crls(house.settings.trinhky_data / "keys", house.clock())
    old = house.act(old, "seal", "vanthu")
    house.clock.pass_by(timedelta(minutes=1))
    young = house.act(young, "seal", "vanthu")

    assert old.number is not None
    assert young.number is not None
    assert (old.number.year, old.number.serial) == (2026, 1)
    assert (young.number.year, young.number.serial) == (2027, 1)
    assert young.number.on.isoformat() == "2027-01-01"


def test_each_type_has_its_own_series(house: House) -> None:
    assert str(house.sealed(type="TB").number) == "01/TB-LĐLĐ"
    assert str(house.sealed(type="KH").number) == "01/KH-LĐLĐ"
    assert str(house.sealed(type="công văn").number) == "01/LĐLĐ-BTC"


def test_an_internal_document_is_archived_without_leaving(house: House) -> None:
    document = house.sealed(direction=Direction.INTERNAL, type="TB")

    archived = house.act(document, "archive", "luutru")
    assert archived.state == "archived"
    assert archived.number is not None
    assert archived.number.book == "van-ban-noi-bo"


def test_the_same_bytes_again_are_told_to_be_a_duplicate(house: House, paper: bytes) -> None:
    said = Particulars(Direction.OUTGOING, "TB", "Hai lần", Classification.NONE)
    clerk = house.person("chuyenvien")

    first = receive(house.office, said, paper, by=clerk)
    second = receive(house.office, said, paper, by=clerk)

    assert first.duplicate_of == ""
    assert second.duplicate_of == first.document.id


def test_the_same_request_again_gives_the_same_document(house: House, paper: bytes) -> None:
    said = Particulars(Direction.OUTGOING, "TB", "Một lần", Classification.NONE)
    by = house.person("chuyenvien")

    first = receive(house.office, said, paper, key="k1", by=by)
    again = receive(house.office, said, paper, key="k1", by=by)

    assert again.document.id == first.document.id
    with pytest.raises(Refused, match="idempotency.other-request"):
        receive(house.office, replace(said, subject="Khác"), paper, key="k1", by=by)


def test_an_incoming_document_is_registered_assigned_and_closed(house: House, paper: bytes) -> None:
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp giao ban", Classification.NONE)
    document = receive(house.office, said, paper, by=house.person("vanthu")).document
    document = house.act(document, "number", "vanthu")
    assert str(document.number) == "01"
    document = house.act(document, "assign", "chutich", to="chuyenvien", comment="Ban TC chủ trì")
    assert document.assignee == "chuyenvien"
    document = house.act(document, "complete", "chuyenvien", comment="Đã dự họp")
    document = house.act(document, "close", "chutich")
    document = house.act(document, "archive", "luutru")
    assert document.state == "archived"


def test_an_officer_may_not_receive_incoming_documents(house: House, paper: bytes) -> None:
    said = Particulars(Direction.INCOMING, "công văn", "Mời họp", Classification.NONE)

    with pytest.raises(NotAllowed):
        receive(house.office, said, paper, by=house.person("chuyenvien"))


def test_two_offices_exchange_a_signed_document(open_house: Callable[..., House]) -> None:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    document = ours.sealed(subject="Kế hoạch phối hợp Tháng Công nhân")
    ours.act(document, "dispatch", "vanthu", recipients=("H49.90.2",))
    ours.work_off()

    assert gather(theirs.office) == 1
    theirs.work_off()
    clerk = theirs.person("vanthu")
    [waiting] = desk(theirs.office, by=clerk)
    came = waiting.document
    assert came.subject == "Kế hoạch phối hợp Tháng Công nhân"
    assert (came.source.number, came.source.organ_id) == ("01/QĐ-LĐLĐ", "H49.90.1")
    assert came.latest.digest == document.latest.digest
    assert check(theirs.office, came.id, by=clerk).verdict is Verdict.VALID
    assert gather(ours.office) == 1
    assert _states(ours, document) == [DispatchState.ARRIVED]

    theirs.act(came, "number", "vanthu")
    theirs.work_off()
    gather(ours.office)
    assert _states(ours, document) == [DispatchState.ACCEPTED]


def test_the_same_message_again_has_no_second_effect(open_house: Callable[..., House]) -> None:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    ours.act(ours.sealed(), "dispatch", "vanthu", recipients=("H49.90.2",))
    ours.work_off()
    [message] = ours.settings.trinhky_spool.glob("H49.90.2/*.edxml")
    again = message.read_bytes()
    gather(theirs.office)
    message.write_bytes(again)
    gather(theirs.office)

    assert len(desk(theirs.office, by=theirs.person("vanthu"))) == 1


def test_a_hostile_message_is_put_aside_and_holds_nobody_up(
    open_house: Callable[..., House],
) -> None:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    folder = ours.settings.trinhky_spool / "H49.90.2"
    (folder / "0.edxml").write_bytes(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    ours.act(ours.sealed(), "dispatch", "vanthu", recipients=("H49.90.2",))
    ours.work_off()

    assert gather(theirs.office) == 1
    assert len(list(folder.glob("rejected/*"))) == 2  # the message and its reason


def _states(house: House, document: Document) -> list[DispatchState]:
    seen = view(house.office, document.id, by=house.person("vanthu"))
    return [one.state for one in seen.dispatches]


def _now(house: House, id: str) -> Document:
    with house.office.database.reading() as unit:
        return unit.documents.get(id)
