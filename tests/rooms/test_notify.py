"""Those on whose desk a document comes to lie hear of it by mail; of a secret one, nobody."""

from datetime import date, timedelta

import pytest

from records.assignment import Part, Wanted
from records.delegation import Capacity
from records.document import Classification, Direction, Source
from records.errors import Refused
from tests.conftest import House
from tests.servers.letterbox import Letterbox
from workflow.assignments import Said, handle
from workflow.begin import Particulars
from workflow.delegate import Wanted as Away
from workflow.delegate import delegate
from workflow.direct import Directive, direct
from workflow.look import view
from workflow.notices import notify
from workflow.receive import receive
from workflow.remind import remind


def test_the_next_one_on_the_road_hears_by_mail(mailing: House, letterbox: Letterbox) -> None:
    document = mailing.act(mailing.drafted(subject="Thông báo nghỉ lễ"), "submit", "chuyenvien")
    notify(mailing.office, document.id, document.version)

    [(to, subject, text)] = letterbox.letters
    assert to == "truongban@demo.example"
    assert "Thông báo nghỉ lễ" in subject
    assert f"/documents/{document.id}" in text


def test_an_old_notice_is_not_sent_late(mailing: House, letterbox: Letterbox) -> None:
    document = mailing.act(mailing.drafted(), "submit", "chuyenvien")
    mailing.act(document, "approve", "truongban")
    notify(mailing.office, document.id, document.version)

    assert letterbox.letters == []


def test_whoever_is_asked_hears_what_for_and_whoever_asked_hears_of_the_answer(
    mailing: House, letterbox: Letterbox
) -> None:
    document = mailing.act(mailing.drafted(), "submit", "chuyenvien")
    mailing.work_off()
    for action, answer, head in (
        ("request-opinion", "give-opinion", "Xin ý kiến"),
        ("forward", "hand-back", "Chuyển bạn xem trước"),
        ("add-approver", "co-approve", "Đề nghị cùng duyệt"),
    ):
        due = mailing.clock() + timedelta(days=3)
        letterbox.letters.clear()
        document = mailing.act(document, action, "truongban", to="luutru", comment="Xem", due=due)
        mailing.work_off()
        [(to, subject, text)] = letterbox.letters  # whoever asked is not told of their own step
        assert (to, head in subject) == ("luutru@demo.example", True)
        assert "trước 09:00 ngày 23/11/2026" in text

        letterbox.letters.clear()
        document = mailing.act(document, answer, "luutru", comment="Được")
        mailing.work_off()
        [(to, subject, _)] = letterbox.letters
        assert (to, "Đã có trả lời" in subject) == ("truongban@demo.example", True)


def test_whoever_stands_in_hears_too_and_is_reminded_before_an_answer_is_due(
    mailing: House, letterbox: Letterbox
) -> None:
    today = mailing.office.today()
    wanted = Away(
        delegate="kiemtra",
        capacity=Capacity.TUQ,
        since=today,
        until=today + timedelta(days=9),
        basis="12/GUQ-LĐLĐ",
        basis_on=date(2026, 11, 18),
    )
    delegate(mailing.office, wanted, by=mailing.person("luutru"))
    document = mailing.act(mailing.drafted(), "submit", "chuyenvien")
    mailing.work_off()
    letterbox.letters.clear()
    due = mailing.clock() + timedelta(days=3, hours=3)
    mailing.act(document, "request-opinion", "truongban", to="luutru", comment="Xem", due=due)
    mailing.work_off()
    both = {"luutru@demo.example", "kiemtra@demo.example"}
    assert {to for to, _, _ in letterbox.letters} == both

    letterbox.letters.clear()
    mailing.clock.moment = due - timedelta(hours=2)
    assert remind(mailing.office) == 1
    mailing.work_off()
    assert {to for to, subject, _ in letterbox.letters if "sắp đến hạn" in subject} == both


def test_a_directive_is_told_to_all_it_names_and_every_change_to_whom_it_concerns(
    mailing: House, letterbox: Letterbox, paper: bytes
) -> None:
    source = Source(number="7/CV", organ="UBND tỉnh", on=date(2026, 11, 3))
    for of in (Classification.NONE, Classification.SECRET):
        said = Particulars(Direction.INCOMING, "công văn", "Mời họp", of, source=source)
        clerk = mailing.person("vanthu")
        came = receive(mailing.office, said, paper + of.encode(), by=clerk).document
        came = mailing.act(came, "number", "vanthu")
        leader = mailing.person("chutich")
        mailing.work_off()
        letterbox.letters.clear()
        due = mailing.clock() + timedelta(days=7)
        helper = Wanted(Part.COLLABORATOR, "chanhvanphong", due)
        others = (helper, Wanted(Part.INFORMED, "luutru"))
        told = Directive(Wanted(Part.LEAD, "truongban", due), others, "Giao việc")
        came = direct(mailing.office, came.id, told, by=leader)
        heads = _letters(mailing, letterbox)
        parts = {
            one.assignment.person: one.assignment.id
            for one in view(mailing.office, came.id, by=leader).charges
        }
        for person, action, by in (
            ("chanhvanphong", "request-extension", "chanhvanphong"),
            ("chanhvanphong", "grant-extension", "chutich"),
            ("chanhvanphong", "return", "chanhvanphong"),
            ("luutru", "recall", "chutich"),
        ):
            words = Said("Lý do", due=due + timedelta(days=1))
            handle(mailing.office, parts[person], action, words, by=mailing.person(by))
            heads += _letters(mailing, letterbox)
        if of is Classification.NONE:
            assert sorted(heads[:3]) == [
                ("chanhvanphong", "Giao việc"),
                ("luutru", "Để biết"),
                ("truongban", "Đang giải quyết"),
            ]
            assert heads[3:] == [
                ("chutich", "Xin gia hạn"),
                ("chanhvanphong", "Đã gia hạn"),
                ("chutich", "Trả lại việc được giao"),
                ("luutru", "Thu hồi việc đã giao"),
            ]
        else:
            assert heads == []


def _letters(house: House, letterbox: Letterbox) -> list[tuple[str, str]]:
    """Give to whom letters went and how each is headed, and empty the box."""
    house.work_off()
    found = [
        (to.partition("@")[0], subject.removeprefix("[Trình Ký] ").partition(":")[0])
        for to, subject, _ in letterbox.letters
    ]
    letterbox.letters.clear()
    return found


def test_of_a_secret_document_nobody_hears_by_mail(mailing: House, letterbox: Letterbox) -> None:
    document = mailing.drafted(classification=Classification.CONFIDENTIAL)
    document = mailing.act(document, "submit", "chuyenvien")
    mailing.work_off()
    assert letterbox.letters == []

    # Even a job that should never have been left is stopped at the gate.
    with pytest.raises(Refused, match="egress.classified"):
        notify(mailing.office, document.id, document.version)
    assert letterbox.letters == []
