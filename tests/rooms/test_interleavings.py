"""Two people act on one document in every order there is: one of them did it, never half of each.

An act reads in some transactions and writes in exactly one, which the tests count. What the other
one's act finds depends only on which of its transactions come before that write. So every order
of two acts comes to the same as one of these: one act is done as a whole just before the n-th
transaction of the other, for every n and both ways round. Each is tried on a document of its own.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier
from typing import Any, cast

import pytest

from bench.papers import minimal_pdf
from records.audit import AuditEvent
from records.definition import Source
from records.document import Classification, Direction, Document, Origin
from records.errors import Refused
from storage.database import Database
from tests.conftest import House, Opening
from tests.rooms.test_delegation import given as delegated
from tests.rooms.test_registers import SECOND_CLERK, serials
from workflow.adopt import put_in_force
from workflow.begin import Made, Particulars, lay_down, new_document, with_revision
from workflow.delegate import revoke
from workflow.office import Office
from workflow.perform import perform
from workflow.revise import revise
from workflow.road import Choice
from workflow.staff import hire
from workflow.verify import verify

ROAD = """
name: crossing
title: {vi: Thử hai người cùng làm, en: Two at once}
direction: outgoing
start: drafting
starters: [officer]
states:
  drafting:
    title: {vi: Dự thảo, en: Draft}
    who: [drafter]
    editable: true
    actions:
      pass: {title: {vi: Chuyển, en: Pass on}, to: checking}
  checking:
    title: {vi: Kiểm tra, en: Check}
    who: [head_of_drafters_unit]
    approves: true
    editable: true
    actions:
      approve: {title: {vi: Duyệt, en: Approve}, to: signing, needs: [seen]}
      recall: {title: {vi: Thu hồi, en: Recall}, to: drafting, who: [previous]}
  signing:
    title: {vi: Chờ ký, en: Awaiting signature}
    who: [role: leader]
    approves: true
    editable: true
    actions:
      sign: {title: {vi: Ký, en: Sign}, to: signed, needs: [seen], does: sign}
  signed:
    title: {vi: Đã ký, en: Signed}
    who: [role: registry_clerk]
    actions:
      seal: {title: {vi: Cấp số, en: Number}, to: sealed, needs: [seen], does: seal}
  sealed: {title: {vi: Đã đóng dấu, en: Sealed}}
"""
PAPER, BETTER = minimal_pdf("a draft"), minimal_pdf("a better draft")

Act = Callable[[Office, Document], object]


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    house = open_lasting_house()
    with house.office.database.unit() as unit:
        put_in_force(house.office, unit, ROAD, source=Source.FILE, by="system")
    hire(house.office, SECOND_CLERK, "đủ dài rồi", by=house.person("quantri"))
    return house


def drafted(house: House) -> Document:
    """Give a draft on this road; nothing of it is read in a sandbox."""
    office, by = house.office, house.person("chuyenvien")
    said = Particulars(
        Direction.OUTGOING, "TB", "Về việc thử", Classification.NONE, workflow="crossing"
    )
    route, at = office.routes["crossing"], office.clock()
    document = with_revision(
        office, new_document(route, said, by, at), PAPER, Made(Origin.UPLOADED, by.id, at, 1)
    )
    with office.database.unit() as unit:
        event = AuditEvent("document:received", by.id, at, document.id, {})
        lay_down(office, unit, route, document, event)
    return document


def checking(house: House) -> Document:
    return house.act(drafted(house), "pass", "chuyenvien")


def signing(house: House) -> Document:
    return house.act(checking(house), "approve", "truongban")


def signed(house: House) -> Document:
    return house.act(signing(house), "sign", "chutich")


def does(action: str, who: str) -> Act:
    """Give an act somebody does on the page they have open."""

    def act(office: Office, document: Document) -> object:
        with office.database.reading() as unit:
            by = unit.people.get(who)
        choice = Choice(shown=document.latest.digest, seen=document.version)
        return perform(office, document.id, action, choice, by=by)

    return act


def edits(who: str) -> Act:
    """Give the bringing of a new revision."""

    def act(office: Office, document: Document) -> object:
        with office.database.reading() as unit:
            by = unit.people.get(who)
        return revise(office, document.id, BETTER, Choice(seen=document.version), by=by)

    return act


@dataclass(frozen=True)
class Pair:
    """Two acts of which one at most can be done."""

    start: Callable[[House], Document]
    one: Act
    other: Act
    delegates: bool = False  # the archivist may act for the head meanwhile


PAIRS = {
    "approve and approve": Pair(
        checking, does("approve", "truongban"), does("approve", "truongban")
    ),
    "approve and edit": Pair(checking, does("approve", "truongban"), edits("truongban")),
    "sign and edit": Pair(signing, does("sign", "chutich"), edits("phochutich")),
    "number and number": Pair(signed, does("seal", "vanthu"), does("seal", "vanthu2")),
    "recall and approve": Pair(
        checking, does("recall", "chuyenvien"), does("approve", "truongban")
    ),
    "delegate and approve": Pair(
        checking, does("approve", "luutru"), does("approve", "truongban"), delegates=True
    ),
}


@dataclass
class Counted:
    """A database that tells when a transaction is about to begin."""

    inner: Database
    before: Callable[[int], object] = id
    begun: int = 0
    writes: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def unit(self) -> Any:
        self.writes += 1
        return self._next().unit()

    def reading(self) -> Any:
        return self._next().reading()

    def _next(self) -> Database:
        n, self.begun = self.begun, self.begun + 1
        self.before(n)
        return self.inner


def counting(house: House, before: Callable[[int], object] | None = None) -> tuple[Office, Counted]:
    """Give the office with a database that is counted."""
    counted = Counted(house.office.database)
    if before:
        counted.before = before
    return replace(house.office, database=cast("Database", counted)), counted


def tell(act: Act, office: Office, document: Document) -> str:
    """Give "" for an act that was done, else the rule that refused it; nothing else may happen."""
    try:
        act(office, document)
    except Refused as refused:
        return refused.rule
    return ""


def look(house: House, id: str) -> object:
    """Give everything an act changes of a document, without what is another in each."""
    with house.office.database.reading() as unit:
        document = unit.documents.get(id)
        steps = unit.steps.of(id)
        log = [entry.event for entry, _ in unit.audit.of(id)]
        rows = [row for row in unit.registers.entries("van-ban-di", 2026) if row.document == id]
    return (
        document.state,
        document.version,
        [(one.origin, one.n) for one in document.revisions],
        [(one.state, one.act, one.closed_by, one.approval, one.on_behalf_of) for one in steps],
        [bool(one.cancelled_at) for one in steps],
        [(one.action, one.by, one.facts.get("from"), one.facts.get("to")) for one in log],
        (document.number is not None, len(rows)),
    )


@pytest.fixture
def standing_in(house: House) -> Any:
    """Let the archivist act for the head of the unit, as long as a test wants it."""
    begun = []
    yield lambda: begun.append(delegated(house, "truongban", "luutru"))
    for one in begun:
        revoke(house.office, one.id, by=house.person("truongban"))


@pytest.mark.parametrize("name", PAIRS)
def test_in_every_order_one_of_two_acts_is_done_and_nothing_of_the_other(
    house: House, name: str, standing_in: Callable[[], None]
) -> None:
    pair = PAIRS[name]
    if pair.delegates:
        standing_in()
    tried = 0
    for first, second in ((pair.one, pair.other), (pair.other, pair.one)):
        office, counted = counting(house)
        document = pair.start(house)
        assert tell(first, office, document) == ""
        assert counted.writes == 1, "an act writes in one transaction, or the orders are not all"
        mine = look(house, document.id)
        twin = pair.start(house)
        assert tell(second, house.office, twin) == ""
        theirs = look(house, twin.id)
        for n in range(counted.begun):
            tried += _between(house, pair.start(house), (first, second, n), (mine, theirs))
        if name == "number and number":
            break  # both do the same
    assert tried >= 3
    assert verify(house.office).holds


def _between(
    house: House,
    document: Document,
    order: tuple[Act, Act, int],
    either: tuple[object, object],
) -> int:
    """Do the second act as a whole before the n-th transaction of the first, and look."""
    first, second, n = order
    came: list[str] = []

    def before(now: int) -> None:
        if now == n:
            came.append(tell(second, house.office, document))

    office, _ = counting(house, before)
    refused = tell(first, office, document)

    assert len(came) == 1
    assert [refused == "", came[0] == ""].count(True) == 1, (n, refused, came)
    assert look(house, document.id) == either[0 if refused == "" else 1], n
    return 1


@pytest.mark.parametrize("name", PAIRS)
def test_at_the_same_moment_one_of_two_acts_is_done_and_nothing_of_the_other(
    house: House, name: str, standing_in: Callable[[], None]
) -> None:
    pair = PAIRS[name]
    if pair.delegates:
        standing_in()
    document, start = pair.start(house), Barrier(2)

    def act(one: Act) -> str:
        start.wait(30)
        return tell(one, house.office, document)

    with ThreadPoolExecutor(2) as both:
        came = list(both.map(act, (pair.one, pair.other)))

    assert came.count("") == 1, came
    twin = pair.start(house)
    assert tell((pair.one, pair.other)[came.index("")], house.office, twin) == ""
    assert look(house, document.id) == look(house, twin.id)


def test_two_documents_numbered_in_every_order_leave_neither_gap_nor_double(house: House) -> None:
    one = does("seal", "vanthu")
    office, counted = counting(house)
    assert tell(one, office, signed(house)) == ""
    for n in range(counted.begun):
        mine, other = signed(house), signed(house)
        came: list[str] = []

        def before(now: int, n: int = n, other: Document = other, came: list[str] = came) -> None:
            if now == n:
                came.append(tell(does("seal", "vanthu2"), house.office, other))

        office, _ = counting(house, before)
        refused = tell(one, office, mine)

        assert came == [""]
        if refused:  # somebody took the number that was on the page: nothing was spent
            assert tell(one, house.office, mine) == ""
        drawn = serials(house, "van-ban-di")
        assert drawn == list(range(1, len(drawn) + 1))


def test_a_delegation_taken_back_at_any_moment_gives_an_act_or_nothing(house: House) -> None:
    approves = does("approve", "luutru")
    one = delegated(house, "truongban", "luutru")
    office, counted = counting(house)
    document = checking(house)
    assert tell(approves, office, document) == ""
    done = look(house, document.id)
    revoke(house.office, one.id, by=house.person("truongban"))
    for n in range(counted.begun):
        one = delegated(house, "truongban", "luutru")
        document = checking(house)
        untouched = look(house, document.id)

        def before(now: int, n: int = n, id: str = one.id) -> None:
            if now == n:
                revoke(house.office, id, by=house.person("truongban"))

        office, _ = counting(house, before)
        refused = tell(approves, office, document)

        assert look(house, document.id) == (untouched if refused else done)
