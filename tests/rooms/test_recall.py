"""What was sent can be wanted back; whoever has it destroys it and says so, or stays counted."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange import edxml
from front.serving import application
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.exchange import DispatchState, RecallNotice, StatusNotice
from records.finding import Query
from records.person import Organ, Person
from records.recall import Order, OrderState, Recall, RecallState
from tests.conftest import MORNING, PASSWORD, House, Opening
from tests.scanner import found_words
from workflow.classify import classify
from workflow.find import find
from workflow.gather import gather
from workflow.give_up import agree, clear_away, refuse
from workflow.look import content, history, view
from workflow.recall import WITHOUT_WORDS, board, chase, recall
from workflow.registers import open_book
from workflow.road import Choice
from workflow.session import enter
from workflow.verify import verify

WHY = "Gửi nhầm bản dự thảo"
THEIRS = "H49.90.2"
Words = dict[str, str]


@dataclass
class Two:
    """Two offices, of which ours sent a document that theirs received and registered."""

    ours: House
    theirs: House
    words: Words
    sent: Document = field(init=False)
    came: Document = field(init=False)

    def send(self) -> None:
        """Send the document, and let it be received."""
        subject = self.words["subject"]
        draft = self.ours.drafted(type="KH", subject=subject, body=self.words["paper"])
        sealed = self.ours.sealed(draft)
        self.sent = self.ours.act(sealed, "dispatch", "vanthu", recipients=(THEIRS,))
        self.ours.work_off()
        gather(self.theirs.office)
        [came] = [
            one for one in _documents(self.theirs) if one.source.number == str(self.sent.number)
        ]
        self.came = self.theirs.act(came, "number", "vanthu", comment=self.words["remark"])
        self.theirs.work_off()

    def recall(self) -> None:
        """Want it back, and let theirs hear of it."""
        recall(self.ours.office, self.sent.id, WHY, by=self.clerk)
        self.ours.work_off()  # it cannot be taken back unopened
        self.heard()

    def heard(self) -> None:
        """Let theirs take in what ours sent, and ours their answer."""
        gather(self.theirs.office)
        self.theirs.work_off()
        gather(self.ours.office)

    @property
    def clerk(self) -> Person:
        """Give our clerk."""
        return self.ours.person("vanthu")

    @property
    def other(self) -> Person:
        """Give their clerk."""
        return self.theirs.person("vanthu")

    def state(self) -> RecallState:
        """Give how far our recall has come."""
        [one] = view(self.ours.office, self.sent.id, by=self.clerk).recalls
        return one.state

    def wanted(self) -> list[Recall]:
        """Give what our page lists of it."""
        found = board(self.ours.office, by=self.clerk).wanted
        return [one for one, document in found if document.id == self.sent.id]

    def order(self) -> Order:
        """Give what their page lists of it."""
        found = board(self.theirs.office, by=self.other).asked
        [order] = [one for one, _ in found if one.document == self.came.id]
        return order


@pytest.fixture(scope="module")
def offices(open_lasting_house: Opening) -> tuple[House, House]:
    return open_lasting_house(), open_lasting_house("office-partner.yaml")


@pytest.fixture
def two(offices: tuple[House, House], request: pytest.FixtureRequest) -> Two:
    # Words that are looked for are of one document only; others are the same for all.
    mark = getattr(request, "param", "")
    said = {name: f"gàlôilam{name}{mark}" for name in ("subject", "paper", "remark")}
    both = Two(*offices, said)
    both.send()
    return both


def _documents(house: House) -> list[Document]:
    with house.office.database.reading() as unit:
        return unit.documents.among(unit.documents.open_ids())


@pytest.mark.parametrize("two", ["một"], indirect=True)
def test_a_document_is_recalled_destroyed_and_confirmed(two: Two) -> None:
    ours, theirs, clerk = two.ours, two.theirs, two.other
    before = found_words(theirs, two.words)
    two.recall()

    assert two.state() is RecallState.ACKNOWLEDGED  # their software has it, their clerk has not
    order = two.order()
    assert (order.state, order.reason, order.document) == (OrderState.ASKED, WHY, two.came.id)
    assert view(theirs.office, two.came.id, by=clerk).orders == (order,)
    agree(theirs.office, order.id, by=clerk)
    with pytest.raises(NotFound):  # at that very moment, before any job
        view(theirs.office, two.came.id, by=theirs.person("chutich"))
    assert two.state() is RecallState.ACKNOWLEDGED  # nobody says so before it is done
    theirs.work_off()
    gather(ours.office)

    assert two.state() is RecallState.DESTROYED
    assert two.wanted() == []
    [dispatch] = view(ours.office, two.sent.id, by=ours.person("vanthu")).dispatches
    assert dispatch.state is DispatchState.RECALLED
    assert set(before) == set(two.words)
    assert found_words(theirs, two.words) == {}
    assert two.order().state is OrderState.DESTROYED
    _only_the_recall_is_left(two)


def _only_the_recall_is_left(two: Two) -> None:
    office, id, clerk = two.theirs.office, two.came.id, two.other
    seen = view(office, id, by=clerk)
    assert (seen.document.subject, seen.acts, seen.sides) == ("Văn bản đã thu hồi", (), ())
    assert seen.document.source.number == two.came.source.number
    assert seen.orders[0].reason == WHY
    with pytest.raises(Refused, match="recall.destroyed"):
        content(office, id, "", by=clerk)
    assert "document:given-up" in [one["event"] for one in history(office, id, by=clerk)]
    found = find(office, Query(two.words["subject"], frozenset()), by=two.theirs.person("chutich"))
    assert found.total == 0
    rows = open_book(office, "van-ban-den", None, by=clerk).entries
    [row] = [one for one in rows if one.document == id]
    assert (row.columns["subject"], row.columns["code"]) == (
        "Văn bản đã thu hồi",
        str(two.came.number),
    )
    for house in (two.theirs, two.ours):
        checked = verify(house.office)
        assert (checked.head.faults, checked.faults) == ((), ())
    clear_away(office, id)  # a job may run twice
    assert two.order().state is OrderState.DESTROYED
    with pytest.raises(Outrun):
        agree(office, two.order().id, by=clerk)


def test_a_refusal_is_told_and_the_recall_stays_open(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    _nobody_else_may(two)
    two.recall()
    for reason, rule in (("", "recall.reason"), ("Độ mật: TỐI MẬT", "exchange.secret")):
        with pytest.raises(Refused, match=rule):
            refuse(theirs.office, two.order().id, reason, by=two.other)
    for who in ("chuyenvien", "luutru"):
        with pytest.raises(NotAllowed, match="recall.not-yours"):
            agree(theirs.office, two.order().id, by=theirs.person(who))
    refuse(theirs.office, two.order().id, "Đã thi hành xong", by=two.other)
    theirs.work_off()
    gather(ours.office)

    assert two.state() is RecallState.REFUSED
    assert [one.answer for one in two.wanted()] == ["Đã thi hành xong"]
    assert view(theirs.office, two.came.id, by=theirs.person("chutich")).document == two.came
    _frozen(two)


def _nobody_else_may(two: Two) -> None:
    office, id = two.ours.office, two.sent.id
    with pytest.raises(NotAllowed, match="recall.not-yours"):
        recall(office, id, WHY, by=two.ours.person("chuyenvien"))
    with pytest.raises(Refused, match="recipient.unknown"):
        recall(office, id, WHY, ("H1",), by=two.clerk)
    with pytest.raises(Refused, match="recall.reason"):
        recall(office, id, " ", by=two.clerk)
    with pytest.raises(NotAllowed):
        board(office, by=two.ours.person("chuyenvien"))
    with pytest.raises(NotFound):
        agree(office, "x", by=two.clerk)


def _frozen(two: Two) -> None:
    ours = two.ours
    seen = view(ours.office, two.sent.id, by=ours.person("luutru"))
    assert seen.acts == ()
    assert seen.document.subject == two.sent.subject
    with pytest.raises(Refused, match="recall.frozen"):
        ours.act(seen.document, "archive", "luutru")
    with pytest.raises(Refused, match="recall.nothing"):
        recall(ours.office, two.sent.id, WHY, by=two.clerk)
    assert verify(ours.office).holds


def test_who_opened_nothing_is_not_even_asked(offices: tuple[House, House]) -> None:
    ours, theirs = offices
    draft = ours.drafted(type="KH", subject="gàlôilamsubject", body="gàlôilampaper")
    sent = ours.act(ours.sealed(draft), "dispatch", "vanthu", recipients=(THEIRS,))
    ours.work_off()
    recall(ours.office, sent.id, WHY, by=ours.person("vanthu"))
    ours.work_off()

    [one] = view(ours.office, sent.id, by=ours.person("vanthu")).recalls
    assert one.state is RecallState.WITHDRAWN
    assert gather(theirs.office) == 0
    assert list(ours.settings.trinhky_spool.glob(f"{THEIRS}/*.edxml")) == []


@pytest.mark.parametrize("two", ["hai"], indirect=True)
def test_raising_a_class_wants_back_what_was_sent_and_says_no_word(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    classify(ours.office, two.sent.id, Classification.SECRET, Choice("gàlôilamlýdo"), by=two.clerk)
    ours.work_off()
    [path] = (ours.settings.trinhky_spool / THEIRS).glob("*-recall.edxml")
    message = path.read_text("utf-8")

    assert all(word not in message for word in (*two.words.values(), "gàlôilamlýdo"))
    told = edxml.read(message.encode(), limit=100_000)
    assert isinstance(told, RecallNotice)
    assert (told.reason, told.about_message) == (WITHOUT_WORDS, two.came.source.message)
    two.heard()
    agree(theirs.office, two.order().id, by=two.other)
    theirs.work_off()
    gather(ours.office)
    assert two.state() is RecallState.DESTROYED
    assert found_words(theirs, two.words) == {}
    others = board(ours.office, by=ours.person("phochutich")).wanted
    assert two.sent.id not in {document.id for _, document in others}


def test_only_who_sent_a_document_is_believed_to_want_it_back(two: Two) -> None:
    office, folder = two.theirs.office, Path(THEIRS)
    about = f"H49.90.1,2026/11/20,{two.came.source.number}"
    mine = RecallNotice("w1", Organ("H49.90.1", "Ta"), office.organ, about, "", WHY, MORNING)
    stranger = replace(mine, id="w2", sender=Organ("H1", "Ai"))
    other = replace(mine, id="w3", about="H49.90.1,2026/11/20,99/QĐ-LĐLĐ")
    for notice in (stranger, other, mine):
        office.spool.send_recall(folder, notice)
    gather(office)

    asked = [
        pair for pair in board(office, by=two.other).asked if pair[0].message in ("w1", "w2", "w3")
    ]
    assert [(one.message, one.state) for one, _ in asked] == [
        ("w1", OrderState.ASKED),  # found by its number, as systems of others tell it
        ("w3", OrderState.REFUSED),  # no such document here: said at once
    ]
    assert asked[0][0].document == two.came.id
    assert [path.name for path in _rejected(two.theirs)] == ["w2.edxml"]


def test_a_status_of_another_system_asks_and_answers_too(two: Two) -> None:
    """Statuses 13 and 15 without our own marks: matched by the document's number."""
    recall(two.ours.office, two.sent.id, WHY, by=two.clerk)
    two.ours.work_off()
    number = str(two.sent.number)
    about = f"H49.90.1,2026/11/20,{number}"
    agreed = StatusNotice(
        "s1", Organ(THEIRS, "Bạn"), two.ours.office.organ, about, "", "15", "Đã hủy", MORNING
    )
    two.ours.office.spool.send_status(Path("H49.90.1"), agreed)
    gather(two.ours.office)
    assert two.state() is RecallState.DESTROYED

    asks = replace(agreed, id="s2", code="13", sender=two.ours.office.organ)
    asks = replace(asks, recipient=asks.sender, reason="Lấy lại")
    (two.ours.settings.trinhky_spool / THEIRS / "s2.edxml").write_bytes(edxml.write_status(asks))
    gather(two.theirs.office)
    asked = board(two.theirs.office, by=two.theirs.person("vanthu")).asked
    assert "Lấy lại" in {one.reason for one, _ in asked}


def test_the_doors_recall_answer_and_show_what_is_open(two: Two) -> None:
    ours = application(two.ours.office, two.ours.settings)
    theirs = application(two.theirs.office, two.theirs.settings)
    page = _browsed(two.ours, ours, "vanthu")
    shown = page.get(f"/documents/{two.sent.id}")
    assert "Thu hồi văn bản đã gửi" in shown.text
    csrf = re.findall('name="csrf" value="([^"]+)"', shown.text)[0]
    path = f"/documents/{two.sent.id}/recalls"
    wrong = page.post(path, data={"csrf": csrf, "reason": " "})
    assert "Hãy nêu lý do" in wrong.text
    assert page.post(path, data={"csrf": csrf, "reason": WHY}).status_code == 303
    two.ours.work_off()
    two.heard()

    head = _bearer(two.ours, "vanthu")
    client = ours.test_client()
    [one] = client.get(f"/api/v1{path}", headers=head).get_json()["items"]
    assert (one["state"], one["reason"], one["overdue"]) == ("acknowledged", WHY, False)
    listed = client.get("/api/v1/recalls", headers=head).get_json()
    assert one in listed["items"]
    again = client.post(f"/api/v1{path}", json={"reason": WHY}, headers=head)
    assert (again.status_code, again.get_json()["rule"]) == (422, "recall.nothing")
    assert client.get("/api/v1/recalls", headers=_bearer(two.ours, "quantri")).status_code == 403
    assert "chưa được xác nhận đã hủy" in page.get("/reports").text
    assert "đóng băng" in page.get(f"/documents/{two.sent.id}").text

    other = _browsed(two.theirs, theirs, "vanthu")
    assert "đang chờ trả lời" in other.get("/").text
    assert WHY in other.get("/recalls").text
    head = _bearer(two.theirs, "vanthu")
    answer = f"/api/v1/recalls/{two.order().id}"
    assert theirs.test_client().post(f"{answer}/refuse", json={}, headers=head).status_code == 422
    agreed = theirs.test_client().post(f"{answer}/agree", headers=head)
    assert (agreed.status_code, agreed.get_json()["state"]) == (202, "agreed")
    two.theirs.work_off()
    left = other.get(f"/documents/{two.came.id}").text
    assert "chỉ còn thông tin về việc thu hồi" in left
    assert two.words["subject"] not in left


def _bearer(house: House, name: str) -> dict[str, str]:
    admitted = enter(house.office, name, PASSWORD, address="127.0.0.1")
    return {"Authorization": f"Bearer {admitted.token}"}


def _browsed(house: House, doors: Flask, name: str) -> FlaskClient:
    client = doors.test_client()
    client.set_cookie("trinhky", house.cookie(name))
    return client


def test_clerks_are_reminded_once_a_day_of_what_nobody_answers(two: Two) -> None:
    office = two.ours.office
    recall(office, two.sent.id, WHY, by=two.clerk)
    two.ours.work_off()
    chase(office)  # and nothing else is new to it from here on
    assert not _late(two)
    two.ours.clock.pass_by(timedelta(days=16))

    assert (chase(office) > 0, chase(office)) == (True, 0)
    assert _late(two)
    two.ours.clock.pass_by(timedelta(days=1))
    assert chase(office) > 0


def _late(two: Two) -> bool:
    return bool({one.id for one in two.wanted()} & board(two.ours.office, by=two.clerk).overdue)


def _rejected(house: House) -> list[Path]:
    return sorted((house.settings.trinhky_spool / THEIRS / "rejected").glob("*.edxml"))
