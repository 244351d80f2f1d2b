"""A document whose branches run side by side: who may act, what is decided when, what is kept."""

from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from config.workflows import read_routes
from records.document import Classification, Direction, Document
from records.errors import NotAllowed, NotFound, Outrun, Refused
from records.route import AGREED, DECLINED
from records.step import DROPPED, Step, StepKind
from tests.conftest import House, Opening
from workflow.begin import Particulars
from workflow.draft import draft
from workflow.look import View, content, desk, history, view
from workflow.perform import perform
from workflow.revise import revise
from workflow.road import Choice
from workflow.staff import change


@pytest.fixture(scope="module")
def house(open_lasting_house: Opening) -> House:
    return open_lasting_house()


CONFIG = Path(__file__).parents[2] / "config"


def test_a_consultation_runs_side_by_side_and_two_yes_of_three_decide(house: House) -> None:
    document = _consulting(house)
    assert document.state == "consulting"
    assert _open(house, document) == {"consulting", "office", "records", "preparing"}
    assert _actions(house, document, "chanhvanphong") >= {"approve", "decline", "reassign"}
    assert _actions(house, document, "truongban") == set()

    document = house.act(document, "approve", "chanhvanphong")
    assert document.state == "consulting"
    assert _open(house, document) == {"consulting", "records", "preparing"}
    assert "approve" not in _actions(house, document, "chanhvanphong")

    document = house.act(document, "forward-to", "vanthu", next="phochutich")
    document = house.act(document, "approve", "phochutich")

    assert document.state == "format_check"
    steps = {one.state: one for one in _view(house, document).standing.steps}
    assert steps["consulting"].outcome == AGREED
    assert steps["consulting"].approval
    assert steps["records"].outcome == DROPPED
    assert not steps["records"].approval
    assert [steps[name].branch for name in ("office", "leader_opinion")] == ["office", "leadership"]
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert [(line["branch"], line["actor"]) for line in told if line["branch"]] == [
        ("office", "chanhvanphong"),
        ("leadership", "vanthu"),
        ("leadership", "phochutich"),
    ]
    assert told[-1]["joined"] == "consulting=agreed"


def test_after_a_certain_no_the_others_are_still_heard_and_then_it_goes_back(house: House) -> None:
    document = _consulting(house)
    document = house.act(document, "decline", "chanhvanphong", comment="Thiếu căn cứ")
    document = house.act(document, "decline", "luutru", comment="Chưa rõ nguồn chi")
    assert document.state == "consulting"

    document = house.act(document, "forward-to", "vanthu", next="chutich")
    document = house.act(document, "approve", "chutich")

    assert document.state == "drafting"
    steps = _view(house, document).standing.steps
    assert [one.outcome for one in steps if one.kind is StepKind.JOIN] == [DECLINED]
    assert not [one for one in steps if one.kind is StepKind.JOIN and one.approval]


def test_a_condition_sends_small_sums_past_the_consultation(house: House) -> None:
    document = _consulting(house, amount="49.999.999")

    assert document.state == "format_check"
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert told[-1]["through"] == "sorting"
    assert _view(house, document).document.fields["amount"] == "49.999.999"


def test_an_act_needs_its_fields_and_the_document_opened(house: House) -> None:
    document = _drafted(house)
    with pytest.raises(Refused, match="field.required"):
        house.act(document, "submit", "chuyenvien")
    with pytest.raises(Refused, match="field.wrong"):
        house.act(document, "submit", "chuyenvien", fields={"amount": "nhiều"})
    document = house.act(document, "submit", "chuyenvien", fields={"amount": "60000000"})

    with pytest.raises(Refused, match="opened.required"):
        house.act(document, "approve", "truongban")
    content(house.office, document.id, "1", by=house.person("truongban"))
    with pytest.raises(Refused, match="opened.required"):
        house.act(document, "approve", "truongban")
    content(house.office, document.id, "", by=house.person("truongban"))
    assert house.act(document, "approve", "truongban").state == "consulting"


def test_only_somebody_from_the_set_can_be_chosen(house: House) -> None:
    document = _consulting(house)
    for chosen, rule in (("", "next.required"), ("chuyenvien", "next.not-allowed")):
        with pytest.raises(Refused, match=rule):
            house.act(document, "forward-to", "vanthu", next=chosen)
    document = house.act(document, "forward-to", "vanthu", next="phochutich")

    assert "approve" in _actions(house, document, "phochutich")
    assert "approve" not in _actions(house, document, "chutich")


def test_two_branches_that_saw_the_same_version_both_count(house: House) -> None:
    document = _consulting(house)
    seen = document.version
    house.act(document, "approve", "chanhvanphong", seen=seen)
    document = house.act(document, "approve", "luutru", seen=seen)

    assert document.state == "format_check"


def test_a_branch_that_changed_since_it_was_seen_is_refused(house: House) -> None:
    document = _consulting(house)
    house.act(document, "add-approver", "chanhvanphong", to="phochutich", comment="Xem giúp")
    with pytest.raises(Outrun):
        house.act(document, "decline", "chanhvanphong", comment="Không", seen=document.version)
    with pytest.raises(Outrun):
        house.act(document, "approve", "luutru", seen=document.version + 5)


def test_two_approvers_at_the_same_moment_both_count_and_decide_once(house: House) -> None:
    document = _consulting(house)
    start = Barrier(2)
    faults: list[BaseException] = []

    def approve(name: str) -> None:
        choice = Choice(shown=document.latest.digest, seen=document.version)
        start.wait()
        try:
            perform(house.office, document.id, "approve", choice, by=house.person(name))
        except BaseException as fault:  # noqa: BLE001 - a thread tells nobody of it
            faults.append(fault)

    both = [Thread(target=approve, args=(name,)) for name in ("chanhvanphong", "luutru")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert faults == []
    at = _view(house, document).standing
    # Where the office chief came last, the format check passed with the same word.
    assert at.document.state in {"format_check", "signing"}
    assert [one.outcome for one in at.steps if one.kind is StepKind.JOIN] == [AGREED]
    assert len([one for one in at.open if not one.parent]) == 1


def test_the_same_person_on_the_next_step_passes_once(house: House) -> None:
    document = _consulting(house)
    house.act(document, "approve", "luutru")
    # The office chief decides the join and so is next: format check passes by itself.
    document = house.act(_view(house, document).document, "approve", "chanhvanphong")

    assert document.state == "signing"
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert told[-1]["same_person"] == "once"
    assert told[-1]["actor"] == "chanhvanphong"


def test_approvals_of_a_join_fall_with_a_new_revision(house: House, paper: bytes) -> None:
    document = _through(house)
    assert document.state == "signing"
    document = house.act(document, "return", "chutich", comment="Sửa")
    document = revise(house.office, document.id, paper, Choice(), by=house.person("chuyenvien"))
    assert _view(house, document).standing.approvals == []


def test_what_the_office_does_by_itself_is_done_by_a_job_and_told(house: House) -> None:
    document = house.act(_through(house), "sign", "chutich")
    assert document.state == "signed"
    house.work_off()

    at = _view(house, document)
    assert at.document.state == "issued"
    assert at.document.number
    told = history(house.office, document.id, by=house.person("chuyenvien"))
    assert [line["actor"] for line in told[-2:]] == ["system", "system"]


def test_a_secret_document_is_sealed_by_people_and_shown_to_named_ones_alone(house: House) -> None:
    document = _drafted(house, classification=Classification.CONFIDENTIAL)
    document = house.act(document, "submit", "chuyenvien", fields={"amount": "60.000.000"})
    content(house.office, document.id, "", by=house.person("truongban"))
    # Nobody of that branch is cleared: nothing moves.
    archivist = _cleared(house, "luutru", Classification.NONE)
    with pytest.raises(Refused, match="step.nobody"):
        house.act(document, "approve", "truongban")
    _cleared(house, "luutru", archivist)
    document = house.act(document, "approve", "truongban")
    for one in _view(house, document).standing.open:
        assert all(token.startswith("person:") for token in one.desk)
    with pytest.raises(NotFound):
        view(house.office, document.id, by=house.person("phochutich"))
    with pytest.raises(Refused, match="asked.unknown"):
        house.act(document, "request-opinion", "chanhvanphong", to="kiemtra", comment="Ý kiến?")
    house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "approve", "luutru")
    document = house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "sign", "chutich")
    house.work_off()
    assert _view(house, document).document.state == "signed"
    assert house.act(document, "seal", "vanthu").state == "telling"


def test_nobody_acts_in_another_branch_or_twice_in_their_own(house: House) -> None:
    document = _consulting(house)
    by_branch = {one.branch: one.n for one in _steps(house, document) if one.branch}
    with pytest.raises(NotAllowed):
        house.act(document, "approve", "chanhvanphong", step=by_branch["records"])
    document = house.act(document, "approve", "chanhvanphong", step=by_branch["office"])
    with pytest.raises(Outrun):
        house.act(document, "approve", "chanhvanphong", step=by_branch["office"])


def test_a_return_may_lead_to_any_step_it_passed_and_to_none_it_did_not(house: House) -> None:
    document = _through(house)
    for never in ("signed", "office", "nowhere", "signing"):
        with pytest.raises(Refused, match="return.not-there"):
            house.act(document, "return", "chutich", comment="Xem lại", to=never)
    back = house.act(document, "return", "chutich", comment="Xem lại", to="consulting")

    assert back.state == "consulting"
    assert _open(house, back) == {"consulting", "office", "records", "preparing"}


def test_the_desk_shows_a_branch_to_whoever_it_waits_for(house: House) -> None:
    document = _consulting(house)
    waiting = {one.document.id: one for one in desk(house.office, by=house.person("luutru"))}
    assert waiting[document.id].step.branch == "records"
    assert "approve" in waiting[document.id].actions
    others = desk(house.office, by=house.person("chuyenvien"))
    assert document.id not in {one.document.id for one in others}


def test_the_shipped_roads_say_nothing_new_unasked() -> None:
    roads = read_routes(CONFIG / "workflows")
    for name in ("incoming", "internal", "outgoing"):
        for state in roads[name].states.values():
            assert (state.parallel, state.choice, state.automatic) == (None, (), "")


def _drafted(house: House, **about: object) -> Document:
    said = Particulars(
        Direction.INTERNAL, "TB", "Chi mua máy tính", Classification.NONE, workflow="consultation"
    )
    said = replace(said, **about)  # type: ignore[arg-type]  # a test's own words
    body = {"body": "Thực hiện theo kế hoạch."}
    return draft(house.office, said, body, by=house.person("chuyenvien"))


def _consulting(house: House, amount: str = "50.000.000") -> Document:
    document = _drafted(house)
    document = house.act(document, "submit", "chuyenvien", fields={"amount": amount})
    content(house.office, document.id, "", by=house.person("truongban"))
    return house.act(document, "approve", "truongban")


def _through(house: House) -> Document:
    document = _consulting(house)
    document = house.act(document, "approve", "chanhvanphong")
    document = house.act(document, "approve", "luutru")
    return house.act(document, "approve", "chanhvanphong")


def _cleared(house: House, name: str, degree: Classification) -> Classification:
    """Give somebody another clearance, and give back the one they had."""
    person = house.person(name)
    change(house.office, replace(person, clearance=degree), "", by=house.person("quantri"))
    return person.clearance


def _view(house: House, document: Document) -> View:
    return view(house.office, document.id, by=house.person("chuyenvien"))


def _steps(house: House, document: Document) -> tuple[Step, ...]:
    return _view(house, document).standing.steps


def _open(house: House, document: Document) -> set[str]:
    return {one.state for one in _view(house, document).standing.open}


def _actions(house: House, document: Document, name: str) -> set[str]:
    return set(view(house.office, document.id, by=house.person(name)).actions)
