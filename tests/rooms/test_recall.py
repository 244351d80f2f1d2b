"""What was sent can be wanted back; whoever has it destroys it and says so, or stays counted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from exchange import edxml
from records.document import Classification, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.exchange import DispatchState, RecallNotice, StatusNotice
from records.finding import Query
from records.person import Organ
from records.recall import Order, OrderState, RecallState
from tests.conftest import MORNING, House, Opening
from tests.scanner import found_words
from workflow.classify import classify
from workflow.find import find
from workflow.gather import gather
from workflow.give_up import agree, destroy, refuse
from workflow.look import content, history, view
from workflow.recall import WITHOUT_WORDS, Board, board, chase, recall
from workflow.registers import open_book
from workflow.road import Choice
from workflow.verify import verify

WHY = "Gửi nhầm bản dự thảo"
THEIRS = "H49.90.2"
SAY = {"subject": "gàlôilamchủđề", "paper": "gàlôilamnộidung", "remark": "gàlôilamýkiến"}


@dataclass
class Two:
    """Two offices, of which ours sent a document that theirs received and registered."""

    ours: House
    theirs: House
    sent: Document
    came: Document

    def state(self) -> RecallState:
        clerk = self.ours.person("vanthu")
        [one] = view(self.ours.office, self.sent.id, by=clerk).recalls
        return one.state

    def wanted(self) -> Board:
        return board(self.ours.office, by=self.ours.person("vanthu"))

    def order(self) -> Order:
        [(order, _)] = board(self.theirs.office, by=self.theirs.person("vanthu")).asked
        return order

    def exchange(self) -> None:
        """Let both offices work off what waits until nothing comes any more."""
        for house in (self.ours, self.theirs, self.ours, self.theirs, self.ours):
            gather(house.office)
            house.work_off()


@pytest.fixture
def two(open_house: Opening) -> Two:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    draft = ours.drafted(type="KH", subject=f"Về {SAY['subject']}", body=SAY["paper"])
    sent = ours.act(ours.sealed(draft), "dispatch", "vanthu", recipients=(THEIRS,))
    ours.work_off()
    gather(theirs.office)
    theirs.work_off()
    [came] = [one for one in _documents(theirs) if one.subject == sent.subject]
    came = theirs.act(came, "number", "vanthu", comment=SAY["remark"])
    theirs.work_off()
    gather(ours.office)
    return Two(ours, theirs, sent, came)


def _documents(house: House) -> list[Document]:
    with house.office.database.reading() as unit:
        return unit.documents.among(unit.documents.open_ids())


def test_a_document_is_recalled_destroyed_and_confirmed(two: Two) -> None:
    ours, theirs, clerk = two.ours, two.theirs, two.theirs.person("vanthu")
    before = found_words(theirs, SAY)
    recall(ours.office, two.sent.id, WHY, by=ours.person("vanthu"))
    two.exchange()

    assert two.state() is RecallState.ACKNOWLEDGED  # their software has it, their clerk has not
    order = two.order()
    assert (order.state, order.reason, order.document) == (OrderState.ASKED, WHY, two.came.id)
    assert view(theirs.office, two.came.id, by=clerk).orders == (order,)
    agree(theirs.office, order.id, by=clerk)
    with pytest.raises(NotFound):  # at that very moment, before any job
        view(theirs.office, two.came.id, by=theirs.person("chutich"))
    assert two.state() is RecallState.ACKNOWLEDGED  # nobody says so before it is done
    two.exchange()

    assert two.state() is RecallState.DESTROYED
    assert two.wanted().wanted == ()
    [dispatch] = view(ours.office, two.sent.id, by=ours.person("vanthu")).dispatches
    assert dispatch.state is DispatchState.RECALLED
    assert set(before) == set(SAY)
    assert found_words(theirs, SAY) == {}
    assert two.order().state is OrderState.DESTROYED


def test_of_what_was_destroyed_only_the_recall_is_left(two: Two) -> None:
    recall(two.ours.office, two.sent.id, WHY, by=two.ours.person("vanthu"))
    two.exchange()
    clerk = two.theirs.person("vanthu")
    agree(two.theirs.office, two.order().id, by=clerk)
    two.exchange()
    office, id = two.theirs.office, two.came.id

    seen = view(office, id, by=clerk)
    assert (seen.document.subject, seen.acts, seen.sides) == ("Văn bản đã thu hồi", (), ())
    assert seen.document.source.number == two.came.source.number
    assert seen.orders[0].reason == WHY
    with pytest.raises(Refused, match="recall.destroyed"):
        content(office, id, "", by=clerk)
    assert "document:destroyed" in [one["event"] for one in history(office, id, by=clerk)]
    found = find(office, Query("gàlôilam", frozenset()), by=two.theirs.person("chutich"))
    assert found.total == 0
    [row] = open_book(office, "van-ban-den", None, by=clerk).entries
    assert (row.columns["subject"], row.columns["code"]) == ("Văn bản đã thu hồi", "01")
    for house in (two.theirs, two.ours):
        checked = verify(house.office)
        assert (checked.head.faults, checked.faults) == ((), ())
    destroy(office, id)  # a job may run twice
    assert two.order().state is OrderState.DESTROYED
    with pytest.raises(Outrun):
        agree(office, two.order().id, by=clerk)


def test_what_was_recalled_is_frozen_where_it_was_issued(two: Two) -> None:
    ours = two.ours
    recall(ours.office, two.sent.id, WHY, by=ours.person("vanthu"))

    seen = view(ours.office, two.sent.id, by=ours.person("luutru"))
    assert seen.acts == ()
    assert seen.document.subject == two.sent.subject
    with pytest.raises(Refused, match="recall.frozen"):
        ours.act(seen.document, "archive", "luutru")
    with pytest.raises(Refused, match="recall.nothing"):
        recall(ours.office, two.sent.id, WHY, by=ours.person("vanthu"))
    assert verify(ours.office).holds


def test_a_refusal_is_told_and_the_recall_stays_open(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    recall(ours.office, two.sent.id, WHY, by=ours.person("vanthu"))
    two.exchange()
    clerk = theirs.person("vanthu")
    for reason, rule in (("", "recall.reason"), ("Độ mật: TỐI MẬT", "exchange.secret")):
        with pytest.raises(Refused, match=rule):
            refuse(theirs.office, two.order().id, reason, by=clerk)
    refuse(theirs.office, two.order().id, "Đã thi hành xong", by=clerk)
    two.exchange()

    assert two.state() is RecallState.REFUSED
    [(one, document)] = two.wanted().wanted
    assert (one.answer, document.id) == ("Đã thi hành xong", two.sent.id)
    assert view(theirs.office, two.came.id, by=theirs.person("chutich")).document == two.came


def test_who_opened_nothing_is_not_even_asked(open_house: Opening) -> None:
    ours, theirs = open_house(), open_house("office-partner.yaml")
    sent = ours.act(ours.sealed(), "dispatch", "vanthu", recipients=(THEIRS,))
    ours.work_off()
    recall(ours.office, sent.id, WHY, by=ours.person("vanthu"))
    ours.work_off()

    [one] = view(ours.office, sent.id, by=ours.person("vanthu")).recalls
    assert one.state is RecallState.WITHDRAWN
    assert gather(theirs.office) == 0
    assert list(ours.settings.trinhky_spool.glob(f"{THEIRS}/*.edxml")) == []


def test_raising_a_class_wants_back_what_was_sent_and_says_no_word(two: Two) -> None:
    ours, theirs = two.ours, two.theirs
    by = ours.person("vanthu")
    classify(ours.office, two.sent.id, Classification.SECRET, Choice("gàlôilamlýdo"), by=by)
    ours.work_off()
    [path] = (ours.settings.trinhky_spool / THEIRS).glob("*-recall.edxml")
    message = path.read_text("utf-8")

    assert all(word not in message for word in (*SAY.values(), "gàlôilamlýdo"))
    told = edxml.read(message.encode(), limit=100_000)
    assert isinstance(told, RecallNotice)
    assert (told.reason, told.about_message) == (WITHOUT_WORDS, two.came.source.message)
    two.exchange()
    agree(theirs.office, two.order().id, by=theirs.person("vanthu"))
    two.exchange()
    assert two.state() is RecallState.DESTROYED
    assert found_words(theirs, SAY) == {}
    with pytest.raises(NotAllowed):
        board(ours.office, by=ours.person("chuyenvien"))
    assert board(ours.office, by=ours.person("phochutich")).wanted == ()


def test_nobody_else_wants_it_back_or_gives_it_up(two: Two) -> None:
    with pytest.raises(NotAllowed, match="recall.not-yours"):
        recall(two.ours.office, two.sent.id, WHY, by=two.ours.person("chuyenvien"))
    with pytest.raises(Refused, match="recipient.unknown"):
        recall(two.ours.office, two.sent.id, WHY, ("H1",), by=two.ours.person("vanthu"))
    with pytest.raises(Refused, match="recall.reason"):
        recall(two.ours.office, two.sent.id, " ", by=two.ours.person("vanthu"))
    recall(two.ours.office, two.sent.id, WHY, by=two.ours.person("vanthu"))
    two.exchange()
    with pytest.raises(NotAllowed, match="recall.not-yours"):
        agree(two.theirs.office, two.order().id, by=two.theirs.person("chuyenvien"))
    with pytest.raises(NotFound):
        agree(two.theirs.office, "x", by=two.theirs.person("vanthu"))


def test_only_who_sent_a_document_is_believed_to_want_it_back(two: Two) -> None:
    office, folder = two.theirs.office, Path(THEIRS)
    about = f"H49.90.1,2026/11/20,{two.came.source.number}"
    mine = RecallNotice("w1", Organ("H49.90.1", "Ta"), office.organ, about, "", WHY, MORNING)
    stranger = replace(mine, id="w2", sender=Organ("H1", "Ai"))
    other = replace(mine, id="w3", about="H49.90.1,2026/11/20,99/QĐ-LĐLĐ")
    for notice in (stranger, other, mine):
        office.spool.send_recall(folder, notice)
    gather(office)

    asked = board(office, by=two.theirs.person("vanthu")).asked
    assert [(one.message, one.state) for one, _ in asked] == [
        ("w1", OrderState.ASKED),  # found by its number, as systems of others tell it
        ("w3", OrderState.REFUSED),  # no such document here: said at once
    ]
    assert asked[0][0].document == two.came.id
    assert [path.name for path in _rejected(two.theirs)] == ["w2.edxml"]


def test_a_status_of_another_system_asks_and_answers_too(two: Two) -> None:
    """Statuses 13 and 15 without our own marks: matched by the document's number."""
    recall(two.ours.office, two.sent.id, WHY, by=two.ours.person("vanthu"))
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


def test_clerks_are_reminded_once_a_day_of_what_nobody_answers(
    two: Two, impatient_clock: Callable[[int], None]
) -> None:
    recall(two.ours.office, two.sent.id, WHY, by=two.ours.person("vanthu"))
    two.ours.work_off()
    assert (chase(two.ours.office), two.wanted().overdue) == (0, frozenset())
    impatient_clock(16)

    assert [chase(two.ours.office), chase(two.ours.office)] == [1, 0]
    assert len(two.wanted().overdue) == 1
    impatient_clock(1)
    assert chase(two.ours.office) == 1


@pytest.fixture
def impatient_clock(two: Two) -> Callable[[int], None]:
    return lambda days: two.ours.clock.pass_by(timedelta(days=days))


def _rejected(house: House) -> list[Path]:
    return sorted((house.settings.trinhky_spool / THEIRS / "rejected").glob("*.edxml"))
