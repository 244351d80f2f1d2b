"""Those on whose desk a document comes to lie hear of it by mail; of a secret one, nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from socket import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from exchange.mail import Mailer
from records.document import Classification
from records.errors import Refused
from tests.conftest import House
from workflow.jobs import notify


@dataclass
class Letterbox:
    """A real mail server that keeps what it is given."""

    letters: list[tuple[str, str, str]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        letter = message_from_bytes(envelope.content, policy=policy.default)
        text = letter.get_content()
        self.letters.append((envelope.rcpt_tos[0], str(letter["Subject"]), text))
        return "250 OK"


@pytest.fixture
def letterbox() -> Iterator[tuple[Letterbox, int]]:
    box = Letterbox()
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def mailing(house: House, letterbox: tuple[Letterbox, int]) -> House:
    mailer = Mailer("127.0.0.1", letterbox[1], "trinhky@demo.example", timeout=5, starttls=False)
    with house.office.database.unit() as unit:
        for person in unit.people.all():
            if person.active:
                unit.people.change(replace(person, email=f"{person.id}@demo.example"))
    house.office = replace(house.office, mailer=mailer)
    return house


def test_the_next_one_on_the_road_hears_by_mail(
    mailing: House, letterbox: tuple[Letterbox, int]
) -> None:
    document = mailing.act(mailing.drafted(subject="Thông báo nghỉ lễ"), "submit", "chuyenvien")
    notify(mailing.office, document.id, document.version)

    [(to, subject, text)] = letterbox[0].letters
    assert to == "truongban@demo.example"
    assert "Thông báo nghỉ lễ" in subject
    assert f"/documents/{document.id}" in text


def test_an_old_notice_is_not_sent_late(mailing: House, letterbox: tuple[Letterbox, int]) -> None:
    document = mailing.act(mailing.drafted(), "submit", "chuyenvien")
    mailing.act(document, "approve", "truongban")
    notify(mailing.office, document.id, document.version)

    assert letterbox[0].letters == []


def test_of_a_secret_document_nobody_hears_by_mail(
    mailing: House, letterbox: tuple[Letterbox, int]
) -> None:
    document = mailing.drafted(classification=Classification.CONFIDENTIAL)
    document = mailing.act(document, "submit", "chuyenvien")
    mailing.work_off()
    assert letterbox[0].letters == []

    # Even a job that should never have been left is stopped at the gate.
    with pytest.raises(Refused, match="egress.classified"):
        notify(mailing.office, document.id, document.version)
    assert letterbox[0].letters == []
