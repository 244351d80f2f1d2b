"""What is done about a step that stays open: others are asked, it changes hands, it rests."""

from datetime import date, timedelta

import pytest

from records.delegation import Bounds, Capacity, Delegation
from records.document import Document
from records.errors import NotAllowed, Outrun, Refused
from records.person import Person
from records.step import Step, StepKind
from tests.conftest import House, Opening
from workflow.delegate import Wanted, delegate, revoke
from workflow.look import desk, history, view
from workflow.road import Choice
from workflow.several import Item, perform_each
from workflow.verify import verify


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


def test_an_opinion_is_asked_and_given_while_the_step_stays_open(house: House) -> None:
    document = _checking(house)
    assert "request-opinion" in _actions(house, document, "truongban")
    due = house.clock() + timedelta(days=2)
    with pytest.raises(Refused, match="comment.required"):
        house.act(document, "request-opinion", "truongban", to="luutru")
    with pytest.raises(Refused, match="due.past"):
        _ask(house, document, "request-opinion", due=house.clock())
    document = _ask(house, document, "request-opinion", due=due)

    asked = _hanging(house, document)
    assert (asked.kind, asked.due_at, asked.asked_by) == (StepKind.OPINION, due, "truongban")
    assert _actions(house, document, "luutru") == {"give-opinion"}
    waiting = {one.document.id: one.actions for one in desk(house.office, by=_by(house, "luutru"))}
    assert waiting[document.id] == ["give-opinion"]
    with pytest.raises(Refused, match="asked.already"):
        _ask(house, document, "request-opinion")

    document = house.act(document, "give-opinion", "luutru", comment="Nên làm")
    assert document.state == "content_check"
    assert _actions(house, document, "luutru") == set()
    with pytest.raises(NotAllowed):
        house.act(document, "give-opinion", "luutru", comment="Thêm nữa")
    told = history(house.office, document.id, by=_by(house, "chuyenvien"))
    assert [(line["event"], line["comment"]) for line in told[-2:]] == [
        ("opinion:requested", "Xin cho biết"),
        ("opinion:given", "Nên làm"),
    ]
    assert house.act(document, "approve", "truongban").state == "format_check"


def test_an_opinion_nobody_needs_any_more_is_dropped_with_its_step(house: House) -> None:
    document = _ask(house, _checking(house), "request-opinion")
    document = house.act(document, "approve", "truongban")

    with pytest.raises(NotAllowed):
        house.act(document, "give-opinion", "luutru", comment="Muộn rồi")
    steps = view(house.office, document.id, by=_by(house, "luutru")).standing.steps
    assert [one.outcome for one in steps if one.kind is StepKind.OPINION] == ["dropped"]


def test_whoever_looks_first_holds_the_step_up_until_it_comes_back(house: House) -> None:
    document = _ask(house, _checking(house), "forward")
    assert _actions(house, document, "truongban") == {"call-back"}
    with pytest.raises(Refused, match="step.errand-out"):
        house.act(document, "approve", "truongban")
    document = house.act(document, "hand-back", "luutru", comment="Đã xem")
    assert "approve" in _actions(house, document, "truongban")

    document = _ask(house, document, "forward")
    document = house.act(document, "call-back", "truongban", comment="Không chờ nữa")
    assert _actions(house, document, "luutru") == set()
    assert house.act(document, "approve", "truongban").state == "format_check"


def test_an_approver_who_was_added_must_agree_to_the_bytes_first(house: House) -> None:
    document = _checking(house)
    with pytest.raises(Refused, match="approver.drafter"):
        house.act(document, "add-approver", "truongban", to="chuyenvien", comment="Cùng duyệt")
    document = _ask(house, document, "add-approver")
    assert "approve" not in _actions(house, document, "truongban")
    assert "return" in _actions(house, document, "truongban")
    with pytest.raises(Refused, match="step.approver-waits"):
        house.act(document, "approve", "truongban")
    with pytest.raises(Refused, match="shown.required"):
        house.act(document, "co-approve", "luutru", shown="")
    with pytest.raises(Outrun):
        house.act(document, "co-approve", "luutru", shown="0" * 64)

    document = house.act(document, "co-decline", "luutru", comment="Chưa được")
    with pytest.raises(Refused, match="step.approver-declined"):
        house.act(document, "approve", "truongban")
    document = _ask(house, document, "add-approver")
    document = house.act(document, "co-approve", "luutru")
    assert house.act(document, "approve", "truongban").state == "format_check"


def test_the_added_approval_does_not_stand_for_the_steps_own(house: House) -> None:
    document = _ask(house, _checking(house), "add-approver")
    document = house.act(document, "co-approve", "luutru")
    document = house.act(document, "return", "truongban", comment="Sửa")
    document = house.act(document, "submit", "chuyenvien")

    assert document.state == "content_check"
    assert "approve" in _actions(house, document, "truongban")


def test_a_step_is_reassigned_to_somebody_who_could_have_had_it(house: House) -> None:
    document = house.act(_checking(house), "approve", "truongban")
    document = house.act(document, "approve", "chanhvanphong")
    assert document.state == "signing"
    for to in ("chuyenvien", "luutru", "quantri", "nobody"):
        with pytest.raises(Refused, match="reassign.not-allowed"):
            house.act(document, "reassign", "chutich", to=to, comment="Bận")
    document = house.act(document, "reassign", "chutich", to="phochutich", comment="Đi công tác")

    assert "sign" in _actions(house, document, "phochutich")
    assert _actions(house, document, "chutich") == set()
    told = history(house.office, document.id, by=_by(house, "chuyenvien"))[-1]
    assert (told["event"], told["assignee"]) == ("step:reassigned", "phochutich")
    assert house.act(document, "return", "phochutich", comment="Sửa").state == "drafting"


def test_a_document_that_rests_lets_nobody_act_and_no_time_run(house: House) -> None:
    document = _ask(
        house, _checking(house), "request-opinion", due=house.clock() + timedelta(hours=6)
    )
    document = house.act(document, "suspend", "truongban", comment="Chờ cấp trên")
    assert document.rests_since == house.clock()
    assert _hanging(house, document).due_at is None
    assert _actions(house, document, "truongban") == {"resume"}
    assert _actions(house, document, "luutru") == set()
    with pytest.raises(Refused, match="step.rests"):
        house.act(document, "approve", "truongban")
    with pytest.raises(Refused, match="comment.required"):
        house.act(document, "resume", "truongban")

    was = house.clock()
    house.clock.pass_by(timedelta(days=7))
    document = house.act(document, "resume", "truongban", comment="Đã có ý kiến")
    # Nine o'clock on a Friday, six hours by the clock: five hours of working time were left.
    assert _hanging(house, document).due_at == was + timedelta(days=7, hours=6)
    assert house.act(document, "approve", "truongban").state == "format_check"


def test_a_delegate_does_everything_beside_the_road_in_the_name_of_the_absent(
    house: House,
) -> None:
    """Ask, answer, agree, reassign, rest and resume: each act says in whose name it was done."""
    given = [_stands_in(house, "truongban", "kiemtra"), _stands_in(house, "luutru", "kiemtra")]
    document = _checking(house)
    assert {"request-opinion", "forward", "suspend"} <= _actions(house, document, "kiemtra")
    said = {"comment": "Thay mặt"}
    with pytest.raises(Refused, match="asked.unknown"):
        house.act(document, "request-opinion", "kiemtra", to="truongban", **said)
    document = house.act(document, "request-opinion", "kiemtra", to="luutru", **said)
    [waiting] = [
        one
        for one in desk(house.office, by=_by(house, "kiemtra"))
        if one.document.id == document.id
    ]
    assert "give-opinion" in waiting.actions
    document = house.act(document, "give-opinion", "kiemtra", **said)
    document = house.act(document, "suspend", "kiemtra", **said)
    document = house.act(document, "resume", "kiemtra", **said)
    document = house.act(document, "forward", "kiemtra", to="luutru", **said)
    document = house.act(document, "call-back", "kiemtra", **said)
    document = house.act(document, "add-approver", "kiemtra", to="luutru", **said)
    document = house.act(document, "co-approve", "kiemtra")
    with pytest.raises(Refused, match="approve.twice"):
        house.act(document, "approve", "kiemtra", on_behalf_of="truongban")

    told = history(house.office, document.id, by=_by(house, "chuyenvien"))[2:]
    assert {line["actor"] for line in told} == {"kiemtra"}
    assert [line["on_behalf_of"] for line in told] == [
        *("truongban", "luutru", "truongban", "truongban", "truongban", "truongban"),
        *("truongban", "luutru"),
    ]
    steps = view(house.office, document.id, by=_by(house, "luutru")).standing.steps
    assert [one.on_behalf_of for one in steps if one.kind is StepKind.OPINION] == ["luutru"]
    for one in given:
        revoke(house.office, one.id, by=_by(house, one.delegator))
    assert _actions(house, document, "kiemtra") == set()
    with pytest.raises(NotAllowed):
        house.act(document, "request-opinion", "kiemtra", to="luutru", **said)


def test_a_delegate_agrees_to_no_draft_of_their_own_and_outside_the_bounds_to_nothing(
    house: House,
) -> None:
    given = _stands_in(house, "luutru", "chuyenvien")
    document = _ask(house, _checking(house), "add-approver")
    assert "co-approve" not in _actions(house, document, "chuyenvien")
    with pytest.raises(Refused, match="approve.own-draft"):
        house.act(document, "co-approve", "chuyenvien")
    revoke(house.office, given.id, by=_by(house, "luutru"))

    bounds = Bounds(types=frozenset({"TB"}))
    given = _stands_in(house, "truongban", "kiemtra", bounds)
    assert "request-opinion" not in _actions(house, document, "kiemtra")
    with pytest.raises(NotAllowed):
        house.act(document, "suspend", "kiemtra", comment="Thay mặt")
    revoke(house.office, given.id, by=_by(house, "truongban"))


def _stands_in(house: House, giver: str, getter: str, bounds: Bounds | None = None) -> Delegation:
    today = house.office.today()
    wanted = Wanted(
        delegate=getter,
        capacity=Capacity.TUQ,
        since=today,
        until=today,
        basis="12/GUQ-LĐLĐ",
        basis_on=date(2026, 11, 18),
        bounds=bounds or Bounds(),
    )
    return delegate(house.office, wanted, by=_by(house, giver))


def test_what_the_road_does_not_allow_is_not_to_be_had(house: House) -> None:
    document = house.drafted()
    assert _actions(house, document, "chuyenvien") == {"submit"}
    for name in ("suspend", "request-opinion", "reassign", "resume", "co-approve"):
        with pytest.raises(NotAllowed):
            house.act(document, name, "chuyenvien", to="luutru", comment="Thử")


def test_several_documents_are_done_each_by_itself(house: House) -> None:
    first, second = _checking(house), _checking(house)
    stale = Item(second.id, second.latest.digest, second.version - 1)
    other = Item(second.id, "0" * 64, second.version)
    good = [Item(one.id, one.latest.digest, one.version) for one in (first, second)]
    unknown = Item("0" * 32)

    done = perform_each(
        house.office,
        [stale, other, unknown, *good, good[0]],
        "approve",
        Choice(),
        by=_by(house, "truongban"),
    )

    came = [one.came.state if isinstance(one.came, Document) else one.came.rule for one in done]
    assert came == [
        *("step.outrun", "step.other-bytes", "document.unknown"),
        *("format_check", "format_check", "step.outrun"),
    ]


def test_everything_that_was_done_beside_the_road_stands_in_a_log_that_holds(house: House) -> None:
    assert verify(house.office).holds


def _checking(house: House) -> Document:
    return house.act(house.drafted(), "submit", "chuyenvien")


def _ask(house: House, document: Document, action: str, **about: object) -> Document:
    said = {"to": "luutru", "comment": "Xin cho biết", **about}
    return house.act(document, action, "truongban", **said)


def _hanging(house: House, document: Document) -> Step:
    steps = view(house.office, document.id, by=_by(house, "chuyenvien")).standing.steps
    [one] = [one for one in steps if one.open and one.kind is not StepKind.STEP]
    return one


def _actions(house: House, document: Document, name: str) -> set[str]:
    return set(view(house.office, document.id, by=_by(house, name)).actions)


def _by(house: House, name: str) -> Person:
    return house.person(name)
