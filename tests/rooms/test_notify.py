"""Those on whose desk a document comes to lie hear of it by mail; of a secret one, nobody."""

from datetime import date, timedelta

import pytest

from records.delegation import Capacity
from records.document import Classification
from records.errors import Refused
from tests.conftest import House
from tests.servers.letterbox import Letterbox
from workflow.delegate import Wanted, delegate
from workflow.notices import notify
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
    wanted = Wanted(
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


def test_of_a_secret_document_nobody_hears_by_mail(mailing: House, letterbox: Letterbox) -> None:
    document = mailing.drafted(classification=Classification.CONFIDENTIAL)
    document = mailing.act(document, "submit", "chuyenvien")
    mailing.work_off()
    assert letterbox.letters == []

    # Even a job that should never have been left is stopped at the gate.
    with pytest.raises(Refused, match="egress.classified"):
        notify(mailing.office, document.id, document.version)
    assert letterbox.letters == []
