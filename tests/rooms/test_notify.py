"""Those on whose desk a document comes to lie hear of it by mail; of a secret one, nobody."""

import pytest

from records.document import Classification
from records.errors import Refused
from tests.conftest import House
from tests.servers.letterbox import Letterbox
from workflow.jobs import notify


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


def test_of_a_secret_document_nobody_hears_by_mail(mailing: House, letterbox: Letterbox) -> None:
    document = mailing.drafted(classification=Classification.CONFIDENTIAL)
    document = mailing.act(document, "submit", "chuyenvien")
    mailing.work_off()
    assert letterbox.letters == []

    # Even a job that should never have been left is stopped at the gate.
    with pytest.raises(Refused, match="egress.classified"):
        notify(mailing.office, document.id, document.version)
    assert letterbox.letters == []
